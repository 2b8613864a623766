"""Which document a request runs: sent, trusted or persisted; and what happens where it may not, or is not known."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from operator import add
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import DatabaseError, connection

from kernel import caching
from kernel.write_behind import WriteBehind
from nexus import trusted_documents
from nexus.graphql import documents
from nexus.graphql.documents import PersistedQueries, TrustedDocuments, source_at_hand, source_of
from nexus.graphql.http import GRAPHQL, JSON, Operation, Request, Response
from nexus.graphql.oracle import on_graphql_core
from nexus.graphql.view import answer
from nexus.models import TrustedDocument
from nexus.trusted_documents import Document, publish, withdraw
from schema.core.errors import Unavailable
from tests.instances import cache_server, instance
from tests.over_http import code_of, over_http
from tests.waiting import until

pytestmark = pytest.mark.django_db
TEXT = "query Kind { __typename }"
OTHER = "query Other { kind: __typename }"
DATA = {"__typename": "Query"}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}


# The ways in which a client can ask for TEXT.
WAYS: dict[str, dict[str, Any]] = {
    "text": {"query": TEXT},
    "text and hash": {"query": TEXT, "extensions": persisted(TEXT)},
    "hash": {"extensions": persisted(TEXT)},
    "prefixed id": {"documentId": f"sha256:{digest(TEXT)}"},
    "id": {"documentId": digest(TEXT)},
    "own id": {"documentId": "Kind.v1"},
}


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch, empty_cache: None) -> None:
    """What a process knows when it has just started; it looks at the database each time."""
    monkeypatch.setattr(documents, "trusted", TrustedDocuments(check_seconds=0))
    monkeypatch.setattr(documents, "persisted", PersistedQueries())
    monkeypatch.setattr(documents, "uses", WriteBehind(trusted_documents.add_uses, add))
    with caching.reaching() as server:
        for key in server.scan_iter(documents._key("*")):
            server.delete(key)


@pytest.fixture
def published(db: None) -> list[Document]:
    """TEXT under its hash and under a name of its own."""
    found = [Document(digest(TEXT), TEXT, "Kind", "query"), Document("Kind.v1", TEXT, "Kind", "query")]
    publish(found, app="web")
    return found


@dataclass(frozen=True)
class Told:
    """An answer, as a client reads it: the data, or the code and the message of the only error."""

    response: Response
    data: Any
    code: str | None
    message: str | None


def ask(content: dict[str, Any], method: str = "POST", **headers: str) -> Told:
    sent = {"host": "localhost", "accept": GRAPHQL, **{name.replace("_", "-"): text for name, text in headers.items()}}
    if method == "POST":
        request = Request("POST", {"content-type": JSON, **sent}, "", orjson.dumps(content))
    else:
        fields = {name: text if isinstance(text, str) else json.dumps(text) for name, text in content.items()}
        request = Request("GET", sent, urlencode(fields))
    response = answer(request)
    body = orjson.loads(response.body)
    error = body["errors"][0] if "errors" in body else None
    return Told(response, body.get("data"), error and error["extensions"]["code"], error and error["message"])


NOT_FOUND, NOT_SUPPORTED = "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"
NOT_TRUSTED, BAD = "DOCUMENT_NOT_TRUSTED", "BAD_REQUEST"
# mode, persisted queries, whether TEXT is published → what each way in WAYS gives; None is the data.
TABLE = [
    ("off", True, False, (None, None, NOT_FOUND, NOT_FOUND, NOT_FOUND, BAD)),
    ("off", True, True, (None, None, NOT_FOUND, NOT_FOUND, NOT_FOUND, BAD)),
    ("off", False, True, (None, None, NOT_SUPPORTED, BAD, BAD, BAD)),
    ("optional", True, False, (None, None, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_TRUSTED)),
    ("optional", True, True, (None, None, None, None, None, None)),
    ("optional", False, False, (None, None, NOT_SUPPORTED, NOT_TRUSTED, NOT_TRUSTED, NOT_TRUSTED)),
    ("optional", False, True, (None, None, None, None, None, None)),
    ("required", True, False, (NOT_TRUSTED,) * 6),
    ("required", True, True, (None, None, None, None, None, None)),
    ("required", False, True, (None, None, None, None, None, None)),
]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(("mode", "is_on", "is_published", "codes"), TABLE)
def test_each_way_in_each_mode(
    mode: str, is_on: bool, is_published: bool, codes: tuple[str | None, ...], method: str, settings: LazySettings
) -> None:
    settings.TRUSTED_DOCUMENTS, settings.PERSISTED_QUERIES = mode, is_on
    if is_published:
        publish([Document(digest(TEXT), TEXT, "", "query"), Document("Kind.v1", TEXT, "", "query")], app="web")
    for (way, content), code in zip(WAYS.items(), codes, strict=True):
        documents.persisted = PersistedQueries()  # what one way leaves behind is not for the next
        with caching.reaching() as server:
            server.delete(documents._key(digest(TEXT)))
        told = ask(content, method)
        assert told.code == code, way
        assert told.data == (None if code else DATA), way
        assert told.response.status == (200 if code is None else 400), way


def test_required_runs_nothing_else(settings: LazySettings, published: list[Document]) -> None:
    settings.TRUSTED_DOCUMENTS = "required"
    for query in (OTHER, "{ __schema { types { name } } }", f"{TEXT} ", TEXT.lower(), "{"):
        told = ask({"query": query})
        assert (told.code, told.data) == (NOT_TRUSTED, None), query
    assert ask({"query": OTHER, "extensions": persisted(OTHER)}).code == NOT_TRUSTED
    assert ask({"query": OTHER, "extensions": persisted(TEXT)}).code == BAD


@pytest.mark.parametrize("mode", ["off", "optional", "required"])
def test_a_wrong_hash_is_refused_and_teaches_nothing(
    mode: str, settings: LazySettings, published: list[Document]
) -> None:
    settings.TRUSTED_DOCUMENTS = mode
    told = ask({"query": TEXT, "extensions": persisted(OTHER)})
    assert (told.response.status, told.code) == (400, BAD)
    assert ask({"extensions": persisted(OTHER)}).code == (NOT_TRUSTED if mode == "required" else NOT_FOUND)


def test_the_protocol_of_apollos_clients() -> None:
    """https://www.apollographql.com/docs/apollo-server/performance/apq"""
    missed = ask({"extensions": persisted(TEXT)})
    assert (missed.code, missed.message) == (NOT_FOUND, "PersistedQueryNotFound")
    assert missed.response.headers["Cache-Control"] == "no-store"
    assert ask({"query": TEXT, "extensions": persisted(TEXT)}).data == DATA
    assert ask({"extensions": persisted(TEXT)}).data == DATA
    assert ask({"extensions": persisted(TEXT)}, "GET").data == DATA
    assert ask({"documentId": f"sha256:{digest(TEXT)}"}).data == DATA


