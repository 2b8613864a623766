"""What the public documents say to machines: which jobs and companies there are, and whether one was there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from jobs.models import Company, CompanyStatus, Job, JobLifecycle, JobModeration, JobVisibility
from jobs.models.job import live
from jobs.selectors import job as jobs
from kernel.viewer import ANONYMOUS

# Of a file of the sitemap. More than this are in it where rows came after the files were cut.
FILE_SIZE = 10_000
MOST_IN_FILE = 50_000
BATCH_SIZE = 5_000


class Entry(NamedTuple):
    """A page of the front end that is worth a visit."""

    slug: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of pages: `rows` are those that are there now, `counted` a cheap superset to cut into files."""

    rows: Callable[[], QuerySet[Any]]
    counted: Callable[[], QuerySet[Any]]

    def files(self) -> list[tuple[UUID, UUID | None]]:
        """The files of the sitemap, of some `FILE_SIZE` pages each: the id that each begins at, and the next one's.

        No row has such an id: it may be that of a job which only those find who were told of it.
        """
        number = Window(RowNumber(), order_by=F("pk").asc())
        first = self.counted().annotate(_place=(number - 1) % FILE_SIZE).filter(_place=0)
        starts = sorted({_blunted(key) for key in first.values_list("pk", flat=True)})
        return list(zip_longest(starts, starts[1:]))

    def entries(self, start: UUID, end: UUID | None) -> list[Entry]:
        """The pages whose ids are in a range, in the order of the ids; at most `MOST_IN_FILE`."""
        rows = self.rows().order_by("pk")
        if end is not None:
            rows = rows.filter(pk__lt=end)
        found: list[Entry] = []
        part = list(rows.filter(pk__gte=start)[:BATCH_SIZE])
        while part:
            found += [Entry(row.slug, row.updated_at) for row in part]
            more = min(BATCH_SIZE, MOST_IN_FILE - len(found)) if len(part) == BATCH_SIZE else 0
            part = list(rows.filter(pk__gt=part[-1].pk)[:more])
        return found


def _blunted(key: UUID) -> UUID:
    """The id without its last 62 bits, which are what nobody can guess."""
    return UUID(int=key.int >> 62 << 62)


def _live_jobs() -> QuerySet[Job]:
    return Job.objects.filter(live(), visibility=JobVisibility.PUBLIC).only("title", "public_id", "updated_at")


def _shown_jobs() -> QuerySet[Job]:
    # An index holds their ids.
    shown = [JobModeration.CLEAR, JobModeration.FLAGGED]
    return Job.objects.filter(lifecycle=JobLifecycle.PUBLISHED, moderation__in=shown)


def _active_companies() -> QuerySet[Company]:
    return Company.objects.filter(status=CompanyStatus.ACTIVE).only("slug", "updated_at")


JOBS = Listed(_live_jobs, _shown_jobs)
COMPANIES = Listed(_active_companies, _active_companies)


def public_job(slug: str) -> Job | None:
    """The live, public job of a slug, of which only the tail counts; None for any other, whoever asks."""
    job = jobs.by_slug(ANONYMOUS, [slug]).get(slug)
    return job if job is not None and _public().filter(pk=job.pk).exists() else None


def has_ended(slug: str) -> bool:
    """Whether everybody could see the job of a slug, and it is over: not hidden, not paused, never a draft."""
    over = Q(lifecycle__in=[JobLifecycle.EXPIRED, JobLifecycle.CLOSED, JobLifecycle.ARCHIVED]) | Q(
        lifecycle=JobLifecycle.PUBLISHED, expires_at__lte=timezone.now()
    )
    return (
        _public()
        .filter(over, public_id=slug.rsplit("-", 1)[-1], first_published_at__lte=timezone.now())
        .exclude(close_reason="moderation")
        .exists()
    )


def _public() -> QuerySet[Job]:
    return Job.objects.filter(
        visibility=JobVisibility.PUBLIC,
        moderation__in=[JobModeration.CLEAR, JobModeration.FLAGGED],
        company__status=CompanyStatus.ACTIVE,
    )
