"""Reads of jobs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, TextChoices
from django.db.models.expressions import RawSQL
from django.utils import timezone

from jobs.models import (
    Category,
    CompensationKind,
    HiringTeam,
    Job,
    JobLifecycle,
    JobModeration,
    JobVisibility,
)
from jobs.models.job import live
from jobs.policies import READS_DRAFTS, READS_TEAM_DRAFTS
from jobs.search.where import JobFilter
from jobs.selectors import membership
from jobs.selectors.job_filter import condition_of, in_categories, in_category, priced, with_skill
from kernel.reading import Given, Reading, kind_of
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import ANONYMOUS, Scope, Viewer

NOW = Given("now")
DESCRIPTION = ("description_source", "description_html", "description_text")
# What lists of jobs read none of: the texts, which are read where they are asked for, and what services keep for
# themselves. Each column costs as much to read as it does to show.
UNREAD = (
    *DESCRIPTION,
    "description_format",
    "content_hash",
    "current_revision",
    "created_at",
    "is_template",
    "moderation",
    "reminded_of",
    "review_comment",
    "scheduled_at",
    "updated_at",
    "version",
    "visibility",
)


class JobOrderField(TextChoices):
    """What jobs can be ordered by."""

    PUBLISHED = "published", "When it last went live"
    PAY = "pay", "What it pays in a year, at most"


@dataclass(frozen=True, slots=True)
class JobOrder:
    """An order of jobs. Pay compares the top of the yearly equivalents within `currency`; unknown pay comes last."""

    field: JobOrderField = JobOrderField.PUBLISHED
    is_descending: bool = True
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class JobReference:
    """A company's own reference to a posting."""

    company_slug: str
    reference: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Description:
    """What a posting or a company says, sanitised for showing and without mark-up."""

    html: str
    text: str


def next_change(after: datetime) -> datetime | None:
    """When time alone will next make a job `live`, or end one; None where nothing is to come. Two index probes."""
    published = Job.objects.filter(lifecycle=JobLifecycle.PUBLISHED)
    shown = published.filter(moderation__in=[JobModeration.CLEAR, JobModeration.FLAGGED])
    starts = shown.filter(published_at__gt=after).order_by("published_at", "pk").values_list("published_at", flat=True)
    ends = published.filter(expires_at__gt=after).order_by("expires_at").values_list("expires_at", flat=True)
    return min(filter(None, (starts.first(), ends.first())), default=None)


def visible_to(viewer: Viewer, now: Given | None = None) -> Q:
    """What a viewer may read by its id: live postings, those of `own_to` the viewer, and for platform staff all."""
    if viewer.is_staff:
        return Q()
    return live(now) | own_to(viewer) if viewer.allows(Scope.JOBS_READ) else live(now)


def own_to(viewer: Viewer) -> Q:
    """Jobs that the viewer works on: all of a company for its recruiters and above, else those of the hiring team."""
    member = membership.acting(viewer).filter(company=OuterRef("company_id"))
    hires = HiringTeam.objects.filter(job=OuterRef("pk"), user=viewer.user_id)
    on_team = Q(Exists(hires)) & Q(Exists(member.filter(role__in=READS_TEAM_DRAFTS)))
    return Q(Exists(member.filter(role__in=READS_DRAFTS))) | on_team


def _rows() -> QuerySet[Job]:
    """Jobs without their long texts."""
    return Job.objects.defer(*UNREAD)


def _listed(where: JobFilter | None, now: Given | None = None) -> QuerySet[Job]:
    queryset = _rows().filter(live(now), visibility=JobVisibility.PUBLIC)
    return queryset.filter(condition_of(where)) if where else queryset


def _paid(where: JobFilter | None, now: Given, currency: str | None) -> QuerySet[Job]:
    in_currency = Q(compensations__kind=CompensationKind.BASE, compensations__currency=currency)
    return _listed(where, now).annotate(base=FilteredRelation("compensations", condition=in_currency))


def _listing(where: JobFilter | None, order: JobOrder) -> Listing[Job]:
    where = priced(where)
    if order.field is JobOrderField.PUBLISHED:
        return Listing(_listed, (where, NOW), Order("published_at", order.is_descending))
    by_pay = Order("base__top_yearly_minor", order.is_descending, is_nullable=True)
    return Listing(_paid, (where, NOW, order.currency), by_pay)


def page(where: JobFilter | None, order: JobOrder, wanted: Slice) -> Page[Job]:
    """One page of the live, public jobs that a filter keeps."""
    return _listing(where, order).page(wanted, now=timezone.now())


def count(where: JobFilter | None) -> int:
    """How many live, public jobs a filter keeps."""
    return _listed(where).count()


