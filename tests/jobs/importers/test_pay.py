from dataclasses import replace

import pytest

from jobs.importers.amounts import Currencies
from jobs.importers.pay import PayReader
from jobs.services.incoming import Pay
from kernel.errors import Invalid

READER = PayReader(
    Currencies(
        digits={"USD": 2, "EUR": 2, "GBP": 2, "CAD": 2, "JPY": 0, "SEK": 2, "INR": 2, "KWD": 3},
        of_country={"US": "USD", "DE": "EUR", "CA": "CAD", "JP": "JPY", "SE": "SEK", "IN": "INR"},
    )
)


def read(country="", **said):
    return READER.read(said, country)[0]


def test_stated_pay_is_kept_in_minor_units():
    assert read(salary_min=70623.0, salary_max=158322, salary_currency="USD", salary_period="year") == Pay(
        "USD", "year", 7_062_300, 15_832_200
    )


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 1_234), ("EUR", 123_400), ("KWD", 1_234_000)])
def test_minor_units_are_the_currencys_own(currency, minor):
    assert read(salary_min=1234, salary_currency=currency, salary_period="month").min_minor == minor


@pytest.mark.parametrize(
    ("low", "pay"),
    [
        ("$85,000", Pay("USD", "year", 8_500_000, None)),
        ("$85k - $95k", Pay("USD", "year", 8_500_000, 9_500_000)),
        ("85-95k USD", Pay("USD", "year", 8_500_000, 9_500_000)),
        ("€45.000,50", Pay("EUR", "year", 4_500_050, None)),
        ("₹18,00,000 - ₹25,00,000 per annum", Pay("INR", "year", 180_000_000, 250_000_000)),
        ("Rs. 12,50,000 per annum", Pay("INR", "year", 125_000_000, None)),
        ("12 LPA", Pay("INR", "year", 120_000_000, None)),
        ("₹8-10 lakhs per annum", Pay("INR", "year", 80_000_000, 100_000_000)),
        ("$23/hr", Pay("USD", "hour", 2_300, None)),
        ("$131,000/year", Pay("USD", "year", 13_100_000, None)),
        ("£14.25 per hour", Pay("GBP", "hour", 1_425, None)),
    ],
)
def test_written_pay_is_understood_and_kept(low, pay):
    said = read(salary_min=low)
    assert replace(said, text="", is_guessed=False) == pay
    assert said.text == low


def test_pay_is_guessed_where_currency_or_period_is_not_said():
    assert not read(salary_min=50_000, salary_currency="EUR", salary_period="year").is_guessed
    assert not read(salary_min="€50,000 per year").is_guessed
    assert not read("US", salary_min="$23/hr").is_guessed
    assert read("DE", salary_min="$50,000 per year").is_guessed
    assert read("DE", salary_min=50_000, salary_period="year").is_guessed
    assert read(salary_min=50_000, salary_currency="EUR").is_guessed


def test_dollar_is_the_countrys_own():
    assert read("CA", salary_min="$85,000").currency == "CAD"
    assert read("DE", salary_min="$85,000").currency == "USD"


def test_country_says_the_currency_of_a_bare_number():
    assert read("DE", salary_min=50_000) == Pay("EUR", "year", 5_000_000, None, is_guessed=True)


def test_bare_number_without_a_country_is_not_understood():
    assert READER.read({"salary_min": 50_000}, "") == (None, True)


def test_period_is_guessed_only_where_the_size_tells_it():
    assert read("US", salary_min=25).period == "hour"
    assert read("US", salary_min=25_000).period == "year"
    assert read("US", salary_min=2_500) is None
    assert read("IN", salary_min=50_000) is None


@pytest.mark.parametrize("said", ["Competitive", "DOE", "to be agreed"])
def test_words_are_no_pay_and_no_fault(said):
    assert READER.read({"salary_min": said, "salary_currency": "USD"}, "US") == (None, True)


def test_zero_is_not_said():
    assert READER.read({"salary_min": 0, "salary_max": 0, "salary_currency": "USD"}, "US") == (None, False)
    assert read(salary_min=0, salary_max=90_000, salary_currency="USD", salary_period="year") == Pay(
        "USD", "year", None, 9_000_000
    )


def test_nothing_said_is_nothing():
    assert READER.read({}, "US") == (None, False)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"salary_min": 10, "salary_currency": "XXX"}, "salary_currency"),
        ({"salary_min": 10, "salary_currency": 7}, "salary_currency"),
        ({"salary_min": 10, "salary_period": "fortnight"}, "salary_period"),
        ({"salary_min": 10, "salary_period": ["year"]}, "salary_period"),
        ({"salary_min": 90_000, "salary_max": 80_000, "salary_currency": "USD"}, "salary_min"),
        ({"salary_min": -5}, "salary_min"),
        ({"salary_max": "-5"}, "salary_max"),
        ({"salary_min": float("nan")}, "salary_min"),
        ({"salary_max": float("inf")}, "salary_max"),
        ({"salary_min": "9" * 4300}, "salary_min"),
        ({"salary_min": 10**15}, "salary_min"),
        ({"salary_min": "9" * 90}, "salary_min"),
        ({"salary_min": [1]}, "salary_min"),
        ({"salary_min": True}, "salary_min"),
    ],
)
def test_what_cannot_be_pay_is_refused_with_its_field(said, field):
    with pytest.raises(Invalid) as caught:
        READER.read(said, "US")
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(18, "INR"), (18.0, "USD"), ("₹18", "INR"), ("1,11,1", "USD"), (900, "JPY")],
)
def test_absurd_pay_of_a_year_is_not_kept(amount, currency):
    said = {"salary_min": amount, "salary_currency": currency, "salary_period": "year"}
    assert READER.read(said, "") == (None, True)


def test_sign_with_a_dot_is_a_currency():
    assert read("IN", salary_min=50_000, salary_currency="Rs.", salary_period="month").currency == "INR"
