import gzip
import re

import pytest

from jobs.services.taxonomies import files
from jobs.services.taxonomies.files import BadTable, Table, look, read

TABLE = Table("a table", re.compile(r"table\.(csv|txt)"), {"code": ("Code",), "title": ("Title", "name")})


def rows(path):
    return [(row.line, row.get("code"), row.get("title")) for row in read(path, TABLE)]


def test_rows_come_with_their_lines_whatever_the_columns_are_called(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b'\xef\xbb\xbf2022 Title,other,CODE\r\n"two\nlines",x,1\r\n second ,y,2\r\n')
    assert rows(path) == [(2, "1", "two\nlines"), (4, "2", "second")]


def test_a_text_file_is_parted_by_tabs_and_knows_no_quotes(tmp_path):
    path = tmp_path / "table.txt"
    path.write_text('Code\tName\n1\t12" pipe, "bent\n')
    assert rows(path) == [(2, "1", '12" pipe, "bent')]


def test_a_packed_file_is_known_by_its_content(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(gzip.compress(b"code,name\n1,one\n"))
    assert rows(path) == [(2, "1", "one")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "table.csv, line 1: has no column Code."),
        (b"code,what\n1,2\n", "table.csv, line 1: has no column Title or name."),
        (b"code,name\n", "table.csv: has no rows."),
        (b"code,name\n1,one\n2\n", "table.csv, line 3: has 1 values for 2 columns."),
        (b"code,name\n1,\xff\n", "table.csv, line 1: is not written in UTF-8"),
        (b'code,name\n1,"open\n', "table.csv, line 2: is no table of its kind"),
        (b"code,name\n1,a\0b\n", "table.csv, line 2, column name: holds a NUL character."),
        (gzip.compress(b"code,name\n1,one\n" * 99)[:-20], "table.csv, line"),
        (gzip.compress(b"code,name\n1,one\n" * 99)[:40] + b"\xff" * 40, "table.csv, line"),
    ],
    ids=["empty", "column", "rows", "short row", "encoding", "quote", "nul", "truncated", "damaged"],
)
def test_a_broken_table_is_named_with_its_line_and_column(tmp_path, content, message):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(BadTable) as error:
        rows(path)
    assert message in str(error.value)


def test_a_table_without_end_is_refused_and_not_held(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_text("code,name\n1,one\n2,two\n3,three\n")
    monkeypatch.setattr(files, "MAX_ROWS", 2)
    with pytest.raises(BadTable, match="line 4: has more than 2 rows"):
        rows(path)
    monkeypatch.setattr(files, "MAX_LINE", 9)
    with pytest.raises(BadTable, match="longer than 9 characters"):
        rows(path)


def test_an_empty_value_that_is_needed_names_the_heading_of_the_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("code,name\n1,\n")
    (row,) = read(path, TABLE)
    with pytest.raises(BadTable, match=re.escape("table.csv, line 2, column name: is empty.")):
        row.needed("title")


def test_a_folder_says_what_it_has_and_what_is_none(tmp_path):
    (tmp_path / "TABLE.csv.gz").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder").mkdir()
    found = look(tmp_path, [TABLE])
    assert (found.files, found.unknown) == ({TABLE: tmp_path / "TABLE.csv.gz"}, ["notes.txt"])


def test_a_table_that_is_there_twice_is_refused(tmp_path):
    (tmp_path / "table.csv").touch()
    (tmp_path / "table.csv.gz").touch()
    with pytest.raises(BadTable, match="is the same table as"):
        look(tmp_path, [TABLE])


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(BadTable, match="cannot be read"):
        look(tmp_path / "nowhere", [TABLE])


def test_progress_ends_at_the_whole(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("code,name\n" + "1,one\n" * 2500)
    shares: list[float] = []
    assert len(list(read(path, TABLE, shares.append))) == 2500
    assert shares == sorted(shares)
    assert len(shares) == 3
    assert shares[-1] == 1
