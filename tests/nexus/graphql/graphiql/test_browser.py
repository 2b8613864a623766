"""The explorer in a real browser: it works, it is whole, and nothing leaves the server it came from."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.browser import RECORD_VIOLATIONS

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("node")]


@dataclass
class Visit:
    """A page and what a browser said about it: every request, and every error of the page and its policy."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def examples(self) -> list[dict[str, Any]]:
        return json.loads(self.page.locator("#explorer-data").text_content() or "")["examples"]

    def violations(self) -> list[str]:
        return self.page.evaluate("window.violations")

    def editor(self) -> Locator:
        return self.page.locator(".graphiql-query-editor")

    def tabs(self) -> Locator:
        return self.page.locator(".graphiql-tab-button")

    def run(self) -> Locator:
        self.page.get_by_role("button", name="Execute query").click()
        return self.page.get_by_role("region", name="Result Window")


def operation_name(example: dict[str, Any]) -> str:
    """What GraphiQL calls the tab of an example."""
    match = re.search(r"^(?:query|mutation|subscription)\s+(\w+)", example["query"], re.MULTILINE)
    assert match, f"{example['name']}: its operation has no name"
    return match[1]


@contextmanager
def visit(browser: Browser, url: str, scheme: str = "light") -> Iterator[Visit]:
    """The explorer, opened by somebody who has never been there, and ready for a click."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    seen = Visit(page)
    context.on("request", lambda request: seen.requests.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    page.on("console", lambda line: seen.errors.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.add_init_script(RECORD_VIOLATIONS)
    page.goto(url)
    expect(seen.editor().locator(".view-line").first).to_be_visible()
    try:
        yield seen
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_example_runs_and_nothing_leaves_the_server(browser: Browser, explorer_url: str, scheme: str) -> None:
    with visit(browser, explorer_url, scheme) as seen:
        result = seen.run()
        expect(result).to_contain_text('"data": {')
        expect(result).not_to_contain_text('"errors"')
        # The GraphQL worker starts once the schema is there; what it marks shows that it works.
        seen.editor().locator(".view-line").first.click()
        seen.page.keyboard.press("Control+End")
        seen.page.keyboard.type("nonsense")
        expect(seen.editor().locator(".squiggly-error").first).to_be_visible()

        background = seen.page.evaluate(
            "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor"
        )
        brightness = max(map(int, re.findall(r"\d+", background)))
        assert (brightness > 200) == (scheme == "light"), background
        fonts = seen.page.evaluate(
            "[...document.fonts].filter(font => font.status == 'error').map(font => font.family)"
        )
        assert fonts == []
        assert seen.errors == []
        assert seen.violations() == []

        urls = [urlsplit(request.url) for request in seen.requests]
        names = [url.path.rpartition("/")[2] for url in urls]
        for start in ("graphql", "explorer-", "editor-", "json-", "graphql-", "font-", "codicon-"):
            assert any(name.startswith(start) for name in names), f"{start}: not recorded, so the record is not whole"
        home = urlsplit(explorer_url).netloc
        assert [url.geturl() for url in urls if url.scheme != "data" and url.netloc != home] == []


def test_policy_refuses_another_origin(browser: Browser, explorer_url: str) -> None:
    with visit(browser, explorer_url) as seen:
        other = "http://127.0.0.1:9/collect"
        assert seen.page.evaluate("url => fetch(url).then(() => 'sent', () => 'refused')", other) == "refused"
        assert seen.violations() == [f"connect-src {other}"]
        seen.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
        )
        assert seen.page.evaluate("window.ran") is None
        assert seen.violations()[1:] == ["script-src-elem inline"]


def test_first_examples_are_tabs_and_the_pane_opens_the_others(browser: Browser, explorer_url: str) -> None:
    with visit(browser, explorer_url) as seen:
        examples = seen.examples()
        first, other = examples[0], examples[3]
        names = [operation_name(example) for example in examples]
        expect(seen.tabs()).to_have_text(names[:3])
        variables = seen.page.get_by_role("region", name="Variables")
        for name in json.loads(first["variables"] or "{}"):
            expect(variables).to_contain_text(f'"{name}"')
        pane = seen.page.get_by_role("region", name="Examples")
        expect(pane.locator("strong")).to_have_text([example["title"] for example in examples])
        expect(pane).to_contain_text(other["description"])

        pane.get_by_role("button", name=other["title"]).click()
        expect(seen.tabs()).to_have_text([*names[:3], names[3]])
        expect(seen.editor()).to_contain_text(names[3])
        expect(seen.run()).to_contain_text('"data": {')

        pane.get_by_role("button", name=first["title"]).click()
        expect(seen.editor()).to_contain_text(names[0])
        expect(seen.tabs()).to_have_count(4)
        expect(seen.run()).to_contain_text('"data": {')
        assert seen.errors == []


def test_token_is_sent_and_never_kept(browser: Browser, explorer_url: str) -> None:
    with visit(browser, explorer_url) as seen:
        page = seen.page
        name = operation_name(seen.examples()[0])
        page.get_by_role("button", name="Headers", exact=True).click()
        page.locator("[aria-label=Headers] .monaco-editor").locator("visible=true").click()
        page.keyboard.insert_text('{"Authorization": "Bearer secret-token"}')
        # GraphiQL takes headers over after 100 ms; a timer that is set later and is longer ends after its timer.
        page.evaluate("new Promise(done => setTimeout(done, 200))")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            seen.run()
        assert sent.value.headers["authorization"] == "Bearer secret-token"

        # The tabs and the history are written with a delay: both have to be there before they are judged.
        page.wait_for_function(
            "name => ['graphiql:tabState', 'graphiql:queries'].every(key => (localStorage[key] ?? '').includes(name))",
            arg=name,
        )
        assert "secret-token" not in page.evaluate("JSON.stringify({...localStorage})")
        page.reload()
        expect(seen.editor().locator(".view-line").first).to_be_visible()
        expect(seen.tabs()).to_have_count(3)
        page.get_by_role("button", name="Show History").click()
        expect(page.get_by_role("region", name="History")).to_contain_text(name)


def test_prettify_tidies_the_query_and_keeps_its_comments(browser: Browser, explorer_url: str) -> None:
    with visit(browser, explorer_url) as seen:
        title = seen.examples()[0]["title"]
        seen.editor().locator(".view-line").first.click()
        seen.page.keyboard.press("Control+End")
        seen.page.keyboard.insert_text("query Untidy{__typename}")
        expect(seen.editor()).to_contain_text("Untidy{__typename}")
        seen.page.get_by_role("button", name="Prettify").click()
        expect(seen.editor()).to_contain_text("query Untidy {")
        # The editor holds only the lines in sight.
        seen.editor().get_by_role("textbox").focus()
        seen.page.keyboard.press("Control+Home")
        expect(seen.editor()).to_contain_text(f"# {title}")
        assert seen.errors == []


def test_theme_can_be_chosen_and_stays(browser: Browser, explorer_url: str) -> None:
    with visit(browser, explorer_url, "light") as seen:
        seen.page.get_by_role("button", name="Open settings dialog").click()
        seen.page.get_by_role("button", name="Dark", exact=True).click()
        expect(seen.page.locator("body")).to_contain_class("graphiql-dark")
        seen.page.reload()
        expect(seen.page.locator("body")).to_contain_class("graphiql-dark")
        expect(seen.page.locator(".monaco-editor.vs-dark").first).to_be_visible()
        assert seen.errors == []


def test_documentation_shows_the_schema(browser: Browser, explorer_url: str) -> None:
    with visit(browser, explorer_url) as seen:
        seen.page.get_by_role("button", name="Show Documentation Explorer").click()
        expect(seen.page.get_by_role("region", name="Documentation Explorer")).to_contain_text("Query")
        assert seen.errors == []
