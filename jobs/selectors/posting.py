"""Reads of what hangs on jobs: places, pay, skills, eligibility, sources and revisions, for many jobs at once.

Each selector filters by what the viewer may see of the job itself, so that no path around a job leads to its parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.fetch_modes import FETCH_RAISE
from django.db.models.functions import RowNumber

from jobs.models import Compensation, Job, JobLocation, JobRevision, JobSkill, RemoteEligibility, SourcePosting
from jobs.selectors.job import visible_to
from kernel.viewer import Viewer

MAX_REVISIONS = 50
MAX_SOURCES = 20


def _of_visible[Row: (Compensation, JobLocation, JobRevision, JobSkill, RemoteEligibility, SourcePosting)](
    rows: QuerySet[Row], viewer: Viewer, keys: Collection[UUID]
) -> QuerySet[Row]:
    visible = Job.objects.filter(visible_to(viewer), pk=OuterRef("job_id"))
    return rows.filter(Exists(visible), job_id__in=keys).fetch_mode(FETCH_RAISE)


def _by_job[Row: (Compensation, JobLocation, JobRevision, JobSkill, RemoteEligibility, SourcePosting)](
    rows: Iterable[Row],
) -> dict[UUID, list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.job_id].append(row)
    return grouped


def locations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobLocation]]:
    """The places of each job with their country, the primary one first."""
    rows = JobLocation.objects.select_related("place__country", "country").order_by("-is_primary", "position")
    return _by_job(_of_visible(rows, viewer, keys))


def compensations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Compensation]]:
    """The components of each job's pay with their currency, the base first."""
    rows = Compensation.objects.select_related("currency").order_by("pk")
    return _by_job(sorted(_of_visible(rows, viewer, keys), key=lambda pay: pay.kind != "base"))


def skills(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobSkill]]:
    """The skills each job asks for, the required ones first, by name."""
    rows = JobSkill.objects.select_related("skill").order_by("-necessity", "skill__name", "pk")
    return _by_job(_of_visible(rows, viewer, keys))


def remote_eligibility(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[RemoteEligibility]]:
    """The countries from which each remote job may, or may not, be done."""
    rows = RemoteEligibility.objects.select_related("country").order_by("country__name", "region_code")
    return _by_job(_of_visible(rows, viewer, keys))


def sources(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[SourcePosting]]:
    """Where each job was found, oldest first; at most the first `MAX_SOURCES`."""
    age = Window(RowNumber(), partition_by=F("job_id"), order_by=(F("first_seen_at"), F("pk")))
    rows = SourcePosting.objects.defer("said").annotate(age=age).filter(age__lte=MAX_SOURCES)
    rows = rows.order_by("first_seen_at", "pk")
    return _by_job(_of_visible(rows, viewer, keys))


def revisions(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobRevision]]:
    """What changed in each job and when, newest first; at most the last `MAX_REVISIONS`."""
    age = Window(RowNumber(), partition_by=F("job_id"), order_by=F("number").desc())
    rows = JobRevision.objects.defer("content").annotate(age=age).filter(age__lte=MAX_REVISIONS).order_by("-number")
    return _by_job(_of_visible(rows, viewer, keys))
