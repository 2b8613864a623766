"""GraphQL requests to a running server, as a client makes them."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import orjson

from nexus.graphql.http import GRAPHQL, JSON

# Status, JSON (None without a body), and headers by their names in lower case.
type Heard = tuple[int, Any, dict[str, str]]


def over_http(url: str, content: dict[str, Any], method: str = "POST", **headers: str) -> Heard:
    """What the server answers. A POST carries the parameters as JSON, a GET in its address."""
    sent = {"accept": GRAPHQL, **{name.replace("_", "-"): text for name, text in headers.items()}}
    address, body = f"{url}/graphql", None
    if method == "POST":
        sent.setdefault("content-type", JSON)
        body = orjson.dumps(content)
    else:
        fields = {name: text if isinstance(text, str) else json.dumps(text) for name, text in content.items()}
        address += f"?{urlencode(fields)}"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, sent, method=method), timeout=30) as told:
            status, text, received = told.status, told.read(), dict(told.headers)
    except HTTPError as error:
        with error:
            status, text, received = error.code, error.read(), dict(error.headers)
    return status, orjson.loads(text) if text else None, {name.lower(): value for name, value in received.items()}


def code_of(told: Heard) -> str | None:
    """The code of the first error; None where there is data."""
    _, content, _ = told
    return content["errors"][0]["extensions"]["code"] if "errors" in content else None
