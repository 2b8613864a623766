"""Makes a market, and takes it away again. Other rows of the board are never touched."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg.sql import SQL, Identifier

from accounts.models import User
from jobs.market import people, postings
from jobs.market.chance import MAX_SEED
from jobs.market.companies import DOMAIN
from jobs.market.market import Market
from jobs.market.order import Order
from jobs.market.people import MAIL
from jobs.market.timeline import DAYS
from jobs.market.workers import Crew, crew
from jobs.models import Company, InteractionEvent, Job, JobSearch, Profile
from jobs.progress import Progress
from jobs.search.postgres import pending
from jobs.search.postgres.rebuild import rebuild_vocabulary
from jobs.services import interaction, reference

MAX_JOBS, MAX_PEOPLE = 10_000_000, 1_000_000
JOBS_PER_PERSON = 50
# Companies whose postings are deleted at once.
DELETED_AT_ONCE = 25


class MarketError(Exception):
    """The market cannot be made; the message says why and what to do."""


@dataclass(slots=True)
class Made:
    """What was made; `seconds` tells how long each step took."""

    seed: int
    now: datetime
    jobs: int
    companies: int
    people: int
    seconds: dict[str, float] = field(default_factory=dict)


def generate(
    jobs: int,
    *,
    seed: int = 1,
    people: int | None = None,
    now: datetime | None = None,
    replace: bool = False,
    processes: int = 1,
    progress: Progress | None = None,
) -> Made:
    """Make a market of that many postings; equal arguments make equal rows, whatever `processes` is.

    `now` (aware) is when the last posting appeared; default: midnight UTC of today. One person for fifty postings
    where `people` is None. With one process, all is written in this one's connection, and in its transaction if it
    is in one; several commit five hundred postings at a time. Raises `MarketError` for bad numbers, missing tables, a
    second run at the same time, and for a market that is there already, unless `replace` says to delete it.
    """
    now = now or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    people = jobs // JOBS_PER_PERSON if people is None else people
    _refuse_numbers(jobs, people, seed, now)
    _refuse_tables()
    made = Made(seed=seed, now=now, jobs=jobs, companies=0, people=people)
    with _alone():
        if not replace:
            _refuse_second()
        with _timed(made, "preparing"):
            writers = crew(_prepare(made), processes)
        if replace:
            with _timed(made, "removing"):
                remove(progress)
        _make(made, writers, progress)
    return made


def ordered(jobs: int, people: int, *, seed: int, now: datetime) -> Market:
    """The market of these arguments once more, to ask it for what it wrote no row of; it can write none."""
    return Market(Order(seed, jobs, people, now, {model._meta.db_table: 1 for model in _numbered()}))


def remove(progress: Progress | None = None) -> int:
    """Delete the market's companies with all their postings, and its people; how many postings there were."""
    keys = list(_companies().values_list("pk", flat=True).order_by("pk"))
    total, done = postings_there(), 0
    if progress and total:
        progress.start("Removing postings", total)
    for start in range(0, len(keys), DELETED_AT_ONCE):
        some = keys[start : start + DELETED_AT_ONCE]
        with transaction.atomic():
            # Texts are not read to be deleted.
            done += Job.objects.filter(company__in=some).only("pk").delete()[1].get("jobs.Job", 0)
            Company.objects.filter(pk__in=some).delete()
        if progress and total:
            progress.show(done)
    _people().delete()
    # With or without a worker, nothing waits for what is gone.
    pending.forget_gone()
    return total


def postings_there() -> int:
    """How many postings of a market are on the board."""
    return Job.objects.filter(company__in=_companies()).count()


def _companies() -> models.QuerySet[Company]:
    return Company.objects.filter(website__startswith="https://", website__endswith=f".{DOMAIN}")


def _people() -> models.QuerySet[User]:
    return User.objects.filter(email__endswith=f"@{MAIL}")


def _refuse_second() -> None:
    there = _companies().count()
    if there or _people().exists():
        raise MarketError(
            f"A market of {there:,} companies is here already, whole or in part. --replace deletes it first."
        )


