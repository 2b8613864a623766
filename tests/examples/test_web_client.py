"""The web client of `examples/`, built as its README says and used in a real browser, from another origin."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from jobs.models import Job, SavedJob, Skill
from nexus.environment import BASE_DIR
from nexus.graphql.graphiql.build import find_node
from tests.browser import _database_beside_playwright, browser  # noqa: F401
from tests.factories import CompanyFactory, ProfileFactory, ProfileSkillFactory, SkillFactory, UserFactory
from tests.instances import instance
from tests.search_board import live_job

CLIENT = Path("examples") / "web-client"
MADE = ("node_modules", "generated", "main.js")
# Beside other tests on a small machine.
expect.set_options(timeout=20_000)
TITLES = ("Data Engineer", "Analytics Engineer", "Python Developer", "Database Engineer", "Data Scientist")
TEAMS = ("Payments", "Search", "Logistics", "Energy", "Health")
PASSWORD = "a long enough password"
pytestmark = [pytest.mark.needs("chromium", "node"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, built from a checkout without what an earlier build left."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(BASE_DIR / CLIENT, root / CLIENT, ignore=shutil.ignore_patterns(*MADE))
    (root / "schema").mkdir()
    shutil.copy(BASE_DIR / "schema" / "schema.graphql", root / "schema")
    node = find_node()
    assert node is not None
    path = os.pathsep.join([str(Path(node.node).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "NODE_ENV": "development"}
    for arguments in (["ci", "--no-audit", "--no-fund", "--prefer-offline"], ["run", "build"]):
        done = subprocess.run(
            [*node.npm, *arguments], cwd=root / CLIENT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return root / CLIENT / "public"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def address(built: Path) -> Iterator[str]:
    """Where the page is, with a board beside it that lets this origin in."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(built))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        with instance(CORS_ALLOWED_ORIGINS=origin) as url:
            urlopen(f"{url}/health/live", timeout=120).close()
            yield f"{origin}/?api={url}/graphql"
        server.shutdown()


