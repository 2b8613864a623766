from typing import Any

import pytest

from jobs.search.postgres import suggestions
from tests.door import send
from tests.factories import CompanyFactory, PlaceFactory, SkillFactory
from tests.search_board import live_job

pytestmark = pytest.mark.django_db

SUGGEST = """
query($prefix: String!, $kinds: [SuggestionKind!], $first: Int) {
  suggest(prefix: $prefix, kinds: $kinds, first: $first) {
    kind text count isCorrected skill { name } company { name } place { name }
  }
}
"""


def suggest(prefix: str, **variables: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = send(SUGGEST, {"prefix": prefix, **variables}).data["suggest"]
    return told


@pytest.fixture(autouse=True)
def board(db: None) -> None:
    skill, place = SkillFactory(name="Glassblowing"), PlaceFactory(name="Glasgow")
    company = CompanyFactory(name="Glassworks")
    for _ in range(2):
        live_job("Glassblower", company=company, skills=[skill], places=[place])
    live_job("Glass cutter", company=CompanyFactory(name="Hidden glass", status="suspended"))
    suggestions.rebuild()


def test_what_begins_so_is_suggested_with_the_thing_itself() -> None:
    told = {one["kind"]: one for one in suggest("glas")}
    assert {kind: one["text"] for kind, one in told.items()} == {
        "TITLE": "Glassblower",
        "SKILL": "Glassblowing",
        "COMPANY": "Glassworks",
        "PLACE": "Glasgow, DE",
    }
    assert told["SKILL"]["skill"] == {"name": "Glassblowing"}
    assert told["COMPANY"]["company"] == {"name": "Glassworks"}
    assert told["PLACE"]["place"] == {"name": "Glasgow"}
    assert told["TITLE"]["count"] == 2
    assert [told["TITLE"][name] for name in ("skill", "company", "place")] == [None, None, None]
    assert not any(one["isCorrected"] for one in told.values())


def test_kinds_and_numbers_are_kept_to() -> None:
    assert [one["kind"] for one in suggest("glas", kinds=["SKILL"])] == ["SKILL"]
    assert len(suggest("glas", first=2)) == 2
    assert suggest("glas", first=0) == []
    assert suggest("glas", kinds=[]) == []


def test_a_mistake_is_forgiven_and_said() -> None:
    told = suggest("galssblow", kinds=["TITLE"])
    assert [(one["text"], one["isCorrected"]) for one in told] == [("Glassblower", True)]


@pytest.mark.parametrize("first", [-1, 21])
def test_numbers_that_make_no_sense_are_refused(first: int) -> None:
    assert send(SUGGEST, {"prefix": "glas", "first": first}).codes == ["BAD_REQUEST"]
