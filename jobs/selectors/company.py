"""Reads of companies."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils import timezone

from jobs.models import Company, CompanyStatus, Industry, Job, JobVisibility, Place, SlugHistory
from jobs.selectors import membership
from jobs.selectors.job import DESCRIPTION, NOW, Description, live
from kernel.caching import Entities
from kernel.reading import Given, Reading, kind_of
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import ANONYMOUS, Scope, Viewer


class CompanyOrderField(TextChoices):
    """What companies can be ordered by."""

    NAME = "name", "Its name, capitals before small letters"
    CREATED = "created_at", "When it came to the board"


@dataclass(frozen=True, slots=True)
class CompanyOrder:
    """An order of companies."""

    field: CompanyOrderField = CompanyOrderField.NAME
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class CompanyFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    name_starts_with: str | None = None
    industries: tuple[int, ...] | None = None
    kinds: tuple[str, ...] | None = None
    size_bands: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    is_hiring: bool | None = None
    is_verified: bool | None = None

    def condition(self, now: Given | None = None) -> Q:
        """The rows of Company that the filter keeps."""
        kept = Q()
        if self.name_starts_with is not None:
            kept &= Q(name__istartswith=self.name_starts_with)
        if self.industries is not None:
            kept &= Q(industry_id__in=self.industries)
        if self.kinds is not None:
            kept &= Q(kind__in=self.kinds)
        if self.size_bands is not None:
            kept &= Q(size_band__in=self.size_bands)
        if self.countries is not None:
            kept &= Q(headquarters__country_id__in=self.countries)
        if self.is_hiring is not None:
            shown = Exists(Job.objects.filter(live(now), company=OuterRef("pk"), visibility=JobVisibility.PUBLIC))
            kept &= Q(shown) if self.is_hiring else ~Q(shown)
        if self.is_verified is not None:
            kept &= Q(verified_at__isnull=not self.is_verified)
        return kept


def visible_to(viewer: Viewer) -> Q:
    """Active companies, the viewer's own ones, and for platform staff all."""
    if viewer.is_staff:
        return Q()
    active = Q(status=CompanyStatus.ACTIVE)
    if not viewer.allows(Scope.COMPANY_READ):
        return active
    return active | Q(Exists(membership.acting(viewer).filter(company=OuterRef("pk"))))


def _rows() -> QuerySet[Company]:
    return Company.objects.select_related("industry", "headquarters__country").defer(*DESCRIPTION)


def _listed(where: CompanyFilter | None, now: Given | None = None) -> QuerySet[Company]:
    queryset = _rows().filter(status=CompanyStatus.ACTIVE)
    return queryset.filter(where.condition(now)) if where else queryset


def page(where: CompanyFilter | None, order: CompanyOrder, wanted: Slice) -> Page[Company]:
    """One page of the active companies that a filter keeps."""
    listing = Listing(_listed, (where, NOW), Order(order.field, order.is_descending))
    return listing.page(wanted, now=timezone.now())


def count(where: CompanyFilter | None) -> int:
    """How many active companies a filter keeps."""
    return _listed(where).count()


def _reader(viewer: Viewer) -> Viewer:
    """The shape of what the viewer may read: a key that is not for companies reads what everybody does."""
    return kind_of(viewer if viewer.allows(Scope.COMPANY_READ) else ANONYMOUS)


def _visible(viewer: Viewer) -> QuerySet[Company]:
    return _rows().filter(visible_to(viewer))


_BY_ID = Reading(_visible)
_BY_SLUG = Reading(_visible, by="slug")
_OF_JOBS = Reading(_rows)
_DESCRIPTIONS = Reading(
    lambda: Company.objects.only("description_html", "description_text").exclude(description_text="")
)
_OF_JOBS_KEPT: Entities[UUID, Company] = Entities(Company, Industry, Place, most=2_000)


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Company]:
    """Companies by id, with industry and headquarters."""
    return _BY_ID.one(keys, _reader(viewer), viewer_id=viewer.user_id)


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Company]:
    """The companies, by id, of jobs that the viewer has been shown: whoever sees a job sees whose it is."""
    return _OF_JOBS_KEPT.through(keys, _OF_JOBS.one)


def by_slug(viewer: Viewer, keys: Collection[str]) -> dict[str, Company]:
    """Companies by slug, or by one that they had before."""
    found = _BY_SLUG.one(keys, _reader(viewer), viewer_id=viewer.user_id)
    missing = [key for key in keys if key not in found]
    if missing:
        moved = dict(
            SlugHistory.objects.filter(slug__in=missing, company__isnull=False).values_list("slug", "company_id")
        )
        companies = by_id(viewer, set(moved.values())) if moved else {}
        found |= {slug: companies[key] for slug, key in moved.items() if key in companies}
    return found


def descriptions(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Description]:
    """The long texts, where there are any, of companies that the viewer has been shown."""
    found = _DESCRIPTIONS.one(keys)
    return {key: Description(row.description_html, row.description_text) for key, row in found.items()}


def logo_url(company: Company) -> str | None:
    """Where the company's logo is, for everybody; None where it has none."""
    return default_storage.url(company.logo) if company.logo else None
