import time

import pytest

from jobs.importers.amounts import Currencies
from jobs.importers.salary import SalaryReader

READER = SalaryReader(
    Currencies(
        digits={"USD": 2, "EUR": 2, "GBP": 2, "CAD": 2, "CHF": 2, "PLN": 2, "BRL": 2, "JPY": 0, "INR": 2, "SEK": 2},
        of_country={"US": "USD", "DE": "EUR", "CA": "CAD", "JP": "JPY", "PL": "PLN", "IN": "INR", "SE": "SEK"},
    )
)


def told(pay):
    return pay and (pay.currency, str(pay.period), pay.min_minor, pay.max_minor)


@pytest.mark.parametrize(
    ("text", "country", "pay"),
    [
        ("€45k–55k + bonus", "", ("EUR", "year", 4_500_000, 5_500_000)),
        ("$23/hr", "US", ("USD", "hour", 2_300, None)),
        ("USD 120,000 - 150,000 per year", "", ("USD", "year", 12_000_000, 15_000_000)),
        ("£500 p/d", "", ("GBP", "day", 50_000, None)),
        ("bis 65.000 € brutto/Jahr", "", ("EUR", "year", None, 6_500_000)),
        ("up to $220K USD", "", ("USD", "year", None, 22_000_000)),
        ("$80-100K base + 0.50–0.75% equity", "", ("USD", "year", 8_000_000, 10_000_000)),
        ("€~55k-€~75k", "", ("EUR", "year", 5_500_000, 7_500_000)),
        ("CHF 120'000 - 140'000", "", ("CHF", "year", 12_000_000, 14_000_000)),
        ("20 000 - 25 000 PLN / mies.", "", ("PLN", "month", 2_000_000, 2_500_000)),
        ("R$ 5.000,00 por mês", "", ("BRL", "month", 500_000, None)),
        ("$17.50-$19 an hour", "CA", ("CAD", "hour", 1_750, 1_900)),
        ("45.000 - 55.000 Euro im Jahr", "", ("EUR", "year", 4_500_000, 5_500_000)),
        ("50-60k", "DE", ("EUR", "year", 5_000_000, 6_000_000)),
        ("$120,000/yr - $150,000/yr", "", ("USD", "year", 12_000_000, 15_000_000)),
        ("₹18,00,000 - ₹25,00,000 per annum", "IN", ("INR", "year", 180_000_000, 250_000_000)),
        ("Rs. 12,50,000 p.a.", "IN", ("INR", "year", 125_000_000, None)),
        ("INR 25,00,000", "", ("INR", "year", 250_000_000, None)),
        ("₹ 1,20,000 per month", "", ("INR", "month", 12_000_000, None)),
        ("12-18 LPA", "", ("INR", "year", 120_000_000, 180_000_000)),
        ("₹8 lakh per annum", "", ("INR", "year", 80_000_000, None)),
        ("¥8,000,000 - ¥12,000,000", "JP", ("JPY", "year", 8_000_000, 12_000_000)),
        ("¥1,500/hour", "JP", ("JPY", "hour", 1_500, None)),
        ("2 500 € bruts/mois", "", ("EUR", "month", 250_000, None)),
        ("2.500 € brut mensuel", "", ("EUR", "month", 250_000, None)),
        ("2500 - 3000 € mensuels", "", ("EUR", "month", 250_000, 300_000)),
        ("2 800 € brut par mois", "", ("EUR", "month", 280_000, None)),
        ("€3.500 tot €4.500 bruto per maand", "", ("EUR", "month", 350_000, 450_000)),
        ("35 000 - 42 000 kr/mån", "SE", ("SEK", "month", 3_500_000, 4_200_000)),
        ("£2,500 p/m", "", ("GBP", "month", 250_000, None)),
    ],
)
def test_pay_is_read_out_of_words(text, country, pay):
    found = READER.read(text, country)
    assert told(found) == pay
    assert found.text == text


@pytest.mark.parametrize(
    "text",
    [
        "competitive",
        "DOE",
        "",
        "401k and 4 weeks of vacation",
        "0.5% equity",
        "50-60k",
        "$5",
        "€1",
        "$900 million",
        "¥¥¥",
        "INR 18 per year",
        "€50 per year",
        "$1,11,1 per year",
        "$120,000,5555 a year",
        "open 24 hours 5 days a year",
    ],
)
def test_other_words_are_no_pay(text):
    assert READER.read(text, "") is None


