"""What moderators have to look at, and what they made of it; to the company only the latter."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from jobs import policies
from jobs.machines.job import MODERATION
from jobs.models import Job, JobLifecycle, JobReport, ModerationCase
from jobs.selectors import hiring_team
from jobs.selectors.job import UNREAD
from kernel.reading import Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Viewer

MOST_REPORTS = 50


def _open() -> QuerySet[ModerationCase]:
    return ModerationCase.objects.filter(decided_at__isnull=True)


def _in_review() -> QuerySet[Job]:
    """Postings that moderators are to approve: those of companies that are not trusted to do it themselves."""
    return Job.objects.defer(*UNREAD).filter(lifecycle=JobLifecycle.IN_REVIEW, company__verified_at__isnull=True)


def _newest_reports() -> QuerySet[JobReport]:
    newest = Window(RowNumber(), partition_by=F("case_id"), order_by="-pk")
    return JobReport.objects.annotate(place=newest).filter(place__lte=MOST_REPORTS).order_by("place")


_CASES = Listing(_open, (), Order("created_at"))
_REVIEWS = Listing(_in_review, (), Order("updated_at"))
_BY_ID = Reading(ModerationCase.objects.all)
_REPORTS = Reading(_newest_reports, by="case_id")
_STATES = Reading(lambda: Job.objects.only("moderation"))
_OPEN_STATES = Reading(
    lambda: Job.objects.only("moderation").annotate(has_open_case=Exists(_open().filter(job=OuterRef("pk"))))
)


def cases(viewer: Viewer, wanted: Slice) -> Page[ModerationCase]:
    """A page of the cases that nobody has decided yet, who has waited longest first; none for whom it is not meant."""
    return _CASES.page(wanted) if policies.may_read_moderation(viewer) else Page()


def count_cases(viewer: Viewer) -> int:
    """How many cases nobody has decided yet."""
    return _open().count() if policies.may_read_moderation(viewer) else 0


def reviews(viewer: Viewer, wanted: Slice) -> Page[Job]:
    """A page of the postings that moderators are to approve, who has waited longest first."""
    return _REVIEWS.page(wanted) if policies.may_read_moderation(viewer) else Page()


def count_reviews(viewer: Viewer) -> int:
    """How many postings moderators are to approve."""
    return _in_review().count() if policies.may_read_moderation(viewer) else 0


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, ModerationCase]:
    """Cases by id, decided ones as well."""
    return _BY_ID.one(keys) if policies.may_read_moderation(viewer) else {}


def reports_of_cases(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobReport]]:
    """The reports of each case, the newest first; at most `MOST_REPORTS`. It does not say whose they are."""
    return _REPORTS.many(keys) if policies.may_read_moderation(viewer) else {}


def acts_of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[str]]:
    """What the viewer may do to each posting as a moderator. One statement; none for whom it is not meant."""
    if not policies.may_read_moderation(viewer):
        return {}
    now, standing = timezone.now(), policies.Standing()
    return {key: MODERATION.offered(job, viewer, standing, now) for key, job in _OPEN_STATES.one(keys).items()}


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the postings of which the viewer may know what moderators made of them."""
    if policies.may_read_moderation(viewer):
        return dict.fromkeys(keys, True)
    return hiring_team.readable(viewer, keys)


def states(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, str]:
    """Where each posting stands with moderators, for those who have been found to be `readable`."""
    return {key: job.moderation for key, job in _STATES.one(keys).items()}


def decisions(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, ModerationCase]:
    """What moderators decided last of each posting, for those who have been found to be `readable`."""
    decided = ModerationCase.objects.filter(job_id__in=keys, decided_at__isnull=False)
    return {case.job_id: case for case in decided.order_by("job_id", "-pk").distinct("job_id")}
