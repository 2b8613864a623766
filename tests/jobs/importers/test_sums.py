from decimal import Decimal

import pytest

from jobs.importers import sums


def told(found):
    return [(one.least and int(one.least), one.most and int(one.most), one.currency or one.sign) for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("€45k–55k", [(45_000, 55_000, "EUR")]),
        ("85-95k USD", [(85_000, 95_000, "USD")]),
        ("US$100,000 to US$120,000", [(100_000, 120_000, "USD")]),
        ("up to £50k", [(None, 50_000, "GBP")]),
        ("bis 65.000 €", [(None, 65_000, "EUR")]),
        ("GS-15 - $134,789 to $164,200", [(134_789, 164_200, "$")]),
        ("$23 an hour and $5 more", [(23, None, "$"), (5, None, "$")]),
        ("$50M and €3 million and 20%", []),
        ("401k, 5 weeks", []),
        ("₹18,00,000 - ₹25,00,000", [(1_800_000, 2_500_000, "INR")]),
        ("Rs. 12,50,000", [(1_250_000, None, "rs")]),
        ("12 LPA", [(1_200_000, None, "INR")]),
        ("€3.500 tot €4.500", [(3_500, 4_500, "EUR")]),
        ("35.000 kr", [(35_000, None, "kr")]),
        ("24 hours 5", []),
        ("$1,11,1", []),
        ("", []),
    ],
)
def test_sums_are_found_in_their_order(text, found):
    assert told(sums.found_in(text)) == found


def test_long_text_is_looked_at_around_its_money():
    text = "12345 " * 1_000 + "€10 and then " + "word " * 1_000 + "20,000 - 30,000 USD"
    assert told(sums.of_money(text)) == [(10, None, "EUR"), (20_000, 30_000, "USD")]
    assert list(sums.of_money("12345 words without money")) == []


def test_where_a_sum_stands_is_told():
    text = "Pay: $23/hr"
    [found] = sums.of_money(text)
    assert text[found.start : found.end] == "$23"
    assert (found.largest, found.is_range) == (Decimal(23), False)
