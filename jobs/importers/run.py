"""Runs an import: reads a source row by row, writes in batches, keeps an account of every row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched, chain
from uuid import UUID

from django.db import Error as DatabaseError
from django.utils import timezone

from jobs.errors import SourceBusy
from jobs.importers.account import Account, Planned
from jobs.importers.addresses import is_url
from jobs.importers.documents import Documents
from jobs.importers.files import Broken, Unreadable
from jobs.importers.formats import FORMATS
from jobs.importers.intake import Intake
from jobs.importers.port import Fault, Row
from jobs.models import ImportRun, ImportStatus
from jobs.services import import_run
from jobs.services.company import Employers
from jobs.services.duplicate import refresh
from jobs.services.incoming import Fate, Import, Outcome, Posting
from jobs.services.posting import measure, upsert
from jobs.services.posting_sync import Vanished, close, listed, vanished

__all__ = ["Account", "Plan", "SourceBusy", "import_from", "import_rows"]

BATCH = 500
MANY = 1_000
# Unless a plan says otherwise, a sync that would close more than this many postings, and more than this share of what
# the source lists, closes none: one that answers with half of its postings is more often broken than half empty.
CLOSED_FREELY = 20
MOST_CLOSED = 0.5
# Their addresses answer with the newest postings or with a page: what is not there may still be open.
NEWEST_ONLY = frozenset({"adzuna", "himalayas", "jobicy", "remoteok"})
# A list says that it is empty; a file of lines that holds none may as well be an error page.
MAY_BE_EMPTY = frozenset(FORMATS) - {"jsonl", "csv"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a source is to be read.

    `renames` maps a key of ours to the one that the source uses for it; `company` and `country` (a code) are those of
    rows that name none. With `is_sync`, what the source lists no longer is closed, up to `most_closed`, a share of what
    it listed; without one, half of it or 20 postings.
    """

    source: str
    format: str
    company: str = ""
    country: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    live_days: int | None = None
    is_sync: bool = False
    most_closed: float | None = None
    is_dry_run: bool = False


type Progress = Callable[[Account, float | None], None]  # the account, and the share of the source that is done


