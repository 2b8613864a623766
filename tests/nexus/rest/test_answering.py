"""How the REST mirror answers: problems, limits, caching, and whatever somebody sends."""

from datetime import timedelta

import orjson
import pytest
from django.db import OperationalError
from django.utils import timezone

from nexus.graphql.http import HttpError, Request
from nexus.rest import answering
from nexus.rest.answering import answered, mirrored, refusal
from schema.core import ids
from tests.factories import ApiKeyFactory, JobFactory, UserFactory
from tests.rest_door import get, request_for

pytestmark = pytest.mark.django_db


def test_a_problem_says_what_and_where() -> None:
    reply = get("jobs", first="many", colour="red", after=["a", "b"])
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.content["type"] == "about:blank"
    assert (reply.content["title"], reply.content["status"]) == ("Bad Request", 400)
    assert reply.content["code"] == "BAD_REQUEST"
    assert reply.content["requestId"] == reply.headers["X-Request-ID"]
    assert reply.faults == {"colour": "There is no such parameter.", "after": "May be given once only."}
    assert get("jobs", first="many").faults == {"first": "A valid integer is required."}


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"first": 101}, "first"),
        ({"first": -1}, "first"),
        ({"first": 1, "last": 1}, "last"),
        ({"after": "nonsense"}, "after"),
        ({"after": "x" * 501}, "after"),
        ({"categories": "nonsense"}, "categories"),
        ({"categories": ids.encode("Skill", 1)}, "categories"),
        ({"countries": "Germany"}, "countries"),
        ({"countries": [f"{a}{b}" for a in "ABCDEFGHIJKLM" for b in "ABCDEFGH"]}, "countries"),
        ({"skills": [ids.encode("Skill", n) for n in range(21)]}, "skills"),
        ({"anySkills": "nonsense"}, "anySkills"),
        ({"near": "91,0"}, "near"),
        ({"near": "1"}, "near"),
        ({"near": "1,2,3,4"}, "near"),
        ({"near": "nan,inf"}, "near"),
        ({"near": "1,1,1000000000"}, "near"),
        ({"near": ["1,1", "2,2,5000"]}, "near"),
        ({"near": "1,1,-5"}, "near"),
        ({"near": ""}, "near"),
        ({"orRemoteFor": "DE"}, "orRemoteFor"),
        ({"payAtLeast": "5"}, "payAtLeast"),
        ({"payCurrency": "EUR"}, "payCurrency"),
        ({"payAtLeast": "-5", "payCurrency": "EUR"}, "payAtLeast"),
        ({"payAtLeast": "1e9", "payCurrency": "EUR"}, "payAtLeast"),
        ({"payAtLeast": "5", "payCurrency": "XXQ"}, "payCurrency"),
        ({"payAtLeast": "5", "payCurrency": "EUR", "payPeriod": "ONCE"}, "payPeriod"),
        ({"payIncludeUnspecified": "maybe"}, "payIncludeUnspecified"),
        ({"publishedSince": "yesterday"}, "publishedSince"),
        ({"publishedSince": "9999-99-99T00:00:00Z"}, "publishedSince"),
        ({"workplaces": "remote"}, "workplaces"),
        ({"orderBy": "PAY"}, "currency"),
        ({"orderBy": "SALARY"}, "orderBy"),
        ({"direction": "sideways"}, "direction"),
        ({"withTotal": "1"}, "withTotal"),
        ({"categories": "\x00"}, "categories"),
        ({"\x00": "1"}, "\x00"),
    ],
)
def test_a_bad_parameter_is_named(asked: dict[str, object], parameter: str) -> None:
    JobFactory(pay=(1, 2))
    reply = get("jobs", **asked)
    assert (reply.status, reply.content["code"]) == (400, "BAD_REQUEST")
    assert list(reply.faults) == [parameter]
    assert reply.faults[parameter]


def test_a_cursor_of_another_list_is_refused() -> None:
    JobFactory.create_batch(2)
    cursor = get("jobs", first=1).content["pageInfo"]["endCursor"]
    assert list(get("skills", after=cursor).faults) == ["after"]
    assert list(get("jobs", after=cursor, direction="ASC").faults) == ["after"]


