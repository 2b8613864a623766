"""Feeds as a client reads them: one's own, and nobody's."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job, JobSearch
from kernel.viewer import Scope
from nexus.graphql.planning import engine
from schema.core.caching import tags_of_shared
from tests.door import send, send_to_oracle, token_for
from tests.factories import CountryFactory, PlaceFactory, UserFactory
from tests.roles import key_for
from tests.schema.feed.asking import (
    NOBODYS,
    OWN,
    feed_of_nobody,
    nurses,
    own_feed,
    refusal,
    seeker,
    titles,
    why_not,
)
from tests.search_board import live_job, live_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

MOST_STATEMENTS_WARM = 8


def test_a_feed_holds_what_fits_with_what_speaks_for_it_and_against() -> None:
    live_jobs("Plumber", "Accountant")
    nurses(3)
    page = own_feed(seeker("Nurse"))
    assert all("Nurse" in title for title in titles(page)[:3])
    first = page["edges"][0]["match"]
    assert first["score"] == pytest.approx(sum(part["value"] for part in first["parts"]), abs=1e-9)
    assert first["modelVersion"] == page["session"]["modelVersion"] > 0
    assert 1 <= len(first["reasons"]) <= 3
    weights = [reason["weight"] for reason in first["reasons"]]
    assert all(weight > 0 for weight in weights)
    assert all(said["text"].endswith(".") for said in (*first["reasons"], *first["gaps"]))
    assert "PAY_UNKNOWN" in [gap["code"] for gap in first["gaps"]]
    assert first["sources"]


def test_pages_keep_to_one_order_and_hold_no_job_twice() -> None:
    by = seeker()
    nurses(7)
    whole = titles(own_feed(by, first=20))
    first = own_feed(by, first=3)
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    second = own_feed(by, first=3, after=first["pageInfo"]["endCursor"])
    nurses(2)
    third = own_feed(by, first=3, after=second["pageInfo"]["endCursor"])
    assert (third["pageInfo"]["hasNextPage"], third["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert titles(first) + titles(second) + titles(third) == whole
    assert len(set(whole)) == len(whole) == 7
    assert {page["session"]["id"] for page in (first, second, third)} == {first["session"]["id"]}
    assert not third["session"]["isRestored"]
    again = own_feed(by, first=3, after=first["edges"][1]["cursor"])
    assert titles(again) == whole[2:5]


def test_the_first_page_is_that_of_before_until_the_person_says_something_or_asks_for_another() -> None:
    by = seeker()
    nurses(3)
    first = own_feed(by)["session"]["id"]
    assert own_feed(by)["session"]["id"] == first
    assert own_feed(by, refresh=True)["session"]["id"] != first
    second = own_feed(by)["session"]["id"]
    changes = {"input": {"changes": {"wantedTitles": ["Cook"]}}}
    done = "mutation($input: PreferencesUpdateInput!) { preferencesUpdate(input: $input) { userErrors { code } } }"
    assert send(done, changes, by=by).data["preferencesUpdate"]["userErrors"] == []
    assert own_feed(by)["session"]["id"] != second


def test_what_came_since_is_counted_and_not_mixed_in() -> None:
    by = seeker()
    nurses(2)
    since = "{ viewer { feed { newSince { value precision } nodes { title } } } }"
    before = send(since, by=by).data["viewer"]["feed"]
    assert before["newSince"] == {"value": 0, "precision": "EXACT"}
    live_job("Nurse who came late", published_at=timezone.now())
    after = send(since, by=by).data["viewer"]["feed"]
    assert after == {**before, "newSince": {"value": 1, "precision": "EXACT"}}
    assert "Nurse who came late" in titles(own_feed(by, refresh=True))


def test_what_is_no_longer_live_is_skipped() -> None:
    by = seeker()
    jobs = nurses(4)
    whole = titles(own_feed(by))
    gone = next(job for job in jobs if job.title == whole[1])
    Job.objects.filter(pk=gone.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    JobSearch.objects.filter(pk=gone.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    page = own_feed(by, first=2)
    assert titles(page) == [whole[0], whole[2]]
    rest = own_feed(by, first=2, after=page["pageInfo"]["endCursor"])
    assert titles(rest) == [whole[3]]


def test_what_would_open_more_jobs_is_the_same_on_the_feed_and_on_its_matches() -> None:
    by = seeker(workplaces=["remote"])
    live_jobs("Nurse from afar", "Nurse from further", workplace="remote")
    live_jobs("Nurse here", "Nurse there", workplace="on_site")
    improve = "improve { code text count { value precision } }"
    document = f"{{ viewer {{ feed {{ {improve} edges {{ match {{ {improve} }} }} }} }} }}"
    with CaptureQueriesContext(connection) as queries:
        page = send(document, by=by).data["viewer"]["feed"]
    assert [edge["match"]["improve"] for edge in page["edges"]] == [page["improve"]] * 2
    assert any(one["count"]["value"] == 2 for one in page["improve"]), page["improve"]
    assert all(one["text"].endswith(".") for one in page["improve"])
    counts = [query for query in queries if "job_search" in query["sql"]]
    with CaptureQueriesContext(connection) as fewer:
        send(f"{{ viewer {{ feed {{ {improve} }} }} }}", by=by)
    assert len([query for query in fewer if "job_search" in query["sql"]]) <= len(counts)


def test_nobodys_feed_is_the_same_for_everybody() -> None:
    nurses(3)
    live_jobs("Plumber", "Accountant")
    page = feed_of_nobody()
    assert sorted(titles(page)) == sorted(Job.objects.values_list("title", flat=True))
    assert titles(send(NOBODYS, by=seeker("Plumber")).data["feed"] | {}) == titles(page)
    rest = feed_of_nobody(first=2, after=feed_of_nobody(first=2)["pageInfo"]["endCursor"])
    assert titles(rest) == titles(page)[2:4]
    score = page["edges"][0]["match"]
    assert score["score"] == pytest.approx(sum(part["value"] for part in score["parts"]), abs=1e-9)
    told = send("{ feed { improve { code } newSince { value } edges { match { improve { code } } } } }").data["feed"]
    assert told["improve"] == []
    assert [edge["match"]["improve"] for edge in told["edges"]] == [[]] * 5


def test_nobodys_feed_is_of_a_country_or_around_a_place() -> None:
    germany, france = CountryFactory(code="DE"), CountryFactory(code="FR")
    berlin = PlaceFactory(latitude=52.5, longitude=13.4, country=germany)
    lyon = PlaceFactory(latitude=45.7, longitude=4.8, country=france)
    live_job("Nurse in Berlin", places=[berlin], workplace="on_site")
    live_job("Nurse in Lyon", places=[lyon], workplace="on_site")
    assert titles(feed_of_nobody(country="FR")) == ["Nurse in Lyon"]
    around = {"latitude": 52.4, "longitude": 13.1, "radiusKm": 60}
    assert titles(feed_of_nobody(near=around))[0] == "Nurse in Berlin"


def test_somebody_who_has_said_nothing_has_a_feed_too() -> None:
    nurses(3)
    assert len(own_feed(UserFactory(), near={"latitude": 52.4, "longitude": 13.1})["edges"]) == 3


def test_without_a_log_in_there_is_no_feed_of_ones_own() -> None:
    assert send(OWN).data == {"viewer": None}


@pytest.mark.parametrize("role", ["moderator", "support", "admin"])
def test_the_boards_own_people_have_none(role: str) -> None:
    (job,) = nurses(1)
    staff = UserFactory(platform_role=role)
    answered = send(OWN, by=staff)
    assert answered.codes == ["FORBIDDEN"]
    assert answered.content["data"] == {"viewer": {"feed": None}}
    assert why_not(staff, job) is None
    told = send("{ viewer { feedSettings { isProfiled } dismissedJobs { totalCount } } }", by=staff).data["viewer"]
    assert told == {"feedSettings": None, "dismissedJobs": {"totalCount": 0}}


def test_a_key_needs_the_scope() -> None:
    nurses(1)
    by = seeker()
    for scope, codes in ((Scope.JOBS_READ, ["FORBIDDEN"]), (Scope.PROFILE_READ, [])):
        answered = send(OWN, authorization=f"Bearer {key_for(by, scope)}")
        assert answered.codes == codes
    told = send("{ viewer { feedSettings { isProfiled } } }", authorization=f"Bearer {key_for(by, Scope.JOBS_READ)}")
    assert told.data == {"viewer": {"feedSettings": None}}


def test_graphql_core_answers_the_same() -> None:
    by = seeker()
    nurses(4)
    own_feed(by)
    answered = send(OWN, {"first": 3}, by=by).content
    oracle = send_to_oracle(OWN, {"first": 3}, authorization=f"Bearer {token_for(by)}")
    assert answered["data"] == oracle["data"]


def test_a_warm_page_takes_as_many_statements_whatever_it_holds() -> None:
    by = seeker()
    nurses(12)
    counted = []
    for first in (2, 12):
        own_feed(by, first=first)
        with CaptureQueriesContext(connection) as queries:
            own_feed(by, first=first)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= MOST_STATEMENTS_WARM


@pytest.mark.parametrize(
    "query",
    [
        "{ feed { nodes { title } } }",
        "{ jobs { nodes { title } } feed { session { id } } }",
        "{ viewer { feed { nodes { title } } } }",
        "{ jobs { nodes { whyNot { place } } } }",
        "{ viewer { feedSettings { isProfiled } } }",
        "{ viewer { dismissedJobs { nodes { reason } } } }",
    ],
)
def test_no_answer_that_holds_a_feed_is_given_to_anybody_else(query: str) -> None:
    plan = engine().plan(query)
    assert tags_of_shared(plan.schema, plan.document, plan.operation, plan.types) is None
    plan = engine().plan("{ jobs { nodes { title } } }")
    assert tags_of_shared(plan.schema, plan.document, plan.operation, plan.types) is not None


# -- What is refused


def test_a_cursor_belongs_to_one_persons_feed() -> None:
    by, other = seeker(), seeker()
    nurses(4)
    cursor = own_feed(by, first=2)["pageInfo"]["endCursor"]
    assert refusal(send(OWN, {"after": cursor}, by=other)) == ("BAD_REQUEST", "after")
    assert refusal(send(NOBODYS, {"after": cursor})) == ("BAD_REQUEST", "after")
    of_nobody = feed_of_nobody(first=2)["pageInfo"]["endCursor"]
    assert refusal(send(OWN, {"after": of_nobody}, by=by)) == ("BAD_REQUEST", "after")
    assert refusal(send(NOBODYS, {"after": of_nobody, "country": "DE"})) == ("BAD_REQUEST", "after")
    listed = send("{ jobs(first: 1) { pageInfo { endCursor } } }").data["jobs"]["pageInfo"]["endCursor"]
    assert refusal(send(OWN, {"after": listed}, by=by)) == ("BAD_REQUEST", "after")


def _content(cursor: str) -> list[Any]:
    content: list[Any] = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return content


def _written(content: Any) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "change",
    [
        {0: "jobs"},
        {1: "no session"},
        {1: None},
        {1: "0" * 32},
        {1: "é" * 32},
        {2: -1},
        {2: 10_001},
        {2: 1.5},
        {2: True},
        {2: "1"},
        {2: 10**30},
    ],
    ids=str,
)
def test_a_cursor_that_was_changed_is_refused(change: dict[int, Any]) -> None:
    by = seeker()
    nurses(4)
    content = _content(own_feed(by, first=2)["pageInfo"]["endCursor"])
    for place, value in change.items():
        content[place] = value
    assert refusal(send(OWN, {"after": _written(content)}, by=by)) == ("BAD_REQUEST", "after")


@pytest.mark.parametrize("cursor", ["", "x", "é", "a" * 501, _written([]), _written("feed"), _written({"feed": 1})])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    assert refusal(send(OWN, {"after": cursor}, by=seeker())) == ("BAD_REQUEST", "after")
    assert refusal(send(NOBODYS, {"after": cursor})) == ("BAD_REQUEST", "after")


@pytest.mark.parametrize(
    ("variables", "argument"),
    [
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"near": {"radiusKm": 5}}, "near"),
        ({"near": {"latitude": 91, "longitude": 0}}, "near.latitude"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(variables: dict[str, Any], argument: str) -> None:
    assert refusal(send(OWN, variables, by=seeker())) == ("BAD_REQUEST", argument)
    assert refusal(send(NOBODYS, variables)) == ("BAD_REQUEST", argument)


def test_a_feed_is_not_made_anew_in_its_middle() -> None:
    by = seeker()
    nurses(4)
    cursor = own_feed(by, first=2)["pageInfo"]["endCursor"]
    assert refusal(send(OWN, {"after": cursor, "refresh": True}, by=by)) == ("BAD_REQUEST", "refresh")


def test_a_page_of_none_is_none() -> None:
    by = seeker()
    nurses(2)
    for page in (own_feed(by, first=0), feed_of_nobody(first=0)):
        assert page["edges"] == []
        assert page["pageInfo"]["hasNextPage"]
