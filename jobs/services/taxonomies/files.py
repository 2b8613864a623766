"""Finds the tables of taxonomies in a folder and reads them row by row, as published or with plain column names."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from jobs.text import fold

if TYPE_CHECKING:
    import _csv

MAX_LINE = 1024 * 1024  # characters; the longest of ESCO's rows has some 20,000
MAX_ROWS = 1_000_000  # a table; the largest published one has 130,000
SHOW_EVERY = 1000  # rows
_GZIP_MAGIC = b"\x1f\x8b"

# Called with the part of the file that has been read, from 0 to 1.
type Progress = Callable[[float], None]


class BadTable(Exception):
    """A table cannot be read: the message names the file, and where there is one the line and the column."""

    def __init__(self, file: str, reason: str, *, line: int | None = None, column: str = "") -> None:
        place = file + (f", line {line}" if line else "") + (f", column {column}" if column else "")
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of a taxonomy: what its file may be called, and by which headings it has each of our columns."""

    name: str
    files: re.Pattern[str]  # of the whole name in lower case, without .gz
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, by our columns, and where it stands."""

    file: str
    line: int
    headings: Mapping[str, str]
    values: Mapping[str, str]

    def get(self, column: str) -> str:
        """The value without spaces around it; "" where the file has no such column."""
        return self.values.get(column, "")

    def needed(self, column: str) -> str:
        """The value; `BadTable` where it is empty."""
        value = self.get(column)
        if not value:
            raise self.bad(column, "is empty.")
        return value

    def bad(self, column: str, reason: str) -> BadTable:
        """The error that says what is wrong with a value of this row."""
        return BadTable(self.file, reason, line=self.line, column=self.headings.get(column, column))


@dataclass(frozen=True, slots=True)
class Folder:
    """What there is in a folder: the files of known tables, and the names of those that are none."""

    files: Mapping[Table, Path]
    unknown: Sequence[str]


def look(folder: Path, tables: Iterable[Table]) -> Folder:
    """The tables in a folder itself, not below it. `BadTable` where it cannot be read, or has a table twice."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise BadTable(str(folder), f"cannot be read: {error.strerror}.") from None
    found: dict[Table, Path] = {}
    unknown = []
    for path in paths:
        name = path.name.lower().removesuffix(".gz")
        table = next((table for table in tables if table.files.fullmatch(name)), None)
        if table is None:
            unknown.append(path.name)
        elif table in found:
            raise BadTable(path.name, f"is the same table as {found[table].name}: {table.name}. Keep one of them.")
        else:
            found[table] = path
    return Folder(found, unknown)


def read(path: Path, table: Table, progress: Progress = lambda share: None) -> Iterator[Row]:
    """The rows of a table: CSV, or for a .txt file values parted by tabs; also gzipped. In bounded memory.

    `BadTable` for a missing column, a row with too few or too many values, text that is not UTF-8, a file that ends
    early, and one without rows: it would empty what was loaded before.
    """
    # The table may say nothing of the row that it breaks at.
    line = 0
    try:
        with path.open("rb") as raw:
            size = path.stat().st_size
            is_packed = raw.peek(2)[:2] == _GZIP_MAGIC
            unpacked = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_packed else raw
            text = io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="")
            reader = _reader(path, text)
            headings: list[str] = next(reader, [])
            places = _places(path.name, table, headings)
            named = {column: headings[place] for column, place in places.items()}
            number = 0
            line = reader.line_num
            for number, cells in enumerate(reader, start=1):
                first, line = line + 1, reader.line_num
                if number > MAX_ROWS:
                    raise BadTable(path.name, f"has more than {MAX_ROWS:,} rows. Is it {table.name}?", line=first)
                if len(cells) != len(headings):
                    if not cells:
                        continue
                    raise BadTable(path.name, f"has {len(cells)} values for {len(headings)} columns.", line=first)
                row = Row(path.name, first, named, {column: cells[at].strip() for column, at in places.items()})
                _check(row)
                if number % SHOW_EVERY == 0:
                    progress(min(raw.tell() / size, 1))
                yield row
    except EOFError:
        raise BadTable(path.name, "The compressed file ends early: the rest of it is missing.", line=line + 1) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise BadTable(path.name, f"The compressed file is damaged: {error}.", line=line + 1) from None
    except UnicodeDecodeError as error:
        raise BadTable(path.name, f"is not written in UTF-8: {error.reason}.", line=line + 1) from None
    except csv.Error as error:
        raise BadTable(path.name, f"is no table of its kind: {error}.", line=line + 1) from None
    except OSError as error:
        raise BadTable(path.name, f"cannot be read: {error.strerror}.", line=line + 1) from None
    if not number:
        raise BadTable(path.name, "has no rows.")
    progress(1)


def _reader(path: Path, text: io.TextIOWrapper) -> "_csv.Reader":
    if path.name.lower().removesuffix(".gz").endswith(".txt"):
        return csv.reader(_lines(text), delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(_lines(text), strict=True)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise csv.Error(f"a line is longer than {MAX_LINE:,} characters")
        yield line


def _places(file: str, table: Table, headings: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands. Editions that name their year in a heading ("2022 NAICS Title") go without."""
    known = {re.sub(r"^\d{4} ", "", fold(heading)): place for place, heading in reversed([*enumerate(headings)])}
    places = {}
    for column, names in table.columns.items():
        place = next((known[name] for name in map(fold, names) if name in known), None)
        if place is not None:
            places[column] = place
        elif column not in table.optional:
            raise BadTable(file, f"has no column {' or '.join(names)}.", line=1)
    return places


def _check(row: Row) -> None:
    for column, value in row.values.items():
        if "\0" in value:
            raise row.bad(column, "holds a NUL character.")
