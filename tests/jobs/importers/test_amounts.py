from decimal import Decimal

import pytest

from jobs.importers.amounts import Currencies, period_by_size, plain_number

CURRENCIES = Currencies(digits={"EUR": 2, "JPY": 0, "KWD": 3}, of_country={"US": "USD", "CA": "CAD", "DE": "EUR"})


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("85,000.50", "85000.50"),
        ("85.000,50", "85000.50"),
        ("85.000", "85000"),
        ("17.5", "17.5"),
        ("120'000", "120000"),
        ("45 000", "45000"),
        ("45\u00a0000", "45000"),
    ],
)
def test_number_is_understood_in_any_writing(written, plain):
    assert plain_number(written) == plain


def test_shared_sign_is_the_countrys_own_where_it_has_one():
    assert [CURRENCIES.implied("$", country) for country in ("US", "CA", "DE", "")] == ["USD", "CAD", "USD", "USD"]
    assert CURRENCIES.implied("", "DE") == "EUR"
    assert CURRENCIES.implied("", "") == ""
    assert [CURRENCIES.is_local("$", country) for country in ("CA", "DE", "")] == [True, False, False]


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 1_050), ("JPY", 10), ("KWD", 10_500)])
def test_amount_in_minor_units(currency, minor):
    assert CURRENCIES.minor(Decimal("10.5"), currency) == minor


@pytest.mark.parametrize(
    ("currency", "amount", "period"),
    [("EUR", 25, "hour"), ("EUR", 50_000, "year"), ("EUR", 2_500, None), ("INR", 50_000, None), ("EUR", None, None)],
)
def test_size_tells_the_period_where_it_can(currency, amount, period):
    assert period_by_size(currency, None if amount is None else Decimal(amount)) == period