def test_without_the_engine_documents_are_named_just_the_same(
    settings: LazySettings, published: list[Document]
) -> None:
    settings.TRUSTED_DOCUMENTS = "required"
    headers = {"host": "localhost", "accept": GRAPHQL, "content-type": JSON}
    for content, code in (({"documentId": "Kind.v1"}, None), ({"query": TEXT}, None), ({"query": OTHER}, NOT_TRUSTED)):
        told = orjson.loads(answer(Request("POST", headers, "", orjson.dumps(content)), on_graphql_core).body)
        assert (told["errors"][0]["extensions"]["code"] if code else told["data"]) == (code or DATA)


def test_where_only_published_documents_run_there_is_nothing_to_explore(settings: LazySettings) -> None:
    page = Request("GET", {"host": "localhost", "accept": "text/html"})
    assert answer(page).status == 200
    settings.TRUSTED_DOCUMENTS = "required"
    refused = answer(page)
    assert (refused.status, orjson.loads(refused.body)["errors"][0]["message"]) == (404, documents.EXPLORER_OFF)


def test_a_server_without_persisted_queries_says_so(settings: LazySettings) -> None:
    settings.PERSISTED_QUERIES = False
    told = ask({"extensions": persisted(TEXT)})
    assert (told.code, told.message) == (NOT_SUPPORTED, "PersistedQueryNotSupported")
    ask({"query": TEXT, "extensions": persisted(TEXT)})
    settings.PERSISTED_QUERIES = True
    assert ask({"extensions": persisted(TEXT)}).code == NOT_FOUND


def test_a_client_that_takes_only_json_hears_of_it_with_200() -> None:
    told = ask({"extensions": persisted(TEXT)}, accept=JSON)
    assert (told.response.status, told.code) == (200, NOT_FOUND)


def test_another_process_knows_what_this_one_was_sent() -> None:
    ask({"query": TEXT, "extensions": persisted(TEXT)})
    documents.persisted = PersistedQueries()
    assert ask({"extensions": persisted(TEXT)}).data == DATA


@pytest.mark.parametrize("query", ["{ nothing }", "{", "query A { a: __typename } query B { b: __typename }"])
def test_a_document_that_cannot_run_is_not_kept(query: str) -> None:
    told = ask({"query": query, "extensions": persisted(query)})
    assert told.code == BAD
    assert ask({"extensions": persisted(query)}).code == NOT_FOUND


