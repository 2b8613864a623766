"""The door: from the bytes of a request to the bytes of an answer."""

import logging
from io import StringIO
from typing import Any

import orjson
import pytest
import structlog
from django.conf import LazySettings
from structlog.testing import capture_logs

from accounts.models import User, UserStatus
from engine import ExecutionTimedOut, Result
from jobs.models import Company, Job
from jobs.selectors import job as jobs
from nexus.graphql.errors import MASKED
from nexus.graphql.execution import Call
from nexus.graphql.http import GRAPHQL, JSON, Request
from nexus.graphql.view import answer
from tests.door import request_for, send
from tests.factories import JobFactory, UserFactory

pytestmark = pytest.mark.django_db
TYPENAME = "{ __typename }"


def posted(body: bytes, **headers: str) -> Request:
    sent = {"host": "localhost", "content-type": JSON, "accept": JSON}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return Request("POST", sent, "", body)


def got(query_string: str, **headers: str) -> Request:
    sent = {"host": "localhost", "accept": GRAPHQL, **headers}
    return Request("GET", sent, query_string)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"query": "{ __typename }"', "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b'{"query": "\\ud800"}', "not JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"query": NaN}', "not JSON"),
        (b"[]", "batches are off"),
        (b'"text"', "JSON object"),
        (b"null", "JSON object"),
        (b"{}", "`query`"),
        (b'{"query": null}', "`query`"),
        (b'{"query": 7}', "`query`"),
        (b'{"query": {"a": 1}}', "`query`"),
        (b'{"query": "{ __typename }", "variables": "{}"}', "`variables`"),
        (b'{"query": "{ __typename }", "variables": [1]}', "`variables`"),
        (b'{"query": "{ __typename }", "operationName": 5}', "`operationName`"),
        (b'{"query": "{ __typename }", "extensions": []}', "`extensions`"),
    ],
)
def test_what_is_not_a_graphql_request_is_refused_with_a_reason(body: bytes, part: str) -> None:
    response = answer(posted(body))
    (error,) = orjson.loads(response.body)["errors"]
    assert response.status == 400
    assert part in error["message"]
    assert error["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql"],
)
def test_a_body_that_a_form_could_send_is_refused(content_type: str) -> None:
    assert answer(posted(b'{"query":"{__typename}"}', content_type=content_type)).status == 415


def test_a_body_in_another_encoding_is_refused() -> None:
    body = b'{"query":"{__typename}"}'
    assert answer(posted(body, content_type="application/json; charset=iso-8859-1")).status == 415
    assert answer(posted(body, content_encoding="gzip")).status == 415


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.1, {GRAPHQL};q=0.5", GRAPHQL),
        (f"text/html, {JSON}", JSON),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
    ],
)
def test_the_answer_is_in_the_media_type_asked_for(accept: str, media_type: str) -> None:
    response = answer(posted(b'{"query":"{__typename}"}', accept=accept))
    assert (response.status, response.headers["Content-Type"]) == (200, f"{media_type}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/html", "image/png", f"{JSON};q=0", "application/json; charset=utf-16"])
