"""Opens a file of postings and reads it by lines or by chunks, in bounded memory, whatever is in it."""

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

MAX_LINE = 4 * 1024 * 1024  # bytes of one record; the longest description is 100,000 characters
CHUNK = 1024 * 1024
# Postings shrink to a tenth or so. What unpacks to so many times its size holds nothing, or is a bomb: gzip's utmost
# is about 1,030 times.
MAX_GROWTH = 200
_GROWS_FREELY = 64 * 1024 * 1024  # bytes, whatever their file's size
_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """The file cannot be read at all. The message says why, in words for the person who named it."""


class Broken(Exception):
    """The file stops being readable at `position`, counted as a `Row`'s; what came before it was fine."""

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
        if self.raw.closed:
            return 1
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
            yield Opened(cast(BinaryIO, io.BufferedReader(_Unpacked(raw))), raw, size)
            return
        if path.suffix == ".gz":
            raise Unreadable(f"{path} is named .gz but is not a gzip file.")
        yield Opened(raw, raw, size)


class _Bomb(Exception):
    pass


class _Counted:
    """Reads a file and counts. `tell` would not do: a pipe has none."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        taken = self._raw.read(size)
        self.count += len(taken)
        return taken


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, as long as it keeps some proportion to its size."""

    def __init__(self, raw: BinaryIO) -> None:
        self._packed = _Counted(raw)
        self._gzip = gzip.GzipFile(fileobj=cast(BinaryIO, self._packed), mode="rb")
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        # As little at once as there is: what comes before the damage in a file is still given.
        count = self._gzip.readinto1(buffer)
        self._given += count
        if self._given > max(_GROWS_FREELY, MAX_GROWTH * self._packed.count):
            raise _Bomb
        return count


def ending(position: int, reason: str) -> Broken | Unreadable:
    """What to raise where a file cannot be read on: `Broken`, or `Unreadable` where nothing came before."""
    return Broken(position, reason) if position > 1 else Unreadable(reason)


@contextmanager
def reading(position: Callable[[], int]) -> Iterator[None]:
    """Within it, a file that cannot be read on is at its `ending`, at the position that holds then."""
    try:
        yield
    except EOFError:
        raise ending(position(), "The compressed file ends early: the rest of it is missing.") from None
    except _Bomb:
        raise ending(position(), f"The compressed file unpacks to more than {MAX_GROWTH} times its size.") from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ending(position(), f"The compressed file is damaged: {error}.") from None
    except OSError as error:
        raise ending(position(), f"The file cannot be read on: {error.strerror or error}.") from None


def lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    r"""Number, from 1, and bytes of each line, parted by `\n` only and given without it.

    None instead of the bytes where the line is longer than `MAX_LINE`: it is passed over, never held. Raises `Broken`
    where a gzip file ends early, `Unreadable` where the text is UTF-16.
    """
    number = 0
    with reading(lambda: number + 1):
        while line := file.readline(MAX_LINE + 1):
            if number == 0:
                line = without_mark(line)
            is_too_long = len(line) > MAX_LINE and not line.endswith(b"\n")
            if is_too_long:
                _pass_over(file)
            number += 1
            yield number, None if is_too_long else line.removesuffix(b"\n")


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of the file, up to `CHUNK` of them at a time. To be read within `reading`."""
    # `read` would lose what it already has where a file breaks off; `read1` gives it.
    return iter(lambda: cast(io.BufferedIOBase, file).read1(CHUNK), b"")


def without_mark(start: bytes) -> bytes:
    """The first bytes of a text in UTF-8 without a byte order mark. Raises `Unreadable` where they are UTF-16."""
    # ASCII characters in UTF-16 have a NUL beside each of them.
    if start.startswith(_UTF16_BOMS) or start[:200].count(0) > len(start[:200]) // 3:
        raise Unreadable("The file is written in UTF-16. Postings are read in UTF-8; convert it first.")
    return start.removeprefix(_UTF8_BOM)


def _pass_over(file: BinaryIO) -> None:
    while chunk := file.readline(CHUNK):
        if chunk.endswith(b"\n"):
            return
