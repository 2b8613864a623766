"""`python -m bench.search_measure`: search on the board of the environment, in this process, as JSON.

Milliseconds of CPU of one caller and of its PostgreSQL process, with no others to help it; nothing is kept from one
search to the next.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.contenders import NEXUS_SETTINGS
from bench.say import say
from bench.search_rounds import cpu_clock, medians, take_turns

BATCH = 500


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search_measure", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="of every task (15)")
    parser.add_argument("--words", type=int, default=5, help="queries a class (5)")
    parser.add_argument("--most-seconds", type=float, default=20, help="that one task may take in all (20)")
    parser.add_argument("--groups", nargs="+", help="search, count, facets, lists, lookups, requests, writes (all)")
    parser.add_argument("--no-tantivy", action="store_true", help="leave out the library")
    parser.add_argument("--tantivy", type=Path, help="a folder where its index of the documents is, or will be kept")
    options = parser.parse_args()
    # As it is served: with DEBUG the server prepares nothing, and plans each statement anew; and what is loaded before
    # the first request is not looked through for reference cycles again.
    os.environ |= NEXUS_SETTINGS | {"LOG_LEVEL": "ERROR"}
    import_module("nexus.asgi")
    print(json.dumps(measured(options)))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """The figures, with the words that were asked for and what lies in the database."""
    from django.db import connection

    from bench import search_filters, search_naive, search_requests, search_words, search_works
    from jobs.search.postgres import pending

    # As a worker does every few seconds.
    pending.sort_in()
    with tempfile.TemporaryDirectory(prefix="nexus-tantivy-") as folder, connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        clock = cpu_clock(read_one(cursor, "SELECT pg_backend_pid()"))
        say("Choosing the words and the filters")
        words, filters = search_words.chosen(cursor, options.words), search_filters.chosen(cursor)
        library, building = None, None
        if not options.no_tantivy:
            say("Building tantivy's index")
            library, building = built(options.tantivy or Path(folder))
        works = search_works.Works(words, filters, library)
        tasks = [*works.tasks(), *search_requests.tasks(words, filters)]
        if options.groups:
            tasks = [task for task in tasks if task.group in options.groups]
        say(f"{len(tasks)} tasks, {options.rounds} rounds")
        turns = {"rounds": options.rounds, "most_seconds": options.most_seconds, "clock": clock}
        scans = [task for task in tasks if task.way in search_naive.WAYS]
        take_turns([task for task in tasks if task.way not in search_naive.WAYS], **turns)
        written = {}
        if not options.groups or "writes" in options.groups:
            say("Writing")
            written = {"writes": {"a job": writes(cursor, options.rounds, clock)}}
        # No board reads all of its rows between two searches: it would put out of the caches what they find there.
        say("Reading all of it, the naive way")
        take_turns(scans, **turns)
        return {
            "documents": read_one(cursor, "SELECT count(*) FROM job_search"),
            "words": words.classes,
            "shares": words.shares,
            "sizes": sizes(cursor),
            "tantivy seconds": building,
            "milliseconds": medians(tasks) | written,
        }


def built(folder: Path) -> tuple[Any, float | None]:
    """tantivy's index of all documents, and the seconds that it took; nothing where the library is not installed.

    An index that the folder has is taken for that of these documents.
    """
    try:
        from bench.search_tantivy import DOCUMENTS, Tantivy
    except ImportError:
        say("tantivy is not installed (`uv sync --group dev`): without it")
        return None, None
    took = folder / "seconds"
    if took.exists():
        return Tantivy(folder, iter(())), float(took.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with streamed(DOCUMENTS) as rows:
        library = Tantivy(folder, rows)
    seconds = round(time.perf_counter() - started, 1)
    took.write_text(str(seconds))
    return library, seconds


@contextmanager
def streamed(statement: str) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows of a statement, read bit by bit."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        yield iter(cursor)


def writes(cursor: Any, rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """Milliseconds a job to index one that the index has not, alone in a transaction and in batches: the median of as
    many rounds.
    """
    from django.db import transaction

    from jobs.search.engine import engine

    cursor.execute("SELECT job_id FROM job_search TABLESAMPLE SYSTEM (50) REPEATABLE (3) LIMIT %s", [BATCH * 3])
    keys = [row[0] for row in cursor.fetchall()]
    figures: dict[str, list[float]] = {"alone": [], f"in batches of {BATCH}": []}
    for way, count, size in (("alone", rounds + 2, 1), (f"in batches of {BATCH}", max(2, rounds // 4), BATCH)):
        for number in range(count):
            some = [keys[(number * size + i) % len(keys)] for i in range(size)]
            with transaction.atomic():
                # A row that says the same would be left alone.
                cursor.execute("DELETE FROM job_search WHERE job_id = ANY (%s)", [some])
                started = clock()
                engine().index(set(some))
            figures[way].append((clock() - started) * 1000 / len(set(some)))
    # The first of each finds nothing prepared.
    return {way: sorted(took[1:])[len(took[1:]) // 2] for way, took in figures.items()}


def sizes(cursor: Any) -> dict[str, int]:
    """Bytes of the search tables and of their indexes."""
    cursor.execute(
        "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND oid IN ("
        " SELECT oid FROM pg_class WHERE relname IN ('job_search', 'search_term', 'search_delete', 'search_suggestion')"
        " UNION SELECT indexrelid FROM pg_index WHERE indrelid = 'job_search'::regclass)"
    )
    return dict(sorted(cursor.fetchall()))


def read_one(cursor: Any, statement: str) -> Any:
    cursor.execute(statement)
    return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
