"""Runs an import: reads a source row by row, writes in batches, keeps an account of every row."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from jobs.importers.files import Broken, Unreadable, opened
from jobs.importers.jsonl import JsonLines
from jobs.importers.port import Fault, Reader, Row
from jobs.importers.posting import KEYS, Recogniser, Tally
from jobs.importers.tabular import Csv
from jobs.models import ImportRun, ImportStatus
from jobs.services.company import Employers
from jobs.services.incoming import Fate, Import, Posting
from jobs.services.posting import measure, upsert
from jobs.text import fold
from kernel.errors import Invalid

READERS: Mapping[str, Reader] = {"jsonl": JsonLines(), "csv": Csv()}
BATCH = 500
MANY = 1_000
MOST_FAULTS = 200  # kept with their reasons; all are counted
MOST_UNKNOWN_KEYS = 200
SOURCE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """How a source is to be read.

    `renames` maps a key of ours to the one that the source uses for it; `company` and `country` (a code) are those of
    rows that name none.
    """

    source: str
    format: str
    company: str = ""
    country: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    live_days: int | None = None
    is_dry_run: bool = False


@dataclass(slots=True)
class Account:
    """What became of the rows so far."""

    read: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    unknown_keys: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    broken: Fault | None = None  # the file stopped being readable here

    def fail(self, fault: Fault) -> None:
        self.fates[Fate.FAILED] += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    @property
    def has_failed(self) -> bool:
        return bool(self.fates[Fate.FAILED] or self.broken)

    @property
    def has_postings(self) -> bool:
        return any(self.fates[fate] for fate in Fate if fate is not Fate.FAILED)


type Progress = Callable[[Account, float | None], None]  # the account, and the share of the source that is done


def import_file(path: Path, plan: Plan, *, now: datetime | None = None, progress: Progress | None = None) -> Account:
    """Take in a file of postings. Raises `Unreadable` where nothing of it can be read; whatever else is wrong is in
    the account.

    Every `BATCH` rows are written in a transaction of their own: an import that is cut off leaves whole batches, and
    running it again takes in the rest.
    """
    with opened(path) as file:
        rows = READERS[plan.format].read(file.bytes)
        first = next(rows, None)  # whatever is wrong with the file as a whole shows here
        if first is None:
            raise Unreadable(f"{path} holds no rows.")
        show = (lambda account: progress(account, file.share)) if progress else None
        return import_rows(_chained(first, rows), plan, now=now, after_batch=show)


def import_rows(
    rows: Iterable[Row | Fault],
    plan: Plan,
    *,
    now: datetime | None = None,
    after_batch: Callable[[Account], None] | None = None,
) -> Account:
    """Take in postings from any reader, and record the run."""
    now = now or timezone.now()
    run = ImportRun.objects.create(source=plan.source[:SOURCE_LENGTH], format=plan.format, is_dry_run=plan.is_dry_run)
    importer = _Importer(plan, run, now)
    try:
        for batch in importer.batches(rows):
            importer.write(batch)
            importer.record(ImportStatus.RUNNING)
            if after_batch:
                after_batch(importer.account)
    except BaseException:
        importer.record(ImportStatus.FAILED)
        raise
    importer.record(ImportStatus.FAILED if importer.account.broken else ImportStatus.FINISHED)
    if importer.account.fates[Fate.CREATED] + importer.account.fates[Fate.UPDATED] >= MANY and not plan.is_dry_run:
        measure()
    return importer.account


class _Importer:
    """One run: its account, and the references it has met."""

    def __init__(self, plan: Plan, run: ImportRun, now: datetime) -> None:
        self.account = Account()
        self._plan = plan
        self._run = run
        self._recogniser = Recogniser()
        self._key_of = _KeyNames(plan.renames)
        self._into = Import(
            source=run.source,
            now=now,
            employers=Employers(),
            run_id=run.pk,
            live_days=plan.live_days,
            is_dry_run=plan.is_dry_run,
        )
        # The line on which each reference was met first. Hashes, not texts: a million of them are 100 MB.
        self._met: dict[int, tuple[int, int]] = {}

    def batches(self, rows: Iterable[Row | Fault]) -> Iterator[list[tuple[int, Posting]]]:
        """Postings with their positions, up to `BATCH` at a time; rows that are none go into the account."""
        batch: list[tuple[int, Posting]] = []
        for entry in self._until_broken(rows):
            self.account.read += 1
            posting = self._posting(entry)
            if posting is not None and self._is_new(entry.position, posting):
                batch.append((entry.position, posting))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        yield batch

    def write(self, batch: list[tuple[int, Posting]]) -> None:
        """The batch into the tables, its outcomes into the account."""
        outcomes = upsert([posting for _, posting in batch], self._into)
        for (position, _), outcome in zip(batch, outcomes, strict=True):
            if outcome.fate is Fate.FAILED:
                self.account.fail(Fault(position, outcome.reason, outcome.field))
            else:
                self.account.fates[outcome.fate] += 1

    def record(self, status: ImportStatus) -> None:
        """The account into the run's row."""
        account, run = self.account, self._run
        run.status = status
        run.rows_read = account.read
        run.rows_created = account.fates[Fate.CREATED]
        run.rows_updated = account.fates[Fate.UPDATED]
        run.rows_unchanged = account.fates[Fate.UNCHANGED]
        run.rows_failed = account.fates[Fate.FAILED]
        faults = [*account.faults, *([account.broken] if account.broken else [])]
        run.report = {
            "recognised": dict(account.tally.recognised),
            "not_understood": dict(account.tally.not_understood.most_common(100)),
            "unknown_keys": dict(account.unknown_keys),
            "faults": [{"position": fault.position, "field": fault.field, "reason": fault.reason} for fault in faults],
        }
        if status is not ImportStatus.RUNNING:
            run.finished_at = timezone.now()
        run.save()

    def _until_broken(self, rows: Iterable[Row | Fault]) -> Iterator[Row | Fault]:
        try:
            yield from rows
        except Broken as error:
            self.account.broken = Fault(error.position, error.reason)

    def _posting(self, entry: Row | Fault) -> Posting | None:
        if isinstance(entry, Fault):
            self.account.fail(entry)
            return None
        try:
            row = self._plain(entry.values)
            plan = self._plan
            return self._recogniser.posting(row, self.account.tally, company=plan.company, country=plan.country)
        except Invalid as refusal:
            self.account.fail(Fault(entry.position, str(refusal), refusal.field or ""))
            return None

    def _plain(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row in our plain keys; others are counted and left out."""
        plain: dict[str, Any] = {}
        for key, value in row.items():
            name = self._key_of[key]
            if name in KEYS:
                if value is not None and value != "":
                    plain[name] = value
            elif key in self.account.unknown_keys or len(self.account.unknown_keys) < MOST_UNKNOWN_KEYS:
                self.account.unknown_keys[key] += 1
        return plain

    def _is_new(self, position: int, posting: Posting) -> bool:
        """Whether the source has not named this reference before. The first row counts; an equal one is no fault."""
        key = hash((fold(posting.company), posting.reference, posting.language))
        content = hash(posting)
        first = self._met.setdefault(key, (position, content))
        if first == (position, content):
            return True
        if first[1] == content:
            self.account.fates[Fate.UNCHANGED] += 1
        else:
            self.account.fail(
                Fault(position, f"The reference {posting.reference!r} is already that of line {first[0]}.", "id")
            )
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


def _chained(first: Row | Fault, rest: Iterator[Row | Fault]) -> Iterator[Row | Fault]:
    yield first
    yield from rest
