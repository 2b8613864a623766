"""The plain shape of a row: its keys, and the values of it that need no reference tables."""

import hashlib
import re
from typing import Any

from jobs.importers import values
from jobs.importers.values import Values
from jobs.models import DescriptionFormat
from jobs.models.job import TITLE_LENGTH
from jobs.text import fold
from kernel.errors import Invalid

# What else a row holds is counted and left out.
KEYS = frozenset(
    {
        "id",
        "company",
        "title",
        "headline",
        "location",
        "locations",
        "city",
        "region",
        "country",
        "description",
        "description_format",
        "salary",
        "salary_min",
        "salary_max",
        "salary_currency",
        "salary_period",
        "employment_type",
        "posted_at",
        "updated_at",
        "expires_at",
        "url",
        "skills",
        "nice_skills",
        "workplace",
        "seniority",
        "category",
        "remote_countries",
        "language",
        "education",
        "benefits",
        "visa",
    }
)
COMPANY_LENGTH = 200
REFERENCE_LENGTH = 200
PLACE_LENGTH = 1000
HEADLINE_LENGTH = 1000
SALARY_LENGTH = 1000
MOST_SAID = 200  # characters of an original that are kept

# Keys whose words are interpreted: what they said is kept beside what it was taken for.
INTERPRETED = frozenset(
    {
        "category",
        "country",
        "education",
        "employment_type",
        "headline",
        "language",
        "remote_countries",
        "salary",
        "seniority",
        "visa",
        "workplace",
    }
)
_PLACE_KEYS = ("location", "locations", "city", "region")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4})?")
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|h[1-6]|strong|em|b|i|a|table|script|style|section)\b[^>]{0,500}>", re.IGNORECASE
)


def headline(row: Values) -> str:
    """The line that says everything at once; empty where the row has none.

    A title that holds two bars or more, "Acme | Baker | Berlin", is such a line where the row has no other and says
    no place apart.
    """
    if "headline" in row and (said := values.text(row, "headline", limit=HEADLINE_LENGTH)):
        return said
    title = row.get("title")
    if isinstance(title, str) and title.count("|") >= 2 and not any(row.get(key) for key in _PLACE_KEYS):
        return values.text(row, "title", limit=HEADLINE_LENGTH)
    return ""


def title(row: Values) -> str:
    """The title that the row states. `Invalid` where it is too long."""
    return values.text(row, "title", limit=TITLE_LENGTH)


def places(row: Values) -> list[str]:
    """The texts that say where the job is, without a country that is said apart."""
    entries = [*listed(row.get("locations")), *listed(row.get("location"))]
    texts = [text for text in map(_written_place, entries) if text] or [_written_place(row)]
    return [text for text in texts if text][: values.MAX_ITEMS]


def reference(row: Values, employer: str) -> str:
    """The source's own id. Without one: a digest of the address, or where there is none of all that tells it apart.

    Made of what the row says alone, never of what it was taken for. `Invalid` where one of those values is none.
    """
    stated = values.text(row, "id", limit=REFERENCE_LENGTH)
    if stated:
        return stated
    url = values.url(row, "url")
    if url:
        said = [url]
    else:
        name = values.text(row, "title", limit=HEADLINE_LENGTH) or headline(row)
        said = [fold(employer), fold(name), *places(row), values.prose(row, "description")]
    return f"auto-{hashlib.sha256(chr(0).join(said).encode()).hexdigest()[:24]}"


def language(row: Values) -> str:
    """The BCP 47 tag that the row states, in its usual spelling ("pt-BR"); empty where it states none."""
    if "language" not in row or not (said := values.text(row, "language", limit=PLACE_LENGTH)):
        return ""
    if not _LANGUAGE.fullmatch(said):
        raise Invalid(f"Not a language tag (BCP 47, such as en or pt-BR): {values.shown(said)}.", field="language")
    tongue, _, area = said.replace("_", "-").partition("-")
    return f"{tongue.lower()}-{area.upper() if len(area) == 2 else area.title()}" if area else tongue.lower()


def description_format(row: Values, source: str) -> str:
    """The markup of a description: as the row states it, else HTML where there are tags."""
    said = values.text(row, "description_format", limit=PLACE_LENGTH).lower()
    if said:
        if said not in DescriptionFormat.values:
            raise Invalid(
                f"Not one of {', '.join(DescriptionFormat.values)}: {values.shown(said)}.", field="description_format"
            )
        return said
    return DescriptionFormat.HTML if _MARKUP.search(source) else DescriptionFormat.TEXT


def said(row: Values) -> tuple[tuple[str, str], ...]:
    """Key and words of every value that is interpreted, by key, `MOST_SAID` characters of each."""
    found = [(key, words[:MOST_SAID]) for key in row if key in INTERPRETED and (words := _words(row[key]))]
    return tuple(sorted(found))


def listed(value: Any) -> list[Any]:
    """The values of a list, or the one that is none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str))
    return " ".join(value.split()) if isinstance(value, str) else ""


def _written_place(entry: object) -> str:
    """Gives "City, region, country" of an object with these keys, or the text that it is."""
    if not isinstance(entry, dict):
        return values.text({"location": entry}, "location", limit=PLACE_LENGTH)
    parts = [values.text(entry, key, limit=PLACE_LENGTH) for key in ("city", "region", "country")]
    return ", ".join(part for part in parts if part)
