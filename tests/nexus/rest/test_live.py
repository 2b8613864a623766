"""The REST mirror and the feeds on a real server: the door brings them in, and caches may keep what they say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from jobs.models import Job
from jobs.services import job as jobs
from tests.door import token_for
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.instances import instance
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


def ask(url: str, path: str, method: str = "GET", **headers: str) -> Reply:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Reply(answer.status, {name.title(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@pytest.fixture
def caching_url(django_db_setup: None, transactional_db: None) -> Iterator[str]:
    """A server with the response cache on."""
    with instance(RESPONSE_CACHE="on") as url:
        yield url


def test_what_is_public_may_be_kept_and_need_not_be_sent_twice(caching_url: str) -> None:
    job = JobFactory()
    for path in ("/api/v1/jobs", f"/api/v1/jobs/{job.slug}", "/api/v1/skills"):
        reply = ask(caching_url, path)
        assert reply.status == 200, path
        assert reply.headers["Cache-Control"].startswith("public, max-age=")
        assert "Ratelimit" not in reply.headers
        again = ask(caching_url, path, If_None_Match=reply.headers["Etag"])
        assert (again.status, again.body) == (304, b"")
        assert ask(caching_url, path).headers["Etag"] == reply.headers["Etag"]
        head = ask(caching_url, path, "HEAD")
        assert (head.status, head.body) == (200, b"")


def test_what_somebody_asks_for_is_kept_for_nobody(live_url: str) -> None:
    job = JobFactory()
    authorization = f"Bearer {token_for(UserFactory())}"
    reply = ask(live_url, f"/api/v1/jobs/{job.slug}", Authorization=authorization)
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert "Etag" not in reply.headers
    assert reply.headers["Ratelimit"].startswith('"')
    assert ask(live_url, "/api/v1/search?query=zoo").headers["Cache-Control"] == "private, no-store"


def test_an_ended_job_leaves_every_answer(caching_url: str) -> None:
    job = JobFactory()
    path = f"/api/v1/jobs/{job.slug}"
    assert ask(caching_url, path).status == 200
    Job.objects.filter(pk=job.pk).update(
        lifecycle="closed", close_reason="filled", closed_at=job.published_at, version=2
    )
    until(lambda: ask(caching_url, path).status == 404)
    until(lambda: ask(caching_url, "/api/v1/jobs").content["items"] == [])


def test_an_ended_job_leaves_the_documents_at_once(caching_url: str) -> None:
    company = CompanyFactory()
    stays, ends = JobFactory(company=company), JobFactory(company=company)
    file = ask(caching_url, "/sitemap.xml").body.decode().partition("<loc>")[2].partition("</loc>")[0]
    paths = ("/sitemap.xml", urlsplit(file).path, f"/jobs/{ends.slug}.jsonld")
    # Twice, so that whatever keeps answers has them by now.
    for reply in [ask(caching_url, path) for path in paths * 2]:
        assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-cache")
        assert ends.slug in reply.body.decode() or b"<sitemapindex" in reply.body
    tags = {path: ask(caching_url, path).headers["Etag"] for path in paths}
    for path in paths:
        again = ask(caching_url, path, If_None_Match=tags[path])
        assert (again.status, again.body, again.headers["Cache-Control"]) == (304, b"", "no-cache")
    jobs.close(by=viewer_of(MembershipFactory(company=company).user), job_id=ends.pk, reason="filled")
    listed = ask(caching_url, paths[1], If_None_Match=tags[paths[1]])
    assert (listed.status, ends.slug in listed.body.decode(), stays.slug in listed.body.decode()) == (200, False, True)
    assert ask(caching_url, paths[2], If_None_Match=tags[paths[2]]).status == 410


def test_the_sitemap_leads_to_its_files_and_they_to_the_jobs(live_url: str) -> None:
    job = JobFactory()
    robots = ask(live_url, "/robots.txt")
    address = robots.body.decode().partition("Sitemap: ")[2].strip()
    index = ask(live_url, urlsplit(address).path)
    assert index.headers["Content-Type"] == "application/xml; charset=utf-8"
    file = index.body.decode().partition("<loc>")[2].partition("</loc>")[0]
    assert job.slug in ask(live_url, urlsplit(file).path).body.decode()


def test_the_door_refuses_in_problems(live_url: str) -> None:
    reply = ask(live_url, "/api/v1/nothing", X_Request_Id="client-chosen-id")
    assert (reply.status, reply.headers["Content-Type"]) == (404, "application/problem+json")
    assert reply.content["requestId"] == reply.headers["X-Request-Id"] == "client-chosen-id"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    connection = HTTPConnection(urlsplit(live_url).netloc, timeout=60)
    connection.request("POST", "/api/v1/jobs", b"x" * 1_100_000)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (413, "application/problem+json")
    assert json.loads(answer.read())["code"] == "BAD_REQUEST"
    connection.close()
    for path in ("/api/v1", "/api/v1/", "/api/v1?first=1"):
        nothing = ask(live_url, path)
        assert (nothing.status, nothing.headers["Content-Type"]) == (404, "application/problem+json"), path
    assert ask(live_url, "/jobs").status == 404


def test_page_and_contract_are_served(live_url: str) -> None:
    page = ask(live_url, "/api/docs")
    assert page.status == 200
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].partition("style-src")[0]
    assert ask(live_url, "/api/schema").body.startswith(b"openapi: 3.1.0")
