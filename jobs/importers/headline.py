"""Reads a line that says everything at once: "Acme | Senior Baker | Berlin or REMOTE (EU) | Full-time | €60k–80k".

The parts between the bars stand in any order. A part is a sum, terms of employment, a place or a way of working where
it is wholly that; of the others one is the title. The employer is named first, if it is named.
"""

import re
from dataclasses import dataclass

from jobs.importers import vocabulary
from jobs.importers.places import PlaceReader
from jobs.importers.salary import SalaryReader
from jobs.importers.titles import TitleReader
from jobs.models.job import TITLE_LENGTH
from jobs.text import fold

MOST_PARTS = 30
_ADDRESS = re.compile(r"\(?\b(?:https?://|www\.)[^\s)]+\)?|\[?\b[\w.+-]+@[\w.-]+\]?")
_BARE_ADDRESS = re.compile(r"^[a-z0-9-]+(?:\.[a-z0-9-]+)+/?$")
# "Acme (YC W23)": what investors call it.
_BACKER = re.compile(r"\s*\((?:YC|Y Combinator|Series|Seed|Remote|Techstars)\b[^)]*\)", re.IGNORECASE)
_TITLE_WORD = re.compile(
    r"\b(?:engineers?|developers?|managers?|designers?|scientists?|analysts?|architects?|administrators?|researchers?"
    r"|programmers?|leads?|founding|cto|ceo|coo|cfo|vp|head of|director|interns?|specialists?|consultants?|recruiters?"
    r"|writers?|sales|marketing|swe|sre|sdet|devops|fullstack|full[- ]stack|back[- ]?end|front[- ]?end|executives?"
    r"|technicians?|operators?|assistants?|coordinators?|officers?|advocates?|counselors?|nurses?|teachers?)\b",
    re.IGNORECASE,
)
_LOOSE_TITLE = re.compile(
    r"\b(?:engineering|product|design|roles?|positions?|openings|jobs|multiple|various|several|team|hiring)\b",
    re.IGNORECASE,
)
_AT = re.compile(r"\s(?:at|@)\s")
_PAY_IN_BRACKETS = re.compile(r"\s*\([^()]{0,20}[$€£]\s?\d[^()]{0,40}\)(?:\s*,)?")
_START = " \t-–—:;,"  # ".NET" begins with its dot
_EDGES = f"{_START}."


@dataclass(frozen=True, slots=True)
class Headline:
    """What a headline says; texts are in its own words, and empty where it says nothing of the kind."""

    company: str = ""
    title: str = ""
    places: tuple[str, ...] = ()
    employment: tuple[str, ...] = ()
    salary: str = ""


class HeadlineReader:
    """Reads headlines."""

    def __init__(self, places: PlaceReader, titles: TitleReader, salaries: SalaryReader) -> None:
        self._places = places
        self._titles = titles
        self._salaries = salaries

    def read(self, text: str, company: str = "") -> Headline:
        """What the headline says. `company` is the employer where the row names it.

        Where the headline does not begin with that employer it is a title with more behind it, "Baker | Night shift |
        Berlin": what is no place, pay or terms stays the title.
        """
        parts = [part for piece in text.split("|")[:MOST_PARTS] if (part := self._bare(piece))]
        places: list[str] = []
        employment: dict[str, None] = {}
        salary = ""
        rest: list[tuple[int, str]] = []
        for index, part in enumerate(parts):
            terms = vocabulary.employment_of_text(fold(part))
            bare = vocabulary.without_employment(part) if terms else part
            is_title = self._likeness(bare) > 0
            employment.update(dict.fromkeys(terms))
            if index and not is_title and self._salaries.is_pay(part):
                salary = salary or part
            elif self._is_place(bare) and not (index == 0 and not company and len(parts) > 1):
                places.append(" ".join(bare.split()).strip(_EDGES))
            elif is_title or not terms:
                rest.append((index, part))
        is_of_company = not company or any(_is_same(part, company) for _, part in rest[:1])
        employer, title = self._named(rest, is_of_company=is_of_company)
        return Headline(
            company=_BACKER.sub("", employer).strip(_EDGES),
            title=_PAY_IN_BRACKETS.sub(",", title)[:TITLE_LENGTH].rstrip(_EDGES),
            places=tuple(places),
            employment=tuple(employment),
            salary=salary,
        )

    def _named(self, rest: list[tuple[int, str]], *, is_of_company: bool) -> tuple[str, str]:
        """The employer and the title among the parts that are neither place, pay nor terms."""
        if not is_of_company:
            return "", " | ".join(part for _, part in rest)
        employer = rest[0][1] if rest and rest[0][0] == 0 else ""
        others = rest[1:] if employer else rest
        best = max(others, key=lambda entry: self._likeness(entry[1]), default=None)
        if best is None or not self._likeness(best[1]):
            if employer and self._likeness(employer) > 1:
                # "Data Analyst at Acme | Remote"
                title, *at = _AT.split(employer, maxsplit=1)
                return (at[0] if at else ""), title
            best = others[0] if others else None
        return employer, best[1] if best else ""

    def _bare(self, piece: str) -> str:
        bare = _ADDRESS.sub(" ", piece)
        bare = " ".join(bare.replace("()", " ").split()).lstrip(_START).rstrip(_EDGES)
        return "" if _BARE_ADDRESS.match(bare) else bare

    def _is_place(self, part: str) -> bool:
        likeness = self._likeness(part)
        if likeness > 1:
            return False
        found = self._places.wholly(part) if likeness else self._places.read((part,))
        if found is None:
            return False
        is_known = any(location.place_id or location.country for location in found.locations)
        return bool(is_known or found.workplace or found.remote_from)

    def _likeness(self, part: str) -> int:
        """How much a part looks like a title: 3 an occupation that is known, 2 a word of titles, 1 a hint, 0 not."""
        if self._titles.read(part) != (None, None):
            return 3
        if _TITLE_WORD.search(part):
            return 2
        return 1 if _LOOSE_TITLE.search(part) else 0


def _is_same(part: str, company: str) -> bool:
    bare, name = fold(_BACKER.sub("", part)), fold(company)
    return bool(name) and (bare == name or bare.startswith(f"{name} ") or name.startswith(bare))
