"""The address that leads on to where one applies, as a browser asks for it."""

from typing import Any

import pytest

from jobs.models import InteractionEvent
from jobs.services import signal
from nexus.feeds.answering import found
from nexus.feeds.sitemap import robots
from nexus.graphql.http import Request, Response
from nexus.rest.answering import answered
from tests.door import send
from tests.factories import JobFactory
from tests.schema.application.asking import job_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TARGET = "https://acme.example/jobs/1"


def elsewhere() -> Any:
    return JobFactory(apply_kind="url", apply_url=TARGET)


def follow(path: str, *, method: str = "GET", query: str = "", **headers: str) -> Response:
    """What is answered at a path."""
    sent = {"host": "localhost", "user-agent": BROWSER} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return answered(found, Request(method, sent, query, address="192.0.2.9", path=path))


def clicks() -> int:
    signal.drain()
    return InteractionEvent.objects.filter(kind="apply_click").count()


def test_the_tracked_address_leads_there_and_counts() -> None:
    job = elsewhere()
    query = "query($id: ID!) { node(id: $id) { ... on Job { apply { trackedUrl } } } }"
    address = send(query, {"id": job_id(job)}).data["node"]["apply"]["trackedUrl"]
    assert address == f"http://testserver/jobs/{job.slug}/apply"
    response = follow(address.removeprefix("http://testserver"), query="source=feed&url=https://evil.example")
    assert (response.status, response.headers["Location"], response.body) == (303, TARGET, b"")
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert clicks() == 1


def test_who_has_the_answer_already_is_led_on_as_well() -> None:
    assert follow(f"/jobs/{elsewhere().slug}/apply", if_none_match="*").headers["Location"] == TARGET


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"sec_purpose": "prefetch;prerender"}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"user_agent": "bingbot/2.0"}),
    ],
)
def test_who_only_looks_is_led_on_and_not_counted(method: str, headers: dict[str, str]) -> None:
    response = follow(f"/jobs/{elsewhere().slug}/apply", method=method, **headers)
    assert (response.status, response.headers["Location"]) == (303, TARGET)
    assert clicks() == 0


def test_what_is_hidden_and_what_never_was_look_the_same() -> None:
    hidden = JobFactory(apply_kind="url", apply_url=TARGET, moderation="frozen")
    for slug in (hidden.slug, "nothing-11111111111"):
        response = follow(f"/jobs/{slug}/apply")
        assert (response.status, "Location" in response.headers) == (404, False)
    assert clicks() == 0


def test_robots_are_asked_to_stay_away_and_there_is_none_where_one_applies_here() -> None:
    assert b"Disallow: /jobs/*/apply" in robots()
    query = "query($id: ID!) { node(id: $id) { ... on Job { apply { trackedUrl } } } }"
    assert send(query, {"id": job_id(JobFactory())}).data["node"]["apply"] == {"trackedUrl": None}
