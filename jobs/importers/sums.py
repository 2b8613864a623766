"""Finds sums of money in texts: "€45k–55k", "USD 120,000 - 150,000", "bis 65.000 €"."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from jobs.importers.amounts import MULTIPLIED, NUMBER, SHARED_SIGN, SHARED_SIGNS, SIGNS, multiplier, plain_number

# How many numbers are looked at in one text.
MOST_NUMBERS = 1_000
# How many times the first number the second may be where they are written differently.
WIDEST = 8
RETIREMENT_PLAN = 401  # "401k" is no sum

# A sum or a range of sums, each with a sign or code on either side.
_SIGN = "|".join((*(re.escape(sign) for sign in SIGNS), SHARED_SIGN))
_CODES = (
    "usd|eur|euros?|gbp|cad|aud|nzd|chf|sgd|hkd|inr|pln|sek|nok|dkk|czk|huf|ron|brl|mxn|jpy|cny|krw|ils|zar|aed|sar"
    "|try|php|idr|myr|thb|twd|uah|bgn|cop|clp|ars|vnd"
)
_UNIT = rf"(?:{_SIGN}|(?<![^\W\d_])(?:{_CODES})(?![^\W_]))"


def _sum_pattern(number: int) -> str:
    return (
        rf"(?P<sign{number}>{_UNIT})?[\s~≈]?(?P<code{number}>(?<=\$)\s?(?:{_CODES})\s)?"
        rf"(?<![\d.,])(?P<amount{number}>{NUMBER})"
        rf"(?P<k{number}>{MULTIPLIED})?(?P<unit{number}>\s?{_UNIT}(?!\s?\d))?"
    )


_PERIOD_BETWEEN = r"(?:\s?(?:/|per|an?)\s?(?:yr|year|annum|hr|hour|month|mo|day|week))?"
_RANGE = re.compile(
    rf"{_sum_pattern(1)}(?:{_PERIOD_BETWEEN}\s?(?:[-‐‑‒–—−~〜～]{{1,2}}|to|and|bis|à|a|até|y|und|et|tot|til|through)\s?"
    rf"(?:up to )?{_sum_pattern(2)})?",
    re.IGNORECASE,
)
# What tells money in a running text at a glance.
_MONEY_SIGNS = "$€£₹₩₪₺₫₱₦₴฿¥"
_MONEY = re.compile(rf"[{_MONEY_SIGNS}]|\b(?:{_CODES.upper()}|[Ee]uros?|Rs|LPA|[Ll]akhs?)\b|(?<![^\W\d_])kr\b|zł")
_MONEY_BEFORE, _MONEY_AFTER = 40, 80  # how far a range of sums reaches from its sign
_MULTIPLIED = re.compile(
    r"\s?(?:m\b|mm\b|mn\b|mio\b|million|bn\b|b\b|billion|t\b|trillion|\+?\s?million|crore)", re.IGNORECASE
)
_OPEN_START = re.compile(
    r"(?:\b(?:up to|bis(?: zu)?|tot|max(?:imum)?|jusqu'à|hasta|do|to|under|≤|<)\s*)$", re.IGNORECASE
)
_UNIT_GROUPS = ("sign1", "code1", "unit1", "sign2", "code2", "unit2")


@dataclass(slots=True)
class Sum:
    """A sum of money or a range of sums, as it stands in a text."""

    start: int
    end: int
    least: Decimal | None
    most: Decimal | None
    currency: str
    sign: str  # one that several currencies share

    @property
    def is_range(self) -> bool:
        return self.least is not None and self.most is not None

    @property
    def largest(self) -> Decimal:
        return self.most or self.least or Decimal()


def of_money(text: str) -> Iterator[Sum]:
    """The sums in a long text, looked for around the signs and codes of currencies alone."""
    if not (any(sign in text for sign in _MONEY_SIGNS) or _MONEY.search(text)):
        return
    done = 0
    for mark in islice(_MONEY.finditer(text), MOST_NUMBERS):
        if mark.start() < done:
            continue
        for found in found_in(text, max(done, mark.start() - _MONEY_BEFORE), mark.end() + _MONEY_AFTER):
            if found.end > mark.start():
                done = found.end
                yield found
                break


def found_in(text: str, position: int = 0, end: int = sys.maxsize) -> Iterator[Sum]:
    """The sums that stand between two positions of a text, in their order."""
    for _ in range(MOST_NUMBERS):
        match = _RANGE.search(text, position, end)
        if match is None:
            return
        position = match.end()
        if match["amount2"] and _is_no_range(match):
            # "GS-15 - $134,789 to $164,200": the range begins at its second number.
            position = match.start("sign2") if match["sign2"] else match.start("amount2")
            continue
        found = _sum(match, text)
        if found is not None:
            position = found.end
            yield found


def _sum(match: re.Match[str], text: str) -> Sum | None:
    if _MULTIPLIED.match(text, match.end()) or text[match.end() : match.end() + 1] == "%":
        return None
    units = [unit.strip().rstrip(".") for name in _UNIT_GROUPS if (unit := match[name])]
    currency, sign = _currency(units)
    thousands, lakhs = multiplier("k"), multiplier("lakh")
    by = [multiplier(match[name] or "") for name in ("k1", "k2")]
    if not units and lakhs in by:
        currency = "INR"
    if not units and not match["k1"] and not match["k2"] and len(plain_number(match["amount1"])) < 4:
        return None
    first = Decimal(plain_number(match["amount1"]))
    if match["k1"] is not None and first == RETIREMENT_PLAN and not units:
        return None
    second = Decimal(plain_number(match["amount2"])) if match["amount2"] else None
    first *= by[0]
    if second is not None:
        second *= by[1]
        # "85-95k": what is said of the second is meant of both.
        if first < thousands:
            first *= by[1]
    if second is not None and second >= first:
        return Sum(match.start(), match.end(), first, second, currency, sign)
    # "$23 an hour and $5 for lunch" are two sums: the second is looked at next.
    end = max(match.end("amount1"), match.end("k1"), match.end("unit1"))
    if _OPEN_START.search(text, max(0, match.start() - 12), match.start()):
        return Sum(match.start(), end, None, first, currency, sign)
    return Sum(match.start(), end, first, None, currency, sign)


def _currency(units: list[str]) -> tuple[str, str]:
    """The currency that signs and codes name, or the shared sign that leaves it open."""
    sign = ""
    for unit in units:
        lower = unit.lower()
        if lower in ("euro", "euros"):
            return "EUR", ""
        if unit in SIGNS or unit.upper() in SIGNS:
            return SIGNS.get(unit) or SIGNS[unit.upper()], ""
        if lower in SHARED_SIGNS:
            sign = sign or lower
        else:
            return lower.upper(), ""
    return "", sign


def _is_no_range(match: re.Match[str]) -> bool:
    """Whether the two numbers are too far apart, and written too differently, to be two ends of one pay."""
    if match["sign1"] or match["unit1"] or match["k1"] or not (match["sign2"] or match["unit2"]):
        return False
    first, second = Decimal(plain_number(match["amount1"])), Decimal(plain_number(match["amount2"]))
    return not match["k2"] and second > WIDEST * first
