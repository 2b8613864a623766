"""A small market that the tests of a module read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

NOW = datetime(2026, 3, 2, tzinfo=UTC)
JOBS, PEOPLE = 800, 40


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Committed, and taken away at the end. Use with `django_db`."""
    from jobs.market import run

    with django_db_blocker.unblock():
        run.generate(JOBS, seed=1, people=PEOPLE, now=NOW, replace=True)
    yield
    with django_db_blocker.unblock():
        run.remove()
