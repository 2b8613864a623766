"""What an import hands over: postings as a source tells them, and the terms on which they go in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jobs.models import Necessity
from jobs.services.company import Employers


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the posting's words and, where they were recognised, as a place or at least a country."""

    text: str
    place_id: int | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Pay:
    """Base pay in minor units of the currency."""

    currency: str
    period: str
    min_minor: int | None
    max_minor: int | None


@dataclass(frozen=True, slots=True)
class Posting:
    """What one source says of one posting. Dates are None where it says none."""

    company: str
    reference: str
    title: str
    language: str = "en"
    url: str = ""
    description: str = ""
    description_format: str = "text"
    category_id: int | None = None
    occupation_id: int | None = None
    employment_types: tuple[str, ...] = ()
    workplace: str = ""
    seniority: str = ""
    education: str = ""
    locations: tuple[Location, ...] = ()
    remote_from: tuple[tuple[str, str], ...] = ()  # (country, region code or empty for all of it)
    pay: Pay | None = None
    skills: tuple[tuple[int, Necessity], ...] = ()
    published_at: datetime | None = None
    expires_at: datetime | None = None


class Fate(StrEnum):
    """What became of a posting."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one posting; where it failed, why, and because of which field."""

    fate: Fate
    reason: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """Under what name and terms a batch goes in. With `live_days` a posting that has ended is live from `now` again."""

    source: str
    now: datetime
    employers: Employers
    run_id: int | None = None
    live_days: int | None = None
    is_dry_run: bool = False
