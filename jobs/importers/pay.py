"""Reads what a job pays out of the `salary_*` values of a row."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from jobs.importers import vocabulary
from jobs.importers.values import Values, shown
from jobs.models.pay import MAX_MINOR, PayPeriod
from jobs.services.incoming import Pay
from kernel.errors import Invalid

# Signs that stand for one currency, longest first.
SIGNS = {
    "US$": "USD", "CA$": "CAD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "C$": "CAD", "A$": "AUD", "S$": "SGD",
    "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₫": "VND", "₱": "PHP",
    "₦": "NGN", "₴": "UAH", "฿": "THB", "zł": "PLN",
}  # fmt: skip
# A sign that several currencies share is read as the country's own where that is one of them, else as the first.
SHARED_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}
# Where one of these is paid, the size of an amount tells whether it is for an hour or a year.
GUESSABLE = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SGD"})
HOURLY_BELOW, YEARLY_FROM = 200, 10_000

_MOST_CHARACTERS = 100
_NUMBER = re.compile(r"\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?")
_MACHINE_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"\s?k\b", re.IGNORECASE)
_PERIOD_WORDS = re.compile(
    r"\b(?:per |an? |/ ?)?"
    r"(hour|hourly|hr|day|daily|week|weekly|month|monthly|year|yearly|yr|annually|annual|annum|p\.a)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")


@dataclass(slots=True)
class _Said:
    """What the values say together."""

    amounts: list[Decimal]
    currency: str = ""
    sign: str = ""
    period: PayPeriod | None = None


class PayReader:
    """Reads pay. `digits` gives each currency's decimal places, `of_country` each country's currency."""

    def __init__(self, digits: dict[str, int], of_country: dict[str, str]) -> None:
        self._digits = digits
        self._of_country = of_country

    def read(self, values: Values, country: str) -> tuple[Pay | None, bool]:
        """The pay, and whether anything was said of it; None where that is not clear enough to keep.

        `country` is where the job is, empty if that is not one country. `Invalid`: an unknown currency or period, an
        amount that is none, a least pay above the most.
        """
        said = _Said([])
        low = self._amounts(values, "salary_min", said)
        high = self._amounts(values, "salary_max", said)
        stated = values.get("salary_currency")
        if stated not in (None, ""):
            said.currency = self._currency(stated, country)
        stated = values.get("salary_period")
        if stated not in (None, ""):
            said.period = vocabulary.period(stated) if isinstance(stated, str) else None
            if said.period is None:
                raise Invalid(f"Not a period of pay: {shown(stated)}.", field="salary_period")
        if not (low or high):
            return None, any(values.get(key) not in (None, "", 0) for key in ("salary_min", "salary_max"))
        # One text may hold both ends: "$85k - $95k".
        least = low[0] if low else None
        most = high[-1] if high else (low[-1] if len(low) > 1 else None)
        if least is not None and most is not None and least > most:
            raise Invalid(f"The least pay, {least}, is above the most, {most}.", field="salary_min")
        currency = said.currency or self._implied_currency(said.sign, country)
        period = said.period or _guessed_period(currency, most if most is not None else least)
        if not currency or period is None:
            return None, True
        return Pay(currency, period, self._minor(least, currency), self._minor(most, currency)), True

    def _amounts(self, values: Values, key: str, said: _Said) -> list[Decimal]:
        """The amounts of one value. Nothing is paid for nothing: 0 is how naive sources write "not said"."""
        value = values.get(key)
        if value is None or value == "":
            return []
        if isinstance(value, int | float) and not isinstance(value, bool):
            amounts = [_decimal(value, key)]
        elif isinstance(value, str):
            amounts = self._written_amounts(value.strip(), key, said)
        else:
            raise Invalid(f"Not an amount: {shown(value)}.", field=key)
        for amount in amounts:
            if amount < 0:
                raise Invalid(f"Pay is not negative: {shown(value)}.", field=key)
            if amount * 1000 > MAX_MINOR:
                raise Invalid(f"Not a believable amount: {shown(value)}.", field=key)
        return [amount for amount in amounts if amount]

    def _written_amounts(self, value: str, key: str, said: _Said) -> list[Decimal]:
        if len(value) > _MOST_CHARACTERS:
            raise Invalid(f"Not an amount: {shown(value)}.", field=key)
        if re.fullmatch(r"-\s?[\d.,]+", value):
            raise Invalid(f"Pay is not negative: {shown(value)}.", field=key)
        if _MACHINE_NUMBER.fullmatch(value):
            return [_decimal(value, key)]
        for code in _CODE.findall(value):
            if code in self._digits:
                said.currency = code
        said.currency = said.currency or next((SIGNS[sign] for sign in SIGNS if sign in value), "")
        said.sign = said.sign or next((sign for sign in SHARED_SIGNS if sign in value.lower()), "")
        if match := _PERIOD_WORDS.search(value):
            said.period = vocabulary.period(match[1])
        amounts = []
        is_in_thousands = False
        for match in _NUMBER.finditer(value):
            is_in_thousands = bool(_THOUSANDS.match(value, match.end()))
            amount = _decimal(_plain_number(match[0]), key)
            amounts.append(amount * 1000 if is_in_thousands else amount)
        # "85-95k": what is said of the second is meant of both.
        if len(amounts) == 2 and is_in_thousands and amounts[0] < 1000 <= amounts[1]:
            amounts[0] *= 1000
        return amounts[:2]

    def _currency(self, stated: Any, country: str) -> str:
        code = stated.strip() if isinstance(stated, str) else ""
        if code.upper() in self._digits:
            return code.upper()
        code = SIGNS.get(code) or (
            self._implied_currency(code.lower(), country) if code.lower() in SHARED_SIGNS else ""
        )
        if not code:
            raise Invalid(f"Not a currency: {shown(stated)}.", field="salary_currency")
        return code

    def _implied_currency(self, sign: str, country: str) -> str:
        local = self._of_country.get(country, "")
        if not sign:
            return local
        shared = SHARED_SIGNS[sign]
        return local if local in shared else shared[0]

    def _minor(self, amount: Decimal | None, currency: str) -> int | None:
        if amount is None:
            return None
        return int((amount * 10 ** self._digits[currency]).to_integral_value())


def _decimal(value: str | int | float, key: str) -> Decimal:
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"Not an amount: {value}.", field=key)
    try:
        return Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise Invalid(f"Not an amount: {shown(value)}.", field=key) from None


def _plain_number(written: str) -> str:
    """Writes "85,000.50" and "85.000,50" as "85000.50"; a last group of three digits is thousands, one of two cents."""
    bare = re.sub(r"[' \u00a0\u202f]", "", written)
    parts = re.split(r"[,.]", bare)
    if len(parts) > 1 and len(parts[-1]) != 3:
        return f"{''.join(parts[:-1])}.{parts[-1]}"
    return "".join(parts)


def _guessed_period(currency: str, amount: Decimal | None) -> PayPeriod | None:
    if currency not in GUESSABLE or amount is None:
        return None
    if amount >= YEARLY_FROM:
        return PayPeriod.YEAR
    return PayPeriod.HOUR if amount < HOURLY_BELOW else None
