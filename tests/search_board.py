"""Live postings that the search index knows."""

from typing import Any
from uuid import UUID

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
