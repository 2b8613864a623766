"""What a list of jobs, or a search, may be filtered by, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import TextChoices
from django.utils import timezone as clock

from jobs.models import Necessity, PayPeriod
from jobs.models.pay import YEARLY_FACTORS
from kernel.errors import Invalid

MAX_RADIUS_KM = 1000
WORKDAY_HOURS = 8
# UTC offsets on earth, in minutes; those that a job may name.
WESTERNMOST, EASTERNMOST = -720, 840


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
    """Pay of at least `amount_minor` a `period`, compared with the top of each job's range.

    Within the currency amounts compare as they are, with others by the newest exchange rates; a currency without a rate
    compares with itself alone.
    """

    amount_minor: int
    currency: str
    period: PayPeriod = PayPeriod.YEAR
    include_unspecified: bool = True
    least: tuple[tuple[str, int], ...] | None = None
    """What it comes to in each currency, in minor units a year, once `jobs.selectors.job_filter.priced` has looked."""

    @property
    def yearly_minor(self) -> int:
        """What it comes to in a year."""
        return self.amount_minor * YEARLY_FACTORS[self.period]


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Remote jobs for somebody at a UTC offset, who shares so many hours of an eight-hour day with those allowed.

    A job that names a window of UTC offsets has to have one no further from this one than `8 - overlap_hours` hours,
    around the globe; one that names none is kept.
    """

    offset_minutes: int
    overlap_hours: int = WORKDAY_HOURS

    @classmethod
    def of(cls, timezone: str, overlap_hours: int = WORKDAY_HOURS) -> "WorkingHours":
        """Those of an IANA time zone, with the offset that it has now. Raises `Invalid` for a zone that is none."""
        if not 1 <= overlap_hours <= WORKDAY_HOURS:
            raise Invalid(f"Must be from 1 to {WORKDAY_HOURS}.", field="overlap_hours")
        if timezone not in _zones():
            raise Invalid("There is no such time zone: one is called like Europe/Berlin.", field="timezone")
        offset = clock.now().astimezone(ZoneInfo(timezone)).utcoffset()
        assert offset is not None
        return cls(round(offset.total_seconds() / 60), overlap_hours)

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """Offsets, from and to, of which a job's window has to hold one. A day further round is the same hour."""
        slack = (WORKDAY_HOURS - self.overlap_hours) * 60
        west, east = self.offset_minutes - slack, self.offset_minutes + slack
        turned = ((west + turn, east + turn) for turn in (0, -1440, 1440))
        return tuple((west, east) for west, east in turned if west <= EASTERNMOST and east >= WESTERNMOST)


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


class HiddenKind(TextChoices):
    """What somebody who searches may not want to find again."""

    SEEN = "seen", "What they opened, of the last two thousand times"
    SAVED = "saved", "What they keep for later"
    DISMISSED = "dismissed", "What they dismissed, and what says the same"
    APPLIED = "applied", "What they applied to"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a person's own is left out of what they find."""

    user_id: UUID
    kinds: tuple[HiddenKind, ...]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
