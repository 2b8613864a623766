import re
from decimal import Decimal

import pytest

from jobs.importers.amounts import NUMBER, Currencies, is_absurd, period_by_size, plain_number
from jobs.models.pay import PayPeriod

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
        ("18,00,000", "1800000"),
        ("1,20,000.50", "120000.50"),
    ],
)
def test_number_is_understood_in_any_writing(written, plain):
    assert plain_number(written) == plain


@pytest.mark.parametrize(
    "written", ["18,00,000", "1,20,000", "12,50,000.50", "1,25,00,000", "85,000", "17.5", "45 000"]
)
def test_number_is_taken_whole(written):
    assert re.match(NUMBER, written)[0] == written


@pytest.mark.parametrize("written", ["1,11,1", "85,000,5555", "2026.05.06", "1.2.3.4"])
def test_no_number_is_the_head_of_a_longer_one(written):
    assert re.match(NUMBER, written) is None


@pytest.mark.parametrize(
    ("currency", "amount", "is_so"),
    [("USD", 99, True), ("USD", 100, False), ("INR", 4_000, True), ("INR", 300_000, False), ("JPY", 12, True)],
)
def test_year_of_next_to_nothing_is_absurd(currency, amount, is_so):
    assert is_absurd(currency, PayPeriod.YEAR, Decimal(amount)) is is_so
    assert not is_absurd(currency, PayPeriod.MONTH, Decimal(amount))


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
    [
        ("EUR", 25, "hour"),
        ("EUR", 50_000, "year"),
        ("EUR", 2_500, None),
        ("INR", 50_000, None),
        ("INR", 1_800_000, "year"),
        ("JPY", 8_000_000, "year"),
        ("JPY", 1_500, "hour"),
        ("EUR", None, None),
    ],
)
def test_size_tells_the_period_where_it_can(currency, amount, period):
    assert period_by_size(currency, None if amount is None else Decimal(amount)) == period
