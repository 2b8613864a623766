"""`python -m bench`: the page of jobs that a mobile app shows first, through each of the ways to serve it.

All contenders answer the same document from the same demo board in turn, round by round, so that what else the
machine does falls on all of them alike. Milliseconds are medians; the ratio is what to read.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nexus import embedded


def contenders(first: int) -> dict[str, Callable[[], object]]:
    """The ways to serve the page, and under them the least that any could cost."""
    import orjson
    from django.db import connection
    from django.test import RequestFactory

    from nexus.graphql.explorer import EXAMPLES
    from nexus.graphql.graphiql.page import load_examples
    from nexus.graphql.http import GRAPHQL, Request
    from nexus.graphql.oracle import OracleView
    from nexus.graphql.view import answer

    document = next(example.query for example in load_examples(EXAMPLES) if example.name == "newest-jobs")
    body = orjson.dumps({"query": document, "variables": {"first": first}})
    headers = {"host": "localhost", "content-type": "application/json", "accept": GRAPHQL}
    request = Request("POST", headers, "", body)
    oracle, factory = OracleView.as_view(), RequestFactory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM jobs_job LIMIT %s", [first])
        keys = [key for (key,) in cursor.fetchall()]

    def door() -> object:
        return answer(request)

    def graphene_django() -> object:
        return oracle(factory.post("/graphql", body, content_type="application/json", headers=headers))

    def rows_by_key() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, title, published_at FROM jobs_job WHERE id = ANY(%s)", [keys])
            return cursor.fetchall()

    return {
        "the door and its engine": door,
        "ENGINE=off: graphene-django on graphql-core": graphene_django,
        f"limit: {first} rows by primary key, no GraphQL": rows_by_key,
    }


def medians(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds of each way, the median of as many rounds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 5):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if turn >= 5:
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="how often each way answers (default 60)")
    rounds: int = parser.parse_args().rounds
    os.environ.update({"LOG_LEVEL": "ERROR", "DEBUG": "1"})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as home:
        Path(home).chmod(0o711)
        servers = embedded.acquire(Path(home), throwaway=True)
        try:
            os.environ.update(servers.environment())
            measure(rounds)
        finally:
            servers.release()


def measure(rounds: int) -> None:
    """Load the demo board, time all ways, print the table."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    # With DEBUG on, Django would keep every statement it runs.
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    print("Loading the demo board …", flush=True)
    for command in ("migrate", "reference_load", "demo"):
        call_command(command, verbosity=0)
    for first in (20, 100):
        found = medians(contenders(first), rounds)
        least = min(found.values())
        print(f"\nThe newest {first} jobs with company, places, skills and pay; median of {rounds} rounds")
        print(f"{'':48} {'ms':>8} {'ratio':>8}")
        for name, milliseconds in found.items():
            print(f"{name:48} {milliseconds:8.2f} {milliseconds / least:8.1f}")
    connections.close_all()


if __name__ == "__main__":
    main()
