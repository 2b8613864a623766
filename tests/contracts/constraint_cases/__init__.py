"""Rows that the database refuses, by the constraint that does."""

from collections.abc import Callable

from django.db import models


def change(row: models.Model, **values: object) -> None:
    """Writes past every check in Python."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def twice(make: Callable[[], object]) -> None:
    make()
    make()


def share(first: models.Model, second: models.Model, *columns: str) -> None:
    """Gives the second row the first one's values."""
    change(second, **{column: getattr(first, column) for column in columns})
