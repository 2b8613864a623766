"""Live postings that the search index knows."""

from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from jobs.models import Job, JobSearch
from jobs.search.postgres.document import index
from tests.factories import JobFactory


def live_job(title: str = "Engineer", **values: Any) -> Job:
    """A live posting as `JobFactory` makes it (`skills=`, `places=`, `pay=`, `company__name=`), indexed."""
    job = JobFactory(title=title, **values)
    index([job.pk])
    return job


def live_jobs(*titles: str, **values: Any) -> list[Job]:
    """A live posting for each title, indexed."""
    jobs = [JobFactory(title=title, **values) for title in titles]
    index([job.pk for job in jobs])
    return jobs


def index_all() -> None:
    """Make the index say of all the jobs what the tables say: for rows that a test hung on them."""
    index(list(Job.objects.values_list("pk", flat=True)))


def indexed() -> set[UUID]:
    """The jobs that the index has, live by the clock or not."""
    return set(JobSearch.objects.values_list("pk", flat=True))


def database_url() -> str:
    """This worker's database, for a process of its own."""
    given = connection.get_connection_params()
    return f"postgresql://{given.get('user', '')}@/{given['dbname']}?host={given['host']}"


def other_connection() -> psycopg.Connection[Any]:
    """Somebody else on the same database."""
    given = connection.get_connection_params()
    return psycopg.connect(**{name: given[name] for name in ("host", "port", "dbname", "user") if name in given})


def is_somebody_in_a_transaction() -> bool:
    """Whether another connection has a transaction open and is doing nothing in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%')"
        )
        return bool(cursor.fetchone()[0])
