"""CSV: a header line with the names of the columns, then one posting a record."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from jobs.importers.files import MAX_LINE, Unreadable, lines
from jobs.importers.port import Fault, Row

MAX_CELL = 1_000_000  # characters
MAX_RECORD_LINES = 1_000
DELIMITERS = ",;\t|"


class Csv:
    """Reads CSV (RFC 4180) in UTF-8. The header tells the delimiter: comma, semicolon, tab or bar."""

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        csv.field_size_limit(MAX_CELL)
        passed_over: list[Fault] = []
        texts = _decoded(file, passed_over)
        first = next(texts, None)
        if first is None or not first.strip():
            raise Unreadable("The file has no header line.")
        delimiter = max(DELIMITERS, key=first.count)
        header = _header(first, delimiter)
        taken = _Taken(texts)
        # Strict: a quotation mark in the wrong place is a fault, not a guess.
        records = csv.reader(taken, delimiter=delimiter, strict=True)
        number = 2
        while True:
            try:
                record = next(records)
            except StopIteration:
                yield from passed_over
                return
            except csv.Error as error:
                yield Fault(number, f"Not CSV: {_reason(error)}{_span(number, number + len(taken.lines) - 1)}.")
                taken.give_back_all_but_first()
                records = csv.reader(taken, delimiter=delimiter, strict=True)
                number += 1
                continue
            start, number = number, number + len(taken.lines)
            taken.lines.clear()
            yield from passed_over
            passed_over.clear()
            if record:
                yield _row(start, header, record)


def _reason(error: csv.Error) -> str:
    # Python's own words tell its programmers how to open the file.
    is_bare_return = "new-line character seen" in str(error)
    return "a line ends in a carriage return alone; convert the file to line feeds" if is_bare_return else str(error)


class _Taken:
    """Lines, and those among them that the present record has taken: a stray quotation mark takes all that follow."""

    def __init__(self, texts: Iterator[str]) -> None:
        self.lines: list[str] = []
        self._texts = texts
        self._given_back: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.lines) == MAX_RECORD_LINES:
            raise csv.Error(f"a quotation mark is not closed within {MAX_RECORD_LINES:,} lines")
        line = self._given_back.popleft() if self._given_back else next(self._texts)
        self.lines.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        """The record is given up; what follows its first line is read as records of their own."""
        self._given_back.extendleft(reversed(self.lines[1:]))
        self.lines.clear()


def _decoded(file: BinaryIO, passed_over: list[Fault]) -> Iterator[str]:
    """The lines as text. Bytes that are not UTF-8 become halves of surrogate pairs, by which `_row` knows them."""
    for number, line in lines(file):
        if line is None:
            passed_over.append(Fault(number, f"The line is longer than {MAX_LINE:,} bytes."))
            # An empty line in its stead, so that the lines after it keep their numbers.
            yield "\n"
        else:
            yield line.decode("utf-8", "surrogateescape") + "\n"


def _header(line: str, delimiter: str) -> list[str]:
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter, strict=True))]
    except csv.Error as error:
        raise Unreadable(f"The header line is not CSV: {error}.") from None
    if "" in names:
        raise Unreadable(f"Column {names.index('') + 1} of the header line has no name.")
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"The header line names {repeated!r} twice.")
    return names


def _row(number: int, header: list[str], record: list[str]) -> Row | Fault:
    if len(record) != len(header):
        return Fault(number, f"The row has {len(record)} cells, the header {len(header)}.")
    for name, cell in zip(header, record, strict=True):
        if not cell.isascii() and any("\ud800" <= char <= "\udfff" for char in cell):
            return Fault(number, "Not UTF-8. Is the file in another encoding?", name)
    return Row(number, {name: cell for name, cell in zip(header, record, strict=True) if cell.strip()})


def _span(start: int, end: int) -> str:
    return f" (lines {start} to {end})" if end > start else ""