def test_a_document_that_is_too_long_runs_and_is_not_kept() -> None:
    query = f"{TEXT} #{'x' * documents.MAX_PERSISTED}"
    assert ask({"query": query, "extensions": persisted(query)}).data == DATA
    assert ask({"extensions": persisted(query)}).code == NOT_FOUND


def test_what_the_cache_server_says_is_checked() -> None:
    for planted in (OTHER.encode(), b"\xff", b""):
        with caching.reaching() as server:
            server.set(documents._key(digest(TEXT)), planted)
        assert ask({"extensions": persisted(TEXT)}).code == NOT_FOUND


def test_kept_documents_end() -> None:
    ask({"query": TEXT, "extensions": persisted(TEXT)})
    with caching.reaching() as server:
        left = server.ttl(documents._key(digest(TEXT)))
    assert 0 < left <= documents.PERSISTED_SECONDS


def test_a_flood_leaves_a_bounded_number_and_every_trusted_document(
    settings: LazySettings, published: list[Document]
) -> None:
    settings.TRUSTED_DOCUMENTS = "optional"
    documents.persisted = flooded = PersistedQueries(most=50, most_held=20)
    queries = [f"query Flood{number} {{ __typename }}" for number in range(300)]
    for query in queries:
        assert ask({"query": query, "extensions": persisted(query)}).data == DATA
    with caching.reaching() as server:
        kept = {key for query in queries if server.exists(key := documents._key(digest(query)))}
        places = server.hlen(documents._key("in-places"))
    assert (len(kept), places, len(flooded._held)) == (50, 50, 20)
    assert ask({"extensions": persisted(queries[-1])}).data == DATA
    assert ask({"extensions": persisted(queries[0])}).code == NOT_FOUND
    assert ask({"query": queries[0], "extensions": persisted(queries[0])}).data == DATA
    assert ask({"extensions": persisted(queries[0])}).data == DATA
    for way, content in WAYS.items():
        assert ask(content).data == DATA, way


def test_the_same_document_again_takes_one_place() -> None:
    for _ in range(10):
        documents.persisted = PersistedQueries()
        ask({"query": TEXT, "extensions": persisted(TEXT)})
    with caching.reaching() as server:
        assert server.hlen(documents._key("in-places")) == 1


def test_threads_share_what_is_kept() -> None:
    queries = [f"query Thread{number} {{ __typename }}" for number in range(40)]
    kept = PersistedQueries(most_held=10)

    def keep_and_find(turn: int) -> None:
        for query in queries[turn:] + queries[:turn]:
            kept.keep(digest(query), query)
            assert kept.find(digest(query)) == query

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep_and_find, range(0, 40, 5)))


def test_a_process_asks_the_database_once_in_a_while(
    published: list[Document], django_assert_num_queries, settings: LazySettings
) -> None:
    settings.TRUSTED_DOCUMENTS = "optional"
    documents.trusted = TrustedDocuments(check_seconds=3600)
    operation = Operation(None, {}, None, document_id="Kind.v1")
    with django_assert_num_queries(2):  # the latest change, and the texts
        source_of(operation)
    with django_assert_num_queries(0):
        for _ in range(100):
            assert source_of(operation) == TEXT
    documents.trusted._check_seconds = 0
    with django_assert_num_queries(3):  # the latest change, each time
        for _ in range(3):
            source_of(operation)


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_one_reads_and_none_goes_without(
    published: list[Document], monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.TRUSTED_DOCUMENTS = "required"
    documents.trusted = TrustedDocuments(check_seconds=3600)
    reads: list[int] = []
    read = trusted_documents.texts

    def counted() -> list[tuple[str, str, str]]:
        reads.append(1)
        return read()

    monkeypatch.setattr(trusted_documents, "texts", counted)
    start = Barrier(8)

    def ask_first(_: int) -> str:
        start.wait()
        try:
            return source_of(Operation(None, {}, None, document_id="Kind.v1"))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask_first, range(8))) == [TEXT] * 8
    assert len(reads) == 1


def test_memory_alone_tells_what_it_knows(
    published: list[Document], django_assert_num_queries, settings: LazySettings
) -> None:
    settings.TRUSTED_DOCUMENTS = "optional"
    documents.trusted = TrustedDocuments(check_seconds=3600)
    named = Operation(None, {}, None, document_id="Kind.v1")
    hashed = Operation(None, {}, None, sha256=digest(OTHER))
    with django_assert_num_queries(0):
        assert source_at_hand(named) is None
        assert source_at_hand(Operation(TEXT, {}, None)) == TEXT
        assert source_at_hand(Operation(TEXT, {}, None, sha256=digest(OTHER))) is None
    source_of(named)
    documents.remember(Operation(OTHER, {}, None, sha256=digest(OTHER)))
    with django_assert_num_queries(0):
        assert source_at_hand(named) == TEXT
        assert source_at_hand(hashed) == OTHER
    settings.TRUSTED_DOCUMENTS = "required"
    assert source_at_hand(hashed) is None
    assert source_at_hand(Operation(OTHER, {}, None)) is None
    assert source_at_hand(Operation(TEXT, {}, None)) == TEXT
    assert source_at_hand(named) == TEXT
    documents.trusted._check_seconds = 0
    assert source_at_hand(named) is None