def test_a_client_that_takes_no_json_is_told(accept: str) -> None:
    assert answer(posted(b'{"query":"{__typename}"}', accept=accept)).status == 406


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query A { __typename } query B { __typename }", "{ job }"])
def test_a_document_that_cannot_run_is_400_only_in_the_new_media_type(query: str) -> None:
    body = orjson.dumps({"query": query})
    old, new = answer(posted(body)), answer(posted(body, accept=GRAPHQL))
    assert (old.status, new.status) == (200, 400)
    assert "data" not in orjson.loads(new.body)
    assert {error["extensions"]["code"] for error in orjson.loads(new.body)["errors"]} == {"BAD_REQUEST"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($n: Int!) { jobs(first: $n) { totalCount } }", {}),
        ("query($n: Int!) { jobs(first: $n) { totalCount } }", {"n": "two"}),
        ("query($n: Int!) { jobs(first: $n) { totalCount } }", {"n": 2**31}),
        ("query($n: Int!) { jobs(first: $n) { totalCount } }", {"n": 1.5}),
        ("{ jobs(first: " + "9" * 5000 + ") { totalCount } }", None),
        ("query($s: DateTime!) { jobs(where: {publishedSince: $s}) { totalCount } }", {"s": "yesterday"}),
        ("query($s: DateTime!) { jobs(where: {publishedSince: $s}) { totalCount } }", {"s": "2026-01-01T00:00:00"}),
        ("{" * 20_000, None),
        ("{ a" + "(a: [" * 5_000 + "1" + "])" * 5_000 + " }", None),
    ],
)
def test_values_that_do_not_fit_are_the_callers_fault(query: str, variables: Any) -> None:
    sent = send(query, variables)
    assert sent.response.status == 400
    assert set(sent.codes) == {"BAD_REQUEST"}


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ("{ jobs(first: -1) { totalCount } }", "first"),
        ("{ jobs(first: 101) { totalCount } }", "first"),
        ("{ jobs(last: 101) { totalCount } }", "last"),
        ("{ jobs(first: 1, last: 1) { totalCount } }", "last"),
        ('{ jobs(after: "nonsense") { totalCount } }', "after"),
        ('{ jobs(after: "") { totalCount } }', "after"),
        ('{ jobs(after: "é") { totalCount } }', "after"),
        ('{ job(by: {id: "nonsense"}) { title } }', "by.id"),
        ('{ job(by: {id: "Q2F0ZWdvcnk6MQ"}) { title } }', "by.id"),
        ('{ job(by: {slug: "a\\u0000b"}) { title } }', "by.slug"),
        ('{ node(id: "") { id } }', "id"),
        ('{ jobs(where: {pay: {atLeast: "1", currency: "XQQ"}}) { totalCount } }', "where.pay.currency"),
        ('{ jobs(where: {pay: {atLeast: "-1", currency: "EUR"}}) { totalCount } }', "where.pay.atLeast"),
        ('{ jobs(where: {pay: {atLeast: "99999999999999", currency: "EUR"}}) { totalCount } }', "where.pay.atLeast"),
        ('{ jobs(where: {pay: {atLeast: "1", currency: "EUR", period: ONCE}}) { totalCount } }', "where.pay.period"),
        ("{ jobs(where: {near: {}}) { totalCount } }", "where.near"),
        ("{ jobs(where: {near: {latitude: 91, longitude: 0}}) { totalCount } }", "where.near.latitude"),
        ("{ jobs(where: {near: {latitude: 1, longitude: 181}}) { totalCount } }", "where.near.longitude"),
        ("{ jobs(where: {near: {latitude: 1, longitude: 1, radiusKm: 0}}) { totalCount } }", "where.near.radiusKm"),
        ("{ jobs(where: {near: {latitude: 1, longitude: 1, radiusKm: 1e9}}) { totalCount } }", "where.near.radiusKm"),
        ('{ jobs(where: {near: {place: "UGxhY2U6MQ"}}) { totalCount } }', "where.near.place"),
        ("{ jobs(orderBy: {field: PAY}) { totalCount } }", "orderBy.currency"),
        ('{ jobs(where: {companies: ["Q2F0ZWdvcnk6MQ"]}) { totalCount } }', "where.companies"),
    ],
)
def test_a_bad_argument_is_named(query: str, argument: str) -> None:
    (error,) = send(query).errors
    assert error["extensions"] == {"code": "BAD_REQUEST", "argument": argument}


def test_a_where_with_endless_conditions_is_refused() -> None:
    where = {"remoteFor": "DE"}
    for _ in range(60):
        where = {"not": where}
    query = "query($where: JobWhere) { jobs(where: $where) { totalCount } }"
    assert send(query, {"where": where}).codes == ["BAD_REQUEST"]


def test_a_fault_of_ours_is_masked_and_logged_under_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("jobs.selectors.job._listing", fail)
    with capture_logs() as logs:
        sent = send("{ __typename jobs { totalCount } }", x_request_id="my-own-id-123")
    assert sent.response.status == 200
    assert sent.errors == [
        {
            "message": MASKED,
            "locations": [{"line": 1, "column": 14}],
            "path": ["jobs"],
            "extensions": {"code": "INTERNAL", "id": "my-own-id-123"},
        }
    ]
    (logged,) = [entry for entry in logs if entry["event"] == "graphql_internal_error"]
    assert (logged["error_id"], str(logged["exc_info"])) == ("my-own-id-123", "the secret is 42")


