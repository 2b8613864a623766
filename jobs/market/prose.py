"""Writes the text of a posting from the sentences in `prose/*.toml`."""

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from jobs.demo.roles import staffing
from jobs.market.content import Content, Pay
from jobs.market.world import document

LANGUAGES = ("en", "de", "fr", "es", "pl", "nl")
SHARE_PLAIN = 0.12
SHARE_WITH_TAIL = 0.45
SHARE_WITH_REASON = 0.55
SHARE_WITH_NICE = 0.4
# Months from publication until somebody starts; what is posted again a month later still is in time.
STARTS_AFTER = (2, 2, 3, 4)
# How a heading is told: as such, smaller, or as a line in bold.
HEADINGS = ("## {}", "## {}", "**{}**")
EXPERIENCE = {
    "intern": "entry",
    "entry": "entry",
    "mid": "mid",
    "senior": "senior",
    "lead": "lead",
    "executive": "lead",
}
YEARS = {"entry": (0, 1), "mid": (2, 3, 4), "senior": (4, 5, 6, 7, 8), "lead": (6, 8, 10)}
SYMBOLS = {"USD": "${}", "GBP": "£{}", "INR": "₹{}", "JPY": "¥{}", "EUR": "€{}"}
SYMBOLS |= {"CAD": "CA${}", "AUD": "A${}", "NZD": "NZ${}", "SGD": "S${}", "MXN": "MX${}"}
# The demo board's roles lend their sentences to postings of the same category, unless they speak of the company.
OWN_WORDS = ("our ", "we ", "receptionist", "county", "clinic", "Larkfield", "robot", "unser", "nos ", "nuestr")


@cache
def words(language: str) -> Mapping[str, Any]:
    """The sentences of one of LANGUAGES."""
    return document(f"prose/{language}.toml")


