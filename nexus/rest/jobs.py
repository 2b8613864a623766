"""Jobs: lists, and one at a time."""

from typing import Any, ClassVar

from jobs.models import Job
from jobs.selectors import job as jobs
from jobs.selectors.job import JobFilter, JobOrder, JobOrderField
from nexus.rest.asking import Asking
from nexus.rest.companies import company_of
from nexus.rest.job_parameters import JobListParameters, where_with_centres
from nexus.rest.job_shapes import JobDetailShape, JobShape, job_shown, jobs_shown
from nexus.rest.reading import Listed, Read, ReadPage, listed, one_by, page_of, wanted
from schema.job.inputs import job_filter, job_order
from schema.job.lists import job_cursor

# What a job costs: itself and, on average, what hangs on it.
JOB_POINTS = 10
JobPageShape = page_of(JobShape, "jobs")


def _asked(asked: dict[str, Any]) -> tuple[JobFilter | None, JobOrder]:
    order = job_order(
        {
            "field": asked.get("order_by", JobOrderField.PUBLISHED),
            "direction": asked.get("direction", "DESC").lower(),
            "currency": asked.get("currency"),
        }
    )
    return job_filter(where_with_centres(asked)), order


class Jobs(ReadPage):
    """Live jobs, the newest first unless asked otherwise."""

    tag = "jobs"
    parameters: ClassVar[Any] = JobListParameters
    shape = JobPageShape
    reads = Job
    points = JOB_POINTS

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        where, order = _asked(asked)
        codec = job_cursor("jobs", order)
        page = jobs.page(where, order, wanted(codec, asked))
        asking.check()
        total = jobs.count(where) if asked.get("with_total") else None
        return listed(page, codec, jobs_shown(asking, page.rows), total)


class OneJob(Read):
    """One job, by its id or its slug, of which only the tail after the last hyphen counts."""

    tag = "jobs"
    shape = JobDetailShape
    reads = Job
    points = 2 * JOB_POINTS

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        return job_shown(asking, one_by("Job", path["key"], asking.viewer, jobs.by_id, jobs.by_slug))


class JobsOfCompany(ReadPage):
    """A company's live jobs, the newest first unless asked otherwise."""

    tag = "companies"
    parameters: ClassVar[Any] = JobListParameters
    shape = JobPageShape
    reads = Job
    points = JOB_POINTS

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        company = company_of(asking, path["key"])
        where, order = _asked(asked)
        codec = job_cursor(f"company.{company.pk}.jobs", order)
        pages = jobs.of_companies(asking.viewer, [company.pk], where=where, order=order, wanted=wanted(codec, asked))
        asking.check()
        total = None
        if asked.get("with_total"):
            total = jobs.counts_of_companies(asking.viewer, [company.pk], where=where).get(company.pk, 0)
        page = pages[company.pk]
        return listed(page, codec, jobs_shown(asking, page.rows), total)
