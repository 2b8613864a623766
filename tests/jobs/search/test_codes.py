"""The occupations of the taxonomies, where several of them are one of ours."""

import pytest

from jobs.models import Occupation, OccupationCode, OccupationName
from jobs.search import codes, meaning, occupations
from jobs.search.postgres import terms
from jobs.selectors.search import SearchRequest, search
from kernel.viewer import ANONYMOUS
from tests.factories import OccupationFactory
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db

NAMES = {
    "Portraitists of dogs": ["hound portraitist", "pup painter"],
    "Portraitists of cats": ["feline portraitist", "kitten painter", "whisker artist"],
}


@pytest.fixture
def portraitist() -> Occupation:
    """Of ours; two of a taxonomy's are that, each with names of its own."""
    ours: Occupation = OccupationFactory(title="Portraitist")
    for number, (title, names) in enumerate(NAMES.items()):
        code = OccupationCode.objects.create(occupation=ours, scheme="onet", code=f"99-000{number}", title=title)
        OccupationName.objects.bulk_create(OccupationName(code=code, name=name, scheme="onet") for name in names)
    return ours


def key(title: str) -> int:
    return OccupationCode.objects.get(title=title).pk


def test_each_keeps_its_names_though_both_are_one_of_ours(portraitist: Occupation) -> None:
    of_cats = codes.classify(["Whisker Artist (Berlin)"])["Whisker Artist (Berlin)"]
    assert of_cats == ((key("Portraitists of cats"), occupations.NAMED),)


def test_a_retired_one_names_nothing(portraitist: Occupation) -> None:
    OccupationCode.objects.update(is_retired=True)
    assert codes.classify(["Whisker artist"]) == {"Whisker artist": ()}


def test_a_title_that_nobody_listed_finds_those_of_its_kind_before_the_others_of_ours(portraitist: Occupation) -> None:
    live_jobs("Hound portraitist", "Whisker artist", "Pup painter", occupation=portraitist)
    terms.rebuild()

    result = search(ANONYMOUS, SearchRequest(text="feline specialist"))

    assert result.hits[0].job.title == "Whisker artist"
    assert "Portraitists of cats" in {expansion.text for expansion in result.expansions}


def test_without_a_title_that_was_indexed_with_them_ours_are_meant_alone(portraitist: Occupation) -> None:
    names = OccupationName.objects.all()
    kept = list(names)
    names.delete()
    live_jobs("Portraitist", occupation=portraitist)
    terms.rebuild()
    OccupationName.objects.bulk_create(kept)

    before = meaning.of(["portraitist"])
    live_jobs("Kitten painter", occupation=portraitist)
    terms.rebuild()
    after = meaning.of(["portraitist"])

    assert (before.occupations, before.codes) == ({portraitist.pk: 1.0}, {})
    assert after.occupations == {portraitist.pk: pytest.approx(meaning.BESIDE_CODES)}
    assert set(after.codes) <= {key(title) for title in NAMES}
    assert key("Portraitists of cats") in after.codes
