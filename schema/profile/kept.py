"""Types of what people keep for themselves: jobs for later, and employers who shall not see them."""

from operator import attrgetter

from jobs.models import EmployerBlock as EmployerBlockRow
from jobs.models import SavedJob as SavedJobRow
from jobs.selectors import company as companies
from jobs.selectors import employer_block as employer_blocks
from jobs.selectors import job as jobs
from jobs.selectors import saved_job as saved_jobs
from schema.company.types import Company
from schema.core.connections import connection_of
from schema.core.loading import Computed, one
from schema.core.scalars import DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN
from schema.job.types import Job


class SavedJob(ModelType):
    """A job that the person who asks keeps for later."""

    class Meta:
        model = SavedJobRow
        columns = ("title", "note", "saved_at")
        batch = saved_jobs.by_id
        private_to = SHOWN

    job = one(
        Job, key="job_id", batch=jobs.by_id, description="The job; null once it is not shown any more: `title` stays."
    )


class EmployerBlock(ModelType):
    """A company whose people are not shown the profile of the person who asks."""

    class Meta:
        model = EmployerBlockRow
        columns = ()
        batch = employer_blocks.by_id
        private_to = SHOWN

    company = one(
        Company, key="company_id", batch=companies.by_id, description="The company; null once it is not shown."
    )
    blocked_at = DateTime(required=True, description="Since when.")

    resolve_blocked_at = Computed(attrgetter("created_at"))


SavedJobConnection = connection_of("SavedJob", SavedJob, "saved jobs")
EmployerBlockConnection = connection_of("EmployerBlock", EmployerBlock, "blocked employers")
