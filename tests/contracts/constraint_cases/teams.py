"""Cases of the tables of companies and their teams."""

from collections.abc import Callable

from django.db import models

VIOLATIONS: dict[str, Callable[[], object]] = {}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {}
