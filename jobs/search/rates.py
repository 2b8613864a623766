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

    @property
    def scaled(self) -> int:
        """Minor units for one euro, times 10 to the `_PLACES`: whole numbers compare exactly."""
        return int(self.per_euro.scaleb(_PLACES)) * 10**self.digits


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
    return min(minor * 100 * 10**_PLACES // rates[currency].scaled, _MOST)


def least_minor(currency: str, cents: int, rates: Rates) -> int:
    """The least amount of a currency that has a rate that `common_minor` says is worth so much."""
    return min(-(-cents * rates[currency].scaled // (100 * 10**_PLACES)), _MOST)