def test_without_the_database_a_process_goes_on_with_what_it_knows(
    published: list[Document], monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.TRUSTED_DOCUMENTS = "required"
    named = Operation(None, {}, None, document_id="Kind.v1")

    def away() -> None:
        raise DatabaseError("the database is away")

    monkeypatch.setattr(trusted_documents, "latest_change", away)
    with pytest.raises(Unavailable):
        source_of(named)
    monkeypatch.undo()
    monkeypatch.setattr(documents, "trusted", TrustedDocuments(check_seconds=0))
    assert source_of(named) == TEXT
    monkeypatch.setattr(trusted_documents, "latest_change", away)
    assert source_of(named) == TEXT


def test_uses_are_counted_by_document_and_written_together(settings: LazySettings, published: list[Document]) -> None:
    settings.TRUSTED_DOCUMENTS = "optional"
    for _ in range(3):
        ask({"documentId": "Kind.v1"})
    ask({"query": TEXT})
    ask({"documentId": "gone"})
    assert TrustedDocument.objects.get(id="Kind.v1").uses == 0
    documents.uses.write()
    documents.uses.write()
    row = TrustedDocument.objects.get(id="Kind.v1")
    assert row.uses == 3
    assert row.last_used_at is not None


@pytest.mark.live
@pytest.mark.django_db(transaction=True)
def test_every_process_learns_of_a_publication_and_of_a_withdrawal() -> None:
    manifest = {digest(TEXT): TEXT}
    by_id, by_text = {"documentId": digest(TEXT)}, {"query": OTHER}
    with instance(TRUSTED_DOCUMENTS="required") as one, instance(TRUSTED_DOCUMENTS="required") as two:
        for url in (one, two):
            assert code_of(over_http(url, by_id)) == NOT_TRUSTED
        publish([Document(key, text, "Kind", "query") for key, text in manifest.items()], app="web")
        seconds = documents.CHECK_SECONDS + 5
        for url in (one, two):
            until(lambda url=url: code_of(over_http(url, by_id)) is None, seconds)
            assert over_http(url, by_id, "GET")[1]["data"] == DATA
            assert code_of(over_http(url, by_text)) == NOT_TRUSTED
        withdraw(manifest)
        for url in (one, two):
            until(lambda url=url: code_of(over_http(url, by_id)) == NOT_TRUSTED, seconds)


@pytest.mark.live
def test_a_stopped_cache_server_costs_a_round_trip_and_nothing_else(django_db_setup: None) -> None:
    by_hash, in_full = {"extensions": persisted(TEXT)}, {"query": TEXT, "extensions": persisted(TEXT)}
    other, other_in_full = {"extensions": persisted(OTHER)}, {"query": OTHER, "extensions": persisted(OTHER)}
    with cache_server() as cache, instance(REDIS_URL=cache.url) as one, instance(REDIS_URL=cache.url) as two:
        assert code_of(over_http(one, by_hash)) == NOT_FOUND
        assert over_http(one, in_full)[1]["data"] == DATA
        assert over_http(two, by_hash)[1]["data"] == DATA
        cache.stop()
        # What a process knows, it goes on knowing; what it does not, the client sends.
        assert over_http(one, by_hash)[1]["data"] == DATA
        assert code_of(over_http(one, other)) == NOT_FOUND
        assert over_http(one, other_in_full)[1]["data"] == {"kind": "Query"}
        assert over_http(one, other)[1]["data"] == {"kind": "Query"}
        assert code_of(over_http(two, other)) == NOT_FOUND
        cache.start()
        until(lambda: over_http(two, other_in_full) and code_of(over_http(two, other)) is None, 30)


def test_the_schemas_own_examples_can_be_published(tmp_path, settings: LazySettings) -> None:
    examples = [path.read_text() for path in sorted((settings.BASE_DIR / "schema" / "examples").glob("*.graphql"))]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({digest(text): text for text in examples}))
    call_command("documents_publish", str(manifest), app="explorer", verbosity=0)
    settings.TRUSTED_DOCUMENTS = "required"
    for text in examples:
        assert source_of(Operation(None, {}, None, document_id=digest(text))) == text
