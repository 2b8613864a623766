"""What it costs to know who asks: CPU and statements of a request with an access token against one without.

`python -m bench.authentication` measures in its own process, on one thread, whole requests through the door but for
HTTP; the part "authentication" of `python -m bench` runs it on the bench's board.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.board import Board
from bench.contenders import NEXUS_SETTINGS
from bench.report import table
from bench.say import say
from bench.targets import Target
from bench.works import DOCUMENTS
from nexus.environment import BASE_DIR

MOST_MILLISECONDS = 0.1
BATCH = 200


def authentication(made: Board, *, quick: bool) -> tuple[str, list[Target], dict[str, Any]]:
    """The text, the target and the figures."""
    say("Requests with an access token against requests without")
    environment = os.environ | NEXUS_SETTINGS | made.environment | {"RESPONSE_CACHE": "off"}
    command = [sys.executable, "-m", "bench.authentication", "7" if quick else "31"]
    output = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    figures = json.loads(output.stdout)
    rows = [
        [name, f"{found['without']:.3f}", f"{found['with']:.3f}", f"{found['more']:.3f}", found["statements"]]
        for name, found in figures.items()
    ]
    columns = ["", "without, ms CPU", "with, ms CPU", "more", "more statements"]
    most = max(found["more"] for found in figures.values()) / MOST_MILLISECONDS
    title = f"CPU that an access token adds to a request, of {MOST_MILLISECONDS} ms"
    return f"### Authentication\n\n{table(columns, rows)}", [Target(title, 1, most, is_least=False)], figures


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Medians of as many rounds, in which both take turns."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from accounts.services import session
    from nexus.graphql.http import JSON, Request
    from nexus.graphql.view import answer

    user = User.objects.create_user("bench@example.org")
    token = session.open(user, method="password").access
    feed = (DOCUMENTS / "nexus" / "feed.graphql").read_text()
    documents = {"`{ __typename }`": ("{ __typename }", {}), "feed of 20 jobs": (feed, {"first": 20})}
    figures = {}
    for name, (query, variables) in documents.items():
        headers = {"host": "127.0.0.1", "content-type": JSON, "accept": JSON}
        body = json.dumps({"query": query, "variables": variables}).encode()
        without = Request("POST", headers, "", body, "127.0.0.1")
        with_token = Request("POST", {**headers, "authorization": f"Bearer {token}"}, "", body, "127.0.0.1")

        def ask(request: Request) -> None:
            response = answer(request)
            assert response.status == 200, response.body
            assert b'"errors"' not in response.body[:12], response.body

        took: dict[str, list[float]] = {"without": [], "with": []}
        statements = {}
        for kind, request in (("without", without), ("with", with_token)):
            ask(request)
            with CaptureQueriesContext(connection) as queries:
                ask(request)
            statements[kind] = len(queries)
        for _ in range(rounds):
            took["without"].append(_milliseconds(ask, without))
            took["with"].append(_milliseconds(ask, with_token))
        more = statistics.median(one - other for one, other in zip(took["with"], took["without"], strict=True))
        figures[name] = {kind: statistics.median(values) for kind, values in took.items()}
        figures[name] |= {"more": more, "statements": statements["with"] - statements["without"]}
    return figures


def _milliseconds(ask: Callable[[Any], None], request: Any) -> float:
    started = time.thread_time()
    for _ in range(BATCH):
        ask(request)
    return (time.thread_time() - started) / BATCH * 1000


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))
