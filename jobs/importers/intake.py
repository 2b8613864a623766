"""Makes postings of the records of a source, and keeps account of those that are none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from jobs.importers.account import Account
from jobs.importers.files import Broken
from jobs.importers.formats import PLAIN
from jobs.importers.port import Fault, Importer, Row
from jobs.importers.posting import KEYS, Recogniser
from jobs.models import ImportRow
from jobs.services.incoming import Fate, Posting
from jobs.services.posting_account import REASON_LENGTH
from jobs.text import fold
from kernel.errors import Invalid

REFERENCE_LENGTH = DOCUMENT_LENGTH = 200
MOST_UNKNOWN_KEYS = 200
NOTHING: tuple[object, ...] = (None, "", [], {})  # as good as left out


class Intake:
    """The postings of one run, and what kept the other records from being any."""

    def __init__(
        self, importer: Importer, account: Account, *, company: str, country: str, renames: Mapping[str, str]
    ) -> None:
        self.put_down: list[ImportRow] = []  # records that are no postings, not yet in the tables
        self.refused: dict[str, set[str]] = {}  # companies by the references of refused records
        self.unidentified = 0  # refused records of which that cannot be told
        self._importer = importer
        self._account = account
        self._company = company
        self._country = country
        self._key_of = _KeyNames(renames)
        self._recogniser = Recogniser()
        # The row in which each reference was met first. Hashes, not texts: a million of them are 100 MB.
        self._met: dict[int, tuple[int, int]] = {}

    def postings(self, rows: Iterable[Row | Fault]) -> Iterator[Posting | None]:
        """The postings that are new to this run, in the order of the source; None for every other record."""
        for entry in self._until_broken(rows):
            self._account.read += 1
            posting = self._posting(entry)
            yield posting if posting is not None and self._is_new(posting) else None

    def spare(self, company: str, reference: str) -> None:
        """Note that a posting is listed, though what is said of it was refused."""
        self.refused.setdefault(reference, set()).add(company)

    def _until_broken(self, rows: Iterable[Row | Fault]) -> Iterator[Row | Fault]:
        try:
            yield from rows
        except Broken as error:
            self._account.broken = Fault(error.position, error.reason)

    def _posting(self, entry: Row | Fault) -> Posting | None:
        if isinstance(entry, Fault):
            self.unidentified += 1
            self._refuse(entry)
            return None
        row: Mapping[str, Any] = {}
        try:
            record = self._importer.posting(entry.values)
            if record is None:
                self._account.fates[Fate.SKIPPED] += 1
                self.put_down.append(self._row(entry, Fate.SKIPPED))
                return None
            row = self._plain(record)
            posting = self._recogniser.posting(row, self._account.tally, company=self._company, country=self._country)
        except Invalid as refusal:
            identity = self._recogniser.identity(row, self._company)
            # Without an id and an address, what it is known by is made of the very values that were refused.
            if identity is None or not (row.get("id") or row.get("url")):
                self.unidentified += 1
            else:
                self.spare(*identity)
            fault = Fault(entry.position, str(refusal), refusal.field or "", entry.document)
            self._refuse(fault, identity[1] if identity else "")
            return None
        return replace(posting, position=entry.position, document=entry.document)

    def _refuse(self, fault: Fault, reference: str = "") -> None:
        self._account.fail(fault)
        row = self._row(fault, Fate.FAILED, reference)
        row.field, row.reason = fault.field, fault.reason[:REASON_LENGTH]
        self.put_down.append(row)

    def _row(self, where: Row | Fault | Posting, fate: Fate, reference: str = "") -> ImportRow:
        return ImportRow(
            document=where.document[:DOCUMENT_LENGTH],
            position=where.position,
            fate=fate,
            reference=reference[:REFERENCE_LENGTH],
        )

    def _plain(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row in our plain keys; others are counted and left out."""
        if self._importer not in PLAIN:
            return {key: value for key, value in row.items() if value not in NOTHING}
        plain: dict[str, Any] = {}
        for key, value in row.items():
            name = self._key_of[key]
            if name in KEYS:
                if value not in NOTHING:
                    plain[name] = value
            elif key in self._account.unknown_keys or len(self._account.unknown_keys) < MOST_UNKNOWN_KEYS:
                self._account.unknown_keys[key] += 1
        return plain

    def _is_new(self, posting: Posting) -> bool:
        """Whether the source has not named this reference before. The first row counts; an equal one is no fault."""
        assert posting.position is not None
        # A guessed language does not tell two rows apart.
        language = "" if "language" in posting.guessed else posting.language
        key = hash((fold(posting.company), posting.reference, language))
        content = hash(posting)
        first = self._met.get(key)
        if first is None:
            self._met[key] = (posting.position, content)
            return True
        if first[1] == content:
            self._account.fates[Fate.UNCHANGED] += 1
            row = self._row(posting, Fate.UNCHANGED, posting.reference)
            row.reason = f"Says what row {first[0]} says."
            self.put_down.append(row)
        else:
            reason = f"The reference {posting.reference!r} is already that of row {first[0]}."
            self._refuse(Fault(posting.position, reason, "id", posting.document), posting.reference)
        return False


class _KeyNames(dict[str, str]):
    """What a source's key is called with us. "Job Title" is job_title; a key that `--map` names is nothing else."""

    MOST = 10_000

    def __init__(self, renames: Mapping[str, str]) -> None:
        super().__init__({theirs: ours for ours, theirs in renames.items()})
        self._taken = set(renames)

    def __missing__(self, key: str) -> str:
        name = fold(key[:100]).replace(" ", "_")
        if name in self._taken:
            name = ""
        if len(self) < self.MOST:
            self[key] = name
        return name
