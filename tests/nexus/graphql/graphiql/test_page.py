import json
import re
from pathlib import Path
from typing import Any

import pytest

from nexus.graphql.graphiql import Example, explorer_page, load_examples


def make_example(**changes: Any) -> Example:
    values = {"name": "jobs", "title": "Jobs", "description": "", "query": "{ jobs }", "variables": {}}
    return Example(**{**values, "file": Path("01-jobs.graphql"), **changes})


def make_dist(folder: Path) -> Path:
    (folder / "manifest.json").write_text(
        '{"script": "explorer-A.js", "style": "explorer-B.css", "icon": "icon-C.svg"}'
    )
    return folder


def data_of(page: bytes) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', page.decode(), re.DOTALL)
    assert match
    return json.loads(match[1])


def test_examples_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    text = "# Find jobs\n#\n# By title,\n# newest first.\n\nquery Jobs { jobs }\n# not this\n"
    (tmp_path / "10-find-jobs.graphql").write_text(text)
    (tmp_path / "10-find-jobs.variables.json").write_text('{"first": 2}')
    (tmp_path / "02-companies.graphql").write_text("# Companies\n{ companies }\n")
    companies, jobs = load_examples(tmp_path)
    assert (companies.name, companies.title, companies.description, companies.variables) == (
        "companies",
        "Companies",
        "",
        {},
    )
    assert (jobs.name, jobs.title, jobs.description) == ("find-jobs", "Find jobs", "By title, newest first.")
    assert (jobs.query, jobs.variables, jobs.file) == (text, {"first": 2}, tmp_path / "10-find-jobs.graphql")


def test_folder_without_examples_gives_none(tmp_path: Path) -> None:
    assert load_examples(tmp_path / "missing") == ()


@pytest.mark.parametrize(
    ("name", "query", "variables", "reason"),
    [
        ("jobs.graphql", "# Jobs\n{ jobs }", None, "jobs.graphql: the name"),
        ("01-jobs.graphql", "{ jobs }", None, "01-jobs.graphql: an example begins with a comment"),
        ("01-jobs.graphql", "#\n{ jobs }", None, "01-jobs.graphql: an example begins with a comment"),
        ("01-jobs.graphql", "# Jobs\n{ jobs }", "{", "01-jobs.variables.json: not JSON"),
        ("01-jobs.graphql", "# Jobs\n{ jobs }", "[1]", "01-jobs.variables.json: variables are a JSON object"),
        ("01-jobs.graphql", "# Jobs\n{ jobs }", b"\xff", "01-jobs.variables.json: not JSON"),
    ],
)
def test_bad_example_is_named(
    tmp_path: Path, name: str, query: str, variables: str | bytes | None, reason: str
) -> None:
    (tmp_path / name).write_text(query)
    if variables is not None:
        content = variables if isinstance(variables, bytes) else variables.encode()
        (tmp_path / name).with_suffix(".variables.json").write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(reason)):
        load_examples(tmp_path)


def test_example_cannot_break_out_of_its_script_element(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script><!-- <script> & \u2028 ünï"
    example = make_example(title=hostile, description=hostile, query=hostile, variables={"x": hostile})
    page, _ = explorer_page([make_example(), example], dist=make_dist(tmp_path))
    assert page.lower().count(b"<script") == page.lower().count(b"</script") == 2
    assert b"<!--" not in page
    sent = data_of(page)["examples"]
    assert sent[0]["variables"] is None
    assert (sent[1]["title"], sent[1]["query"]) == (hostile, hostile)
    assert json.loads(sent[1]["variables"]) == {"x": hostile}


def test_page_names_its_endpoint_and_its_files(tmp_path: Path) -> None:
    page, headers = explorer_page([], endpoint="/api?a=1&b=2", assets='/files/"x"/', dist=make_dist(tmp_path))
    assert data_of(page) == {"endpoint": "/api?a=1&b=2", "examples": []}
    for name in ("explorer-A.js", "explorer-B.css", "icon-C.svg"):
        assert f'"/files/&quot;x&quot;/{name}"'.encode() in page
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_policy_allows_only_this_origin(tmp_path: Path) -> None:
    _, headers = explorer_page([], dist=make_dist(tmp_path))
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert {source for sources in policy.values() for source in sources.split()} == {
        "'none'",
        "'self'",
        "'unsafe-inline'",
        "data:",
    }
    assert [name for name, sources in policy.items() if "unsafe-inline" in sources] == ["style-src"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Vary"] == "Accept"


def test_page_that_is_not_built_says_how(tmp_path: Path) -> None:
    page, headers = explorer_page([make_example()], dist=tmp_path / "missing")
    assert b"python -m nexus.graphql.graphiql.build" in page
    assert b"<script" not in page
    assert "script-src 'self'" in headers["Content-Security-Policy"]