@pytest.mark.parametrize(
    ("text", "country", "is_guessed"),
    [
        ("€50,000 per year", "", False),
        ("$23/hr", "US", False),
        ("$23/hr", "", True),
        ("$23/hr", "DE", True),
        ("€50,000", "", True),
        ("50,000 per year", "DE", True),
    ],
)
def test_pay_is_guessed_where_currency_or_period_is_not_written(text, country, is_guessed):
    assert READER.read(text, country).is_guessed == is_guessed


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("The salary range for this role is $120,000 - $150,000.", ("USD", "year", 12_000_000, 15_000_000)),
        ("Pay: $23/hr", ("USD", "hour", 2_300, None)),
        ("The hourly rate is $18.50.", ("USD", "hour", 1_850, None)),
        ("Base salary GS-15 - $134,789 to $164,200", ("USD", "year", 13_478_900, 16_420_000)),
        ("ANNUAL SALARY\n\n$47,731 to $69,760 and $54,455 to $79,594", ("USD", "year", 4_773_100, 6_976_000)),
        ("Gehalt: 55.000 - 65.000 € brutto jährlich", ("EUR", "year", 5_500_000, 6_500_000)),
        ("Baker ($100,000 - $120,000): apply", ("USD", "year", 10_000_000, 12_000_000)),
        ("We raised $51M. Comp: $200k+ base + equity", ("USD", "year", 20_000_000, None)),
        ("$80,000-$95,000/yr depending on experience", ("USD", "year", 8_000_000, 9_500_000)),
        ("Paid contract role, $80 - 150/hr, part-time", ("USD", "hour", 8_000, 15_000)),
        ("The salary is $32,000.", ("USD", "year", 3_200_000, None)),
        ("Baker ($31,000 - $38,000): apply", ("USD", "year", 3_100_000, 3_800_000)),
        ("Pay: ₹18,00,000 - ₹25,00,000 per annum", ("INR", "year", 180_000_000, 250_000_000)),
        ("Baker (INR 18,00,000 - 25,00,000)", ("INR", "year", 180_000_000, 250_000_000)),
    ],
)
def test_text_that_clearly_states_pay_is_understood(text, pay):
    found = READER.mentioned(text, "US")
    assert told(found) == pay
    assert found.is_guessed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The salary is $120,000 - $150,000. You will bake bread and cakes every morning.", "$120,000 - $150,000"),
        ("Salary: $95,000 a year and you will be working with extraordinary people", "$95,000 a year"),
        ("Salary: €60k-€80k + bonus and equity\nApply now", "€60k-€80k + bonus and equity"),
        ("Pay is $23/hr, in a bakery that everybody in the neighbourhood knows", "$23/hr"),
        (
            "Gehalt: 55.000 - 65.000 € brutto jährlich plus Bonus, und mehr",
            "55.000 - 65.000 € brutto jährlich plus Bonus",
        ),
        ("Compensation: $90k per yearning", "$90k"),
    ],
)
def test_words_of_pay_end_with_the_sum_and_what_belongs_to_it(text, words):
    assert READER.mentioned(text, "US").text == words


def test_long_words_of_pay_are_not_cut_in_a_word():
    found = READER.read("$95,000 a year " + "and everything " * 30, "US")
    assert len(found.text) <= 200
    assert found.text.endswith(("and", "everything"))


@pytest.mark.parametrize(
    "text",
    [
        "We raised $50M in our series B.",
        "Acme has $120,000,000 in revenue and $10B in freight under management.",
        "A $1,000 learning stipend per year.",
        "We match your 401k up to $5,000.",
        "Up to $5,250 per year in tuition reimbursement.",
        "You will manage a budget of $500,000 - $700,000 per year.",
        "A signing bonus of $10,000 - $15,000.",
        "Please note the maximum salary available for the GS pay system is $166,500",
        "Deals of $50k to $150k.",
        "Our plans cost $20 - $30 per month.",
        "Win a prize of $25,000!",
        "There are 50,000 customers and 120,000 users.",
    ],
)
def test_other_money_is_no_pay(text):
    assert READER.mentioned(text, "US") is None


@pytest.mark.parametrize(
    "text",
    ["1" * 100_000, "1,111" * 20_000, "$ " * 50_000, "$1,111," * 15_000, "$10 - " * 16_000, "pay $1k " * 12_000],
)
def test_long_texts_take_no_long_time(text):
    started = time.process_time()
    READER.mentioned(text, "US")
    READER.read(text[:1_000], "US")
    assert time.process_time() - started < 2
