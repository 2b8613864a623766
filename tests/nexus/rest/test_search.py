"""Search by REST: the same as by GraphQL."""

import pytest

from jobs.models import Job
from jobs.services import saved_job
from nexus.rest.search import Search
from schema.core import ids
from schema.search.types import HIGHLIGHTS_COST
from tests.door import send
from tests.factories import CompanyFactory, CountryFactory, PlaceFactory, SkillFactory, UserFactory, viewer_of
from tests.rest_door import get
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db


def titles(reply) -> list[str]:
    return [found["job"]["title"] for found in reply.items]


def test_what_fits_best_comes_first_as_in_graphql() -> None:
    live_jobs("Zoo keeper", "Keeper of the zoo archive", "Baker")
    query = '{ jobSearch(query: "zoo keeper") { edges { score node { id } } totalCount { value precision } } }'
    expected = send(query).data["jobSearch"]
    reply = get("search", query="zoo keeper", withTotal="true")
    assert [found["job"]["id"] for found in reply.items] == [edge["node"]["id"] for edge in expected["edges"]]
    assert [found["score"] for found in reply.items] == pytest.approx(
        [edge["score"] for edge in expected["edges"]], rel=0.01
    )
    assert reply.content["total"] == expected["totalCount"]
    assert titles(reply)[0] == "Zoo keeper"
    assert get("search", query="zoo").content["total"] is None


def test_pages_follow_one_another() -> None:
    made = live_jobs(*[f"Zoo keeper {number}" for number in range(7)])
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        reply = get("search", query="zoo", first=3, perCompany=0, **after)
        seen += [found["job"]["slug"] for found in reply.items]
        if not reply.content["next"]:
            break
        after = {"after": reply.content["endCursor"]}
    assert sorted(seen) == sorted(job.slug for job in made)
    assert list(get("search", query="other", **after).faults) == ["after"]


def test_words_filters_and_modes_hold_together() -> None:
    skill, paris = SkillFactory(name="Juggling"), PlaceFactory(country=CountryFactory(code="FR", name="France"))
    live_job("Clown", skills=[skill], places=[paris])
    live_job("Juggling teacher")
    assert titles(get("search", query="juggling", mode="SKILLS")) == ["Clown"]
    assert titles(get("search", query="juggling", mode="TITLE", isExpanded="false")) == ["Juggling teacher"]
    assert titles(get("search", query="juggling", countries="FR", isBroadened="false")) == ["Clown"]
    assert titles(get("search", near=f"{ids.encode('Place', paris.pk)},10", orderBy="DISTANCE"))[0] == "Clown"


def test_highlights_and_facets_come_when_asked_for() -> None:
    company, place = CompanyFactory(name="Zoo & Co"), PlaceFactory(name="Köln")
    live_job("Zoo keeper", company=company, places=[place], workplace="on_site", pay=(50_000_00, 60_000_00))
    plain = get("search", query="keeper")
    assert plain.content["facets"] == []
    assert plain.items[0]["highlights"] is None
    wanted = ["COMPANY", "COUNTRY", "WORKPLACE", "PLACE", "PUBLISHED"]
    reply = get("search", query="keeper", withHighlights="true", facets=wanted, facetSize=5)
    assert "<mark>keeper</mark>" in reply.items[0]["highlights"]["title"].lower()
    facets = {facet["dimension"]: facet["values"] for facet in reply.content["facets"]}
    assert facets["COMPANY"] == [{"value": ids.encode("Company", company.pk), "name": "Zoo & Co", "count": 1}]
    assert facets["COUNTRY"] == [{"value": "DE", "name": "Germany", "count": 1}]
    assert [value["value"] for value in facets["WORKPLACE"]] == ["ON_SITE"]
    assert facets["PLACE"][0]["name"] == "Köln"
    assert {value["value"] for value in facets["PUBLISHED"]} <= {"1", "3", "7", "14", "30"}


