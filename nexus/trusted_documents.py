"""The documents that were published to the board: the table, and the one way to change it.

Publishing is one at a time, under a lock of the database, so that `changed_at` only grows and a process that compares
the latest one with its own misses nothing. Rows are never deleted: a withdrawn document keeps its id and its uses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import F, Max, QuerySet, Sum
from django.db.models.functions import Length
from django.utils import timezone

from nexus.models import TrustedDocument

# Every web process holds all that runs, in memory.
MOST_CHARACTERS = 20_000_000
_PUBLISHED = (
    *("sha256", "name", "kind", "text", "apps", "version"),
    *("published_at", "withdrawn_at", "changed_at"),
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('nexus.trusted_documents'))"
# In the order of the ids, so that two processes that count at once wait for one another and do not deadlock.
_ADD_USES = """
WITH used AS (
  SELECT id, count FROM unnest(%s::text[], %s::bigint[]) AS used(id, count)
), locked AS (
  SELECT document.id FROM nexus_trusteddocument AS document JOIN used USING (id) ORDER BY document.id FOR NO KEY UPDATE
)
UPDATE nexus_trusteddocument AS document
SET uses = document.uses + used.count, last_used_at = statement_timestamp()
FROM used JOIN locked USING (id)
WHERE document.id = used.id
"""


class Refused(Exception):
    """Nothing was published; `reasons` says of each refused document why, by its id."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(f"{len(reasons)} documents were refused.")
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a manifest brings it. `kind` is one of `DocumentKind`."""

    id: str
    text: str
    name: str
    kind: str

    @property
    def sha256(self) -> str:
        return sha256(self.text.encode()).hexdigest()


@dataclass(slots=True)
class Published:
    """What became of the documents: of those that were brought, and of those that the app has no longer."""

    new: list[Document] = field(default_factory=list)
    unchanged: list[Document] = field(default_factory=list)
    withdrawn: list[Document] = field(default_factory=list)


def running() -> QuerySet[TrustedDocument]:
    """The documents that run when they are named."""
    return TrustedDocument.objects.filter(withdrawn_at=None)


def texts() -> list[tuple[str, str, str]]:
    """The id, the SHA-256 and the text of each document that runs."""
    return list(running().values_list("id", "sha256", "text"))


def latest_change() -> datetime | None:
    """When a document was last published or withdrawn; None where none ever was. One look into an index."""
    return TrustedDocument.objects.aggregate(latest=Max("changed_at"))["latest"]


@transaction.atomic
def publish(
    documents: Iterable[Document], *, app: str, version: str = "", replace: bool = False, dry_run: bool = False
) -> Published:
    """Has the documents run for an app, all or none; `replace` withdraws what else the app has published.

    A document that another app publishes too runs on for that one. An id names one text for good while it runs:
    `Refused` where it names another one, and where there would be more than every process can hold.
    """
    _wait_for_turn()
    wanted = {document.id: document for document in documents}
    known = TrustedDocument.objects.in_bulk(wanted)
    _refuse_other_texts(wanted, known)
    published, begun, now = Published(), list[TrustedDocument](), _now()
    for document in wanted.values():
        row = known.get(document.id)
        if row is not None and row.text == document.text and app in row.apps:
            published.unchanged.append(document)
            continue
        published.new.append(document)
        if row is None or row.withdrawn_at is not None:
            begun.append(_row(document, app, version, now))
        else:
            row.apps, row.version, row.changed_at = [*row.apps, app], version, now
            row.save(update_fields=["apps", "version", "changed_at"])
    # One that was withdrawn runs again; its uses are counted on.
    TrustedDocument.objects.bulk_create(begun, update_conflicts=True, unique_fields=["id"], update_fields=_PUBLISHED)
    if replace:
        leaving = running().filter(apps__contains=[app]).exclude(id__in=wanted).order_by("name", "id")
        for row in leaving:
            published.withdrawn.append(Document(row.id, row.text, row.name, row.kind))
            _leave(row, app, now)
    _refuse_too_much()
    if dry_run:
        transaction.set_rollback(True)
    return published


@transaction.atomic
def withdraw(ids: Iterable[str]) -> int:
    """Has the documents run for nobody any more, from within seconds on; gives how many did until now."""
    _wait_for_turn()
    now = _now()
    return running().filter(id__in=list(ids)).update(apps=[], withdrawn_at=now, changed_at=now)


def add_uses(counts: Mapping[str, int]) -> None:
    """Adds to the uses of documents, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_USES, [list(counts), list(counts.values())])


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def _now() -> datetime:
    """Now, and later than any change so far, whatever the clock says."""
    latest = latest_change()
    now = timezone.now()
    return now if latest is None or now > latest else latest + timedelta(microseconds=1)


def _row(document: Document, app: str, version: str, now: datetime) -> TrustedDocument:
    return TrustedDocument(
        id=document.id,
        sha256=document.sha256,
        name=document.name[:200],
        kind=document.kind,
        text=document.text,
        apps=[app],
        version=version,
        published_at=now,
        changed_at=now,
    )


def _leave(row: TrustedDocument, app: str, now: datetime) -> None:
    row.apps = [other for other in row.apps if other != app]
    row.withdrawn_at = None if row.apps else now
    row.changed_at = now
    row.save(update_fields=["apps", "withdrawn_at", "changed_at"])


def _refuse_other_texts(wanted: dict[str, Document], known: dict[str, TrustedDocument]) -> None:
    reasons = {
        row.id: "The id names another text already, which runs. A changed document needs an id of its own."
        for row in known.values()
        if row.withdrawn_at is None and row.text != wanted[row.id].text
    }
    if reasons:
        raise Refused(reasons)


def _refuse_too_much() -> None:
    characters = running().aggregate(sum=Sum(Length(F("text"))))["sum"] or 0
    if characters > MOST_CHARACTERS:
        reason = f"All documents together would have {characters:,} characters; {MOST_CHARACTERS:,} may run at once."
        raise Refused({"*": reason})
