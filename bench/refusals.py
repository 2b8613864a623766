"""What it costs to refuse a hostile document, against what graphql-core takes to parse it.

The whole of the door's work counts, from the request to the bytes of the answer. Every document is new to the server:
a comment with a number ends it. `python -m bench.refusals` measures in the environment that it is given.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from graphql import GraphQLSyntaxError, parse

from bench.board import Board
from bench.contenders import NEXUS_SETTINGS
from bench.hostile import DOCUMENTS
from bench.report import table
from bench.say import say
from bench.targets import Target
from nexus.environment import BASE_DIR

BOUND = 3.0
# Anything else is an answer, or a fault of ours.
REFUSALS = (400, 413, 429)


class NotRefused(Exception):
    """The server executed a hostile document."""


def refusals(made: Board, *, quick: bool) -> tuple[str, list[Target], dict[str, Any]]:
    """The text, the targets and the figures of all hostile documents."""
    say("Refusals of hostile documents")
    command = [sys.executable, "-m", "bench.refusals", "5" if quick else "15"]
    environment = os.environ | NEXUS_SETTINGS | made.environment | {"LOG_LEVEL": "ERROR"}
    output = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, dict[str, Any]] = json.loads(output.stdout)
    rows = [
        [name, found["bytes"], found["parse"], found["refuse"], found["ratio"], f"`{found['code']}`"]
        for name, found in figures.items()
    ]
    columns = ["document", "bytes", "graphql-core's parse, ms", "refusal, ms", "ratio", "code"]
    worst = max(figures, key=lambda name: figures[name]["ratio"])
    target = Target(
        f"refusal of a hostile document (the dearest: {worst}) against graphql-core's parse",
        BOUND,
        figures[worst]["ratio"],
        is_least=False,
    )
    return f"### Hostile documents\n\n{table(columns, rows)}", [target], figures


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    django.setup()
    figures = {name: _measure(name, make(size), int(sys.argv[1])) for name, (make, size) in DOCUMENTS.items()}
    print(json.dumps(figures))


def _measure(name: str, text: str, rounds: int) -> dict[str, Any]:
    from nexus.graphql.http import GRAPHQL, Request
    from nexus.graphql.view import answer

    headers = {"host": "127.0.0.1", "content-type": "application/json", "accept": GRAPHQL}
    parses, refused, codes = [], [], set()
    for number in range(rounds + 1):
        document = f"{text} # {name} {number}"
        request = Request("POST", headers, "", json.dumps({"query": document}).encode(), "127.0.0.1")
        parsing, _ = _timed(lambda document=document: _parse(document))
        refusing, response = _timed(lambda request=request: answer(request))
        content = json.loads(response.body)
        code = str(content.get("errors", [{}])[0].get("extensions", {}).get("code"))
        if content.get("data") or response.status not in REFUSALS:
            raise NotRefused(f"{name}: {response.status} {response.body[:200]!r}")
        codes.add(code)
        if number:
            parses.append(parsing)
            refused.append(refusing)
    return {
        "bytes": len(text),
        "parse": statistics.median(parses),
        "refuse": statistics.median(refused),
        "ratio": statistics.median(ours / theirs for ours, theirs in zip(refused, parses, strict=True)),
        "code": ", ".join(sorted(codes)),
    }


def _parse(document: str) -> None:
    """graphql-core's parser, which itself gives up on the deepest documents."""
    with contextlib.suppress(GraphQLSyntaxError):
        parse(document)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds of CPU, and what came of it."""
    started = time.process_time_ns()
    found = work()
    return (time.process_time_ns() - started) / 1e6, found


if __name__ == "__main__":
    main()
