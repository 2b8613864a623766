"""What an import hands over: postings as a source tells them, and the terms on which they go in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from jobs.models import Necessity, RowFate
from jobs.services.company import Employers

# Fields of a job that may be inferred from its title and text where the source does not state them.
GUESSABLE = frozenset(
    {
        "benefits",
        "category",
        "education",
        "employment_types",
        "language",
        "occupation",
        "seniority",
        "visa",
        "workplace",
    }
)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the posting's words and, where they were recognised, as a place or at least a country."""

    text: str
    place_id: int | None = None
    country: str = ""
    is_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Pay:
    """Base pay in minor units of the currency. `text` is what was read, where that was words."""

    currency: str
    period: str
    min_minor: int | None
    max_minor: int | None
    text: str = ""
    is_guessed: bool = False


class AskedSkill(NamedTuple):
    """A skill by its key. It is guessed where a text mentions it, stated where the source lists it."""

    skill_id: int
    necessity: Necessity
    is_guessed: bool = False


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
    benefits: tuple[str, ...] = ()
    visa: str = ""
    locations: tuple[Location, ...] = ()
    remote_from: tuple[tuple[str, str], ...] = ()  # (country, region code or empty for all of it)
    pay: Pay | None = None
    skills: tuple[AskedSkill, ...] = ()
    guessed: tuple[str, ...] = ()  # which of GUESSABLE no source states, in alphabetical order
    # Where in the source it stands; no part of what it says.
    position: int | None = field(default=None, compare=False)
    document: str = field(default="", compare=False)
    said: tuple[tuple[str, str], ...] = ()  # key and words of what was interpreted: ("seniority", "Staff")
    published_at: datetime | None = None
    expires_at: datetime | None = None


Fate = RowFate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one posting; where it failed, why, and because of which field; else what it changed."""

    fate: RowFate
    reason: str = ""
    field: str = ""
    job_id: UUID | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """Under what name and terms a batch goes in. With `live_days` a posting that has ended is live from `now` again.

    `run_id` is the run that keeps account of each row, `actor_id` the person who writes, where it is one.
    """

    source: str
    now: datetime
    employers: Employers
    run_id: int | None = None
    actor_id: UUID | None = None
    live_days: int | None = None
    is_dry_run: bool = False
