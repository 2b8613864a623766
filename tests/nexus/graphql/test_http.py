"""GraphQL over HTTP: what a request asks for."""

from hashlib import sha256
from urllib.parse import urlencode

import orjson
import pytest

from nexus.graphql.http import GRAPHQL, JSON, MAX_JSON_DEPTH, HttpError, Operation, Request, operation_of

QUERY = "{ __typename }"
HASH = sha256(QUERY.encode()).hexdigest()
PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": HASH}}


def posted(content: object) -> Operation:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return operation_of(Request("POST", {"content-type": JSON}, "", body))


def got(content: dict[str, object], **headers: str) -> Operation:
    fields = {name: value if isinstance(value, str) else orjson.dumps(value) for name, value in content.items()}
    sent = {name.replace("_", "-"): value for name, value in headers.items()} or {"accept": GRAPHQL}
    return operation_of(Request("GET", sent, urlencode(fields)))


@pytest.mark.parametrize("ask", [posted, got])
def test_each_way_to_name_a_document_is_read(ask) -> None:
    assert ask({"query": QUERY}) == Operation(QUERY, {}, None)
    assert ask({"documentId": f"sha256:{HASH}"}) == Operation(None, {}, None, document_id=HASH)
    assert ask({"documentId": HASH}) == Operation(None, {}, None, document_id=HASH)
    assert ask({"documentId": "JobPage.v2"}) == Operation(None, {}, None, document_id="JobPage.v2")
    assert ask({"documentId": "x-relay:JobPage"}) == Operation(None, {}, None, document_id="x-relay:JobPage")
    assert ask({"extensions": PERSISTED}) == Operation(None, {}, None, sha256=HASH)
    assert ask({"query": QUERY, "extensions": PERSISTED}) == Operation(QUERY, {}, None, sha256=HASH)
    assert ask({"documentId": "a", "operationName": "B", "variables": {"n": 1}}) == Operation(
        None, {"n": 1}, "B", document_id="a"
    )


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"documentId": ""}, "`documentId`"),
        ({"documentId": f"sha256:{HASH.upper()}"}, "`documentId`"),
        ({"documentId": f"sha256:{HASH[1:]}"}, "`documentId`"),
        ({"documentId": f"md5:{HASH}"}, "`documentId`"),
        ({"documentId": "a b"}, "`documentId`"),
        ({"documentId": "a\x00"}, "`documentId`"),
        ({"documentId": "a\n"}, "`documentId`"),
        ({"documentId": "é"}, "`documentId`"),
        ({"documentId": "a" * 129}, "`documentId`"),
        ({"documentId": "a", "query": QUERY}, "stands alone"),
        ({"documentId": "a", "extensions": PERSISTED}, "stands alone"),
        ({"extensions": {}}, "`query`"),
        ({"extensions": {"persistedQuery": []}}, "`extensions.persistedQuery`"),
        ({"extensions": {"persistedQuery": {"sha256Hash": HASH}}}, "`version` 1"),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": HASH}}}, "`version` 1"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "sha256Hash"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH.upper()}}}, "sha256Hash"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": f"{HASH}\n"}}}, "sha256Hash"),
        ({"query": "", "extensions": PERSISTED}, "`query`"),
    ],
)
def test_a_document_named_wrongly_is_refused_with_a_reason(content: dict[str, object], part: str) -> None:
    for ask in (posted, got):
        with pytest.raises(HttpError, match=part) as refusal:
            ask(content)
        assert refusal.value.status == 400


@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}, True])
def test_an_id_or_a_hash_that_is_no_text_is_refused(value: object) -> None:
    for content in ({"documentId": value}, {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": value}}}):
        with pytest.raises(HttpError):
            posted(content)


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "\\ud800"}',
        b'{"query": "{a}", "variables": {"a": NaN}}',
        b'{"query": "{a}", "variables": {"a": Infinity}}',
        b'{"query": "{a}", "variables": {"a": ' + b"9" * 4300 + b"}}",
        b'{"query": "{a}", "variables": {"a": 1e999}}',
        b'{"query": "\xff"}',
        b'{"query": "{a}"} {}',
        b'{"query": "{a}",}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_json_is_read_strictly(body: bytes) -> None:
    with pytest.raises(HttpError, match="not JSON in UTF-8") as refusal:
        posted(body)
    assert refusal.value.status == 400


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    """An array or object around so many others, in a body that is one more level around them."""
    return '{"query": "{a}", "variables": {"a": ' + opening * (levels - 2) + "1" + closing * (levels - 2) + "}}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_is_as_deep_as_stated_and_no_deeper(opening: str, closing: str) -> None:
    posted(nested(MAX_JSON_DEPTH, opening, closing).encode())
    for levels in (MAX_JSON_DEPTH + 1, 1_000, 5_000, 200_000):
        with pytest.raises(HttpError, match="The body is nested deeper than 64 levels") as refusal:
            posted(nested(levels, opening, closing).encode())
        assert refusal.value.status == 400


def test_brackets_in_texts_and_side_by_side_are_no_depth() -> None:
    operation = posted({"query": "{" * 500 + '"[' * 500, "variables": {"a": [[], {}] * 500}})
    assert operation.variables["a"] == [[], {}] * 500


def test_variables_in_an_address_are_no_deeper_either() -> None:
    with pytest.raises(HttpError, match="`variables` is nested deeper"):
        got({"query": QUERY, "variables": "[" * 65 + "]" * 65})


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*", "apollo-require-preflight": "true"},
        {"accept": "*/*", "graphql-require-preflight": "1"},
        {"x-apollo-operation-name": "JobPage"},
        {"accept": "*/*", "content-type": "application/json; charset=utf-8"},
    ],
)
def test_a_get_that_needs_a_preflight_runs_whatever_it_accepts(headers: dict[str, str]) -> None:
    assert operation_of(Request("GET", headers, "documentId=a")).document_id == "a"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"accept": "*/*"},
        {"accept": "image/avif,image/webp,*/*;q=0.8"},
        {"accept": "text/html,application/xhtml+xml"},
        {"accept": "*/*", "content-type": "application/x-www-form-urlencoded"},
        {"accept": "*/*", "content-type": "text/plain"},
        {"accept": "*/*", "apollo-require-preflight": ""},
    ],
)
@pytest.mark.parametrize("query_string", ["documentId=a", urlencode({"extensions": orjson.dumps(PERSISTED)})])
def test_a_get_that_an_image_or_a_form_could_make_runs_no_document(headers: dict[str, str], query_string: str) -> None:
    with pytest.raises(HttpError) as refusal:
        operation_of(Request("GET", headers, query_string))
    assert refusal.value.status == 406
