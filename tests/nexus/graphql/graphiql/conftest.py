"""The explorer on the running server, and a headless Chromium to open it in."""

import pytest

from nexus.graphql.graphiql import build
from tests.browser import _database_beside_playwright, browser  # noqa: F401


@pytest.fixture
def explorer_url(request: pytest.FixtureRequest) -> str:
    """The address of the explorer. Its files are built before the server starts, which finds them only then."""
    build.build()
    return f"{request.getfixturevalue('live_url')}/graphql"