def import_from(
    location: str,
    plan: Plan,
    *,
    allow_private: bool = False,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Account:
    """Take in the postings of a file, a folder or an address on the web.

    Raises `Unreadable` where nothing of it can be read, and `SourceBusy` where somebody else imports the source;
    whatever else is wrong is in the account.

    Every `BATCH` rows are written in a transaction of their own: an import that is cut off leaves whole batches, and
    running it again takes in the rest.
    """
    if is_url(location):
        refuse_partial_sync(plan)
    documents = Documents(location, FORMATS[plan.format].reader, plan.format, allow_private=allow_private)
    with closing(documents.rows()) as rows:
        try:
            first = next(rows, None)  # whatever is wrong with the source as a whole shows here
        except Broken as error:
            raise Unreadable(error.reason) from None
        if first is None and not (plan.is_sync and plan.format in MAY_BE_EMPTY):
            raise Unreadable(f"{documents.name} holds no rows.")
        show = (lambda account: progress(account, documents.share)) if progress else None
        return import_rows(chain([first] if first else [], rows), plan, now=now, after_batch=show)


def refuse_partial_sync(plan: Plan) -> None:
    """Raises `Unreadable` for a sync with an address that does not list all that is open."""
    if plan.is_sync and plan.format in NEWEST_ONLY:
        reason = f"{plan.format} answers with its newest postings only: a sync would close those that are still open."
        raise Unreadable(reason)


def import_rows(
    rows: Iterable[Row | Fault],
    plan: Plan,
    *,
    now: datetime | None = None,
    after_batch: Callable[[Account], None] | None = None,
) -> Account:
    """Take in records from any reader of the plan's format, and record the run. A dry run leaves nothing behind."""
    source = plan.source[: import_run.SOURCE_LENGTH]
    with import_run.alone(source):
        run = None if plan.is_dry_run else import_run.begin(source, plan.format, is_sync=plan.is_sync)
        importer = _Importer(replace(plan, source=source), run, now or timezone.now())
        try:
            for batch in importer.batches(rows):
                importer.write(batch)
                importer.record(ImportStatus.RUNNING)
                if after_batch:
                    after_batch(importer.account)
            if plan.is_sync:
                importer.close_vanished()
            importer.finish(after_batch)
        except BaseException:
            with suppress(DatabaseError):  # where it is gone, the next run puts this one down
                importer.record(ImportStatus.FAILED)
            raise
        importer.record(ImportStatus.FAILED if importer.account.broken else ImportStatus.FINISHED)
        return importer.account


class _Importer:
    """One run: its account, and the references it has met."""

    def __init__(self, plan: Plan, run: ImportRun | None, now: datetime) -> None:
        self.account = Account()
        self._plan = plan
        self._run = run
        self._intake = Intake(
            FORMATS[plan.format], self.account, company=plan.company, country=plan.country, renames=plan.renames
        )
        self._into = Import(
            source=plan.source,
            now=now,
            employers=Employers(),
            run_id=run.pk if run else None,
            live_days=plan.live_days,
            is_dry_run=plan.is_dry_run,
        )
        self._seen: set[UUID] = set()  # jobs that a dry run of a sync has met
        self._changed: list[UUID] = []  # jobs that say something new

    def batches(self, rows: Iterable[Row | Fault]) -> Iterator[list[Posting]]:
        """Postings, up to `BATCH` at a time; fewer where as many rows that are none wait to be put down."""
        batch: list[Posting] = []
        for posting in self._intake.postings(rows):
            if posting is not None:
                batch.append(posting)
            if BATCH in (len(batch), len(self._intake.put_down)):
                yield batch
                batch = []
        yield batch

    def write(self, batch: Sequence[Posting]) -> None:
        """The batch into the tables, its outcomes into the account."""
        for posting, outcome in zip(batch, upsert(batch, self._into), strict=True):
            if outcome.fate is Fate.FAILED:
                self.account.fail(Fault(posting.position or 0, outcome.reason, outcome.field, posting.document))
                self._intake.spare(posting.company, posting.reference)
                continue
            self.account.fates[outcome.fate] += 1
            self._note(posting, outcome)
        if self._run:
            import_run.account_for(self._run, self._intake.put_down)
        self._intake.put_down.clear()

    def _note(self, posting: Posting, outcome: Outcome) -> None:
        assert outcome.job_id is not None
        if self._plan.is_dry_run:
            self._seen.add(outcome.job_id)
            if outcome.fate is not Fate.UNCHANGED:
                planned = Planned(outcome.fate, posting.company, posting.reference, posting.title, outcome.changed)
                self.account.foresee(planned)
        elif outcome.fate in (Fate.CREATED, Fate.REVISED):
            self._changed.append(outcome.job_id)

    def close_vanished(self) -> None:
        """Closes what the source lists no longer, where it is certain what it lists."""
        reason = self._reason_to_close_nothing()
        gone: list[Vanished] = []
        if not reason:
            gone = [entry for entry in vanished(self._into, seen=self._seen) if not self._is_refused(entry)]
            known = listed(self._plan.source)
            most = self._plan.most_closed
            if len(gone) > (max(CLOSED_FREELY, MOST_CLOSED * known) if most is None else most * known):
                share = MOST_CLOSED if most is None else most
                reason = (
                    f"{len(gone):,} of the {known:,} postings that {self._plan.source} lists would be closed,"
                    f" more than {share:.0%} of them."
                )
        if reason:
            self.account.not_closed = reason
            return
        for batch in batched(gone, BATCH):
            for entry, outcome in zip(batch, close(batch, self._into), strict=True):
                self.account.fates[outcome.fate] += 1
                if self._plan.is_dry_run:
                    self.account.foresee(
                        Planned(outcome.fate, entry.company, entry.reference, entry.title, (outcome.reason,))
                    )

    def _reason_to_close_nothing(self) -> str:
        if self.account.broken:
            return "The source was not read to its end."
        if self.account.read and not self.account.has_postings:
            return "No row of it could be taken in."
        if self._intake.unidentified:
            return f"{self._intake.unidentified:,} refused rows do not say which posting they are."
        return ""

    def _is_refused(self, gone: Vanished) -> bool:
        """Whether a row of it was there and was refused: it is listed all the same."""
        companies = self._intake.refused.get(gone.reference, ())
        return any(self._into.employers.known(company) == gone.company_id for company in companies)

    def finish(self, after_batch: Callable[[Account], None] | None) -> None:
        """What new postings ask for: fresh statistics where they are many, and a look for duplicates."""
        if self._plan.is_dry_run:
            return
        if len(self._changed) >= MANY:
            measure()

        def report(done: int) -> None:
            self.account.compared = done
            if after_batch:
                after_batch(self.account)

        refresh(self._changed, report)
        import_run.forget_old_rows(self._plan.source)

    def record(self, status: ImportStatus) -> None:
        """The account into the run's row."""
        if self._run:
            import_run.record(self._run, status, self.account.report(), **self.account.counts())
