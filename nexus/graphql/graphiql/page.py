"""The explorer's page: GraphiQL with the examples, under a policy that lets nothing leave this origin."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIST = Path(__file__).resolve().parent / "dist"

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    # Monaco places its lines with style attributes and writes its themes into style elements.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "; ".join(f"{directive} {sources}" for directive, sources in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # The same address answers a program with JSON: a cache must not hand out one for the other.
    "Cache-Control": "no-cache",
    "Vary": "Accept",
}


@dataclass(frozen=True)
class Example:
    """A document that runs as it stands, with its variables; `name` is unique and comes from the file's name."""

    name: str
    title: str
    description: str
    query: str
    variables: dict[str, Any]
    file: Path


def load_examples(folder: Path) -> tuple[Example, ...]:
    """The examples of a folder in the order of their numbers.

    An example is `NN-name.graphql`, and `NN-name.variables.json` when it has variables. Its first comment line
    is the title, the comment lines after it are the description. ValueError names the file that is not so.
    """
    return tuple(_load_example(path) for path in sorted(folder.glob("*.graphql")))


def _load_example(path: Path) -> Example:
    match = re.fullmatch(r"\d+-([a-z0-9-]+)", path.stem)
    if match is None:
        raise ValueError(f"{path.name}: the name of an example looks like 01-find-jobs.graphql")
    query = path.read_text(encoding="utf-8")
    comments = []
    for line in query.splitlines():
        if not line.startswith("#"):
            break
        comments.append(line.lstrip("#").strip())
    if not comments or not comments[0]:
        raise ValueError(f"{path.name}: an example begins with a comment line that is its title")
    variables = _load_variables(path.with_suffix(".variables.json"))
    description = " ".join(line for line in comments[1:] if line)
    return Example(match[1], comments[0], description, query, variables, path)


def _load_variables(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        variables = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path.name}: not JSON: {error}") from error
    if not isinstance(variables, dict):
        raise ValueError(f"{path.name}: variables are a JSON object")
    return variables


def explorer_page(
    examples: Sequence[Example],
    *,
    endpoint: str = "/graphql",
    assets: str = "/static/graphiql/",
    dist: Path = DIST,
) -> tuple[bytes, dict[str, str]]:
    """The page and its headers, for a 200. Where the explorer is not built, the page says how to build it.

    Make it once when the server starts: its static files, too, are those that were there at the start.
    """
    try:
        manifest = json.loads((dist / "manifest.json").read_bytes())
    except FileNotFoundError:
        return _UNBUILT.encode(), dict(HEADERS)
    data = {
        "endpoint": endpoint,
        "examples": [
            {
                "name": example.name,
                "title": example.title,
                "description": example.description,
                "query": example.query,
                "variables": json.dumps(example.variables, indent=2, ensure_ascii=False) if example.variables else None,
            }
            for example in examples
        ],
    }
    urls = {part: html.escape(assets + manifest[part]) for part in ("script", "style", "icon")}
    return _PAGE.format(data=_script_safe(data), **urls).encode(), dict(HEADERS)


def _script_safe(data: object) -> str:
    """JSON that a script element can hold: without the characters that could end the element."""
    text = json.dumps(data)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Nexus</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
<script type="module" src="{script}"></script>
</head>
<body>
<noscript>GraphiQL needs JavaScript. The endpoint answers without it.</noscript>
<div id="explorer"></div>
<script type="application/json" id="explorer-data">{data}</script>
</body>
</html>
"""

_UNBUILT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Nexus</title>
<link rel="icon" href="data:,">
<style>
body { font: 1rem/1.6 system-ui, sans-serif; margin: 4rem auto; max-width: 40rem; padding: 0 1rem }
pre { background: #8882; border-radius: .5rem; overflow-x: auto; padding: 1rem }
</style>
</head>
<body>
<h1>Nexus is running; its explorer is not built</h1>
<p>The endpoint at this address answers GraphQL as it should. Only GraphiQL, the page for trying it out, is
missing: it is bundled from npm, which this set-up could not do.</p>
<p>Build it, then start the server again:</p>
<pre><code>.venv/bin/python -m nexus.graphql.graphiql.build</code></pre>
<p>The command says in one line what is in its way. It needs Node 20 or newer with npm, or a network over which
the lock file's own Node can be installed.</p>
</body>
</html>
"""
