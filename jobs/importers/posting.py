"""Turns a row of our plain shape into a posting: checks every value, recognises what is meant."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from jobs.importers import gazetteer, language, perks, plain, prose, values, vocabulary
from jobs.importers.amounts import Currencies
from jobs.importers.headline import Headline, HeadlineReader
from jobs.importers.pay import PayReader
from jobs.importers.places import Found, PlaceReader
from jobs.importers.plain import COMPANY_LENGTH, KEYS, PLACE_LENGTH, SALARY_LENGTH
from jobs.importers.salary import SalaryReader
from jobs.importers.skills import SkillReader
from jobs.importers.tally import Tally
from jobs.importers.titles import TitleReader
from jobs.importers.values import Values
from jobs.models import Currency
from jobs.models.job import TITLE_LENGTH
from jobs.services import reference
from jobs.services.incoming import AskedSkill, Location, Pay, Posting
from jobs.text import fold
from kernel.errors import Invalid

__all__ = ["KEYS", "Recogniser", "Tally"]

MAX_COUNTRIES = 300  # from which a remote job may be done; there are about 250
_NO_HEADLINE = Headline()
# Where a title ends in a place: "Account Executive - Berlin", "Sales Manager (Munich)".
_TITLE_END = re.compile(r"(?:\s[-–—|]\s*|[-–—|]\s)([^-–—|()]{2,60})$|\(([^()]{2,60})\)$")


class _TitleMeaning(NamedTuple):
    """What a title says beside its words."""

    occupation: int | None
    category: int | None
    seniority: str
    workplace: str
    employment: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """A row on its way to a posting: what several recognisers need, and what they inferred."""

    row: Values
    tally: Tally
    headline: Headline
    title: str
    by_title: _TitleMeaning
    text: str  # of the description, without tags
    guessed: list[str]
    is_place_stated: bool = False

    def known[T](self, key: str, meaning: Callable[[str], T | None]) -> T | None:
        """What the value of the key stands for; None, and counted, where that is unknown."""
        if key not in self.row:
            return None
        said = values.text(self.row, key, limit=PLACE_LENGTH)
        if not said:
            return None
        known = meaning(said)
        if known is None:
            self.tally.miss(key, said)
        return known

    def guess[T](self, field: str, value: T | None) -> T | None:
        """The value, noted as inferred if there is one."""
        if value:
            self.guessed.append(field)
        return value


class Recogniser:
    """Makes postings of rows, with the reference tables as they were when this was made."""

    def __init__(self) -> None:
        currencies = Currencies(
            digits=dict(Currency.objects.values_list("code", "digits")),
            of_country={row["code"]: row["currency"] for row in reference.read("countries.csv")},
        )
        self._places = PlaceReader(gazetteer.load())
        self._skills = SkillReader()
        self._titles = TitleReader()
        self._pay = PayReader(currencies)
        self._salaries = SalaryReader(currencies)
        self._headlines = HeadlineReader(self._places, self._titles, self._salaries)
        # Titles repeat: one job in ten towns, and every board has its account executives.
        self._by_title = lru_cache(maxsize=20_000)(self._read_title)

    def posting(self, row: Values, tally: Tally, *, company: str = "", country: str = "") -> Posting:
        """The posting that a row of plain keys describes.

        `company` and `country`, a code, are those of a row that names none.

        `Invalid`, with the field, for whatever cannot be kept: no title, no company, an unknown currency, an end
        before the start …
        """
        headline = self._headline(row)
        title = headline.title or plain.title(row) or plain.headline(row)[:TITLE_LENGTH]
        if not title:
            raise Invalid("A posting needs a title.", field="title")
        employer = self._employer(row, headline, company)
        source = values.prose(row, "description")
        form = plain.description_format(row, source)
        said = values.text(row, "country", limit=PLACE_LENGTH)
        stated_country = (self._places.country(said) if said else "") or country
        published, expires = _dates(row, stated_country)
        text = prose.plain(source, form) if source else ""
        reading = _Reading(row, tally, headline, title, self._by_title(title), text, [])
        found, is_place_said = self._where(reading, stated_country)
        only_country = next(iter(found.countries)) if len(found.countries) == 1 else stated_country
        pay, is_pay_said = self._pay_of(reading, only_country)
        occupation, category = self._kind_of_work(reading)
        workplace = self._workplace(reading, found)
        posting = Posting(
            company=employer,
            reference=plain.reference(row, employer),
            title=title,
            language=self._language(reading),
            url=values.url(row, "url"),
            description=source,
            description_format=form,
            category_id=category,
            occupation_id=occupation,
            employment_types=self._employment(reading),
            workplace=workplace,
            seniority=self._seniority(reading),
            education=reading.known("education", vocabulary.education)
            or (reading.guess("education", prose.education(text)) if text else "")
            or "",
            benefits=self._benefits(reading),
            visa=reading.known("visa", vocabulary.visa) or reading.guess("visa", perks.visa(text)) or "",
            locations=tuple(found.locations),
            remote_from=self._remote_from(reading, workplace, found),
            pay=pay,
            skills=self._skills_of(reading, employer, source),
            guessed=tuple(sorted(reading.guessed)),
            said=plain.said(row) if title == row.get("title") else _with_title(plain.said(row), row),
            published_at=published,
            expires_at=expires,
        )
        tally.count(posting, is_place_said=is_place_said, is_pay_said=is_pay_said)
        return posting

    def identity(self, row: Values, company: str = "") -> tuple[str, str] | None:
        """Company and reference by which a posting of this row would be known, whatever else of the row is wrong.

        `company` is that of a row that names none. None where the row does not tell.
        """
        try:
            employer = self._employer(row, self._headline(row), company)
            return employer, plain.reference(row, employer)
        except Invalid:
            return None

    def _read_title(self, title: str) -> _TitleMeaning:
        folded = fold(title)
        occupation, category = self._titles.read(title)
        return _TitleMeaning(
            occupation,
            category,
            vocabulary.seniority_of_title(folded) or "",
            vocabulary.workplace_of_title(folded) or "",
            tuple(vocabulary.employment_of_title(folded)),
        )

    def _headline(self, row: Values) -> Headline:
        line = plain.headline(row)
        if not line:
            return _NO_HEADLINE
        company = values.text(row, "company", limit=COMPANY_LENGTH)
        read = self._headlines.read(line, company)
        if "headline" in row and row.get("title") and row["title"] != line:
            return replace(read, title="")  # a title that stands apart is the title
        return read

    def _employer(self, row: Values, headline: Headline, company: str) -> str:
        employer = values.text(row, "company", limit=COMPANY_LENGTH) or headline.company[:COMPANY_LENGTH] or company
        if not employer:
            raise Invalid("A posting needs a company. Name one for all rows with --company.", field="company")
        return employer

    def _where(self, reading: _Reading, country: str) -> tuple[Found, bool]:
        """Where the work is done, and whether the row says it. What only headline, title or text say is guessed."""
        texts = plain.places(reading.row)
        if texts:
            reading.is_place_stated = True
            return self._places.read(texts, country), True
        if reading.headline.places:
            # "3 days a week": what is no place is left in the headline, which is kept.
            return _guessed(self._places.read(reading.headline.places, country), is_text_kept=False), True
        if match := _TITLE_END.search(reading.title):
            found = self._places.wholly(match[1] or match[2], country)
            if found is not None:
                return _guessed(found), True
        if reading.text and (line := prose.place(reading.text)):
            found = self._places.read((line,), country)
            if found.locations and all(location.place_id and not location.is_guessed for location in found.locations):
                return _guessed(found), True
        return Found(), False

    def _pay_of(self, reading: _Reading, country: str) -> tuple[Pay | None, bool]:
        """The pay, and whether the row says something of it. What only headline or text say is guessed."""
        words = values.text(reading.row, "salary", limit=SALARY_LENGTH) if "salary" in reading.row else ""
        pay, is_said = self._pay.read(reading.row, country)
        if pay is not None:
            return pay, True
        if words:
            pay, is_said = self._salaries.read(words, country), True
            if pay is not None:
                return pay, True
            reading.tally.miss("salary", words)
        if reading.headline.salary and (pay := self._salaries.read(reading.headline.salary, country)):
            return replace(pay, is_guessed=True), True
        text = reading.text or plain.headline(reading.row)
        pay = self._salaries.mentioned(text, country) if text else None
        return pay, is_said or pay is not None

    def _kind_of_work(self, reading: _Reading) -> tuple[int | None, int | None]:
        reading.guess("occupation", reading.by_title.occupation)
        stated = reading.known("category", self._titles.category)
        return reading.by_title.occupation, stated or reading.guess("category", reading.by_title.category)

    def _workplace(self, reading: _Reading, found: Found) -> str:
        stated = reading.known("workplace", vocabulary.workplace)
        if stated:
            return stated
        if found.workplace and reading.is_place_stated:
            return str(found.workplace)  # "Remote - US" is what the source says of the place
        guess: str | None = found.workplace or reading.by_title.workplace
        if not guess and reading.text:
            guess = prose.workplace(reading.text)
        return reading.guess("workplace", guess) or ""

    def _seniority(self, reading: _Reading) -> str:
        stated = reading.known("seniority", vocabulary.seniority)
        return stated or reading.guess("seniority", reading.by_title.seniority) or ""

    def _language(self, reading: _Reading) -> str:
        stated = plain.language(reading.row)
        if stated:
            return stated
        reading.guessed.append("language")
        return language.detect(reading.title, reading.text)

    def _skills_of(self, reading: _Reading, employer: str, source: str) -> tuple[AskedSkill, ...]:
        """A source that lists its skills is taken at its word; else they are looked for in title and text."""
        required, nice = values.items(reading.row, "skills"), values.items(reading.row, "nice_skills")
        if not required and not nice:
            return self._skills.mentioned(reading.title, source, company=employer)
        known, unknown = self._skills.listed(required, nice)
        reading.tally.recognised["skills unknown"] += len(unknown)
        for name in unknown:
            reading.tally.miss("skills", name)
        return known

    def _employment(self, reading: _Reading) -> tuple[str, ...]:
        kinds: dict[str, None] = {}
        for said in values.items(reading.row, "employment_type"):
            kind = vocabulary.employment_type(said)
            if kind is None:
                reading.tally.miss("employment_type", said)
            else:
                kinds[kind] = None
        if kinds:
            return tuple(kinds)
        guess = tuple(
            reading.headline.employment
            or reading.by_title.employment
            or (prose.employment(reading.text) if reading.text else ())
        )
        return reading.guess("employment_types", guess) or ()

    def _benefits(self, reading: _Reading) -> tuple[str, ...]:
        stated = perks.listed(values.items(reading.row, "benefits", most=1_000))
        return tuple(stated or reading.guess("benefits", perks.benefits(reading.text)) or ())

    def _remote_from(self, reading: _Reading, workplace: str, found: Found) -> tuple[tuple[str, str], ...]:
        stated: dict[tuple[str, str], None] = {}
        for said in values.items(reading.row, "remote_countries", most=MAX_COUNTRIES):
            eligible = self._places.eligible(said)
            if not eligible:
                reading.tally.miss("remote_countries", said)
            stated.update(dict.fromkeys(eligible))
        if stated:
            return tuple(stated)
        if workplace != "remote":
            return ()
        if found.remote_from:
            return tuple(found.remote_from)
        return tuple((country, "") for country in sorted(found.countries))


def _with_title(said: tuple[tuple[str, str], ...], row: Values) -> tuple[tuple[str, str], ...]:
    """The title, too, where it was taken apart as a headline."""
    whole = plain.headline(row) if "headline" not in row else ""
    return tuple(sorted((*said, ("title", whole[: plain.MOST_SAID])))) if whole else said


def _dates(row: Values, country: str) -> tuple[datetime | None, datetime | None]:
    """When the posting was published and when it ends."""
    published = values.instant(row, "posted_at", country=country) or values.instant(row, "updated_at", country=country)
    expires = values.instant(row, "expires_at", is_end=True, country=country)
    if published and expires and expires <= published:
        raise Invalid(f"Ends at {expires:%Y-%m-%d %H:%M}, begins at {published:%Y-%m-%d %H:%M}.", field="expires_at")
    return published, expires


def _guessed(found: Found, *, is_text_kept: bool = True) -> Found:
    """The same places, marked as guessed. A copy: what was read is kept for the next text that says it."""
    locations: list[Location] = [
        replace(location, is_guessed=True)
        for location in found.locations
        if is_text_kept or location.place_id or location.country
    ]
    return Found(locations, found.remote_from, found.workplace)
