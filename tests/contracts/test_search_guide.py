"""The guide to search is followed to the letter: every example runs in its order and finds what it says."""

import re
from pathlib import Path
from typing import Any

import pytest

from jobs.search.postgres import suggestions, terms
from jobs.services import search_use
from kernel.write_behind import WriteBehind
from tests.door import send
from tests.factories import CompanyFactory, PlaceFactory, SkillFactory, UserFactory
from tests.search_board import live_job

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "search.md"
BLOCK = re.compile(r"^```graphql( by=staff)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"^query (\w+)")

pytestmark = pytest.mark.django_db


@pytest.fixture
def board() -> None:
    wound_care = SkillFactory(name="Wound care")
    hamburg, larkfield = PlaceFactory(latitude=53.6, longitude=10.1), CompanyFactory(name="Larkfield Clinic")
    live_job("Nurse", skills=[wound_care], company=larkfield, workplace="remote", pay=(50_000_00, 70_000_00))
    live_job("Night nurse", skills=[wound_care], places=[hamburg], workplace="on_site")
    live_job("Nurse manager", workplace="on_site", company=larkfield)
    live_job("Care assistant", workplace="on_site", description_text="You help a nurse.")
    suggestions.rebuild()
    terms.rebuild()


def titles(found: Any) -> list[str]:
    return [node["title"] for node in found["nodes"]]


@pytest.mark.usefixtures("board")
def test_the_guide_to_search_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_use, "uses", WriteBehind(search_use.write, search_use._add))
    staff = UserFactory(platform_role="support")
    known: dict[str, str] = {}
    told: dict[str, Any] = {}
    for by_staff, example in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if by_staff:
            search_use.uses.write()
        (name,) = NAME.findall(example)
        document = re.sub(r"\$(\w+)", lambda found: known[found[1]], example)
        (told[name],) = send(document, by=staff if by_staff else None).data.values()
        if name == "Begin":
            known["end"] = told[name]["pageInfo"]["endCursor"]
    assert told["Begin"]["totalCount"] == {"value": 4, "precision": "EXACT"}
    assert told["Begin"]["edges"][0]["node"]["title"] == "Nurse"
    assert titles(told["Grammar"]) == ["Nurse"]
    assert titles(told["Titles"]) == ["Care assistant"]
    assert told["Mistake"]["correction"] == {"query": "night nurse", "original": "nigth nurse"}
    assert titles(told["Mistake"])[0] == "Night nurse"
    assert titles(told["Near"]) == ["Night nurse", "Nurse"]
    assert len(titles(told["Next"])) == 2
    assert told["Next"]["pageInfo"]["hasPreviousPage"]
    (why,) = told["Why"]["edges"]
    assert why["highlights"]["skills"] == ["<mark>Wound care</mark>"]
    assert why["explanation"]["total"] == pytest.approx(why["score"], rel=1e-3)
    assert told["Facets"]["totalCount"]["value"] == 1
    workplaces = {value["workplace"]: value["count"] for value in told["Facets"]["facets"]["workplaces"]["values"]}
    assert workplaces == {"ON_SITE": 3, "REMOTE": 1}
    assert ("TITLE", "Nurse") in {(one["kind"], one["text"]) for one in told["Suggest"]}
    assert len(told["Similar"]["nodes"]) == 2
    assert isinstance(told["Insight"], list)
    assert len(told) == 11
