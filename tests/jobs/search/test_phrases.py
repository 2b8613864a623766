"""Which named things a phrase is like."""

import pytest

from jobs.search.phrases import Phrases

NAMES = [
    ("manage musical staff", 1),
    ("direct an orchestra", 1),
    ("manage kitchen staff", 2),
    ("wound care", 3),
    ("dress wounds", 3),
    ("wound care", 4),
    ("of the", 5),
]


@pytest.fixture(scope="module")
def space() -> Phrases:
    return Phrases((name.split(), key) for name, key in NAMES)


def nearest(space: Phrases, phrase: str, most: int = 10) -> list[int]:
    return [key for key, _ in space.nearest(phrase.split(), most)]


def test_a_name_of_its_own_comes_first_and_is_all_of_the_phrase(space: Phrases) -> None:
    for phrase in ("manage musical staff", "musical the staff manage"):
        assert nearest(space, phrase)[0] == 1
    ((key, share), *others) = space.nearest(["manage", "kitchen", "staff"], 10)
    assert (key, share) == (2, 1)
    assert all(0 < other < 1 for _, other in others)


def test_all_things_of_one_name_are_as_near(space: Phrases) -> None:
    (first, share), (second, other) = space.nearest(["wound", "care"], 2)
    assert {first, second} == {3, 4}
    assert max(share, other) == 1
    assert min(share, other) > 0.9


def test_words_in_other_forms_and_beginnings_are_alike(space: Phrases) -> None:
    assert nearest(space, "wounds")[0] in (3, 4)
    assert nearest(space, "orchestration") == [1]


def test_the_rarer_word_decides(space: Phrases) -> None:
    # "staff" is in two names, "musical" in one.
    assert nearest(space, "musical staff") == [1, 2]


def test_what_nobody_knows_makes_the_rest_less_sure(space: Phrases) -> None:
    ((_, plain),) = space.nearest(["orchestra"], 1)
    ((_, doubted),) = space.nearest(["orchestra", "zebra"], 1)
    assert doubted < plain < 1


@pytest.mark.parametrize("phrase", ["", "of the", "zebra"])
def test_what_tells_nothing_is_like_nothing(space: Phrases, phrase: str) -> None:
    assert space.nearest(phrase.split(), 10) == []


def test_no_more_than_asked_for(space: Phrases) -> None:
    assert len(space.nearest(["manage", "staff"], 1)) == 1


def test_things_that_only_common_words_speak_for_come_in_where_no_rare_one_does() -> None:
    many = Phrases([(["common", f"word{number}"], number) for number in range(500)])
    assert nearest(many, "common word7")[0] == 7
    assert len(nearest(many, "common", 600)) == 500
    # With a rare word beside it, a common one only tells apart those that the rare one brought in.
    assert len(nearest(many, "word7", 600)) <= len(nearest(many, "common word7", 600)) < 500


def test_a_thing_whose_names_say_nothing_is_none(space: Phrases) -> None:
    assert len(space) == 4
    assert len(Phrases([])) == 0
    assert Phrases([]).nearest(["care"], 5) == []
