"""A headless Chromium to open the page in."""

from tests.browser import _database_beside_playwright, browser  # noqa: F401
