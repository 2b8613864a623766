"""Opens a file of postings and reads it line by line, in bounded memory, whatever is in it."""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

MAX_LINE = 4 * 1024 * 1024  # bytes; the longest description is 100,000 characters
_SKIP = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """The file cannot be read at all. The message says why, in words for the person who named it."""


class Broken(Exception):
    """The file stops being readable at `position`, a line number; what came before it was fine."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file: its bytes, decompressed, and how much of it has been read."""

    bytes: BinaryIO
    raw: BinaryIO
    size: int  # 0 where it is not known, as for a pipe

    @property
    def share(self) -> float | None:
        """The part that has been read, from 0 to 1; None where that cannot be known."""
        return min(self.raw.tell() / self.size, 1) if self.size else None


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The file for reading, decompressed where it is a gzip file (told by its first bytes, not by its name)."""
    try:
        raw = path.open("rb")
    except IsADirectoryError:
        raise Unreadable(f"{path} is a directory.") from None
    except FileNotFoundError:
        raise Unreadable(f"{path} does not exist.") from None
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror}.") from None
    with raw:
        # Looked at, not read: a pipe cannot be wound back.
        start = raw.peek(2)[:2]
        size = os.fstat(raw.fileno()).st_size
        if not start:
            raise Unreadable(f"{path} is empty.")
        if start == _GZIP_MAGIC:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield Opened(cast(BinaryIO, unpacked), raw, size)
            return
        if path.suffix == ".gz":
            raise Unreadable(f"{path} is named .gz but is not a gzip file.")
        yield Opened(raw, raw, size)


def lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    r"""Number, from 1, and bytes of each line, parted by `\n` only and given without it.

    None instead of the bytes where the line is longer than `MAX_LINE`: it is passed over, never held. Raises `Broken`
    where a gzip file ends early, `Unreadable` where the text is UTF-16.
    """
    number = 0
    try:
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if number == 1:
                line = _without_mark(line)
            if len(line) > MAX_LINE and not line.endswith(b"\n"):
                _pass_over(file)
                yield number, None
            else:
                yield number, line.removesuffix(b"\n")
    except EOFError:
        raise Broken(number + 1, "The compressed file ends early: the rest of it is missing.") from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise Broken(number + 1, f"The compressed file is damaged: {error}.") from None
    except OSError as error:
        raise Broken(number + 1, f"The file cannot be read on: {error.strerror}.") from None


def _without_mark(line: bytes) -> bytes:
    # ASCII characters in UTF-16 have a NUL beside each of them.
    if line.startswith(_UTF16_BOMS) or line[:200].count(0) > len(line[:200]) // 3:
        raise Unreadable("The file is written in UTF-16. Postings are read in UTF-8; convert it first.")
    return line.removeprefix(_UTF8_BOM)


def _pass_over(file: BinaryIO) -> None:
    while chunk := file.readline(_SKIP):
        if chunk.endswith(b"\n"):
            return
