"""GraphQL over HTTP: what a request asks for, and in which of the two media types it is answered.

Follows the GraphQL over HTTP specification (https://graphql.github.io/graphql-over-http/draft/). Every body but JSON
is refused, so that no form of another site can send one; a GET runs only where the client asks for JSON by name.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request for `/graphql`. Header names are in lower case."""

    method: str
    headers: dict[str, str] = field(default_factory=dict)
    query_string: str = ""
    body: bytes = b""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks to have executed."""

    query: str
    variables: dict[str, Any]
    name: str | None


class HttpError(Exception):
    """The request cannot be understood as GraphQL at all."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


def media_type_of(request: Request) -> str:
    """In which media type to answer. Raises `HttpError` 406 where the client takes none of ours.

    Without an `Accept`, and where the client takes anything, the answer is `application/json`.
    """
    accepted = _accepted(request.header("accept") or "*/*")
    for media_type in accepted:
        if media_type in (GRAPHQL, JSON):
            return media_type
        if media_type in ("*/*", "application/*"):
            return JSON
    raise HttpError(406, f"Accept {GRAPHQL} or {JSON}.")


def wants_page(request: Request) -> bool:
    """Whether this is a browser that wants a page to look at."""
    accepted = _accepted(request.header("accept"))
    return request.method in ("GET", "HEAD") and HTML in accepted and not {JSON, GRAPHQL} & set(accepted)


def _accepted(accept: str) -> list[str]:
    """The media types of an `Accept` header, the preferred first."""
    ranked: list[tuple[float, str]] = []
    for entry in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality, is_utf8 = 1.0, True
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
            elif name == "charset":
                is_utf8 = value.strip('"') in ("utf-8", "utf8")
        if media_type and quality > 0 and is_utf8:
            ranked.append((-quality, media_type))
    return [media_type for _, media_type in sorted(ranked, key=lambda entry: entry[0])]


def operation_of(request: Request) -> Operation:
    """What the request asks for. Raises `HttpError` where it is not GraphQL over HTTP."""
    if request.method == "POST":
        parameters = _posted(request)
    elif request.method == "GET":
        if not {JSON, GRAPHQL} & set(_accepted(request.header("accept"))):
            # An image or a form of another site cannot ask for JSON.
            raise HttpError(406, f"A GET must ask for {GRAPHQL} or {JSON} by name.")
        parameters = _queried(request)
    else:
        raise HttpError(405, "Use POST, or GET for queries.", Allow="GET, POST, OPTIONS")
    query, name = parameters.get("query"), parameters.get("operationName")
    if not isinstance(query, str) or not query:
        raise HttpError(400, "`query` must be a string that holds a document.")
    if name is not None and not isinstance(name, str):
        raise HttpError(400, "`operationName` must be a string.")
    for key in ("variables", "extensions"):
        if parameters.get(key) is not None and not isinstance(parameters[key], dict):
            raise HttpError(400, f"`{key}` must be an object.")
    return Operation(query, parameters.get("variables") or {}, name or None)


def _posted(request: Request) -> dict[str, Any]:
    media_type, *parameters = (part.strip().lower() for part in request.header("content-type").split(";"))
    if media_type != JSON:
        raise HttpError(415, f"Send {JSON}.")
    charset = next((value for name, _, value in (p.partition("=") for p in parameters) if name == "charset"), "utf-8")
    if charset.strip('"') not in ("utf-8", "utf8"):
        raise HttpError(415, "Send UTF-8.")
    if request.header("content-encoding") not in ("", "identity"):
        raise HttpError(415, "Send the body as it is, without a content encoding.")
    parameters_sent = _json(request.body, "The body")
    if isinstance(parameters_sent, list):
        raise HttpError(400, "Send one request at a time: batches are off.")
    if not isinstance(parameters_sent, dict):
        raise HttpError(400, "The body must be a JSON object.")
    return parameters_sent


def _queried(request: Request) -> dict[str, Any]:
    try:
        fields = parse_qs(request.query_string, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise HttpError(400, "The query string is not UTF-8, or has too many fields.") from None
    parameters: dict[str, Any] = {name: values[-1] for name, values in fields.items()}
    for key in ("variables", "extensions"):
        if key in parameters:
            parameters[key] = _json(parameters[key].encode(), f"`{key}`") if parameters[key] else None
    return parameters


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, f"{what} is not JSON in UTF-8: {error}.") from None