@pytest.mark.parametrize(
    "query",
    [
        "first=%ff%fe",
        "near=%F0%9F%92%A9",
        "=",
        "&&&;",
        "first",
        "a[]=1",
        "near[0]=1",
        "%",
        "first=%EF%BC%91",
        "x" * 9000,
        "a=1&" * 2000,
        "format=xml",
        "format=api",
    ],
)
def test_garbage_is_no_fault_of_ours(query: str) -> None:
    response = answered(mirrored, Request("GET", {"host": "localhost"}, query, path="/api/v1/jobs"))
    assert response.status in (200, 400)
    assert response.status == 200 or orjson.loads(response.body)["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("path", ["", "nothing", "jobs/", "jobs/a/b", "jobs.json", "../admin", "\udcff", "é", "jobs/é"])
def test_other_addresses_are_not_found(path: str) -> None:
    response = answered(mirrored, Request("GET", {"host": "localhost"}, "", path=f"/api/v1/{path}"))
    assert response.status == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_only_reads_are_answered() -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"):
        reply = get("jobs", method=method)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert get("jobs", method="HEAD").status == 200
    assert (get("jobs", method="OPTIONS").status, get("jobs", method="OPTIONS").content) == (204, None)


def test_other_media_types_hosts_and_lengths_are_refused() -> None:
    assert get("jobs", headers={"accept": "text/csv"}).status == 406
    assert get("jobs", headers={"accept": "text/html,*/*;q=0.8"}).status == 200
    assert get("jobs", headers={"host": "evil.example"}).status == 400
    assert get("jobs", categories="x" * 60_000).status == 414


def test_other_origins_read_it_where_they_are_allowed(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://board.example"]
    allowed, other = ({"origin": origin} for origin in ("https://board.example", "https://other.example"))
    assert get("jobs", headers=allowed).headers["Access-Control-Allow-Origin"] == "https://board.example"
    assert "Access-Control-Allow-Origin" not in get("jobs", headers=other).headers
    preflight = get("jobs", method="OPTIONS", headers=allowed)
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Methods" not in get("jobs", method="OPTIONS", headers=other).headers


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Basic abc", "Bearer", "nexus_key", "Bearer nx_wrong"])
def test_who_cannot_prove_who_they_are_is_told_so(authorization: str) -> None:
    reply = get("jobs", headers={"authorization": authorization})
    assert (reply.status, reply.content["code"]) == (401, "UNAUTHENTICATED")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_an_api_key_reads_what_its_scopes_allow() -> None:
    user = UserFactory()
    from tests.factories import MembershipFactory

    membership = MembershipFactory(user=user)
    draft = JobFactory(company=membership.company, draft=True)
    for scopes, status in (([], 404), (["jobs:read"], 200)):
        key = ApiKeyFactory(user=user, scopes=scopes)
        assert get(f"jobs/{draft.slug}", headers={"authorization": f"Bearer {key.text}"}).status == status


def test_a_read_costs_points_and_ends_when_there_are_none(settings, empty_cache: None) -> None:
    settings.RATE_LIMIT_ADDRESS = 450
    JobFactory()

    def ask():
        request = request_for("jobs", first=20)
        return answered(
            mirrored,
            Request(request.method, request.headers, request.query_string, address="192.0.2.7", path=request.path),
        )

    first = ask()
    assert first.status == 200
    assert first.headers["RateLimit-Policy"] == '"address";q=450;w=60;qu="points"'
    assert first.headers["RateLimit"].startswith('"address";r=240;')
    assert ask().status == 200
    refused = ask()
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert b'"RATE_LIMITED"' in refused.body
    assert b'"retryable":true' in refused.body


def test_answers_to_people_are_theirs_alone() -> None:
    user = UserFactory()
    for path in ("jobs", "categories", "companies"):
        reply = get(path, by=user)
        assert reply.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in reply.headers
        assert "Authorization" in reply.headers["Vary"]


def test_a_fault_of_ours_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("jobs.selectors.job.page", fail)
    reply = get("jobs")
    assert (reply.status, reply.content["code"]) == (500, "INTERNAL")
    assert reply.content["id"] == reply.content["requestId"]
    assert b"swordfish" not in reply.response.body


def test_a_database_that_is_away_is_asked_twice_and_then_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fail(*_: object) -> None:
        import psycopg

        asked.append(1)
        raise OperationalError("gone") from psycopg.OperationalError("gone")

    monkeypatch.setattr("jobs.selectors.job.page", fail)
    monkeypatch.setattr(answering.connections, "renew", lambda: None)
    reply = get("jobs")
    assert (reply.status, reply.content["code"], len(asked)) == (503, "UNAVAILABLE", 2)
    assert reply.headers["Retry-After"] == "1"
    assert reply.content["retryable"] is True


def test_what_takes_too_long_is_ended(settings) -> None:
    from nexus.graphql.timeouts import RequestDeadline

    JobFactory()
    deadline = RequestDeadline(0)
    response = answered(mirrored, request_for("jobs"), deadline)
    assert response.status == 504
    assert b'"TIMEOUT"' in response.body


def test_a_refusal_is_a_problem_too() -> None:
    response = refusal(HttpError(503, "Too much to do.", **{"Retry-After": "1"}))
    assert (response.status, response.headers["Content-Type"]) == (503, "application/problem+json")
    assert response.headers["Retry-After"] == "1"
    assert b'"UNAVAILABLE"' in response.body


def test_who_asks_in_anothers_name_has_to_be_allowed_to() -> None:
    other = UserFactory()
    reply = get("jobs", by=UserFactory(), headers={"x-on-behalf-of": str(other.pk)})
    assert (reply.status, reply.content["code"]) == (403, "FORBIDDEN")


def test_a_job_that_ends_is_in_no_list() -> None:
    job = JobFactory(expires_at=timezone.now() + timedelta(seconds=5))
    assert len(get("jobs").items) == 1
    job.expires_at = timezone.now() - timedelta(seconds=1)
    job.save()
    assert get("jobs").items == []
    assert get(f"jobs/{job.slug}").status == 404


def test_a_refusal_costs_points_too(settings, empty_cache: None) -> None:
    settings.RATE_LIMIT_ADDRESS = 100
    request = Request("GET", {"host": "localhost"}, "first=many", address="192.0.2.9", path="/api/v1/jobs")
    statuses = [answered(mirrored, request).status for _ in range(12)]
    assert statuses == [400] * 10 + [429] * 2
