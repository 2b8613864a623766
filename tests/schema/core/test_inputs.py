"""Bounds on what clients write into filters: as much as is allowed is read, one more is refused by name."""

import pytest

from tests.door import send

pytestmark = pytest.mark.django_db

BY_WORDS = "query ($text: String!) { companies(where: { nameStartsWith: $text }) { nodes { name } } }"
BY_COUNTRY = "query ($codes: [CountryCode!]!) { companies(where: { countries: $codes }) { nodes { name } } }"
CODES = [first + second for first in "ABCDEFGHIJ" for second in "KLMNOPQRSTU"]


def test_a_text_is_bounded() -> None:
    assert send(BY_WORDS, {"text": "a" * 200}).data["companies"]["nodes"] == []
    (error,) = send(BY_WORDS, {"text": "a" * 201}).errors
    assert error["extensions"] == {"code": "BAD_REQUEST", "argument": "where.nameStartsWith"}


def test_the_values_of_a_condition_are_bounded() -> None:
    assert send(BY_COUNTRY, {"codes": CODES[:100]}).data["companies"]["nodes"] == []
    (error,) = send(BY_COUNTRY, {"codes": CODES[:101]}).errors
    assert error["extensions"] == {"code": "BAD_REQUEST", "argument": "where.countries"}


def test_the_same_value_twice_counts_once() -> None:
    assert send(BY_COUNTRY, {"codes": ["DE"] * 150}).data["companies"]["nodes"] == []