def test_what_nobody_foresaw_is_a_masked_500(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("nexus.graphql.view.context_of", fail)
    sent = send(TYPENAME)
    assert (sent.response.status, sent.codes) == (500, ["INTERNAL"])
    assert b"secret" not in sent.response.body


def test_a_request_is_logged_without_what_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    send("query Mine($t: String) { viewer { __typename } jobs(after: $t) { totalCount } }", {"t": "private"})
    logs = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    (entry,) = [entry for entry in logs if entry["event"] == "graphql_request"]
    assert (entry["operation"], entry["kind"], entry["status"], entry["viewer"]) == ("Mine", "query", 200, None)
    assert entry["milliseconds"] > 0
    assert "private" not in str(logs)


def test_a_get_runs_queries_only() -> None:
    assert answer(got("query=%7B__typename%7D")).status == 200
    refused = answer(got("query=mutation%7B__typename%7D"))
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")


def test_a_get_with_variables_runs() -> None:
    query = "query=query($n:Int!){jobs(first:$n){totalCount}}&variables=%7B%22n%22%3A3%7D"
    assert "errors" not in orjson.loads(answer(got(query)).body)


@pytest.mark.parametrize("accept", ["*/*", "image/avif,image/webp,*/*;q=0.8", ""])
def test_a_get_that_an_image_or_form_could_make_does_not_run(accept: str) -> None:
    assert answer(got("query=%7B__typename%7D", accept=accept)).status == 406


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(method: str) -> None:
    response = answer(Request(method, {"host": "localhost"}))
    assert response.status == 405
    assert response.headers["Allow"] == "GET, POST, OPTIONS"


@pytest.mark.parametrize("host", ["", "evil.example", "localhost.evil.example", "localhost@evil.example"])
def test_an_unknown_host_is_refused(host: str, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    assert answer(Request("POST", {"host": host, "content-type": JSON}, "", b'{"query":"{__typename}"}')).status == 400


def test_every_answer_has_a_request_id_and_secure_headers() -> None:
    for response in (send(TYPENAME).response, answer(posted(b"")), answer(Request("PUT", {"host": "localhost"}))):
        assert len(response.headers["X-Request-ID"]) >= 8
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"


def test_the_callers_request_id_is_kept_when_it_is_a_sane_one() -> None:
    kept = send(TYPENAME, x_request_id="abc-123-def")
    assert kept.response.headers["X-Request-ID"] == kept.content["extensions"]["requestId"] == "abc-123-def"
    made_up = send(TYPENAME, x_request_id="<script>\r\n")
    assert made_up.response.headers["X-Request-ID"] == made_up.content["extensions"]["requestId"]
    assert "<" not in made_up.response.headers["X-Request-ID"]


def test_only_allowed_origins_hear_of_cors(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://board.example"]
    allowed = answer(request_for(TYPENAME, origin="https://board.example")).headers
    assert allowed["Access-Control-Allow-Origin"] == "https://board.example"
    assert "Access-Control-Allow-Credentials" not in allowed
    assert "Access-Control-Allow-Origin" not in answer(request_for(TYPENAME, origin="https://evil.example")).headers
    preflight = answer(Request("OPTIONS", {"host": "localhost", "origin": "https://board.example"}))
    assert preflight.status == 204
    assert {"authorization", "x-on-behalf-of"} <= set(preflight.headers["Access-Control-Allow-Headers"].split(", "))


def test_a_token_says_who_asks() -> None:
    person = UserFactory()
    assert send("{ viewer { user { email } } }", by=person).data == {"viewer": {"user": {"email": person.email}}}


def test_without_a_token_nobody_asks() -> None:
    assert send("{ viewer { user { email } } }").data == {"viewer": None}


@pytest.mark.parametrize("header", ["Bearer garbage", "Bearer", "Basic dXNlcjpwYXNz"])
def test_a_bad_token_fails_the_whole_request(header: str) -> None:
    sent = send("{ __typename viewer { user { email } } }", authorization=header)
    assert (sent.response.status, sent.codes) == (401, ["UNAUTHENTICATED"])
    assert sent.response.headers["WWW-Authenticate"] == "Bearer"


def test_a_deactivated_person_is_nobody() -> None:
    person = UserFactory()
    request = request_for("{ viewer { user { email } } }", by=person)
    User.objects.filter(pk=person.pk).update(status=UserStatus.DEACTIVATED)
    assert answer(request).status == 401


def test_a_cookie_is_not_believed() -> None:
    token = request_for("", by=UserFactory()).headers["authorization"].removeprefix("Bearer ")
    assert send("{ viewer { user { email } } }", cookie=f"JWT={token}").data == {"viewer": None}


def test_a_browser_gets_the_explorer() -> None:
    response = answer(Request("GET", {"host": "localhost", "accept": "text/html,application/xhtml+xml,*/*;q=0.8"}))
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_a_logged_failure_tells_no_password(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("accounts.services.token.authenticate", fail)
    lines = StringIO()
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[settings.WITHOUT_LOCALS, structlog.processors.JSONRenderer(default=str)]
    )
    handler = logging.StreamHandler(lines)
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    try:
        mutation = 'mutation { tokenCreate(input: {email: "a@example.org", password: "hunter2"}) { token } }'
        assert send(mutation).codes == ["INTERNAL"]
    finally:
        logging.getLogger().removeHandler(handler)
    assert "the database is away" in lines.getvalue()
    assert "hunter2" not in lines.getvalue()


def test_a_job_that_ends_between_two_statements_costs_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    job = JobFactory()

    def closing(*arguments: Any) -> Any:
        found = page(*arguments)
        Job.objects.filter(pk=job.pk).update(moderation="frozen")
        Company.objects.filter(pk=job.company_id).update(status="suspended")
        return found

    page = jobs.page
    monkeypatch.setattr(jobs, "page", closing)
    (node,) = send("{ jobs { nodes { title description { text } company { name } skills { level } } } }").data["jobs"][
        "nodes"
    ]
    assert node["company"] == {"name": job.company.name}


def test_a_document_of_endless_tokens_is_refused() -> None:
    sent = send("{ " + "a " * 5_000 + "}")
    assert sent.codes == ["DOCUMENT_TOO_COMPLEX"]
    assert "token" in sent.errors[0]["message"]


def test_what_is_stopped_half_way_costs_its_price() -> None:
    def run(call: Call) -> Result:
        raise ExecutionTimedOut("This took too long.")

    response = answer(request_for("{ jobs { totalCount } }"), run)
    content = orjson.loads(response.body)
    assert (response.status, content["errors"][0]["extensions"]["code"]) == (504, "TIMEOUT")
    assert content["extensions"]["cost"]["actual"] == content["extensions"]["cost"]["requested"] > 0
