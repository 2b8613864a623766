"""Reads of applications: by the person, and by those of the company who may.

Each row says how the viewer is shown it: `is_own`, `is_full` for who hires, `is_redacted` for interviewers. One that is
`is_untold` was declined, and the mail that says so still waits; to the person it is under way until then. Every read by
somebody else is audited, whatever of the application is asked for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.selectors.audit import note_reads
from jobs.machines.application import APPLICATION
from jobs.models import Application, ApplicationStatus, Candidate, HiringTeam, Job, RejectionMail
from jobs.policies import READS_APPLICATIONS, READS_REDACTED, READS_TEAM_APPLICATIONS
from jobs.selectors import membership
from kernel.reading import Given, Reading, kind_of
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer

NEWEST = Order("submitted_at", is_descending=True)
LONGEST_WAITING = Order("entered_stage_at")
# Long, and read where they are asked for.
UNREAD = ("answers", "cover_letter", "created_at", "updated_at")
READ_ACT = "application.read"


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    status: str | None = None
    needs_review: bool | None = None


class Contact(NamedTuple):
    """Whom an application is from, as far as the viewer is shown it."""

    row: Candidate
    is_full: bool


def readable_by(viewer: Viewer) -> Q:
    """The applications that a viewer may read: the own ones, and those of jobs that the viewer hires for."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return Q(pk__in=[])
    return is_own(viewer) | full_for(viewer) | redacted_for(viewer)


def is_own(viewer: Viewer) -> Q:
    """Those that the viewer made."""
    return Q(candidate__user=viewer.user_id)


def full_for(viewer: Viewer) -> Q:
    """Those that the viewer is shown whole: all of a company for its recruiters and above, else the hiring team's.

    Nobody is the company's side of an own application.
    """
    of_company = Q(Exists(_acting(viewer, READS_APPLICATIONS)))
    of_team = Q(Exists(_hires(viewer))) & Q(Exists(_acting(viewer, READS_TEAM_APPLICATIONS)))
    return _others(viewer) & (of_company | of_team)


def redacted_for(viewer: Viewer) -> Q:
    """Those that the viewer is shown without how to reach the person: those that interviewers of the team read."""
    return _others(viewer) & Q(Exists(_hires(viewer))) & Q(Exists(_acting(viewer, READS_REDACTED)))


def told_status(row: Application) -> str:
    """How an application stands, as far as the person knows."""
    return ApplicationStatus.ACTIVE.value if getattr(row, "is_untold", False) else row.status


def as_own(application: Application, company_id: UUID) -> Application:
    """The row of somebody who has just written it, as `by_id` would show it to them."""
    given = {"company_id": company_id, "is_own": True, "is_full": False, "is_redacted": False, "is_untold": False}
    for name, value in given.items():
        setattr(application, name, value)
    return application


def _others(viewer: Viewer) -> Q:
    return Q(candidate__user__isnull=True) | ~is_own(viewer)


def _acting(viewer: Viewer, roles: Collection[str]) -> QuerySet[Any]:
    return membership.acting(viewer).filter(company=OuterRef("candidate__company_id"), role__in=sorted(roles))


def _hires(viewer: Viewer) -> QuerySet[HiringTeam]:
    return HiringTeam.objects.filter(job=OuterRef("job_id"), user=viewer.user_id)


def untold() -> Q:
    """Those that were declined, and whose person has not been told yet."""
    waiting = RejectionMail.objects.filter(application=OuterRef("pk"), released_at=None, cancelled_at=None)
    return Q(status=ApplicationStatus.REJECTED) & Q(Exists(waiting))


