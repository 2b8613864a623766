"""Reads of notes on applications. Interviewers read their own ones, and those in which they are mentioned."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.expressions import RawSQL

from accounts.models import User
from accounts.selectors import user as users
from jobs.models import HiringTeam, Membership, Note
from jobs.policies import READS_APPLICATIONS, READS_REDACTED, READS_TEAM_APPLICATIONS
from kernel.reading import Among, Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer


def shown_to(user_id: UUID | Given | None) -> Q:
    """The notes that a user may read, given the scope; none on the user's own applications."""
    member = Membership.objects.filter(
        company=OuterRef("application__job__company_id"), user=user_id, suspended_at__isnull=True
    )
    hires = Q(Exists(HiringTeam.objects.filter(job=OuterRef("application__job_id"), user=user_id)))
    runs_job = Q(Exists(member.filter(role__in=READS_APPLICATIONS)))
    moves_team = hires & Q(Exists(member.filter(role__in=READS_TEAM_APPLICATIONS)))
    interviews = hires & Q(Exists(member.filter(role__in=READS_REDACTED)))
    named = Q(author_id=user_id) | Q(Among(_given(user_id), F("mentioned")))
    is_own = Q(application__candidate__user_id__isnull=False, application__candidate__user_id=user_id)
    return (runs_job | moves_team | (interviews & named)) & ~is_own


def _given(user_id: UUID | Given | None) -> Given | Value:
    return user_id if isinstance(user_id, Given) else Value(user_id, output_field=UUIDField())


def _shown() -> QuerySet[Note]:
    return Note.objects.filter(shown_to(Given("viewer_id")))


_BY_ID = Reading(_shown)
_MENTIONED = Reading(lambda: Note.objects.only("mentioned"))
_OF_APPLICATIONS = Listing(_shown, order=Order("pk", is_descending=True))


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Note]:
    """The notes that the viewer may read."""
    return _BY_ID.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.APPLICATIONS_READ) else {}


def of_applications(viewer: Viewer, keys: Collection[UUID], *, wanted: Slice) -> dict[UUID, Page[Note]]:
    """A page of the notes on each application that the viewer may read, the newest first."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    return _OF_APPLICATIONS.pages(keys, _of_application, wanted, viewer_id=viewer.user_id)


def mentioned(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[User]]:
    """Who is mentioned in each of the notes, which the viewer has been shown."""
    named = {row.pk: row.mentioned for row in _MENTIONED.rows(keys)}
    people = users.named(viewer, {key for found in named.values() for key in found})
    return {key: [people[user] for user in found if user in people] for key, found in named.items()}


def counts_of_applications(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, int]:
    """How many notes on each application the viewer may read."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    rows = Note.objects.filter(shown_to(viewer.user_id), application__in=keys).order_by().values("application_id")
    return dict(rows.annotate(n=Count("pk")).values_list("application_id", "n"))


def _of_application(key: RawSQL) -> Q:
    return Q(application_id=key)
