"""How a worker grows: its memory after many requests of many documents, against its memory after few."""

import itertools
from collections.abc import Iterator
from typing import Any

from bench.board import Board
from bench.contenders import CONTENDERS, running
from bench.driver import drive_count
from bench.rounds import WrongAnswer
from bench.say import say
from bench.targets import Target
from bench.works import body_of

DOCUMENTS = 2_000
FEW, MANY = 1_000, 100_000


def growth(made: Board, *, quick: bool) -> tuple[str, list[Target], dict[str, Any]]:
    """The text, the target and the figures. A quick run stops at a tenth of the requests."""
    many = MANY // 10 if quick else MANY
    say(f"Memory after {many:,} requests of {DOCUMENTS:,} documents")
    nexus = next(contender for contender in CONTENDERS if contender.name == "nexus-cached")
    bodies = _bodies()
    missing: dict[str, str] = {}
    with running(made, [nexus], missing) as servers:
        if missing:
            raise WrongAnswer(missing["nexus-cached"])
        server = servers["nexus-cached"]
        figures = {}
        done = 0
        for count in (FEW, many):
            run = drive_count(server.port, bodies, connections=8, count=count - done)
            if run.faults:
                raise WrongAnswer(f"memory: {len(run.faults)} faults, {run.faults[0]}")
            done = count
            figures[f"MiB after {count}"] = server.memory_bytes / 2**20
    few, last = figures.values()
    text = f"### Memory\n\nA worker has {few:.0f} MiB after {FEW:,} requests and {last:.0f} MiB after {many:,}, of "
    text += f"{DOCUMENTS:,} distinct documents in turn."
    title = f"memory of a worker after {many:,} requests of {DOCUMENTS:,} documents against after {FEW:,}"
    return text, [Target(title, 1.3, last / few, is_least=False)], figures


def _bodies() -> Iterator[bytes]:
    """Documents that ask for a few fields of a job, each in its own combination and order of lists."""
    fields = (
        "id",
        "title",
        "slug",
        "publishedAt",
        "workplace",
        "seniority",
        "employmentTypes",
        "language",
        "lifecycle",
    )
    relations = ("company { name }", "skills { skill { name } }", "places { text }", "salary { period }")
    choices = itertools.product(range(1, 2 ** len(fields)), range(2 ** len(relations)))
    documents = []
    for scalars, parts in itertools.islice(choices, DOCUMENTS):
        chosen = [name for i, name in enumerate(fields) if scalars >> i & 1]
        chosen += [name for i, name in enumerate(relations) if parts >> i & 1]
        documents.append(body_of(f"{{ jobs(first: 3) {{ nodes {{ {' '.join(chosen)} }} }} }}", {}))
    return itertools.cycle(documents)
