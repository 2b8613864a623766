"""What a list of jobs, or a search, may be filtered by, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jobs.models import Necessity, PayPeriod

MAX_RADIUS_KM = 1000


@dataclass(frozen=True, slots=True)
class Near:
    """Within a radius of a point; with `or_remote_for`, also jobs that can be done remotely from that country."""

    latitude: float
    longitude: float
    radius_km: float = 50
    or_remote_for: str | None = None


@dataclass(frozen=True, slots=True)
class SkillMatch:
    """Jobs that ask for all of some skills, and for at least one of others."""

    all_of: tuple[int, ...] = ()
    any_of: tuple[int, ...] | None = None
    necessity: Necessity | None = None


@dataclass(frozen=True, slots=True)
class PayFloor:
    """Pay of at least `amount_minor` a `period`, compared with the top of each job's range, in one currency."""

    amount_minor: int
    currency: str
    period: PayPeriod = PayPeriod.YEAR
    include_unspecified: bool = True


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Remote jobs for somebody in a time zone, who shares so many hours of an eight-hour day with those allowed.

    A job that names a window of UTC offsets has to have one no further from the zone's than `8 - overlap_hours` hours;
    one that names none is kept.
    """

    timezone: str
    overlap_hours: int = 8


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    all_of: tuple["JobFilter", ...] | None = None
    any_of: tuple["JobFilter", ...] | None = None
    none_of: "JobFilter | None" = None
    categories: tuple[int, ...] | None = None
    companies: tuple[UUID, ...] | None = None
    places: tuple[int, ...] | None = None
    countries: tuple[str, ...] | None = None
    near: Near | None = None
    remote_for: str | None = None
    workplaces: tuple[str, ...] | None = None
    employment_types: tuple[str, ...] | None = None
    seniorities: tuple[str, ...] | None = None
    education: tuple[str, ...] | None = None
    skills: SkillMatch | None = None
    pay: PayFloor | None = None
    published_since: datetime | None = None
    excluded_companies: tuple[UUID, ...] | None = None
    company_sizes: tuple[str, ...] | None = None
    is_company_verified: bool | None = None
    benefits: tuple[str, ...] | None = None  # all of them
    visa: tuple[str, ...] | None = None
    hours: WorkingHours | None = None
