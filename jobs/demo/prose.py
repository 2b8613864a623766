"""Writes the text of a demo posting: a few sections in Markdown, from the sentences in `phrases.toml`."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jobs.demo.companies import Office
from jobs.demo.roles import Role

SYMBOLS = {"USD": "${}", "GBP": "£{}", "AUD": "A${}", "CAD": "CA${}", "INR": "₹{}", "CHF": "{} CHF", "EUR": "{} €"}
# Where English puts the sign before the number.
ENGLISH_SYMBOLS = SYMBOLS | {"EUR": "€{}", "CHF": "CHF {}"}
EXPERIENCE_YEARS = {"mid": (0, 1, 2), "senior": (3, 4, 5)}
STARTS_WITHIN_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Pay:
    """A range of pay in units of a currency for a period."""

    low: int | float
    high: int | float
    currency: str
    period: str


@dataclass(frozen=True, slots=True)
class Posting:
    """What has been decided about a posting before a word of it is written."""

    role: Role
    seniority: str
    workplace: str
    offices: Sequence[Office]
    remote_countries: Sequence[str]
    skills: Sequence[str]
    nice: Sequence[str]
    pay: Pay | None
    posted_at: datetime
    about: str
    hooks: Sequence[str]
    benefits: Sequence[str]


@cache
def phrases(language: str) -> Mapping[str, Any]:
    """The sentences of a language; KeyError for one that the demo board does not speak."""
    return _all_phrases()[language]


@cache
def _all_phrases() -> dict[str, Mapping[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


def describe(chance: random.Random, posting: Posting) -> str:
    """The posting's description in Markdown, in its role's language."""
    words = phrases(posting.role.language)
    role = posting.role
    pick = chance.choice
    sections = [
        f"{pick(posting.hooks)} {posting.about}",
        f"## {pick(words['about'])}\n\n{_circumstances(chance, words, posting)}",
        f"## {pick(words['duties'])}\n\n{_bullets(chance, role.duties, 3)}",
        f"## {pick(words['brings'])}\n\n{_requirements(chance, words, posting)}",
        f"## {pick(words['offer'])}\n\n{_offer(chance, words, posting)}",
        f"## {pick(words['apply'])}\n\n{_closing(chance, words['closing'])}",
    ]
    return "\n\n".join(sections)


def _circumstances(chance: random.Random, words: Mapping[str, Any], posting: Posting) -> str:
    first_month = posting.posted_at.month + chance.randint(1, STARTS_WITHIN_MONTHS)
    slots = {
        "places": _joined([_city(words, office) for office in posting.offices], words["or"]),
        "countries": _joined([words["countries"][code] for code in posting.remote_countries], words["or"]),
        "days": chance.choice(words["days"]),
        "month": words["months"][(first_month - 1) % 12],
    }
    lines = [chance.choice(words[posting.workplace]), chance.choice(words["start"])]
    if chance.random() < 0.6:
        lines.insert(1, chance.choice(words["reason"]))
    return " ".join(line.format_map(slots) for line in lines)


def _requirements(chance: random.Random, words: Mapping[str, Any], posting: Posting) -> str:
    parts = [_bullets(chance, posting.role.brings, 2, first=_experience(chance, words, posting))]
    for kind, skills in (("skills", posting.skills), ("nice", posting.nice)):
        if words[kind] and skills:
            parts.append(chance.choice(words[kind]).format(skills=_joined(skills, words["and"])))
    return "\n\n".join(parts)


def _experience(chance: random.Random, words: Mapping[str, Any], posting: Posting) -> str:
    sentences = words["experience"][posting.seniority]
    if posting.role.untrained or not sentences:
        return ""
    years = words["numbers"][chance.choice(EXPERIENCE_YEARS.get(posting.seniority, (1,)))]
    return chance.choice(sentences).format(years=years, Years=years.capitalize())


def _offer(chance: random.Random, words: Mapping[str, Any], posting: Posting) -> str:
    benefits = _bullets(chance, posting.benefits, 3)
    if posting.pay is None:
        return benefits
    return f"{chance.choice(words['pay']).format(pay=money(words, posting.pay, posting.role.language))}\n\n{benefits}"


def money(words: Mapping[str, Any], pay: Pay, language: str) -> str:
    """A range as the language writes it: "$98,500 to $112,000 a year", "2 250 € à 2 400 € brut par mois"."""
    symbol = (ENGLISH_SYMBOLS if language == "en" else SYMBOLS)[pay.currency]
    between = {"en": " to ", "de": " bis ", "fr": " à ", "es": " a "}[language]
    low, high = (symbol.format(_number(words, amount)) for amount in (pay.low, pay.high))
    return f"{low}{between}{high} {words['period'][pay.period]}"


def _number(words: Mapping[str, Any], amount: float) -> str:
    text = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    return text.translate({ord(","): words["thousands"], ord("."): words["decimal"]})


def _city(words: Mapping[str, Any], office: Office) -> str:
    city = office.location.partition(",")[0]
    return words.get("cities", {}).get(city, city)


def _joined(items: Sequence[str], separators: Sequence[str]) -> str:
    """The items in a row, the last one after a separator of its own: "A, B or C"."""
    between, last = separators
    if len(items) < 2:
        return "".join(items)
    return last.join([between.join(items[:-1]), items[-1]])


def _closing(chance: random.Random, lines: Sequence[str]) -> str:
    """Two of the lines, in the order in which they were written: it is the order in which things happen."""
    return " ".join(lines[position] for position in sorted(chance.sample(range(len(lines)), 2)))


def _bullets(chance: random.Random, lines: Sequence[str], least: int, first: str = "") -> str:
    count = min(len(lines), chance.randint(least, least + 2))
    chosen = chance.sample(lines, count)
    return "\n".join(f"- {line}" for line in ([first, *chosen] if first else chosen))
