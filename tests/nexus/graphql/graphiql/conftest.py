"""The explorer on the running server, and a headless Chromium to open it in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from nexus.graphql.graphiql import build
from tests import requirements


@pytest.fixture
def explorer_url(request: pytest.FixtureRequest) -> str:
    """The address of the explorer. Its files are built before the server starts, which finds them only then."""
    build.build()
    return f"{request.getfixturevalue('live_url')}/graphql"


@pytest.fixture(scope="module", autouse=True)
def _database_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop on this thread, which Django takes for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=requirements.chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
        )
        yield chromium
        chromium.close()
