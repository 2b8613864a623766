import gzip
import os
from pathlib import Path

import pytest

from jobs.importers.files import MAX_LINE, Broken, Unreadable, lines, opened


def read(path: Path):
    with opened(path) as file:
        return list(lines(file.bytes))


def written(tmp_path: Path, content: bytes, name: str = "postings.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_lines_end_at_line_feeds_only(tmp_path):
    content = "a\u2028b\x0bc\u0085d\r\n\ne".encode()
    assert read(written(tmp_path, content)) == [(1, "a\u2028b\x0bc\u0085d\r".encode()), (2, b""), (3, b"e")]


def test_byte_order_mark_is_dropped(tmp_path):
    assert read(written(tmp_path, b"\xef\xbb\xbf{}\n")) == [(1, b"{}")]


def test_gzip_is_told_by_its_first_bytes(tmp_path):
    assert read(written(tmp_path, gzip.compress(b"a\nb\n"), "postings.txt")) == [(1, b"a"), (2, b"b")]


def test_too_long_line_is_passed_over_and_keeps_its_number(tmp_path):
    content = b"a\n" + b"x" * (MAX_LINE + 1) + b"\nb\n" + b"y" * MAX_LINE + b"\n"
    found = read(written(tmp_path, content))
    assert [(number, None if line is None else len(line)) for number, line in found] == [
        (1, 1),
        (2, None),
        (3, 1),
        (4, MAX_LINE),
    ]


def test_too_long_last_line_without_an_end_is_passed_over(tmp_path):
    assert read(written(tmp_path, b"a\n" + b"x" * (3 * MAX_LINE)))[1:] == [(2, None)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(tmp_path, encoding):
    with pytest.raises(Unreadable, match="UTF-16"):
        read(written(tmp_path, '{"title": "Nurse"}\n'.encode(encoding)))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(Unreadable, match="does not exist"):
        read(tmp_path / "absent.jsonl")


def test_folder_is_named(tmp_path):
    with pytest.raises(Unreadable, match="is a directory"):
        read(tmp_path)


def test_empty_file_is_named(tmp_path):
    with pytest.raises(Unreadable, match="is empty"):
        read(written(tmp_path, b""))


def test_gz_that_is_no_gzip_is_named(tmp_path):
    with pytest.raises(Unreadable, match="not a gzip file"):
        read(written(tmp_path, b"{}\n", "postings.jsonl.gz"))


def test_truncated_gzip_gives_its_lines_and_then_says_where_it_ends(tmp_path):
    content = b"".join(b"%d %s\n" % (number, os.urandom(20).hex().encode()) for number in range(20_000))
    whole = gzip.compress(content)
    path = written(tmp_path, whole[: len(whole) // 2])
    seen: list[int] = []
    with opened(path) as file, pytest.raises(Broken, match="ends early") as caught:
        seen.extend(number for number, _ in lines(file.bytes))
    assert caught.value.position > 100
    # `extend` keeps what came before the fault.
    assert seen == list(range(1, caught.value.position))


def test_share_grows_from_nothing_to_the_whole(tmp_path):
    path = written(tmp_path, gzip.compress(os.urandom(500_000)))
    with opened(path) as file:
        shares = [file.share]
        while file.bytes.read(50_000):
            shares.append(file.share)
    assert shares[0] < 0.9
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_damaged_gzip_is_named(tmp_path):
    whole = bytearray(gzip.compress(os.urandom(200_000)))
    whole[100_000:100_050] = b"\xff" * 50
    with pytest.raises(Broken, match="damaged"):
        read(written(tmp_path, bytes(whole)))


def test_gzip_that_unpacks_without_end_is_given_up(tmp_path):
    bomb = gzip.compress(b"[" + b" " * 200_000_000)
    path = written(tmp_path, b"".join([gzip.compress(b"a\nb\n"), bomb]), "bomb.jsonl.gz")
    assert len(bomb) < 250_000
    seen: list[int] = []
    with opened(path) as file, pytest.raises(Broken, match="more than 200 times its size") as caught:
        seen.extend(number for number, _ in lines(file.bytes))
    assert seen == [1, 2]
    assert caught.value.position == 3


def test_gzip_of_repeated_postings_is_no_bomb(tmp_path):
    line = b'{"title": "Nurse", "description": "%s"}\n' % os.urandom(2_000).hex().encode()
    path = written(tmp_path, gzip.compress(line * 25_000), "same.jsonl.gz")
    assert sum(1 for _ in read(path)) == 25_000


def test_file_that_cannot_be_read_at_all_is_unreadable(tmp_path):
    with pytest.raises(Unreadable, match="ends early"):
        read(written(tmp_path, gzip.compress(b"a\n")[:12]))
