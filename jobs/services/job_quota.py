"""How many postings a company may have: few until it has proved who it is, and nobody makes very many a day.

What was imported counts for nothing: it is the source's, and not the company's doing. Each count is settled under the
lock of the company's row, so that of two at once the later one sees the earlier. Whoever holds a posting takes the
company after it, never the other way round.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from jobs import policies
from jobs.errors import JobQuotaReached
from jobs.models import Company, Job, JobLifecycle, SourcePosting

MOST_OF_UNTRUSTED = 5
MOST_A_DAY_OF_UNTRUSTED = 10
MOST_A_DAY = 200
# On the way to the public, or there.
COUNTED = (
    JobLifecycle.IN_REVIEW,
    JobLifecycle.APPROVED,
    JobLifecycle.SCHEDULED,
    JobLifecycle.PUBLISHED,
    JobLifecycle.PAUSED,
)


def settle_way(job: Job) -> None:
    """Raises `JobQuotaReached` where the company may bring no other posting on its way to the public."""
    if policies.is_trusted(job.company):
        return
    _lock(job.company_id)
    others = _own(job.company_id).filter(lifecycle__in=COUNTED).exclude(pk=job.pk)
    if others[:MOST_OF_UNTRUSTED].count() >= MOST_OF_UNTRUSTED:
        raise JobQuotaReached(
            f"Until your company has proved a domain it has {MOST_OF_UNTRUSTED} jobs at a time that are live or on "
            "their way. Close one, or verify the company."
        )


def settle_new(company: Company, now: datetime) -> None:
    """Raises `JobQuotaReached` where the company may have no other posting made today."""
    if room_for_new(company, now) < 1:
        raise spent(company)


def room_for_new(company: Company, now: datetime) -> int:
    """How many more postings the company may have made today; nobody else makes one until the transaction ends."""
    _lock(company.pk)
    most = _most_a_day(company)
    since = now - timedelta(days=1)
    # Keys are ordered by the time they were made in, and the company's postings by their keys.
    recent = _own(company.pk).filter(created_at__gt=since, pk__gte=UUID(int=int(since.timestamp() * 1000) << 80))
    return max(most - recent[:most].count(), 0)


def spent(company: Company) -> JobQuotaReached:
    """The refusal of what is one more than a company may have made in a day."""
    return JobQuotaReached(f"Your company makes at most {_most_a_day(company)} jobs a day.")


def _most_a_day(company: Company) -> int:
    return MOST_A_DAY if policies.is_trusted(company) else MOST_A_DAY_OF_UNTRUSTED


def _own(company_id: UUID) -> QuerySet[Job]:
    imported = SourcePosting.objects.filter(job=OuterRef("pk"))
    return Job.objects.filter(~Exists(imported), company_id=company_id)


def _lock(company_id: UUID) -> None:
    Company.objects.select_for_update(no_key=True).only("pk").get(pk=company_id)
