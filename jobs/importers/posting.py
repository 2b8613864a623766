"""Turns a row of our plain shape into a posting: checks every value, recognises what is meant."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from jobs.importers import gazetteer, values, vocabulary
from jobs.importers.pay import PayReader
from jobs.importers.places import Found, PlaceReader
from jobs.importers.skills import SkillReader
from jobs.importers.titles import TitleReader
from jobs.importers.values import Values
from jobs.models import Currency, DescriptionFormat, Necessity
from jobs.models.job import TITLE_LENGTH
from jobs.services import reference
from jobs.services.incoming import Posting
from jobs.text import fold
from kernel.errors import Invalid

# The plain shape. What else a row holds is counted and left out.
KEYS = frozenset(
    {
        "id",
        "company",
        "title",
        "location",
        "locations",
        "city",
        "region",
        "country",
        "description",
        "description_format",
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
    }
)
COMPANY_LENGTH = 200
REFERENCE_LENGTH = 200
PLACE_LENGTH = 1000
DEFAULT_LANGUAGE = "en"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4})?")
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|h[1-6]|strong|em|b|i|a|table|script|style|section)\b[^>]*>", re.IGNORECASE
)


@dataclass(slots=True)
class Tally:
    """What was recognised in the postings read so far, and what was said and not understood."""

    recognised: Counter[str] = field(default_factory=Counter)
    not_understood: Counter[str] = field(default_factory=Counter)

    MOST_WORDS = 500

    def miss(self, what: str, said: str) -> None:
        """Counts a value that stands for nothing known. Bounded, whatever a file holds."""
        entry = f"{what}: {said[:60]}"
        if entry in self.not_understood or len(self.not_understood) < self.MOST_WORDS:
            self.not_understood[entry] += 1


class Recogniser:
    """Makes postings of rows, with the reference tables as they were when this was made."""

    def __init__(self) -> None:
        self._places = PlaceReader(gazetteer.load())
        self._skills = SkillReader()
        self._titles = TitleReader()
        self._pay = PayReader(
            digits=dict(Currency.objects.values_list("code", "digits")),
            of_country={row["code"]: row["currency"] for row in reference.read("countries.csv")},
        )

    def posting(self, row: Values, tally: Tally, *, company: str = "", country: str = "") -> Posting:
        """The posting that a row of plain keys describes.

        `company` and `country`, a code, are those of a row that names none.

        `Invalid`, with the field, for whatever cannot be kept: no title, no company, an unknown currency, an end
        before the start …
        """
        title = values.text(row, "title", limit=TITLE_LENGTH)
        if not title:
            raise Invalid("A posting needs a title.", field="title")
        employer = values.text(row, "company", limit=COMPANY_LENGTH) or company
        if not employer:
            raise Invalid("A posting needs a company. Name one for all rows with --company.", field="company")
        url = values.url(row, "url")
        source = values.prose(row, "description")
        published = values.instant(row, "posted_at") or values.instant(row, "updated_at")
        expires = values.instant(row, "expires_at", is_end=True)
        if published and expires and expires <= published:
            raise Invalid(
                f"Ends at {expires:%Y-%m-%d %H:%M}, begins at {published:%Y-%m-%d %H:%M}.", field="expires_at"
            )
        texts, stated = self._where(row)
        country = stated or country
        found = self._places.read(texts, country)
        only_country = next(iter(found.countries)) if len(found.countries) == 1 else country
        pay, is_pay_said = self._pay.read(row, only_country)
        folded_title = fold(title)
        occupation, category = self._kind_of_work(row, title, tally)
        workplace = self._known(row, "workplace", vocabulary.workplace, tally) or found.workplace or ""
        posting = Posting(
            company=employer,
            reference=_reference(row, employer, title, url, texts, source),
            title=title,
            language=_language(row),
            url=url,
            description=source,
            description_format=_format(row, source),
            category_id=category,
            occupation_id=occupation,
            employment_types=self._employment(row, folded_title, tally),
            workplace=workplace,
            seniority=self._known(row, "seniority", vocabulary.seniority, tally)
            or vocabulary.seniority_of_title(folded_title)
            or "",
            education=self._known(row, "education", vocabulary.education, tally) or "",
            locations=tuple(found.locations),
            remote_from=self._remote_from(row, workplace, found, tally),
            pay=pay,
            skills=self._skills_of(row, employer, title, source, tally),
            published_at=published,
            expires_at=expires,
        )
        _count(posting, tally, is_place_said=bool(texts), is_pay_said=is_pay_said)
        return posting

    def _where(self, row: Values) -> tuple[list[str], str]:
        """The texts that say where the job is, and the country of them all where it is said apart."""
        said = values.text(row, "country", limit=PLACE_LENGTH)
        country = self._places.country(said)
        entries = [*_listed(row.get("locations")), *_listed(row.get("location"))]
        texts = [text for text in map(_written_place, entries) if text] or [_written_place(row)]
        texts = [text for text in texts if text][: values.MAX_ITEMS]
        return texts, country

    def _kind_of_work(self, row: Values, title: str, tally: Tally) -> tuple[int | None, int | None]:
        occupation, category = self._titles.read(title)
        if said := values.text(row, "category", limit=PLACE_LENGTH):
            stated = self._titles.category(said)
            if stated is None:
                tally.miss("category", said)
            else:
                category = stated
        return occupation, category

    def _skills_of(
        self, row: Values, employer: str, title: str, source: str, tally: Tally
    ) -> tuple[tuple[int, Necessity], ...]:
        """A source that lists its skills is taken at its word; else they are looked for in title and text."""
        required, nice = values.items(row, "skills"), values.items(row, "nice_skills")
        if not required and not nice:
            return self._skills.mentioned(title, source, company=employer)
        known, unknown = self._skills.listed(required, nice)
        tally.recognised["skills unknown"] += len(unknown)
        for name in unknown:
            tally.miss("skills", name)
        return known

    def _employment(self, row: Values, folded_title: str, tally: Tally) -> tuple[str, ...]:
        kinds: dict[str, None] = {}
        for said in values.items(row, "employment_type"):
            kind = vocabulary.employment_type(said)
            if kind is None:
                tally.miss("employment_type", said)
            else:
                kinds[kind] = None
        return tuple(kinds) or tuple(vocabulary.employment_of_title(folded_title))

    def _known[T](self, row: Values, key: str, meaning: Any, tally: Tally) -> T | None:
        said = values.text(row, key, limit=PLACE_LENGTH)
        if not said:
            return None
        known: T | None = meaning(said)
        if known is None:
            tally.miss(key, said)
        return known

    def _remote_from(self, row: Values, workplace: str, found: Found, tally: Tally) -> tuple[tuple[str, str], ...]:
        stated: dict[tuple[str, str], None] = {}
        for said in values.items(row, "remote_countries"):
            eligible = self._places.eligible(said)
            if not eligible:
                tally.miss("remote_countries", said)
            stated.update(dict.fromkeys(eligible))
        if stated:
            return tuple(stated)
        if workplace != "remote":
            return ()
        if found.remote_from:
            return tuple(found.remote_from)
        return tuple((country, "") for country in sorted(found.countries))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _written_place(entry: object) -> str:
    """Gives "City, region, country" of an object with these keys, or the text that it is."""
    if not isinstance(entry, dict):
        return values.text({"location": entry}, "location", limit=PLACE_LENGTH)
    parts = [values.text(entry, key, limit=PLACE_LENGTH) for key in ("city", "region", "country")]
    return ", ".join(part for part in parts if part)


def _language(row: Values) -> str:
    said = values.text(row, "language", limit=PLACE_LENGTH)
    if not said:
        return DEFAULT_LANGUAGE
    if not _LANGUAGE.fullmatch(said):
        raise Invalid(f"Not a language tag (BCP 47, such as en or pt-BR): {values.shown(said)}.", field="language")
    language, _, area = said.replace("_", "-").partition("-")
    return f"{language.lower()}-{area.upper() if len(area) == 2 else area.title()}" if area else language.lower()


def _format(row: Values, source: str) -> str:
    said = values.text(row, "description_format", limit=PLACE_LENGTH).lower()
    if said:
        if said not in DescriptionFormat.values:
            raise Invalid(
                f"Not one of {', '.join(DescriptionFormat.values)}: {values.shown(said)}.", field="description_format"
            )
        return said
    return DescriptionFormat.HTML if _MARKUP.search(source) else DescriptionFormat.TEXT


def _reference(row: Values, employer: str, title: str, url: str, texts: list[str], source: str) -> str:
    """The source's own id. Without one: a digest of the address, or where there is none of all that tells it apart."""
    reference = values.text(row, "id", limit=REFERENCE_LENGTH)
    if reference:
        return reference
    said = [url] if url else [fold(employer), fold(title), *texts, source]
    return f"auto-{hashlib.sha256(chr(0).join(said).encode()).hexdigest()[:24]}"


def _count(posting: Posting, tally: Tally, *, is_place_said: bool, is_pay_said: bool) -> None:
    counts = tally.recognised
    counts["place said"] += is_place_said
    counts["place"] += any(location.place_id for location in posting.locations)
    counts["country"] += any(location.country for location in posting.locations) or bool(posting.remote_from)
    counts["remote"] += posting.workplace == "remote"
    counts["pay said"] += is_pay_said
    counts["pay"] += posting.pay is not None
    counts["postings with skills"] += bool(posting.skills)
    counts["skills"] += len(posting.skills)
    counts["occupation"] += posting.occupation_id is not None
    counts["category"] += posting.category_id is not None
    counts["seniority"] += bool(posting.seniority)
    counts["employment type"] += bool(posting.employment_types)
