"""Reads of invitations: by the company that sent them, and by the person whom they are for."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from jobs import policies
from jobs.models import Invitation, Membership
from jobs.selectors.membership import COMPANY_TEXTS, team_readable
from kernel.reading import Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer

MOST_OF_PERSON = 100
OPEN = Q(accepted_at__isnull=True, declined_at__isnull=True, revoked_at__isnull=True)


def _rows() -> QuerySet[Invitation]:
    texts = (f"company__{column}" for column in COMPANY_TEXTS)
    rows = Invitation.objects.select_related("company__industry", "company__headquarters__country")
    return rows.defer(*texts, "token_hash", "updated_at")


def _sent_to(user_id: UUID | Given | None) -> Q:
    """What is open and for the address that the person has shown to be their own."""
    owner = User.objects.filter(Q(pk=user_id), email=OuterRef("email"), email_verified_at__isnull=False)
    return OPEN & Q(Exists(owner))


def _shown_to(user_id: UUID | Given | None) -> Q:
    reader = Membership.objects.filter(
        company=OuterRef("company_id"), user=user_id, suspended_at__isnull=True, role__in=policies.READS_MEMBERS
    )
    return _sent_to(user_id) | Q(Exists(reader))


def visible_to(viewer: Viewer) -> Q:
    """Those of the companies whose team the viewer may see, and the open ones for the viewer's verified address."""
    return Q() if policies.is_platform_admin(viewer) else _shown_to(viewer.user_id)


def _visible(sees_all: bool) -> QuerySet[Invitation]:
    return _rows() if sees_all else _rows().filter(_shown_to(Given("viewer_id")))


_BY_ID = Reading(_visible)
_OF_COMPANY = Listing(_rows, order=Order("pk", is_descending=True))


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Invitation]:
    """Invitations by id, with their company."""
    if not viewer.allows(Scope.COMPANY_READ):
        return {}
    return _BY_ID.one(keys, policies.is_platform_admin(viewer), viewer_id=viewer.user_id)


def received(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Invitation]]:
    """The open invitations of the person who asks, the newest first. Of nobody else, and only to a verified address."""
    if viewer.user_id is None or viewer.user_id not in keys or not viewer.allows(Scope.COMPANY_READ):
        return {}
    own_address = User.objects.filter(pk=viewer.user_id, email_verified_at__isnull=False).values("email")
    rows = _rows().filter(OPEN, email__in=own_address, expires_at__gt=timezone.now()).order_by("-pk")
    return {viewer.user_id: list(rows[:MOST_OF_PERSON])}


def of_companies(viewer: Viewer, keys: Collection[UUID], *, wanted: Slice) -> dict[UUID, Page[Invitation]]:
    """A page of each company's invitations, the newest first; no page where they are not shown."""
    return _OF_COMPANY.pages(team_readable(viewer, keys), _of_company, wanted)


def counts_of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, int]:
    """How many invitations each company has sent, where the viewer may see them."""
    rows = Invitation.objects.filter(company_id__in=team_readable(viewer, keys)).order_by().values("company_id")
    return dict(rows.annotate(n=Count("pk")).values_list("company_id", "n"))


def _of_company(key: RawSQL) -> Q:
    return Q(company_id=key)
