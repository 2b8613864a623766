"""Exchange rates: what pay comes to in the common currency, in cents of the euro."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from jobs.models import FxRate

# Decimal places that rates are kept with.
_PLACES = FxRate._meta.get_field("per_euro").decimal_places
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of a currency for one euro, and the decimal places between its unit and its minor unit."""

    per_euro: Decimal
    digits: int


type Rates = Mapping[str, Rate]
"""The newest rate of each currency that has one."""


def newest() -> Rates:
    """The newest rate of each currency that has one. One statement."""
    rows = FxRate.objects.order_by("currency_id", "-on_date").distinct("currency_id")
    found = rows.values_list("currency_id", "per_euro", "currency__digits")
    return {currency: Rate(per_euro, digits) for currency, per_euro, digits in found}


def common_minor(currency: str, minor: int | None, rates: Rates) -> int | None:
    """Whole cents of the euro in so many minor units; None where there is no amount, or no rate."""
    if minor is None or currency not in rates:
        return None
    rate = rates[currency]
    # In whole numbers, so that it is exactly what the database comes to for the same.
    per_euro = int(rate.per_euro.scaleb(_PLACES))
    return min(minor * 100 * 10**_PLACES // (per_euro * 10**rate.digits), _MOST)
