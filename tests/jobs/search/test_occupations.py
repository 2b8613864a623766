"""Which occupations titles are taken for."""

import pytest

from jobs.models import Category, Occupation, OccupationLabel
from jobs.search import occupations
from jobs.search.abbreviations import told
from jobs.search.nearest import Space

NAMES = {
    1: ["registered nurse", "staff nurse", "pediatric ward nurse", "nurse case manager", "surgical nurse"],
    2: ["veterinarian", "animal doctor", "pet surgeon", "veterinary surgeon"],
    3: ["data analyst", "reporting analyst", "business intelligence analyst"],
    4: ["nursing assistant", "nurse aide", "ward assistant"],
}


@pytest.fixture
def space() -> Space:
    return Space((name.split(), key) for key, names in NAMES.items() for name in names)


def test_a_name_is_wholly_that_thing(space: Space) -> None:
    assert space.nearest(["staff", "nurse"], 1) == [(1, 1.0)]
    assert space.whole(["staff", "nurses"]) == [1]


def test_a_name_that_nobody_listed_is_near_those_with_its_words(space: Space) -> None:
    assert space.nearest(["surgical", "ward", "nurse"], 4)[0][0] == 1
    assert space.nearest(["veterinary", "doctor"], 4)[0][0] == 2
    assert space.nearest(["analysts", "of", "reports"], 4)[0][0] == 3


def test_what_shares_nothing_is_near_nothing(space: Space) -> None:
    assert space.nearest(["zymurgist"], 4) == []
    assert space.nearest([], 4) == []
    assert space.nearest(["of", "the"], 4) == []


def test_an_empty_space_knows_nothing() -> None:
    assert Space([]).nearest(["nurse"], 4) == []


def test_of_what_has_a_word_it_is_known_how_much_of_its_names_do(space: Space) -> None:
    having = dict(space.having("nurses"))
    assert having == {1: pytest.approx(5 / (5 + 0.5 * 5**0.25)), 4: pytest.approx(1 / (1 + 0.5 * 3**0.25))}
    assert list(space.having("zymurgist")) == []


def test_what_ends_names_is_told_from_what_stands_in_them(space: Space) -> None:
    assert space.is_ending("analysts", 0.2)
    # Of two things that have it, one has it last: enough for half, and not for a fifth.
    assert space.is_ending("nurse", 0.5)
    assert not space.is_ending("nurse", 0.2)
    assert not space.is_ending("ward", 0.2)
    assert not space.is_ending("zymurgist", 0.2)


def _occupation(slug: str, *labels: str) -> Occupation:
    category, _ = Category.objects.get_or_create(
        slug="test-field", defaults={"name": "Test field", "path": "test-field/", "depth": 0, "position": 99}
    )
    made = Occupation.objects.create(slug=slug, title=slug.replace("-", " ").capitalize(), category=category)
    OccupationLabel.objects.bulk_create(OccupationLabel(occupation=made, label=label) for label in labels)
    return made


@pytest.mark.django_db
def test_titles_are_taken_for_the_occupations_of_the_tables() -> None:
    lamplighter = _occupation("lamplighter", "gas lamp attendant", "street lamp keeper")

    found = occupations.classify(["Senior Street Lamp Attendant (m/f/d), Night Shift", "Quxologist"])

    assert found["Senior Street Lamp Attendant (m/f/d), Night Shift"][0][0] == lamplighter.pk
    assert found["Quxologist"] == ()


@pytest.mark.django_db
def test_what_is_retired_or_changed_is_seen_at_once() -> None:
    lamplighter = _occupation("lamplighter", "gas lamp attendant")
    title = "Gas Lamp Attendant"
    assert dict(occupations.classify([title])[title]).keys() == {lamplighter.pk}

    OccupationLabel.objects.create(occupation=_occupation("gas-fitter"), label="gas lamp attendant")

    assert len(occupations.classify([title])[title]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "title", ["Senior Lamp Attendant II", "Supervisory Lamp Attendants (Harbour)", "Lamp Attendant, Night Shift"]
)
def test_a_title_that_is_a_name_is_surely_all_that_have_it(title: str) -> None:
    both = [_occupation("lamplighter", "lamp attendant").pk, _occupation("gas-fitter", "lamp attendant").pk]
    _occupation("night-watch", "shift attendant")

    assert occupations.classify([title]) == {title: tuple((key, occupations.NAMED) for key in both)}


@pytest.mark.django_db
def test_a_title_that_is_like_a_name_is_never_as_sure() -> None:
    lamplighter = _occupation("lamplighter", "lamp attendant")

    [found] = occupations.classify(["Lamp Attendant Recruiter"]).values()

    assert lamplighter.pk in dict(found)
    assert all(0 < likelihood < occupations.NAMED for _, likelihood in found)


@pytest.mark.django_db
def test_likelihoods_are_shares_of_one() -> None:
    _occupation("lamplighter", "lamp attendant")
    _occupation("gas-fitter", "lamp fitter")

    [found] = occupations.classify(["Lamp"]).values()

    assert len(found) == 2
    assert 0 < sum(likelihood for _, likelihood in found) <= 1.0 + 1e-9


def test_labels_say_how_likely_it_is() -> None:
    assert [occupations.label(likelihood) for likelihood in (1.0, 0.3, 0.15, 0.05)] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("title", "pairs"),
    [
        ("Medical Support Assistant (MSA)", [("msa", "medical support assistant")]),
        ("Lead Certified Nursing Assistant (CNA) - Nights", [("cna", "certified nursing assistant")]),
        ("Director of Nursing (DON)", [("don", "director of nursing")]),
        ("Nurse (ICU)", []),
        ("Nurse (ABCDEFGH)", []),
        ("(MSA)", []),
    ],
)
def test_titles_tell_their_abbreviations(title: str, pairs: list[tuple[str, str]]) -> None:
    assert list(told(title)) == pairs