def of_companies(
    viewer: Viewer, keys: Collection[UUID], *, where: JobFilter | None, order: JobOrder, wanted: Slice
) -> dict[UUID, Page[Job]]:
    """A page of each company's live, public jobs."""
    return _listing(where, order).pages(keys, _of_company, wanted, now=timezone.now())


def _of_company(key: RawSQL) -> Q:
    return Q(company_id=key)


def of_skills(
    viewer: Viewer, keys: Collection[int], *, where: JobFilter | None, order: JobOrder, wanted: Slice
) -> dict[int, Page[Job]]:
    """A page of the live, public jobs that ask for each skill."""
    return _listing(where, order).pages(keys, with_skill, wanted, now=timezone.now())


def of_categories(
    viewer: Viewer, keys: Collection[int], *, where: JobFilter | None, order: JobOrder, wanted: Slice
) -> dict[int, Page[Job]]:
    """A page of the live, public jobs in each category or below it."""
    return _listing(where, order).pages(keys, in_category, wanted, now=timezone.now())


def counts_of_companies(viewer: Viewer, keys: Collection[UUID], *, where: JobFilter | None) -> dict[UUID, int]:
    """How many live, public jobs each company has; a company without any is left out."""
    rows = _listed(where).filter(company_id__in=keys).order_by().values("company_id").annotate(n=Count("pk"))
    return dict(rows.values_list("company_id", "n"))


def counts_of_skills(viewer: Viewer, keys: Collection[int], *, where: JobFilter | None) -> dict[int, int]:
    """How many live, public jobs ask for each skill; a skill that none asks for is left out."""
    rows = _listed(where).filter(job_skills__skill__in=keys).order_by()
    counted = rows.annotate(asked=F("job_skills__skill")).values("asked").annotate(n=Count("pk"))
    return dict(counted.values_list("asked", "n"))


def counts_of_categories(viewer: Viewer, keys: Collection[int], *, where: JobFilter | None) -> dict[int, int]:
    """How many live, public jobs each category holds, its subtree included."""
    rows = _listed(where).filter(in_categories(tuple(keys))).order_by().values("category__path").annotate(n=Count("pk"))
    counted = list(rows.values_list("category__path", "n"))
    paths = Category.objects.filter(pk__in=keys).values_list("pk", "path")
    return {key: sum(n for path, n in counted if path.startswith(root)) for key, root in paths}


def _reader(viewer: Viewer) -> Viewer:
    """The shape of what the viewer may read: a key that is not for jobs reads what everybody does."""
    return kind_of(viewer if viewer.allows(Scope.JOBS_READ) else ANONYMOUS)


def _visible(viewer: Viewer) -> QuerySet[Job]:
    return _rows().filter(visible_to(viewer, NOW))


_BY_ID = Reading(_visible)
_LISTED = Reading(lambda: _listed(None, NOW))
_BY_PUBLIC_ID = Reading(_visible, by="public_id")
_DESCRIPTIONS = Reading(lambda: Job.objects.only("description_html", "description_text"))


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Job]:
    """Jobs by id."""
    return _BY_ID.one(keys, _reader(viewer), viewer_id=viewer.user_id, now=timezone.now())


def listed_by_id(keys: Collection[UUID]) -> dict[UUID, Job]:
    """Those of the jobs that lists may show: live and public."""
    return _LISTED.one(keys, now=timezone.now())


def by_slug(viewer: Viewer, keys: Collection[str]) -> dict[str, Job]:
    """Jobs by slug, of which only the public id at the tail counts: the words before it change with the title."""
    public_ids = {key: key.rsplit("-", 1)[-1] for key in keys}
    found = _BY_PUBLIC_ID.one(public_ids.values(), _reader(viewer), viewer_id=viewer.user_id, now=timezone.now())
    return {key: found[public_id] for key, public_id in public_ids.items() if public_id in found}


def by_reference(viewer: Viewer, keys: Collection[JobReference]) -> dict[JobReference, Job]:
    """Jobs by their company's own reference."""
    wanted = Q(pk__in=[])
    for key in keys:
        wanted |= Q(company__slug=key.company_slug, external_reference=key.reference, language=key.language)
    jobs = _rows().filter(visible_to(viewer), wanted).exclude(external_reference="").select_related("company")
    return {JobReference(job.company.slug, job.external_reference, job.language): job for job in jobs}


def descriptions(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Description]:
    """The long texts of jobs that the viewer has been shown.

    It does not ask again who may see them: a job that ended a moment ago would have no text, which no job may lack.
    """
    found = _DESCRIPTIONS.one(keys)
    return {key: Description(job.description_html, job.description_text) for key, job in found.items()}
