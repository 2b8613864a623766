"""Swagger UI in a real browser: it works, and nothing leaves the server it came from."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import RECORD_VIOLATIONS
from tests.factories import JobFactory

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]


def test_the_contract_is_shown_and_can_be_tried(browser: Browser, live_url: str) -> None:
    JobFactory(title="Zoo keeper")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    requests: list[str] = []
    errors: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.on("console", lambda line: errors.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(RECORD_VIOLATIONS)
    try:
        page.goto(f"{live_url}/api/docs")
        operation = page.locator("#operations-jobs-jobs")
        expect(operation).to_be_visible()
        operation.get_by_role("button").first.click()
        operation.get_by_role("button", name="Execute").click()
        expect(operation.locator(".live-responses-table")).to_contain_text("Zoo keeper")
        expect(operation.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
        assert page.evaluate("window.violations") == []
        assert errors == []
        home = urlsplit(live_url).netloc
        elsewhere = [url for url in requests if urlsplit(url).scheme != "data" and urlsplit(url).netloc != home]
        assert elsewhere == []
        assert any("/api/v1/jobs" in url for url in requests)
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
        assert page.evaluate("window.ran") is None
    finally:
        context.close()
