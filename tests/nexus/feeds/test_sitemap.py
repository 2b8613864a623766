"""The sitemap: every live, public job and active company once, and nothing else."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.selectors import outward
from nexus.feeds.answering import found
from nexus.graphql.http import Request, Response
from nexus.rest.answering import answered
from tests.factories import CompanyFactory, JobFactory

pytestmark = pytest.mark.django_db

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def get(path: str) -> Response:
    return answered(found, Request("GET", {"host": "localhost"}, path=path))


def files() -> list[str]:
    response = get("/sitemap.xml")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    root = ET.fromstring(response.body)
    assert root.tag == f"{NAMESPACE}sitemapindex"
    return [loc.text or "" for loc in root.iter(f"{NAMESPACE}loc")]


def pages(path: str) -> dict[str, str]:
    """The addresses in a file, and when each last changed."""
    response = get(path)
    assert response.status == 200, response.body
    urls = ET.fromstring(response.body).findall(f"{NAMESPACE}url")
    return {url.findtext(f"{NAMESPACE}loc", ""): url.findtext(f"{NAMESPACE}lastmod", "") for url in urls}


def all_pages() -> list[str]:
    return [page for file in files() for page in pages(file.removeprefix("http://localhost:8000"))]


@pytest.fixture(autouse=True)
def _address(settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"


def test_an_empty_board_has_an_empty_sitemap() -> None:
    assert files() == []


def test_live_public_jobs_and_active_companies_are_in_it() -> None:
    company = CompanyFactory()
    live = JobFactory(company=company, title="Fish & <chips>")
    for trait in ("draft", "paused", "expired", "closed", "frozen"):
        JobFactory(company=company, **{trait: True})
    JobFactory(company=company, visibility="unlisted")
    JobFactory(company=company, published_at=timezone.now() + timedelta(hours=1))
    JobFactory(company=CompanyFactory(status="suspended"))
    assert all_pages() == [
        f"https://jobs.example/jobs/{live.slug}",
        f"https://jobs.example/companies/{company.slug}",
    ]
    [changed] = pages(files()[0].removeprefix("http://localhost:8000")).values()
    assert abs(datetime.fromisoformat(changed) - live.updated_at) < timedelta(seconds=1)


def test_many_files_hold_every_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "FILE_SIZE", 3)
    monkeypatch.setattr(outward, "BATCH_SIZE", 2)
    company = CompanyFactory()
    made = [JobFactory(company=company) for _ in range(10)]
    assert len(files()) == 4 + 1
    shown = [page for page in all_pages() if "/jobs/" in page]
    assert sorted(shown) == sorted(f"https://jobs.example/jobs/{job.slug}" for job in made)


def test_no_file_is_called_after_a_job_that_only_some_are_told_of() -> None:
    company = CompanyFactory()
    unlisted, *others = [JobFactory(company=company, visibility=each) for each in ("unlisted", "public", "public")]
    [file, _] = files()
    assert unlisted.pk.hex not in file
    path = file.removeprefix("http://localhost:8000")
    assert sorted(pages(path)) == sorted(f"https://jobs.example/jobs/{job.slug}" for job in others)


def test_a_job_leaves_the_moment_it_ends() -> None:
    job = JobFactory()
    [file, _] = files()
    path = file.removeprefix("http://localhost:8000")
    assert len(pages(path)) == 1
    job.expires_at = timezone.now() - timedelta(seconds=1)
    job.published_at = timezone.now() - timedelta(seconds=2)
    job.save()
    assert get(path).status == 404


def test_the_statements_do_not_grow_with_the_jobs() -> None:
    company = CompanyFactory()
    for _ in range(2):
        JobFactory.create_batch(5, company=company)
        path = files()[0].removeprefix("http://localhost:8000")
        with CaptureQueriesContext(connection) as statements:
            get(path)
        assert len(statements) == 1, [query["sql"][:90] for query in statements]


@pytest.mark.parametrize(
    "path",
    [
        f"/sitemaps/jobs/{'f' * 32}.xml",
        f"/sitemaps/jobs/{'0' * 32}-{'0' * 31}1.xml",
        f"/sitemaps/jobs/{'f' * 32}-{'0' * 32}.xml",
        f"/sitemaps/people/{'0' * 32}.xml",
        "/sitemaps/jobs/1.xml",
        "/sitemaps/",
        "/sitemap.xml/",
    ],
)
def test_other_files_are_not_there(path: str) -> None:
    JobFactory()
    assert get(path).status == 404


def test_robots_are_told_of_it() -> None:
    response = get("/robots.txt")
    assert b"Sitemap: http://localhost:8000/sitemap.xml\n" in response.body
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
