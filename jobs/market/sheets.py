"""Rows as COPY reads them: https://www.postgresql.org/docs/current/sql-copy.html, text format.

Written by hand because it is the busiest part: a million postings are twelve million rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg.sql import SQL, Composed, Identifier

from kernel import caching

NULL = "\\N"
PIECE = 1 << 18  # bytes handed over at a time


class Sheet:
    """The rows of one table. Columns that are not named hold the model's defaults."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        fields = {str(field.column): field for field in model._meta.concrete_fields if not field.generated}
        self.columns = columns
        others = [column for column in fields if column not in columns]
        self.table = model._meta.db_table
        self._all = [*columns, *others]
        self._rest = "".join("\t" + encoded(default(fields[column])) for column in others) + "\n"
        self.lines: list[str] = []

    def add(self, *values: str) -> None:
        """A row by what stands in the named columns, in their order, encoded already."""
        self.lines.append("\t".join(values) + self._rest)

    def take(self) -> bytes:
        """The rows so far; the sheet is empty again."""
        lines, self.lines = self.lines, []
        return "".join(lines).encode()

    @property
    def statement(self) -> Composed:
        columns = SQL(", ").join(Identifier(column) for column in self._all)
        return SQL("COPY {} ({}) FROM STDIN").format(Identifier(self.table), columns)


def defaults(model: type[models.Model]) -> type:
    """A class whose instances have the model's defaults, and none of a model's weight."""
    fields = model._meta.concrete_fields
    return type(model.__name__, (), {field.attname: default(field) for field in fields if not field.generated})


def default(field: "models.Field[Any, Any]") -> Any:
    """What a row has in a field that nobody sets. One that the database sets must be a literal."""
    value = field.get_default()
    if isinstance(value, DatabaseDefault):
        value = field.db_default
        return value.value if isinstance(value, models.Value) else value
    return value


def text(value: str) -> str:
    """A string as COPY reads it."""
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    return value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def array(values: Sequence[str]) -> str:
    """An array of words without quotes, commas or braces."""
    return "{" + ",".join(values) + "}"


def quoted_array(values: Sequence[str]) -> str:
    """An array of any strings."""
    parts = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return text("{" + ",".join(parts) + "}")


def encoded(value: Any) -> str:
    """A model's default."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return array([encoded(part) for part in value])
    if isinstance(value, dict):
        return "{}"
    return text(str(value))


def write(sheets: Iterable[Sheet]) -> None:
    """Copy the rows in, sheet by sheet, in the transaction that is open, and empty the sheets."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        for sheet in sheets:
            if rows := sheet.take():
                with cursor.copy(sheet.statement) as copy:
                    for start in range(0, len(rows), PIECE):
                        copy.write(rows[start : start + PIECE])
                caching.written(sheet.table)