def _yes_or_no(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def rows_for(viewer: Viewer) -> QuerySet[Application]:
    """All applications, each with what the viewer is to it. It is for the caller to say which of them are shown."""
    return Application.objects.defer(*UNREAD).annotate(
        company_id=F("candidate__company_id"),
        is_own=_yes_or_no(is_own(viewer)),
        is_full=_yes_or_no(full_for(viewer)),
        is_redacted=_yes_or_no(redacted_for(viewer)),
        is_untold=_yes_or_no(untold()),
    )


def _own_rows(status: str | None) -> QuerySet[Application]:
    no, yes = Value(value=False), Value(value=True)
    rows = Application.objects.defer(*UNREAD).filter(candidate__user=Given("viewer_id"))
    rows = rows.annotate(
        company_id=F("candidate__company_id"),
        is_own=ExpressionWrapper(yes, output_field=BooleanField()),
        is_full=ExpressionWrapper(no, output_field=BooleanField()),
        is_redacted=ExpressionWrapper(no, output_field=BooleanField()),
        is_untold=_yes_or_no(untold()),
    )
    return _told(rows, status)


def _told(rows: QuerySet[Application], status: str | None) -> QuerySet[Application]:
    """Those of which the person has been told the status."""
    if status is None:
        return rows
    if status == ApplicationStatus.ACTIVE:
        return rows.filter(Q(status=status) | untold())
    return rows.filter(status=status).exclude(untold())


def _listed(viewer: Viewer, where: ApplicationFilter) -> QuerySet[Application]:
    return _kept(viewer, rows_for(viewer).filter(full_for(viewer) | redacted_for(viewer)), where)


def _on_board(viewer: Viewer) -> QuerySet[Application]:
    rows = rows_for(viewer).filter(status__in=[ApplicationStatus.ACTIVE, ApplicationStatus.HIRED])
    return rows.filter(full_for(viewer) | redacted_for(viewer))


def _kept(viewer: Viewer, rows: QuerySet[Application], where: ApplicationFilter) -> QuerySet[Application]:
    if where.status is not None:
        rows = rows.filter(status=where.status)
    if where.needs_review is not None:
        # Whoever is not shown it does not find out by asking for those of which it is true.
        rows = rows.filter(full_for(viewer), needs_review=where.needs_review)
    return rows


_BY_ID = Reading(lambda viewer: rows_for(viewer).filter(readable_by(viewer)))
_LAST_OWN = Reading(lambda: _own_rows(None).order_by("job_id", "-submitted_at", "-pk").distinct("job_id"), by="job_id")
_CONTACTS = Reading(lambda: Candidate.objects.defer("created_at", "updated_at"))


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Application]:
    """Applications by id. The read of another person's is put down in the audit log."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    found = _BY_ID.one(keys, kind_of(viewer), viewer_id=viewer.user_id)
    note(viewer, found.values())
    return found


def note(viewer: Viewer, rows: Iterable[Application]) -> None:
    """Put down that the viewer reads these applications, but for the own ones: a statement for each company."""
    read: dict[UUID, list[tuple[str, object]]] = defaultdict(list)
    for row in rows:
        if not row.is_own:  # type: ignore[attr-defined]  # annotated by `rows_for`
            read[row.company_id].append(("Application", row.pk))  # type: ignore[attr-defined]
    for company_id, targets in read.items():
        note_reads(READ_ACT, by=viewer, targets=targets, company_id=company_id)


def page_of_own(viewer: Viewer, status: str | None, wanted: Slice) -> Page[Application]:
    """One page of what the viewer applied for, the newest first; of one status, as far as the viewer knows it."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return Page()
    return Listing(_own_rows, (status,), NEWEST).page(wanted, viewer_id=viewer.user_id)


def count_of_own(viewer: Viewer, status: str | None) -> int:
    """How many applications the viewer has made; of one status, as far as the viewer knows it."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return 0
    return _told(Application.objects.filter(candidate__user=viewer.user_id), status).count()


def own_of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Application]:
    """The viewer's last application for each job; no statement for nobody."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    return _LAST_OWN.one(keys, viewer_id=viewer.user_id)


def readable_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the jobs whose applications the viewer may read; the others are left out."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    acting = membership.acting(viewer).filter(company=OuterRef("company_id"))
    hires = HiringTeam.objects.filter(job=OuterRef("pk"), user=viewer.user_id)
    of_team = Exists(acting.filter(role__in=sorted(READS_TEAM_APPLICATIONS | READS_REDACTED)))
    readable = Q(Exists(acting.filter(role__in=sorted(READS_APPLICATIONS)))) | (Q(Exists(hires)) & Q(of_team))
    return dict.fromkeys(Job.objects.filter(readable, pk__in=keys).values_list("pk", flat=True), True)


def of_jobs(
    viewer: Viewer, keys: Collection[UUID], *, where: ApplicationFilter, wanted: Slice
) -> dict[UUID, Page[Application]]:
    """A page of each job's applications, the newest first, as far as the viewer may read them."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    listing = Listing(_listed, (kind_of(viewer), where), NEWEST)
    pages = listing.pages(keys, _of_job, wanted, viewer_id=viewer.user_id)
    note(viewer, (row for page in pages.values() for row in page.rows))
    return pages


def of_stages(viewer: Viewer, keys: Collection[int], *, wanted: Slice) -> dict[int, Page[Application]]:
    """A page of the applications in each stage, of those that the viewer may read, who waits longest first.

    Those that were hired stand in their stage; those that ended otherwise stand in none any more.
    """
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    listing = Listing(_on_board, (kind_of(viewer),), LONGEST_WAITING)
    pages = listing.pages(keys, _of_stage, wanted, viewer_id=viewer.user_id)
    note(viewer, (row for page in pages.values() for row in page.rows))
    return pages


def counts_of_jobs(viewer: Viewer, keys: Collection[UUID], *, where: ApplicationFilter) -> dict[UUID, int]:
    """How many applications each job has that the viewer may read; a job without any is left out."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    shown = Application.objects.filter(full_for(viewer) | redacted_for(viewer), job_id__in=keys)
    return dict(_kept(viewer, shown, where).values("job_id").annotate(n=Count("pk")).values_list("job_id", "n"))


def _of_job(key: RawSQL) -> Q:
    return Q(job_id=key)


def _of_stage(key: RawSQL) -> Q:
    return Q(stage_id=key)


def contacts(viewer: Viewer, keys: Collection[tuple[UUID, bool]]) -> dict[tuple[UUID, bool], Contact]:
    """Whom applications are from that the viewer has been shown: by candidate, and by whether it was shown whole."""
    rows = _CONTACTS.one({key for key, _ in keys})
    return {(key, is_full): Contact(rows[key], is_full) for key, is_full in keys if key in rows}


def available(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[str]]:
    """What the viewer may do to each application as it stands; the person is offered nothing that would tell more."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    rows = rows_for(viewer).filter(readable_by(viewer), pk__in=keys).select_related("candidate", "job__company")
    standing, now = membership.standing(viewer), timezone.now()
    return {row.pk: APPLICATION.offered(row, viewer, standing, now) for row in rows}
