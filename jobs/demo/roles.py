"""The kinds of work that the demo board's companies hire for, read from `roles/*.toml`, one file a company."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jobs.demo.companies import COMPANIES, DemoCompany

ROLES = Path(__file__).parent / "roles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One kind of work at one company.

    `pay` is what the middle level earns in a `period` at the headquarters, in units of its currency; `work` weighs
    on site, hybrid and remote; `titles` maps a seniority to the titles it goes by; an entry of `focus` is
    "Label: sentence". For an `untrained` role no posting asks for years of experience.
    """

    category: str
    education: str
    pay: float
    skills: tuple[str, ...]
    nice: tuple[str, ...]
    focus: tuple[tuple[str, str], ...]
    duties: tuple[str, ...]
    brings: tuple[str, ...]
    titles: dict[str, tuple[str, ...]]
    language: str = "en"
    period: str = "year"
    work: tuple[int, int, int] = (100, 0, 0)
    types: dict[str, int] = field(default_factory=lambda: {"full_time": 1})
    untrained: bool = False


@dataclass(frozen=True, slots=True)
class Staffing:
    """What one company hires for, and how it speaks of itself in each language."""

    company: DemoCompany
    roles: tuple[Role, ...]
    hooks: dict[str, tuple[str, ...]]
    benefits: dict[str, tuple[str, ...]]

    def benefits_in(self, language: str) -> tuple[str, ...]:
        """The benefits in a language; the company's own words where the language is its own."""
        return self.benefits.get(language, self.company.benefits)


@cache
def staffing() -> tuple[Staffing, ...]:
    """What each company hires for, in the order of `COMPANIES`."""
    found: dict[str, Staffing] = {}
    companies = {company.slug: company for company in COMPANIES}
    for path in sorted(ROLES.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        found[document["company"]] = Staffing(
            company=companies[document["company"]],
            roles=tuple(_role(row) for row in document["role"]),
            hooks={language: tuple(lines) for language, lines in document["hooks"].items()},
            benefits={language: tuple(lines) for language, lines in document.get("benefits", {}).items()},
        )
    return tuple(found[company.slug] for company in COMPANIES)


def _role(row: dict[str, Any]) -> Role:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    values["titles"] = {seniority: tuple(titles) for seniority, titles in row["titles"].items()}
    values["focus"] = tuple(_label_and_sentence(entry) for entry in row["focus"])
    if "type" in values:
        values["types"] = {values.pop("type"): 1}
    return Role(**values)


def _label_and_sentence(entry: str) -> tuple[str, str]:
    label, _, sentence = entry.partition(": ")
    return label, sentence
