"""`python -m bench.hiring_measure`: applying and the board, on the database of the environment, as JSON.

Milliseconds of CPU of this thread and of its PostgreSQL process, and by the clock; applying beside a transaction that
inserts two bare rows. Then so many people a second apply, while a worker and the relay run.
"""

import argparse
import json
import os
import time
from itertools import cycle
from typing import Any

import django

from bench.say import say
from bench.search_rounds import Task, cpu_clock, medians, take_turns

FILLED = 10_000
"""Applications that are written in one statement."""
PER_JOB = 500
QUERY = """
query Board($id: ID!) {
  node(id: $id) { ... on Job { board { stages { stage { name kind } count applications(first: 100) {
    nodes { id status submittedAt needsReview candidate { name email tags } }
  } } } } }
}
"""
_BARE = (
    "CREATE TABLE IF NOT EXISTS bench_one (id uuid PRIMARY KEY, at timestamptz, text text)",
    "CREATE TABLE IF NOT EXISTS bench_two (id uuid PRIMARY KEY, one_id uuid REFERENCES bench_one, text text)",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hiring_measure", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="of every task (40)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="applications there are")
    parser.add_argument("--rate", type=int, default=200, help="applications a second (200)")
    parser.add_argument("--seconds", type=float, default=30, help="that people apply for (30)")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    print(json.dumps(measured(options)))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """The figures, by how many applications there are."""
    from django.db import connection

    from bench import hiring_board, hiring_rate

    with connection.cursor() as cursor:
        for statement in _BARE:
            cursor.execute(statement)
        cursor.execute("SELECT pg_backend_pid()")
        clock = cpu_clock(cursor.fetchone()[0])
    company, recruiter = hiring_board.employer()
    read = hiring_board.job(company, "Board")
    hiring_board.applications(company, _stages(read), hiring_board.BOARD)
    wanted = [hiring_board.job(company, f"Wanted {number}") for number in range(hiring_board.WANTED)]
    found: dict[str, Any] = {"sizes": {}}
    there = 0
    for size in sorted(options.sizes):
        say(f"Writing {size - there:,} applications")
        _fill(company, size - there)
        there = size
        hiring_board.measure()
        say(f"Among {size:,} applications")
        found["sizes"][str(size)] = _measured(options, clock, wanted, read, recruiter)
    say(f"{options.rate} people a second apply")
    found["sustained"] = hiring_rate.sustained(options.rate, options.seconds, [job.pk for job in wanted])
    return found


def _fill(company: Any, many: int) -> None:
    from bench import hiring_board

    for start in range(0, many, FILLED):
        some = min(FILLED, many - start)
        jobs = [hiring_board.job(company, f"In the way {start + n}") for n in range(max(1, some // PER_JOB))]
        hiring_board.applications(company, [_stages(job)[0] for job in jobs], some)


def _stages(job: Any) -> list[int]:
    return list(job.stages.order_by("position").values_list("pk", flat=True))


def _measured(options: argparse.Namespace, clock: Any, wanted: Any, read: Any, recruiter: Any) -> dict[str, Any]:
    from bench import hiring_board

    waiting = iter(hiring_board.people(options.rounds * 2 + 10, f"{time.time_ns()}-"))
    jobs = cycle(job.pk for job in wanted)
    request = _board_request(read, recruiter)

    def apply_now(_: object) -> object:
        return hiring_board.apply(next(waiting), next(jobs))

    def ask_board(_: object) -> object:
        return _asked(request)

    figures: dict[str, dict[str, float]] = {}
    for unit, ticks in (("cpu", clock), ("clock", time.perf_counter)):
        tasks = [
            Task("hiring", "apply", unit, [None], apply_now),
            Task("hiring", "bare", unit, [None], lambda _: _two_rows()),
            Task("hiring", "board", unit, [None], ask_board),
        ]
        take_turns(tasks, rounds=options.rounds, most_seconds=60, clock=ticks)
        for work, ways in medians(tasks)["hiring"].items():
            figures.setdefault(work, {})[unit] = ways[unit]
    statements = {"apply": _statements(lambda: apply_now(None)), "board": _statements(lambda: ask_board(None))}
    return {"milliseconds": figures, "statements": statements}


def _two_rows() -> None:
    from django.db import connection, transaction

    from kernel.ids import uuid7

    key = uuid7()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_one VALUES (%s, now(), %s)", [key, "I would like to. " * 20])
        cursor.execute("INSERT INTO bench_two VALUES (%s, %s, %s)", [uuid7(), key, "submit"])


def _board_request(job: Any, recruiter: Any) -> Any:
    from accounts.services import session
    from nexus.graphql.http import JSON, Request
    from schema.core import ids

    access = session.open(recruiter, method="password").access
    body = json.dumps({"query": QUERY, "variables": {"id": ids.encode("Job", job.pk)}}).encode()
    headers = {"host": "127.0.0.1", "content-type": JSON, "accept": JSON, "authorization": f"Bearer {access}"}
    return Request("POST", headers, "", body, "127.0.0.1")


def _asked(request: Any) -> object:
    from nexus.graphql.view import answer

    response = answer(request)
    assert response.status == 200, response.body[:500]
    assert b'"errors"' not in response.body[:12], response.body[:500]
    return response


def _statements(run: Any) -> int:
    """How many statements it takes, but for the ends of transactions."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        run()
    ends = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(ends) for query in queries.captured_queries)


if __name__ == "__main__":
    main()