@dataclass
class Visit:
    """A page, the names of the operations that it sent, and what went wrong on it."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def titles(self) -> list[str]:
        return self.page.locator("#jobs h2").all_inner_texts()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:  # noqa: F811 - the fixture
    context = browser.new_context(viewport={"width": 900, "height": 1000})
    page = context.new_page()
    seen = Visit(page)

    def note(body: str | None) -> None:
        if body:
            seen.asked.append(json.loads(body)["query"].split("(")[0].split("{")[0].split()[-1])

    page.on("request", lambda request: note(request.post_data))
    page.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.clock.install()
    page.goto(address)
    yield seen
    context.close()


@pytest.fixture
def person() -> User:
    """Somebody who knows Python and SQL, on a board of 25 jobs that want that, and one that does not."""
    skills = [SkillFactory(name=name, slug=name.lower()) for name in ("Python", "SQL")]
    companies = [CompanyFactory(name=name) for name in ("Elbe Data", "Nordlicht", "Kontor 7", "Havel Labs", "Fjord")]
    for number, (title, team) in enumerate(product(TITLES, TEAMS)):
        live_job(f"{title}, {team}", skills=skills, company=companies[number % 5])
    live_job("<img src=x onerror=alert(1)> Cook")
    user = UserFactory(email="ada@example.org", password=PASSWORD)
    profile = ProfileFactory(user=user, headline="Data Engineer", home=None, radius_km=None)
    for skill in skills:
        ProfileSkillFactory(profile=profile, skill=skill, level=5)
    return user


@pytest.fixture(autouse=True)
def _board(person: User, empty_cache: None) -> None:
    """The board is there before anybody visits it."""


def sign_in(seen: Visit, password: str = PASSWORD) -> None:
    seen.page.get_by_label("E-mail").fill("ada@example.org")
    seen.page.get_by_label("Password").fill(password)
    seen.page.get_by_role("button", name="Sign in").click()


def test_search_next_page_and_text_that_stays_text(visit: Visit) -> None:
    status, jobs = visit.page.get_by_role("status"), visit.page.locator("#jobs li")
    visit.page.get_by_label("What to look for").fill("skill:python")
    visit.page.get_by_role("button", name="Search").click()
    expect(status).to_have_text("25 jobs")
    expect(jobs).to_have_count(10)
    for count in (20, 25):
        # Clicked on twice it is one page.
        visit.page.get_by_role("button", name="Next page").evaluate("button => (button.click(), button.click())")
        expect(jobs).to_have_count(count)
    expect(visit.page.get_by_role("button", name="Next page")).to_be_hidden()
    assert len(set(visit.titles())) == 25

    visit.page.get_by_label("What to look for").fill("cook")
    visit.page.get_by_role("button", name="Search").click()
    expect(visit.page.locator("#jobs h2")).to_have_text(["<img src=x onerror=alert(1)> Cook"])
    assert visit.page.locator("#jobs img").count() == 0

    sign_in(visit, "not the password")
    expect(status).to_contain_text("password")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert visit.errors == []


def test_feed_with_reasons_saving_and_tokens(visit: Visit, person: User) -> None:
    status, jobs = visit.page.get_by_role("status"), visit.page.locator("#jobs li")
    sign_in(visit)
    expect(status).to_have_text("Jobs for you")
    expect(jobs).to_have_count(10)
    expect(jobs.first.locator(".reason").first).to_be_visible()
    jobs.first.get_by_role("button", name="Save").click()
    expect(jobs.first.get_by_role("button")).to_have_text("Saved")
    assert SavedJob.objects.get(user=person).title == visit.titles()[0]
    if folder := os.environ.get("NEXUS_WRITE_SCREENSHOTS"):
        visit.page.screenshot(path=Path(folder) / "screenshot.png")
    visit.page.get_by_role("button", name="Next page").click()
    expect(jobs).to_have_count(20)
    assert len(set(visit.titles())) == 20
    jobs.first.get_by_role("button", name="Saved").click()
    expect(jobs.first.get_by_role("button")).to_have_text("Save")
    assert not SavedJob.objects.filter(user=person).exists()
    Job.objects.filter(title=visit.titles()[0]).delete()
    jobs.first.get_by_role("button", name="Save").click()
    expect(status).to_contain_text("visible to you")
    expect(jobs.first.get_by_role("button")).to_have_text("Save")

    # Five minutes on, the token is exchanged before it is used; and by the next visit, which has none.
    first = kept(visit)
    assert "Refresh" not in visit.asked
    visit.page.clock.fast_forward("05:00")
    with visit.page.expect_response(lambda response: "query Feed" in (response.request.post_data or "")):
        visit.page.get_by_role("button", name="For you").click()
    second = kept(visit)
    visit.page.reload()
    expect(status).to_have_text("Jobs for you")
    third = kept(visit)
    assert len({first, second, third}) == 3
    assert None not in (first, second, third)
    assert visit.asked.count("Refresh") == 2

    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert kept(visit) is None

    # A session that was ended elsewhere.
    sign_in(visit)
    expect(status).to_have_text("Jobs for you")
    person.sessions.all().delete()
    visit.page.reload()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert kept(visit) is None
    assert visit.errors == []


def test_what_came_since_is_counted_and_shown_when_that_is_wanted(visit: Visit, person: User) -> None:
    status, jobs = visit.page.get_by_role("status"), visit.page.locator("#jobs li")
    for_you, show = (visit.page.get_by_role("button", name=name) for name in ("For you", "Show what is new"))
    sign_in(visit)
    expect(status).to_have_text("Jobs for you")
    expect(jobs).to_have_count(10)
    expect(show).to_be_hidden()
    before = visit.titles()

    def come(title: str) -> None:
        live_job(title, skills=skills, company=company, published_at=timezone.now())

    skills, company = Skill.objects.all(), CompanyFactory(name="Elster")
    come("Data Engineer, Newcomers")
    for_you.click()
    expect(status).to_have_text("1 new job")
    # The order is still that of before, on all of its pages.
    assert visit.titles() == before
    come("Data Engineer, Latecomers")
    read_on(visit)
    expect(status).to_have_text("2 new jobs")
    old = visit.titles()
    assert not {"Data Engineer, Newcomers", "Data Engineer, Latecomers"} & set(old)

    show.click()
    expect(status).to_have_text("Jobs for you")
    expect(jobs).to_have_count(10)
    expect(show).to_be_hidden()
    # Later pages are of the order that was decided anew, and do not decide it again.
    read_on(visit)
    titles = visit.titles()
    assert sorted(titles) == sorted([*old, "Data Engineer, Newcomers", "Data Engineer, Latecomers"])
    for_you.click()
    expect(jobs).to_have_count(10)
    assert visit.titles() == titles[:10]

    # A search that finds one has nothing that is new to show.
    come("Data Engineer, Stragglers")
    for_you.click()
    expect(show).to_be_visible()
    visit.page.get_by_label("What to look for").fill("stragglers")
    visit.page.get_by_role("button", name="Search").click()
    expect(status).to_have_text("1 job")
    expect(show).to_be_hidden()
    assert visit.errors == []


def read_on(seen: Visit) -> None:
    """Click through to the last page."""
    jobs, button = seen.page.locator("#jobs li"), seen.page.get_by_role("button", name="Next page")
    while button.is_visible():
        count = jobs.count()
        button.click()
        expect(jobs).not_to_have_count(count)


def kept(seen: Visit) -> str | None:
    """The refresh token that the page holds."""
    found: str | None = seen.page.evaluate("localStorage.getItem('nexus.refresh')")
    return found


def test_client_is_as_short_as_it_says() -> None:
    sources = (BASE_DIR / CLIENT / "src").glob("*.ts")
    assert sum(len(path.read_text().splitlines()) for path in sources) <= 150
