"""`python -m bench.feed_measure`: the feed on the board of the environment, in this process, as JSON.

Milliseconds of CPU of this thread and of its PostgreSQL process for whole requests, all but HTTP: a page of twenty jobs
of a list that anybody reads, of the feed that nobody in particular reads, of a feed that is there, and of one that is
made; and for making one alone, with its first page. How much of the best a feed misses because it looks at a bounded
number of jobs is told beside. What signals do to readers is told by the clock, with another
process that takes and writes them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from bench.contenders import NEXUS_SETTINGS
from bench.feed_look import looked
from bench.say import say
from bench.search_rounds import Task, cpu_clock, medians, take_turns
from bench.works import DOCUMENTS
from nexus.environment import BASE_DIR

TITLES = {
    "list": "a page of a list, of nobody",
    "nobody": "a page of the feed, of nobody",
    "page": "the first page of a feed that is there",
    "made": "the first page of a feed that is made",
    "built": "of that, making it: all but the request",
}
PAGE = 20
# These machines are shared: what they lose meanwhile falls on both alike.
TURNS, LEAST_SECONDS = 6, 4
# Of those who did something there is something to learn; of the others little.
_PEOPLE = """
    SELECT p.user_id FROM jobs_profile p JOIN accounts_user u ON u.id = p.user_id AND u.status = 'active'
    ORDER BY (SELECT count(*) FROM (
        SELECT FROM jobs_interactionevent e WHERE e.user_id = p.user_id AND e.kind <> 'impression' LIMIT 10
    ) done) DESC, p.id LIMIT %s"""
_SOME = "(SELECT * FROM jobs_profile ORDER BY id LIMIT 2000)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.feed_measure", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="of every task (20)")
    parser.add_argument("--people", type=int, default=40, help="whose feeds are read and made (40)")
    parser.add_argument("--seconds", type=float, default=20, help="that signals are taken for; 0: none are (20)")
    parser.add_argument("--rate", type=int, default=2_000, help="signals a second (2,000)")
    options = parser.parse_args()
    # As it is served: with DEBUG the server prepares nothing, and plans each statement anew; and what is loaded before
    # the first request is not looked through for reference cycles again.
    os.environ |= NEXUS_SETTINGS | {"LOG_LEVEL": "ERROR"}
    import_module("nexus.asgi")
    print(json.dumps(measured(options)))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """The figures, with how large the board is."""
    from django.db import connection

    from jobs.search.postgres import pending

    # As a worker does every few seconds.
    pending.sort_in()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(
            "SELECT pg_backend_pid(), (SELECT count(*) FROM job_search), (SELECT count(*) FROM jobs_profile)"
        )
        backend, jobs, people = cursor.fetchone()
        clock = cpu_clock(backend)
        cursor.execute(_PEOPLE.replace("jobs_profile p", f"{_SOME} p", 1), [options.people])
        users = [user for (user,) in cursor.fetchall()]
    requests = _requests(users)
    say("Making feeds")
    for request in requests["page"]:
        ask(request)
    tasks = [Task("feed", name, "ours", of, ask) for name, of in requests.items()]
    tasks.append(Task("feed", "built", "ours", users, build))
    statements = {task.work: max(_statements(task, each) for each in task.questions) for task in tasks}
    take_turns(tasks, rounds=max(options.rounds, options.people), most_seconds=60, clock=clock)
    found = {
        "jobs": jobs,
        "people": people,
        "titles": TITLES,
        "milliseconds": {name: ways["ours"] for name, ways in medians(tasks)["feed"].items()},
        "statements": statements,
    }
    say("Looking at all there is")
    found["look"] = looked(users)
    if not options.seconds:
        return found
    say(f"Taking {options.rate:,} signals a second")
    return found | {"signals": _signals(requests, options)}


def _requests(users: Sequence[Any]) -> dict[str, list[Any]]:
    """Of each kind those that take turns."""
    from accounts.models import User
    from accounts.services import session
    from nexus.graphql.http import JSON, Request

    texts = {name: (DOCUMENTS / "nexus" / f"{name}.graphql").read_text() for name in ("feed", "feed-own")}
    nobody = texts["feed-own"].replace("  viewer {\n", "", 1).rpartition("}")[0]
    # Nobody has a feed of their own to be made anew.
    nobody = nobody.replace(", $refresh: Boolean = false", "").replace(", refresh: $refresh", "")
    headers = {"host": "127.0.0.1", "content-type": JSON, "accept": JSON}
    accesses = [session.open(user, method="password").access for user in User.objects.filter(pk__in=list(users))]

    def request(text: str, access: str = "", **variables: Any) -> Any:
        body = json.dumps({"query": text, "variables": {"first": PAGE, **variables}}).encode()
        return Request("POST", headers | {"authorization": f"Bearer {access}" if access else ""}, "", body, "127.0.0.1")

    return {
        "list": [request(texts["feed"])],
        "nobody": [request(nobody)],
        "page": [request(texts["feed-own"], access) for access in accesses],
        "made": [request(texts["feed-own"], access, refresh=True) for access in accesses],
    }


def ask(request: Any) -> object:
    """The answer, which has to be one."""
    from nexus.graphql.view import answer

    response = answer(request)
    assert response.status == 200, response.body[:500]
    assert b'"errors"' not in response.body[:12], response.body[:500]
    return response


def build(user: Any) -> object:
    """Makes somebody's feed, and reads its first page."""
    from jobs.feed.reading import FeedRequest, feed
    from kernel.viewer import Viewer

    return feed(Viewer(user_id=user), FeedRequest(size=PAGE, is_refreshed=True))


def _statements(task: Task, question: Any) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        task.run(question)
    return len(queries)


def _signals(requests: dict[str, list[Any]], options: argparse.Namespace) -> dict[str, Any]:
    """What readers wait for while signals come, and as long without, half before and half after, in turns."""
    took: dict[str, dict[str, list[float]]] = {name: {"quiet": [], "busy": []} for name in ("list", "page")}
    told: list[dict[str, Any]] = []
    turns = max(1, min(TURNS, int(options.seconds // LEAST_SECONDS)))
    turn = options.seconds / turns
    for _ in range(turns):
        _read(requests, took, "quiet", turn / 2)
        command = [sys.executable, "-m", "bench.feed_signals", str(options.rate), str(turn)]
        with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            # It says when it begins.
            process.stdout.readline()
            _read(requests, took, "busy", turn)
            told.append(json.loads(process.stdout.read()))
        assert process.returncode == 0
        _read(requests, took, "quiet", turn / 2)
    seconds, taken = sum(one["seconds"] for one in told), sum(one["taken"] for one in told)
    return {
        "seconds": seconds,
        "taken": taken,
        "written": sum(one["written"] for one in told),
        "behind": max(one["behind"] for one in told),
        "rate": taken / seconds,
        **{name: {when: statistics.median(times) for when, times in of.items()} for name, of in took.items()},
    }


def _read(requests: dict[str, list[Any]], took: dict[str, dict[str, list[float]]], when: str, seconds: float) -> None:
    until, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        for name, of in took.items():
            started = time.perf_counter()
            ask(requests[name][number % len(requests[name])])
            of[when].append((time.perf_counter() - started) * 1000)
        number += 1


if __name__ == "__main__":
    main()
