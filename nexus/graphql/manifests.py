"""Manifests of trusted documents, as the build tools of clients write them: read, and checked against the schema.

Two forms are read: Apollo's `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "name",
"type", "body"}]}`, whose operations may also be an object by id, and the plain `{id: text}` of Relay and others.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLError, OperationDefinitionNode, parse

from engine import DocumentInvalid
from nexus.graphql.http import DOCUMENT_ID
from nexus.graphql.planning import engine
from nexus.trusted_documents import Document

APOLLO = "apollo-persisted-query-manifest"
# Some thousands of tokens more than any limit of the server lets through.
MAX_TOKENS = 20_000
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}


class Unreadable(Exception):
    """The file is no manifest, for the reason given."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as the manifest has it; `name` and `kind` only where it says them."""

    id: str
    text: str
    name: str | None = None
    kind: str | None = None


@dataclass(slots=True)
class Checked:
    """The documents that may be published, and by id why the others may not."""

    documents: list[Document] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def read(manifest: bytes) -> list[Entry]:
    """The documents of a manifest. `Unreadable` where it is in neither of the two forms."""
    try:
        content = orjson.loads(manifest)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"It is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise Unreadable("It is not a JSON object.")
    if "format" not in content:
        return [Entry(_text(key, "id"), _text(text, f"the document {key}")) for key, text in content.items()]
    if content["format"] != APOLLO or content.get("version") != 1:
        raise Unreadable(f"Its `format` must be {APOLLO} and its `version` 1.")
    operations = content.get("operations")
    if isinstance(operations, dict):
        operations = [{"id": key, **each} if isinstance(each, dict) else each for key, each in operations.items()]
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise Unreadable("Its `operations` must be a list of objects.")
    return [_entry(operation, position) for position, operation in enumerate(operations)]


def check(entries: Iterable[Entry], progress: Callable[[int], None] = lambda done: None) -> Checked:
    """Whether each document has an id of its own that fits its text, and runs under the schema and its limits."""
    checked = Checked()
    seen: dict[str, str] = {}
    for done, entry in enumerate(entries, start=1):
        document_id = entry.id.removeprefix("sha256:")
        try:
            _check_id(entry.id, document_id, entry.text)
            if seen.setdefault(document_id, entry.text) != entry.text:
                raise GraphQLError("The manifest has this id twice, for two texts.")
            name, kind = _check_text(entry)
        except GraphQLError as error:
            checked.refused[document_id] = error.message
        else:
            checked.documents.append(Document(document_id, entry.text, name, kind))
        progress(done)
    return checked


def _entry(operation: dict[str, Any], position: int) -> Entry:
    where = f"of operations[{position}]"
    name, kind = operation.get("name"), operation.get("type")
    return Entry(
        _text(operation.get("id"), f"`id` {where}"),
        _text(operation.get("body"), f"`body` {where}"),
        _text(name, f"`name` {where}") if name else None,
        _text(kind, f"`type` {where}") if kind else None,
    )


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{what[0].upper()}{what[1:]} must be a text.")
    return value


def _check_id(given: str, document_id: str, text: str) -> None:
    if not DOCUMENT_ID.fullmatch(given):
        raise GraphQLError("An id is `sha256:` and 64 hexadecimal digits, or up to 128 letters, digits and -._~")
    algorithm = _DIGESTS.get(len(document_id)) if re.fullmatch(r"[0-9a-f]+", document_id) else None
    if algorithm and hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest() != document_id:
        raise GraphQLError(f"The id looks like a {algorithm.upper()}, and is not the one of the text.")


def _check_text(entry: Entry) -> tuple[str, str]:
    """Name and kind of the first operation. GraphQLError says why one of them cannot run."""
    document = parse(entry.text, no_location=True, max_tokens=MAX_TOKENS)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not operations:
        raise GraphQLError("It has no operation.")
    try:
        for operation in operations:
            engine().plan(entry.text, operation.name.value if operation.name else None)
    except DocumentInvalid as refusal:
        first = refusal.errors[0]
        place = f" (line {first.locations[0].line})" if first.locations else ""
        more = f", and {len(refusal.errors) - 1} more" if len(refusal.errors) > 1 else ""
        raise GraphQLError(f"{first.message}{place}{more}") from None
    name = operations[0].name.value if operations[0].name else ""
    kind = operations[0].operation.value
    if entry.name is not None and entry.name not in {node.name.value for node in operations if node.name}:
        raise GraphQLError(f"It has no operation named {entry.name}, as the manifest says.")
    if entry.kind is not None and entry.kind not in {node.operation.value for node in operations}:
        raise GraphQLError(f"It is no {entry.kind}, as the manifest says.")
    return entry.name or name, entry.kind or kind