def _refuse_numbers(jobs: int, people: int, seed: int, now: datetime) -> None:
    if not 1 <= jobs <= MAX_JOBS:
        raise MarketError(f"A market has 1 to {MAX_JOBS:,} jobs, not {jobs:,}.")
    if not 0 <= people <= MAX_PEOPLE:
        raise MarketError(f"A market has 0 to {MAX_PEOPLE:,} people, not {people:,}.")
    if not 0 <= seed <= MAX_SEED:
        raise MarketError(f"A seed is a number from 0 to {MAX_SEED:,}, not {seed:,}.")
    if now.tzinfo is None:
        raise MarketError("Now needs a time zone.")
    if not 1990 <= now.year <= 2200:
        raise MarketError(f"Now is a moment from 1990 to 2200, not {now.isoformat()}.")


def _refuse_tables() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MarketError("Tables are missing or out of date. Run `manage.py migrate` first.")


@contextmanager
def _alone() -> Iterator[None]:
    """No second market is made meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('nexus.market'))")
        if not cursor.fetchone()[0]:
            raise MarketError("Another run is making a market on this board. Wait for it, or end it.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('nexus.market'))")


@contextmanager
def _timed(made: Made, step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    made.seconds[step] = time.perf_counter() - started


def _prepare(made: Made) -> Market:
    """All that can be refused is refused here, before anything is deleted or written."""
    reference.load()
    market = Market(Order(made.seed, made.jobs, made.people, made.now, _reserve(made.jobs, made.people)))
    made.companies = len(market.employers.items)
    slugs = [employer.slug for employer in market.employers.items]
    own = _companies().values("pk")
    taken = Company.objects.filter(slug__in=slugs).exclude(pk__in=own).values_list("slug", flat=True).first()
    if taken is not None:
        raise MarketError(f"A company of this board has the address {taken!r} already. Take another --seed.")
    interaction.make_months(made.now - timedelta(days=DAYS), made.now)
    return market


def _make(made: Made, writers: Crew, progress: Progress | None) -> None:
    try:
        _step(made, writers, progress, "companies", "write_companies", made.companies)
        codes = _step(made, writers, progress, "postings", "write_postings", made.jobs)
        _step(made, writers, progress, "people", "write_people", made.people, codes)
        _step(made, writers, progress, "index", "index_postings", made.jobs)
    finally:
        writers.close()
    with _timed(made, "measuring"), connection.cursor() as cursor:
        written: list[type[models.Model]] = [
            *(User, Company, InteractionEvent, Profile, Job, JobSearch),
            *_numbered(),
        ]
        tables = SQL(", ").join([SQL("{}").format(Identifier(model._meta.db_table)) for model in written])
        # The planner knows nothing of rows that came by the million a moment ago.
        cursor.execute(SQL("ANALYZE {}").format(tables))
    with _timed(made, "vocabulary"):
        rebuild_vocabulary(progress)


def _step(
    made: Made, writers: Crew, progress: Progress | None, what: str, task: str, total: int, *arguments: bytes
) -> bytes:
    if progress:
        progress.start(what.capitalize(), total)
    with _timed(made, what):
        return writers.run(task, total, progress.show if progress else lambda done: None, *arguments)


def _numbered() -> dict[type[models.Model], int]:
    return postings.STRIDES | people.STRIDES


def _reserve(jobs: int, persons: int) -> dict[str, int]:
    """The first of the numbers that the market's rows take in each numbered table; nobody else gets those."""
    first = {}
    for model, stride in _numbered().items():
        table = model._meta.db_table
        number = stride * (jobs if model in postings.STRIDES else persons)
        with transaction.atomic(), connection.cursor() as cursor:
            # Who has drawn a number, but not yet written its row, holds a lock that this one waits for.
            cursor.execute(SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(Identifier(table)))
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            first[table] = cursor.fetchone()[0]
            last = first[table] + max(1, number) - 1
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
    return first
