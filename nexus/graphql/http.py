"""GraphQL over HTTP: what a request asks for, and in which of the two media types it is answered.

Follows the GraphQL over HTTP specification (https://graphql.github.io/graphql-over-http/draft/). Every body but JSON
is refused, so that no form of another site can send one, but for a file with a header that no form can send
(`nexus.graphql.multipart`); a GET runs only where no form, link or image can have made it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import parse_qs

import orjson

from schema.core.uploads import UploadedFile

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HTML = "text/html"
MULTIPART = "multipart/form-data"
# Levels of arrays and objects in a body. The deepest input of the schema has a fraction of it.
MAX_JSON_DEPTH = 64
# What a page can send to another site without asking is written here; what it must ask for first proves a program:
# https://fetch.spec.whatwg.org/#cors-safelisted-request-header. Apollo's clients send these.
PREFLIGHT_HEADERS = ("apollo-require-preflight", "graphql-require-preflight", "x-apollo-operation-name")
# Appendix A of GraphQL over HTTP: `sha256:` and 64 digits, `x-…:…`, or a name of the client's own.
DOCUMENT_ID = re.compile(r"(?:sha256:)?([0-9a-f]{64})|((?:x-[A-Za-z0-9._~-]{1,60}:)?[A-Za-z0-9._~-]{1,128})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request for the door. Header names are in lower case."""

    method: str
    headers: dict[str, str] = field(default_factory=dict)
    query_string: str = ""
    body: bytes = b""
    address: str = ""
    """The client's, as far as the proxies in front can be believed."""
    path: str = "/graphql"
    spool: IO[bytes] | None = field(default=None, compare=False)
    """The body, where it came with a file."""

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
    """What a request asks to have executed: the document that it sends, or one that the server knows by a name.

    One of `query`, `document_id` and `sha256` is there at least, and `document_id` is there alone.
    """

    query: str | None
    """The document's text."""
    variables: dict[str, Any]
    name: str | None
    """Which of the document's operations."""
    document_id: str | None = None
    """The id of a persisted document; where it is a SHA-256, the 64 hexadecimal digits without the prefix."""
    sha256: str | None = None
    """What an automatic persisted query says is the SHA-256 of its text, in 64 hexadecimal digits."""
    upload: UploadedFile | None = None
    """The file that came with it, which stands among the variables."""


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
        if not _is_from_program(request):
            raise HttpError(406, f"A GET must ask for {GRAPHQL} or {JSON} by name.")
        parameters = _queried(request)
    else:
        raise HttpError(405, "Use POST, or GET for queries.", Allow="GET, POST, OPTIONS")
    return operation_in(parameters)


def operation_in(parameters: dict[str, Any], upload: UploadedFile | None = None) -> Operation:
    """The operation that parameters name. Raises `HttpError`."""
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        raise HttpError(400, "`operationName` must be a string.")
    for key in ("variables", "extensions"):
        if parameters.get(key) is not None and not isinstance(parameters[key], dict):
            raise HttpError(400, f"`{key}` must be an object.")
    query, document_id, sha256 = _document(parameters)
    return Operation(query, parameters.get("variables") or {}, name or None, document_id, sha256, upload)


def brings_file(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request brings a file: as no form of another site can, and from somebody who says who they are."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    has_asked = any(headers.get(name) for name in PREFLIGHT_HEADERS)
    return method == "POST" and media_type == MULTIPART and has_asked and bool(headers.get("authorization"))


def _is_from_program(request: Request) -> bool:
    """Whether this GET is none that an image, a link or a form of another site can make."""
    if {JSON, GRAPHQL} & set(_accepted(request.header("accept"))):
        return True
    return request.header("content-type").partition(";")[0].strip().lower() == JSON or any(
        request.header(name) for name in PREFLIGHT_HEADERS
    )


def _document(parameters: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """The text, the id and the hash by which the request names its document."""
    query, given_id = parameters.get("query"), parameters.get("documentId")
    sha256 = _persisted_hash(parameters.get("extensions") or {})
    if given_id is not None:
        if query is not None or sha256 is not None:
            raise HttpError(400, "`documentId` stands alone: leave out `query` and `extensions.persistedQuery`.")
        matched = DOCUMENT_ID.fullmatch(given_id) if isinstance(given_id, str) else None
        if matched is None:
            raise HttpError(400, "`documentId` must be `sha256:` and 64 hexadecimal digits, or the id of a manifest.")
        return None, matched[1] or matched[2], None
    if query is None and sha256 is not None:
        return None, None, sha256
    if not isinstance(query, str) or not query:
        raise HttpError(400, "`query` must be a string that holds a document.")
    return query, None, sha256


def _persisted_hash(extensions: dict[str, Any]) -> str | None:
    """The hash of an automatic persisted query, as Apollo's clients send it."""
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise HttpError(400, "`extensions.persistedQuery` must be an object with `version` 1 and `sha256Hash`.")
    sha256 = persisted.get("sha256Hash")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise HttpError(400, "`extensions.persistedQuery.sha256Hash` must be 64 hexadecimal digits in lower case.")
    return sha256


def _posted(request: Request) -> dict[str, Any]:
    media_type, *parameters = (part.strip().lower() for part in request.header("content-type").split(";"))
    if media_type != JSON:
        needed = f"; a file needs a token and the header {PREFLIGHT_HEADERS[1]}" if media_type == MULTIPART else ""
        raise HttpError(415, f"Send {JSON}{needed}.")
    charset = next((value for name, _, value in (p.partition("=") for p in parameters) if name == "charset"), "utf-8")
    if charset.strip('"') not in ("utf-8", "utf8"):
        raise HttpError(415, "Send UTF-8.")
    if request.header("content-encoding") not in ("", "identity"):
        raise HttpError(415, "Send the body as it is, without a content encoding.")
    parameters_sent = read_json(request.body, "The body")
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
            parameters[key] = read_json(parameters[key].encode(), f"`{key}`") if parameters[key] else None
    return parameters


def read_json(text: bytes, what: str) -> Any:
    """JSON in UTF-8, not too deep. Raises `HttpError` that says what is wrong with `what`."""
    too_deep = f"{what} is nested deeper than {MAX_JSON_DEPTH} levels."
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, too_deep if "depth" in error.msg else f"{what} is not JSON in UTF-8: {error}.") from None
    # Most texts have too few brackets to be deep, which is counted in no time.
    if text.count(b"[") + text.count(b"{") > MAX_JSON_DEPTH and _is_deeper(value, MAX_JSON_DEPTH):
        raise HttpError(400, too_deep)
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether arrays and objects are nested deeper than so many levels; looks at each of them once."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        if not level:
            return False
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return bool(level)
