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
}
# Where one of these is paid, the size of an amount tells whether it is for an hour or a year.
GUESSABLE = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SGD"})
HOURLY_BELOW, YEARLY_FROM = 200, 10_000

NUMBER = r"(?:\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?)"
_SEPARATORS = re.compile(r"[' \u00a0\u202f]")


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


def period_by_size(currency: str, amount: Decimal | None) -> PayPeriod | None:
    """The year or the hour that an amount is for, where its size tells."""
    if currency not in GUESSABLE or amount is None:
        return None
    if amount >= YEARLY_FROM:
        return PayPeriod.YEAR
    return PayPeriod.HOUR if amount < HOURLY_BELOW else None
