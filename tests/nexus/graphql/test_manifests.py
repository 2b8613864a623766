"""Manifests of trusted documents: what is read, and what is refused for which reason."""

import hashlib
import re
from typing import Any

import orjson
import pytest

from nexus.environment import BASE_DIR
from nexus.graphql.manifests import Entry, Unreadable, check, read
from nexus.trusted_documents import Document

TEXT = "query Kind { __typename }"
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
SHA1 = hashlib.sha1(TEXT.encode()).hexdigest()
MD5 = hashlib.md5(TEXT.encode()).hexdigest()


def apollo(*operations: Any, **changes: Any) -> bytes:
    manifest = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations), **changes}
    return orjson.dumps(manifest)


def test_apollos_form_is_read() -> None:
    operation = {"id": SHA256, "name": "Kind", "type": "query", "body": TEXT}
    assert read(apollo(operation)) == [Entry(SHA256, TEXT, "Kind", "query")]
    without_id = {"name": "Kind", "type": "query", "body": TEXT}
    assert read(apollo(operations={SHA256: without_id})) == [Entry(SHA256, TEXT, "Kind", "query")]
    assert read(apollo()) == []


def test_the_plain_form_is_read() -> None:
    assert read(orjson.dumps({SHA256: TEXT, "kind": TEXT})) == [Entry(SHA256, TEXT), Entry("kind", TEXT)]
    assert read(b"{}") == []


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"", "It is not JSON"),
        (b"\xff", "It is not JSON"),
        (b"[]", "It is not a JSON object"),
        (b'{"a": 7}', "The document a must be a text"),
        (b'{"a": ""}', "The document a must be a text"),
        (b'{"": "{a}"}', "Id must be a text"),
        (apollo(version=2), "its `version` 1"),
        (apollo(format="other"), "`format` must be apollo-persisted-query-manifest"),
        (apollo(operations=None), "`operations` must be a list"),
        (apollo("text"), "`operations` must be a list"),
        (apollo({"id": "a", "body": TEXT}, {"body": TEXT}), r"`id` of operations\[1\] must be a text"),
        (apollo({"id": "a"}), r"`body` of operations\[0\] must be a text"),
        (apollo({"id": "a", "body": TEXT, "name": 7}), r"`name` of operations\[0\] must be a text"),
        (apollo(operations={"a": TEXT}), r"`operations` must be a list"),
    ],
)
def test_what_is_no_manifest_is_refused_with_a_reason(manifest: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(manifest)


@pytest.mark.parametrize("document_id", [SHA256, f"sha256:{SHA256}", SHA1, MD5, "Kind.v1", "x-web:Kind"])
def test_a_document_whose_id_fits_is_accepted(document_id: str) -> None:
    checked = check([Entry(document_id, TEXT)])
    assert checked.documents == [Document(document_id.removeprefix("sha256:"), TEXT, "Kind", "query")]
    assert checked.refused == {}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Entry("0" * 64, TEXT), "looks like a SHA256, and is not the one of the text"),
        (Entry("0" * 40, TEXT), "looks like a SHA1"),
        (Entry("0" * 32, TEXT), "looks like a MD5"),
        (Entry("a b", TEXT), "An id is"),
        (Entry("md5:abc", TEXT), "An id is"),
        (Entry("a" * 129, TEXT), "An id is"),
        (Entry("a", "{"), "Syntax Error"),
        (Entry("a", "{ nothing }"), "Cannot query field 'nothing'"),
        (Entry("a", "{\n  nothing\n}"), "line 2"),
        (Entry("a", "{ a b c }"), "and 2 more"),
        (Entry("a", "fragment F on Query { __typename }"), "It has no operation"),
        (Entry("a", "query A { __typename } query B { nothing }"), "Cannot query field"),
        (Entry("a", f"{{ {'{ a ' * 30_000}"), "Syntax Error"),
        (Entry("a", "{ a\x00 }"), "Syntax Error"),
        (Entry("a", TEXT, name="Other"), "no operation named Other"),
        (Entry("a", TEXT, kind="mutation"), "It is no mutation"),
    ],
)
def test_a_document_that_may_not_run_is_refused_with_a_reason(entry: Entry, reason: str) -> None:
    checked = check([entry, Entry("fine", TEXT)])
    assert [document.id for document in checked.documents] == ["fine"]
    assert list(checked.refused) == [entry.id]
    assert reason in checked.refused[entry.id]


def test_one_id_for_two_texts_is_refused() -> None:
    checked = check([Entry("a", TEXT), Entry("a", TEXT), Entry("a", "{ __typename }")])
    assert checked.refused == {"a": "The manifest has this id twice, for two texts."}


def test_a_document_of_several_operations_is_accepted_whole() -> None:
    text = "query A { __typename } query B { __typename }"
    assert check([Entry("both", text, name="B")]).documents == [Document("both", text, "B", "query")]


def test_progress_is_told() -> None:
    told: list[int] = []
    check([Entry("a", TEXT), Entry("b", "{")], told.append)
    assert told == [1, 2]


def test_the_guides_manifest_can_be_published_as_it_stands() -> None:
    guide = (BASE_DIR / "docs" / "trusted-documents.md").read_text(encoding="utf-8")
    (manifest,) = re.findall(r"^```json$(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    checked = check(read(manifest.encode()))
    (document,) = checked.documents
    assert checked.refused == {}
    assert f"documentId=sha256:{document.id} " in guide
