"""Amounts of money, and what is left unsaid of them: the currency by the country, the period by the size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from jobs.models.pay import PayPeriod

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
    "rs": ("INR", "PKR", "LKR", "NPR"),
}
# Where one of these is paid, the size of an amount tells whether it is for an hour or a year.
GUESSABLE = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SGD"})
HOURLY_BELOW, YEARLY_FROM = 200, 10_000
# The same of currencies whose unit is small: an hour below the first, a year from the second on.
SMALL_UNITS = {"JPY": (10_000, 2_000_000), "INR": (0, 500_000)}
# A year's pay below these is a mistake of whoever wrote or read it. Elsewhere `LEAST_OF_YEAR`.
LEAST_OF_YEAR = 100
LEAST_OF_YEAR_IN_SMALL_UNITS = {
    "INR": 5_000, "PKR": 5_000, "LKR": 10_000, "NPR": 5_000, "JPY": 50_000, "KRW": 500_000, "VND": 1_000_000,
    "IDR": 1_000_000, "HUF": 50_000, "CLP": 50_000, "COP": 200_000, "ISK": 50_000,
}  # fmt: skip

# Indian grouping ("18,00,000") comes first: else its head would be read. No number is the head of a longer one.
NUMBER = (
    r"(?:\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?"
    r"|\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?"
    r"|\d+(?:[.,]\d+)?)(?![.,]?\d)"
)
# "85k", "12 lakh", "12 LPA" (lakhs per annum)
MULTIPLIED = r"\s?(?:k|lakhs?|lacs?|lpa)(?![^\W_])"
_LAKH = 100_000
_SEPARATORS = re.compile(r"[' \u00a0\u202f]")


def _shared_sign(sign: str) -> str:
    return rf"(?<![^\W\d_]){sign}\.?(?![^\W\d_])" if sign.isalpha() else re.escape(sign)


# Any of the shared signs in a text; "hours" holds none.
SHARED_SIGN = "|".join(_shared_sign(sign) for sign in SHARED_SIGNS)


@dataclass(frozen=True, slots=True)
class Currencies:
    """`digits` gives each currency's decimal places, `of_country` each country's currency."""

    digits: Mapping[str, int]
    of_country: Mapping[str, str]

    def implied(self, sign: str, country: str) -> str:
        """The currency that a shared sign, or no sign at all, means in the country; empty where that is unknown."""
        local = self.of_country.get(country, "")
        if not sign:
            return local
        shared = SHARED_SIGNS[sign]
        return local if local in shared else shared[0]

    def is_local(self, sign: str, country: str) -> bool:
        """Whether a shared sign is that of the country's own currency."""
        return self.of_country.get(country, "") in SHARED_SIGNS[sign]

    def minor(self, amount: Decimal | None, currency: str) -> int | None:
        """The amount in the currency's minor units."""
        if amount is None:
            return None
        return int((amount * 10 ** self.digits[currency]).to_integral_value())


def plain_number(written: str) -> str:
    """Writes "85,000.50" and "85.000,50" as "85000.50"; a last group of three digits is thousands, one of two cents."""
    bare = _SEPARATORS.sub("", written)
    parts = re.split(r"[,.]", bare)
    if len(parts) > 1 and len(parts[-1]) != 3:
        return f"{''.join(parts[:-1])}.{parts[-1]}"
    return "".join(parts)


def multiplier(written: str) -> int:
    """What "k", "lakh" or "LPA" behind a number multiplies it by; 1 where nothing is written."""
    bare = written.strip().lower()
    if not bare:
        return 1
    return 1_000 if bare == "k" else _LAKH


def period_by_size(currency: str, amount: Decimal | None) -> PayPeriod | None:
    """The year or the hour that an amount is for, where its size tells."""
    if amount is None or not (currency in GUESSABLE or currency in SMALL_UNITS):
        return None
    hourly_below, yearly_from = SMALL_UNITS.get(currency, (HOURLY_BELOW, YEARLY_FROM))
    if amount >= yearly_from:
        return PayPeriod.YEAR
    return PayPeriod.HOUR if amount < hourly_below else None


def is_absurd(currency: str, period: PayPeriod, amount: Decimal) -> bool:
    """Whether nobody can be paid so little for a whole year."""
    return period is PayPeriod.YEAR and amount < LEAST_OF_YEAR_IN_SMALL_UNITS.get(currency, LEAST_OF_YEAR)
