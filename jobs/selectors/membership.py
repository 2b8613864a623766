"""Who acts for which company, and who is asked to."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from accounts.models import User, UserKind
from jobs import policies
from jobs.models import Company, CompanyStatus, HiringTeam, Membership
from kernel.reading import Given, Reading
from kernel.rows import Listing, Page, Slice
from kernel.viewer import Scope, Viewer

MAX_MEMBERSHIPS = 100
PEOPLE = Q(user__kind=UserKind.PERSON)
COMPANY_TEXTS = ("description_source", "description_html", "description_text")


def acting(viewer: Viewer) -> QuerySet[Membership]:
    """The memberships by which the viewer may do anything: none that is suspended, and none for nobody."""
    return Membership.objects.filter(user=viewer.user_id, suspended_at__isnull=True)


def roles(viewer: Viewer) -> dict[UUID, str]:
    """The viewer's role in each of the viewer's companies, by company id. One query; none for nobody."""
    if viewer.user_id is None:
        return {}
    return dict(acting(viewer).values_list("company_id", "role"))


def standing(viewer: Viewer) -> policies.Standing:
    """What the viewer is in hiring. One query; another for those who work on some jobs only."""
    held = roles(viewer)
    if not any(role in policies.READS_TEAM_DRAFTS for role in held.values()):
        return policies.Standing(held)
    teams = HiringTeam.objects.filter(user=viewer.user_id, job__company_id__in=held)
    return policies.Standing(held, frozenset(teams.values_list("job_id", flat=True)))


def team_readable(viewer: Viewer, company_ids: Collection[UUID]) -> list[UUID]:
    """Those of the companies whose team the viewer may see. One query; none where the viewer's kind decides."""
    if not viewer.allows(Scope.COMPANY_READ):
        return []
    if policies.is_platform_admin(viewer):
        return list(company_ids)
    mine = dict(acting(viewer).filter(company_id__in=company_ids).values_list("company_id", "role"))
    return [key for key in company_ids if policies.may_read_members(viewer, mine, Company(pk=key))]


def domains_readable(viewer: Viewer, company_ids: Collection[UUID]) -> list[UUID]:
    """Those of the companies whose domains the viewer may see."""
    if not viewer.allows(Scope.COMPANY_READ):
        return []
    mine = dict(acting(viewer).filter(company_id__in=company_ids).values_list("company_id", "role"))
    return [key for key in company_ids if policies.may_read_keys(viewer, mine, Company(pk=key))]


def visible_to(viewer: Viewer) -> Q:
    """The own memberships, and those of the companies whose team the viewer may see."""
    return PEOPLE if policies.is_platform_admin(viewer) else PEOPLE & _shown_to(viewer.user_id)


def _shown_to(user_id: UUID | Given | None) -> Q:
    colleague = Membership.objects.filter(
        company=OuterRef("company_id"), user=user_id, suspended_at__isnull=True, role__in=policies.READS_MEMBERS
    )
    return Q(user=user_id) | Q(Exists(colleague))


def _members() -> QuerySet[Membership]:
    """Of people; a company's programs are not its team."""
    texts = (f"company__{column}" for column in COMPANY_TEXTS)
    rows = Membership.objects.select_related("company__industry", "company__headquarters__country")
    return rows.defer(*texts).filter(PEOPLE)


def _visible(sees_all: bool) -> QuerySet[Membership]:
    return _members() if sees_all else _members().filter(_shown_to(Given("viewer_id")))


def _own() -> QuerySet[Membership]:
    by_name = Window(RowNumber(), partition_by=F("user_id"), order_by=("company__name", "pk"))
    # Of a company that is hidden from the public only those know who may act for it.
    shown = _members().filter(Q(suspended_at__isnull=True) | Q(company__status=CompanyStatus.ACTIVE))
    return shown.annotate(place=by_name).filter(place__lte=MAX_MEMBERSHIPS).order_by("place")


_BY_ID = Reading(_visible)
_OWN = Reading(_own, by="user_id")
_OF_COMPANY = Listing(_members)
_PEOPLE = Reading(lambda: User.objects.only("email"))


def by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Membership]:
    """Memberships by id, with their company."""
    if not viewer.allows(Scope.COMPANY_READ):
        return {}
    return _BY_ID.one(keys, policies.is_platform_admin(viewer), viewer_id=viewer.user_id)


def own(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Membership]]:
    """The memberships of people, with their company; a person sees only the own ones."""
    if viewer.user_id is None or viewer.user_id not in keys or not viewer.allows(Scope.COMPANY_READ):
        return {}
    return {viewer.user_id: _OWN.rows([viewer.user_id])}


def of_companies(viewer: Viewer, keys: Collection[UUID], *, wanted: Slice) -> dict[UUID, Page[Membership]]:
    """A page of each company's members, who came first before who came later; no page where they are not shown."""
    return _OF_COMPANY.pages(team_readable(viewer, keys), _of_company, wanted)


def counts_of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, int]:
    """How many members each company has, where the viewer may see them."""
    rows = Membership.objects.filter(PEOPLE, company_id__in=team_readable(viewer, keys)).values("company_id")
    return dict(rows.annotate(n=Count("pk")).values_list("company_id", "n"))


def _of_company(key: RawSQL) -> Q:
    return Q(company_id=key)


def emails(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, str]:
    """The addresses of people in memberships that the viewer has been shown."""
    return {key: user.email for key, user in _PEOPLE.one(keys).items()}


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the companies whose team the viewer may see; the others are left out."""
    return dict.fromkeys(team_readable(viewer, keys), True)


def domains_shown(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the companies whose domains the viewer may see; the others are left out."""
    return dict.fromkeys(domains_readable(viewer, keys), True)
