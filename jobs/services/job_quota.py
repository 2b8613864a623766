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


def settle_new(company: Company, now: datetime, *, count: int = 1) -> None:
    """Raises `JobQuotaReached` where the company may not have so many more postings made today."""
    _lock(company.pk)
    most = MOST_A_DAY if policies.is_trusted(company) else MOST_A_DAY_OF_UNTRUSTED
    since = now - timedelta(days=1)
    # Keys are ordered by the time they were made in, and the company's postings by their keys.
    recent = _own(company.pk).filter(created_at__gt=since, pk__gte=UUID(int=int(since.timestamp() * 1000) << 80))
    made = recent[:most].count()
    if made + count > most:
        raise JobQuotaReached(f"Your company makes at most {most} jobs a day.")


def _own(company_id: UUID) -> QuerySet[Job]:
    imported = SourcePosting.objects.filter(job=OuterRef("pk"))
    return Job.objects.filter(~Exists(imported), company_id=company_id)


def _lock(company_id: UUID) -> None:
    Company.objects.select_for_update(no_key=True).only("pk").get(pk=company_id)