def test_what_a_score_is_made_of_is_told_when_asked_for() -> None:
    live_jobs("Zoo keeper", "Baker")
    (found,) = get("search", query="zoo keeper", explain="true", isBroadened="false").items
    parts = found["explanation"]["parts"]
    assert found["explanation"]["total"] == pytest.approx(sum(part["value"] for part in parts))
    assert found["explanation"]["total"] == pytest.approx(found["score"], rel=0.01)
    assert all(part["name"] and isinstance(part["detail"], str) for part in parts)
    assert get("search", query="zoo keeper").items[0]["explanation"] is None
    assert get("search", explain="true").items[0]["explanation"] is None


def test_what_is_told_of_each_job_costs() -> None:
    plain, told, both = (
        Search().cost({"first": 10, **asked})
        for asked in ({}, {"explain": True}, {"explain": True, "with_highlights": True})
    )
    assert told - plain == both - told == 10 * HIGHLIGHTS_COST


def test_what_the_viewer_dealt_with_is_left_out_when_asked_for() -> None:
    user, (kept, other) = UserFactory(), live_jobs("Day nurse", "Night nurse")
    saved_job.save(by=viewer_of(user), job_id=kept.pk)
    assert titles(get("search", query="nurse", hide=["SAVED", "SEEN"], by=user)) == [other.title]
    assert len(titles(get("search", query="nurse", by=user))) == 2
    assert len(titles(get("search", query="nurse", hide="SAVED"))) == 2
    assert get("search", query="nurse", hide="BURIED").status == 400


def test_a_hidden_job_is_in_no_answer() -> None:
    job = live_job("Zoo keeper")
    Job.objects.filter(pk=job.pk).update(moderation="frozen")
    index_all()
    reply = get("search", query="zoo", withTotal="true", facets="COMPANY")
    assert reply.items == []
    assert reply.content["total"]["value"] == 0
    assert [value for facet in reply.content["facets"] for value in facet["values"]] == []


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "'; DROP TABLE jobs_job; --", "a & b | !c <-> d", '"unclosed', "((((", "*", "🦁", "\u202eabc",
        "OR OR OR", "-", "title:", "\x00\x01", "a" * 10_000, "x " * 5_000, "%", "_", "\\", "\ud7ff", "-not only",
    ],
)  # fmt: skip
def test_no_query_is_too_strange(query: str) -> None:
    live_job("Zoo keeper")
    reply = get("search", query=query)
    assert reply.status == 200, reply.content


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"query": "a" * 10_001}, "query"),
        ({"mode": "SOME"}, "mode"),
        ({"orderBy": "DISTANCE"}, "orderBy"),
        ({"orderBy": "RELEVANCE", "direction": "ASC"}, "direction"),
        ({"perCompany": 1000}, "perCompany"),
        ({"first": 101}, "first"),
        ({"last": 5}, "last"),
        ({"after": "nonsense"}, "after"),
        ({"facets": "COLOUR"}, "facets"),
        ({"facetSize": 51}, "facetSize"),
        ({"near": "0,0,1000000000"}, "near"),
        ({"near": ["1,1"] * 6}, "near"),
        ({"isCorrected": "perhaps"}, "isCorrected"),
    ],
)
def test_a_bad_parameter_is_named(asked: dict[str, object], parameter: str) -> None:
    reply = get("search", **asked)
    assert (reply.status, list(reply.faults)) == (400, [parameter])


def test_suggestions_are_graphqls() -> None:
    live_jobs("Zoo keeper", "Zoo keeper", skills=[SkillFactory(name="Zoology")])
    expected = send('{ suggest(prefix: "zoo", first: 5) { kind text count isCorrected } }').data["suggest"]
    shown = get("suggest", prefix="zoo", first=5).content
    assert [{name: row[name] for name in ("kind", "text", "count", "isCorrected")} for row in shown] == expected


@pytest.mark.parametrize(("asked", "parameter"), [({}, "prefix"), ({"prefix": "a", "first": 21}, "first")])
def test_a_bad_suggestion_is_named(asked: dict[str, object], parameter: str) -> None:
    assert list(get("suggest", **asked).faults) == [parameter]
    assert get("suggest", prefix="").status == 200
