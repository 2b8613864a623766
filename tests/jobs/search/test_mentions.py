"""The titles that a running text mentions."""

import pytest

from jobs.models import Category, Occupation, OccupationLabel
from jobs.search.mentions import titles_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lamplighters() -> None:
    category = Category.objects.create(slug="test-field", name="Test", path="test-field/", depth=0, position=99)
    for number in range(8):
        made = Occupation.objects.create(slug=f"warden-{number}", title=f"Q{number} quxwarden", category=category)
        if not number:
            OccupationLabel.objects.create(occupation=made, label="street lamp keeper")


def test_a_name_of_an_occupation_counts_each_time_that_it_comes() -> None:
    found = titles_in(
        "From 2019 street lamp keeper at Acme. Before: Street Lamp Keepers' mate, and Q3 Quxwarden (Globex)"
    )

    assert list(found.items()) == [("street lamp keeper", 2.0), ("q3 quxwarden", 1.0)]


def test_words_before_what_ends_many_names_count_less_than_a_name() -> None:
    found = titles_in("He was senior gaslight quxwarden and q1 quxwarden.")

    assert list(found) == ["q1 quxwarden", "gaslight quxwarden"]
    assert found["gaslight quxwarden"] < found["q1 quxwarden"] / 2


@pytest.mark.parametrize("text", ["", "Street. Lamp keeper", "street\nlamp keeper", "A lamp, a street, 42 %"])
def test_what_stands_in_different_sentences_is_no_title(text: str) -> None:
    assert "street lamp keeper" not in titles_in(text)


def test_of_a_text_that_goes_on_for_ever_the_beginning_is_read() -> None:
    assert titles_in("street lamp keeper. " + "x " * 50_000 + "Q3 Quxwarden") == {"street lamp keeper": 1.0}
