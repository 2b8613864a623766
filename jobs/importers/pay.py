"""Reads what a job pays out of the `salary_*` values of a row."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from jobs.importers import vocabulary
from jobs.importers.amounts import (
    MULTIPLIED,
    NUMBER,
    SHARED_SIGN,
    SHARED_SIGNS,
    SIGNS,
    Currencies,
    is_absurd,
    multiplier,
    period_by_size,
    plain_number,
)
from jobs.importers.values import Values, shown
from jobs.models.pay import MAX_MINOR, PayPeriod
from jobs.services.incoming import Pay
from kernel.errors import Invalid

MOST_WORDS = 200  # characters of an original that are kept
_MOST_CHARACTERS = 100
_NUMBER = re.compile(rf"(?<!\d)(?<!\d[.,])(?P<number>{NUMBER})(?P<multiplied>{MULTIPLIED})?", re.IGNORECASE)
_SHARED_SIGN = re.compile(SHARED_SIGN, re.IGNORECASE)
_MACHINE_NUMBER = re.compile(r"\d+(?:\.\d+)?")
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
    """Reads pay out of stated amounts."""

    def __init__(self, currencies: Currencies) -> None:
        self._currencies = currencies

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
        currency = said.currency or self._currencies.implied(said.sign, country)
        period = said.period or period_by_size(currency, most if most is not None else least)
        if not currency or period is None:
            return None, True
        if any(end is not None and is_absurd(currency, period, end) for end in (least, most)):
            return None, True
        is_currency_said = said.currency or (said.sign and self._currencies.is_local(said.sign, country))
        pay = Pay(
            currency,
            period,
            self._currencies.minor(least, currency),
            self._currencies.minor(most, currency),
            text=_words(values),
            is_guessed=not (is_currency_said and said.period),
        )
        return pay, True

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
            if code in self._currencies.digits:
                said.currency = code
        said.currency = said.currency or next((SIGNS[sign] for sign in SIGNS if sign in value), "")
        if not said.sign and (shared := _SHARED_SIGN.search(value)):
            said.sign = shared[0].lower().rstrip(".")
        if match := _PERIOD_WORDS.search(value):
            said.period = vocabulary.period(match[1])
        amounts = []
        by = 1
        for match in _NUMBER.finditer(value):
            by = multiplier(match["multiplied"] or "")
            amounts.append(_decimal(plain_number(match["number"]), key) * by)
            if match["multiplied"] and match["multiplied"].strip().lower() == "lpa":
                said.currency, said.period = said.currency or "INR", PayPeriod.YEAR
        # "85-95k": what is said of the second is meant of both.
        if len(amounts) == 2 and amounts[0] < 1000 <= amounts[1]:
            amounts[0] *= by
        return amounts[:2]

    def _currency(self, stated: Any, country: str) -> str:
        code = stated.strip().rstrip(".") if isinstance(stated, str) else ""
        if code.upper() in self._currencies.digits:
            return code.upper()
        code = SIGNS.get(code) or (
            self._currencies.implied(code.lower(), country) if code.lower() in SHARED_SIGNS else ""
        )
        if not code:
            raise Invalid(f"Not a currency: {shown(stated)}.", field="salary_currency")
        return code


def _words(values: Values) -> str:
    """What the amounts were read out of, where that was words and not bare numbers."""
    ends = [value.strip() for key in ("salary_min", "salary_max") if isinstance(value := values.get(key), str)]
    return " - ".join(dict.fromkeys(end for end in ends if not _MACHINE_NUMBER.fullmatch(end)))[:MOST_WORDS]


def _decimal(value: str | int | float, key: str) -> Decimal:
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"Not an amount: {value}.", field=key)
    try:
        return Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise Invalid(f"Not an amount: {shown(value)}.", field=key) from None
