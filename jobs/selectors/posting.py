"""Reads of what hangs on jobs: places, pay, skills, eligibility, sources and revisions, for many jobs at once.

Each selector takes jobs that the viewer has been shown, and does not ask again who may see them: whoever sees a job
sees what hangs on it. So nothing but a job may lead here, and `tests/jobs/selectors/test_visibility.py` sees to it.
"""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db.models import Case, F, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from jobs.models import (
    Compensation,
    CompensationKind,
    JobLocation,
    JobRevision,
    JobSkill,
    RemoteEligibility,
    SourcePosting,
)
from jobs.selectors import taxonomy
from kernel.caching import in_transaction
from kernel.reading import Reading, attach
from kernel.viewer import Viewer

MAX_REVISIONS = 50
MAX_SOURCES = 20


def _sources() -> QuerySet[SourcePosting]:
    age = Window(RowNumber(), partition_by=F("job_id"), order_by=(F("first_seen_at"), F("pk")))
    rows = SourcePosting.objects.defer("said").annotate(age=age).filter(age__lte=MAX_SOURCES)
    return rows.order_by("first_seen_at", "pk")


def _revisions() -> QuerySet[JobRevision]:
    age = Window(RowNumber(), partition_by=F("job_id"), order_by=F("number").desc())
    return JobRevision.objects.defer("content").annotate(age=age).filter(age__lte=MAX_REVISIONS).order_by("-number")


def _locations(is_joined: bool) -> QuerySet[JobLocation]:
    rows = JobLocation.objects.order_by("-is_primary", "position")
    if is_joined:
        return rows.select_related("place__country", "country")
    return rows.only("place_id", "country_id", "text", "is_guessed", "is_primary")


def _compensations(is_joined: bool) -> QuerySet[Compensation]:
    base_first = Case(When(kind=CompensationKind.BASE, then=Value(0)), default=Value(1))
    rows = Compensation.objects.order_by(base_first, "pk")
    return rows.select_related("currency") if is_joined else rows


def _skills(is_joined: bool) -> QuerySet[JobSkill]:
    rows = JobSkill.objects.order_by("-necessity", "skill__name", "pk")
    return rows.select_related("skill") if is_joined else rows.only("skill_id", "necessity", "level", "is_guessed")


# What they lead to is joined inside a transaction; outside of one, the process has most of it already.
_LOCATIONS = Reading(_locations, by="job_id", adds=("place", "country"))
_COMPENSATIONS = Reading(_compensations, by="job_id", adds=("currency",))
_SKILLS = Reading(_skills, by="job_id", adds=("skill",))
_REMOTE_ELIGIBILITY = Reading(
    lambda: RemoteEligibility.objects.select_related("country").order_by("country__name", "region_code"), by="job_id"
)
_SOURCES = Reading(_sources, by="job_id")
_REVISIONS = Reading(_revisions, by="job_id")


def locations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobLocation]]:
    """The places of each job with their country, the primary one first."""
    if in_transaction():
        return _LOCATIONS.many(keys, True)
    found = _LOCATIONS.many(keys, False)
    attach(found.values(), "place", "place_id", partial(taxonomy.places_by_id, viewer))
    attach(found.values(), "country", "country_id", partial(taxonomy.countries_by_code, viewer))
    return found


def compensations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Compensation]]:
    """The components of each job's pay with their currency, the base first."""
    if in_transaction():
        return _COMPENSATIONS.many(keys, True)
    found = _COMPENSATIONS.many(keys, False)
    attach(found.values(), "currency", "currency_id", partial(taxonomy.currencies_by_code, viewer), is_required=True)
    return found


def skills(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobSkill]]:
    """The skills each job asks for, the required ones first, by name."""
    if in_transaction():
        return _SKILLS.many(keys, True)
    found = _SKILLS.many(keys, False)
    attach(found.values(), "skill", "skill_id", partial(taxonomy.skills_by_id, viewer), is_required=True)
    return found


def remote_eligibility(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[RemoteEligibility]]:
    """The countries from which each remote job may, or may not, be done."""
    return _REMOTE_ELIGIBILITY.many(keys)


def sources(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[SourcePosting]]:
    """Where each job was found, oldest first; at most the first `MAX_SOURCES`."""
    return _SOURCES.many(keys)


def revisions(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[JobRevision]]:
    """What changed in each job and when, newest first; at most the last `MAX_REVISIONS`."""
    return _REVISIONS.many(keys)