@cache
def lent(language: str) -> Mapping[str, tuple[Sequence[str], Sequence[str]]]:
    """Duties and requirements of the demo board's roles by their category's slug."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for employer in staffing():
        for role in employer.roles:
            if role.language == language:
                duties, brings = found.setdefault(role.category, ([], []))
                duties += [line for line in role.duties if _is_anybodys(line)]
                brings += [line for line in role.brings if _is_anybodys(line)]
    return found


def _is_anybodys(line: str) -> bool:
    folded = f"{line.lower()} "
    return not any(word.lower() in folded for word in OWN_WORDS)


def describe(chance: Random, content: Content, month: int) -> tuple[str, str]:
    """The description and its format, "markdown" or "text"; `month` (1 to 12) is when it is first published."""
    return _Writer(chance, content, month).write()


class _Writer:
    def __init__(self, chance: Random, content: Content, month: int) -> None:
        self.chance, self.content, self.month = chance, content, month
        self.words = words(content.language)
        self.lent = lent(content.language).get(content.kind.category_slug, ((), ()))
        self.slots: dict[str, Any] = {
            "company": content.employer.name,
            "town": content.employer.towns[0].name,
            "people": number_words(self.words, content.employer.people),
            "year": content.employer.year,
            "places": joined([town.name for town in content.towns], self.words["or"]),
            "countries": joined(content.countries(), self.words["or"]) or self.words["world"],
            "team": chance.choice(self.words["team"]["any"]),
        }
        self.slots["team"] = self._say(self.slots["team"])

    def write(self) -> tuple[str, str]:
        chance = self.chance
        sections = [
            ("about", [self._about()]),
            ("duties", self._duties()),
            ("brings", self._brings()),
            ("offer", self._offer()),
            ("apply", [" ".join(self._some(self.words["closing"]["any"], 2, 3))]),
        ]
        if chance.random() < 0.25:
            sections[1], sections[2] = sections[2], sections[1]
        opening = self._say(chance.choice(self._hooks()))
        if chance.random() < SHARE_PLAIN:
            return self._plain(opening, sections), "text"
        heading = chance.choice(HEADINGS)
        blocks = [opening]
        for name, lines in sections:
            blocks.append(heading.format(chance.choice(self.words["headings"][name])))
            blocks += lines
        return "\n\n".join(blocks), "markdown"

    def _plain(self, opening: str, sections: Sequence[tuple[str, Sequence[str]]]) -> str:
        """Without mark-up: a section is a paragraph under its name."""
        blocks = [opening]
        for name, lines in sections:
            title = self.chance.choice(self.words["headings"][name]).upper()
            blocks.append("\n".join([title, *lines]).replace("\n- ", "\n• "))
        return "\n\n".join(blocks)

    def _hooks(self) -> list[str]:
        hooks = self.words["hooks"]
        return hooks["any"] + hooks[self.content.employer.trade.sector] * 2

    def _say(self, sentence: str) -> str:
        """The sentence with its slots filled; numbers and skills are drawn anew for each."""
        if "{" not in sentence:
            return sentence
        slots = self.slots
        slots["n"] = self.chance.randrange(self.words["least"], 15)
        if "{skill}" in sentence:
            slots["skill"] = self.chance.choice(self.content.skills)[1]
        return sentence.format_map(slots)

    def _some(self, sentences: Sequence[str], least: int, most: int) -> list[str]:
        """Some of the sentences in an order of their own."""
        number = min(len(sentences), self.chance.randrange(least, most + 1))
        return [self._say(sentence) for sentence in self.chance.sample(sentences, number)]

    def _about(self) -> str:
        about = self.words["about"]
        self.slots["days"] = self.chance.choice(self.words["days"])
        self.slots["month"] = self.words["months"][(self.month - 1 + self.chance.choice(STARTS_AFTER)) % 12]
        lines = [
            self._say(self.chance.choice(about["any"])),
            self._say(self.chance.choice(about[self.content.workplace])),
        ]
        if self.chance.random() < SHARE_WITH_REASON:
            lines.append(self._say(self.chance.choice(about["reason"])))
        lines.append(self._say(self.chance.choice(about["start"])))
        return " ".join(lines)

    def _duties(self) -> list[str]:
        duties = self.words["duties"]
        field = self.content.kind.field
        own = duties.get(field) or duties["office"]
        lines = self._some([*own, *self.lent[0]], 3, 5) + self._some(duties["any"], 1, 3)
        for position, line in enumerate(lines):
            if self.chance.random() < SHARE_WITH_TAIL:
                lines[position] = line + self._say(self.chance.choice(duties["tails"]))
        return [_list(lines)]

    def _brings(self) -> list[str]:
        brings = self.words["brings"]
        level = EXPERIENCE.get(self.content.seniority, self.content.seniority)
        self.slots["years"] = self.chance.choice(YEARS[level])
        lines = [self._say(self.chance.choice(brings[f"experience_{level}"]))]
        self.slots["skills"] = joined([name for _, name in self.content.required], self.words["and"])
        lines.append(self._say(self.chance.choice(brings["skills"])))
        lines += self._some(
            [*brings["any"], *lent(self.content.language).get(self.content.kind.category_slug, ((), ()))[1]], 2, 4
        )
        if self.content.nice and self.chance.random() < 0.9:
            self.slots["skills"] = joined([name for _, name in self.content.nice], self.words["and"])
            lines.append(self._say(self.chance.choice(brings["nice"])))
        return [_list(lines)]

    def _offer(self) -> list[str]:
        offer = self.words["offer"]
        benefits = _list(self._some(offer["any"], 3, 6))
        pay = self.content.pay
        if pay is None:
            return [benefits]
        self.slots["pay"] = self._money(pay)
        return [self._say(self.chance.choice(offer["pay"])), benefits]

    def _money(self, pay: Pay) -> str:
        """A range as the language writes it: "$98,500 to $112,000 a year", "2.250 EUR bis 2.400 EUR im Monat"."""
        symbol = (
            SYMBOLS.get(pay.currency, "{} " + pay.currency) if self.content.language == "en" else "{} " + pay.currency
        )
        low, high = (symbol.format(number_words(self.words, amount)) for amount in (pay.low, pay.high))
        return f"{low}{self.words['between']}{high} {self.chance.choice(self.words['period'][pay.period])}"


def number_words(language: Mapping[str, Any], amount: float) -> str:
    """An amount with the separators of a language: 1,234 or 12.50 in English."""
    written = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    return written.translate({ord(","): language["thousands"], ord("."): language["decimal"]})


def _list(lines: Sequence[str]) -> str:
    return "- " + "\n- ".join(lines)


def joined(items: Sequence[str], separators: Sequence[str]) -> str:
    """The items in a row, the last one after a separator of its own: "A, B or C"."""
    between, last = separators
    if len(items) < 2:
        return "".join(items)
    return last.join([between.join(items[:-1]), items[-1]])
