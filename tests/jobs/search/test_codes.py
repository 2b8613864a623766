"""The occupations of the taxonomies, where several of them are one of ours."""

import pytest

from jobs.models import Occupation, OccupationCode, OccupationName, RelatedOccupation, SearchTerm
from jobs.search import codes, meaning, occupations
from jobs.search.codes import Codes
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


# Of three that have a word of "lamp dealer", each in one of two names; the fourth has another.
LAMPS = {
    1: ["lamp fitter", "wick trimmer"],
    2: ["lamp painter", "shade maker"],
    3: ["carpet dealer", "rug weaver"],
    4: ["rug dealer", "carpet broker"],
}


def like(fields: dict[int, tuple[int, bool]] | None = None, *likes: tuple[int, int, int]) -> Codes:
    rows = [(key, field, "onet" if likens else "esco", likens) for key, (field, likens) in (fields or {}).items()]
    return Codes([(name.split(), key) for key, names in LAMPS.items() for name in names], rows, likes)


def order(of: Codes, *words: str) -> list[int]:
    return [key for key, _ in of.meant(words)]


def test_what_its_like_are_near_to_is_sooner_meant() -> None:
    known = dict.fromkeys(LAMPS, (7, True))

    assert order(like(known), "lamp", "keeper") == [1, 2]
    # The second is like what is no lamp, or like the first: that tells of both.
    assert order(like(known, (2, 3, 1)), "lamp", "keeper") == [1, 2]
    assert order(like(known, (2, 3, 1)), "lamp", "dealer")[:2] == [3, 2]
    assert dict(like(known, (1, 2, 1)).meant(["lamp"])) == {1: pytest.approx(1), 2: pytest.approx(1)}


def test_a_closer_one_supports_more() -> None:
    known = dict.fromkeys(LAMPS, (7, True))

    close, far = (dict(like(known, (2, 3, rank), (4, 1, 5)).meant(["lamp", "dealer"])) for rank in (1, 20))

    assert close[2] > far[2]


def test_where_a_taxonomy_says_nothing_of_likes_its_own_are_not_put_behind_rests() -> None:
    fields = {1: (7, True), 2: (7, False), 3: (7, True), 4: (7, False)}

    assert order(like(fields), "lamp") == [2, 1]


def test_the_field_that_uses_a_word_is_sooner_meant() -> None:
    # "Dealer" is said in the eighth field alone, and "lamp" in both.
    fields = {1: (7, False), 2: (8, False), 3: (8, False), 4: (8, False)}

    assert order(like(), "lamp", "dealer").index(1) < order(like(), "lamp", "dealer").index(2)
    assert order(like(fields), "lamp", "dealer").index(2) < order(like(fields), "lamp", "dealer").index(1)


def test_where_one_taxonomy_has_the_very_name_another_is_meant_as_well() -> None:
    of_one = dict(like(dict.fromkeys(LAMPS, (7, False))).meant(["lamp", "fitter"]))
    of_two = dict(like({**dict.fromkeys(LAMPS, (7, False)), 2: (7, True)}).meant(["lamp", "fitter"]))

    assert of_one[1] == of_two[1] == pytest.approx(1)
    assert of_one[2] < 0.001
    assert 0.01 < of_two[2] <= codes._IN_PARALLEL


def test_what_is_like_nothing_is_not_meant() -> None:
    assert like().meant(["zymurgist"]) == ()
    assert like().meant([]) == ()
    assert Codes([]).meant(["lamp"]) == ()


def test_likes_between_ours_are_those_of_their_taxonomys_own(portraitist: Occupation) -> None:
    groomer = OccupationFactory(title="Groomer")
    for scheme in ("onet", "esco"):
        code = OccupationCode.objects.create(occupation=groomer, scheme=scheme, code="1", title=f"{scheme} groomers")
        OccupationName.objects.create(code=code, name=f"{scheme} poodle groomer", scheme=scheme)
    onet, esco = key("onet groomers"), key("esco groomers")

    before = dict(codes.space().meant(["portraitist", "groomer"]))
    RelatedOccupation.objects.create(occupation=portraitist, related=groomer, rank=1, scheme="onet")
    after = dict(codes.space().meant(["portraitist", "groomer"]))

    assert before[onet] == before[esco]
    assert after[onet] > after[esco]


def test_of_few_jobs_is_less_than_of_ours(portraitist: Occupation) -> None:
    live_jobs(*["Hound portraitist"] * 4, occupation=portraitist)
    terms.rebuild()
    dogs, cats = key("Portraitists of dogs"), key("Portraitists of cats")

    near, meant = dict(codes.space().meant(["portraitist"])), meaning.of(["portraitist"]).codes

    # One and five ninths, squared.
    assert meant[dogs] == pytest.approx(1)
    assert meant[cats] == pytest.approx(near[cats] / near[dogs] * 0.36**2)


def test_what_is_hardly_meant_is_neither_looked_for_nor_told(portraitist: Occupation) -> None:
    live_jobs("Hound portraitist", "Whisker artist", occupation=portraitist)
    terms.rebuild()
    dogs, cats = key("Portraitists of dogs"), key("Portraitists of cats")
    assert {dogs, cats} <= meaning.of(["portraitist"]).codes.keys()

    # So many jobs that the others are a fortieth as likely.
    SearchTerm.objects.filter(term=f"c:{dogs}").update(jobs=4_000)
    SearchTerm.objects.filter(term=f"c:{cats}").update(jobs=0)
    assert cats not in meaning.of(["portraitist"]).codes
