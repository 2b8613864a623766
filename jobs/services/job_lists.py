"""The lists of a posting as people write them: places, rules of remote work, pay and skills.

Each is read into rows that are not saved yet; a refusal is an `Invalid` that names the entry and its part.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models

from jobs.models import (
    Compensation,
    CompensationKind,
    JobLocation,
    JobSkill,
    Necessity,
    PayPeriod,
    RemoteEligibility,
)
from jobs.models.pay import MAX_MINOR
from jobs.selectors import taxonomy
from jobs.services import profile_values as values
from kernel.errors import Invalid

MOST_LOCATIONS, MOST_SKILLS, MOST_COUNTRIES = 50, 100, 300
LONGEST_PLACE, LONGEST_REGION = 300, 20
HIGHEST_LEVEL = 5

type Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What of the rows that postings point at is there; of places their countries."""

    categories: Collection[int] = ()
    occupations: Collection[int] = ()
    skills: Collection[int] = ()
    places: Mapping[int, str] = field(default_factory=dict)
    countries: Collection[str] = ()


def _places(entries: Sequence[Fields], path: str, known: Known) -> list[JobLocation]:
    rows: list[JobLocation] = []
    for number, entry in enumerate(entries):
        place = entry.get("place")
        text = values.text(entry.get("text"), f"{path}.{number}.text", longest=LONGEST_PLACE)
        if place is not None and place not in known.places:
            raise Invalid("There is none with this id.", field=f"{path}.{number}.place")
        if place is None and not text:
            raise Invalid("A place says where it is, or in words.", field=f"{path}.{number}.text")
        if any((row.place_id, row.text) == (place, text) or (place and row.place_id == place) for row in rows):
            raise Invalid("An entry above says this already.", field=f"{path}.{number}")
        country = known.places[place] if place is not None else None
        rows.append(JobLocation(place_id=place, country_id=country, text=text, is_primary=number == 0, position=number))
    return rows


def _remote_rules(entries: Sequence[Fields], path: str, known: Known) -> list[RemoteEligibility]:
    rows: list[RemoteEligibility] = []
    for number, entry in enumerate(entries):
        country = entry["country"]
        if country not in known.countries:
            raise Invalid(f"There is no country {country}.", field=f"{path}.{number}.country")
        region = values.text(entry.get("region_code"), f"{path}.{number}.region_code", longest=LONGEST_REGION)
        is_allowed = entry.get("is_allowed", True) is not False
        if any((row.country_id, row.region_code) == (country, region) for row in rows):
            raise Invalid("An entry above says this already.", field=f"{path}.{number}")
        rows.append(RemoteEligibility(country_id=country, region_code=region, is_allowed=is_allowed))
    return rows


def _pay(entries: Sequence[Fields], path: str, known: Known) -> list[Compensation]:
    rows: list[Compensation] = []
    for number, entry in enumerate(entries):
        here = f"{path}.{number}"
        kind = values.choice(
            entry.get("kind"), f"{here}.kind", among=CompensationKind.values, default=CompensationKind.BASE
        )
        if any(row.kind == kind for row in rows):
            raise Invalid("An entry above says this already.", field=f"{here}.kind")
        period = values.choice(entry.get("period"), f"{here}.period", among=PayPeriod.values, default=PayPeriod.YEAR)
        digits = taxonomy.currency_digits(entry["currency"], field=f"{here}.currency")
        least = _minor(entry.get("min"), digits, f"{here}.min")
        most = _minor(entry.get("max"), digits, f"{here}.max")
        if least is None and most is None:
            raise Invalid("Pay says at least one end.", field=f"{here}.min")
        if least is not None and most is not None and least > most:
            raise Invalid("The least is more than the most.", field=f"{here}.min")
        rows.append(
            Compensation(kind=kind, currency_id=entry["currency"], period=period, min_minor=least, max_minor=most)
        )
    return rows


def _minor(amount: Decimal | None, digits: int, path: str) -> int | None:
    if amount is None:
        return None
    minor = amount.scaleb(digits)
    if not 0 <= minor <= MAX_MINOR:
        raise Invalid("This amount is out of bounds.", field=path)
    if minor != int(minor):
        raise Invalid(f"This currency has {digits} decimal places.", field=path)
    return int(minor)


def _skills(entries: Sequence[Fields], path: str, known: Known) -> list[JobSkill]:
    rows: list[JobSkill] = []
    for number, entry in enumerate(entries):
        here = f"{path}.{number}"
        if entry["skill"] not in known.skills:
            raise Invalid("There is none with this id.", field=f"{here}.skill")
        if any(row.skill_id == entry["skill"] for row in rows):
            raise Invalid("An entry above says this already.", field=f"{here}.skill")
        rows.append(
            JobSkill(
                skill_id=entry["skill"],
                necessity=values.choice(
                    entry.get("necessity"), f"{here}.necessity", among=Necessity.values, default=Necessity.REQUIRED
                ),
                level=values.number(entry.get("level"), f"{here}.level", least=1, most=HIGHEST_LEVEL),
            )
        )
    return rows


LISTS: Mapping[str, tuple[int, str, Callable[[Sequence[Fields], str, Known], Sequence[models.Model]]]] = {
    "places": (MOST_LOCATIONS, "locations", _places),
    "remote_rules": (MOST_COUNTRIES, "remote_eligibility", _remote_rules),
    "pay": (len(CompensationKind), "compensations", _pay),
    "skills": (MOST_SKILLS, "job_skills", _skills),
}
"""By the name that a list has outside: how many entries it may have, the relation, and how it is read."""
