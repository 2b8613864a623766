"""Takes turns: every task once a round, so that what else the machine does falls on all of them alike."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Task:
    """One way to do a work: `run` gets one of the questions, round by round the next.

    `took` are milliseconds by the clock from the call to its return, of as many rounds as there was time for.
    """

    group: str
    work: str
    way: str
    questions: Sequence[Any]
    run: Callable[[Any], object]
    # Before each run, outside of what is timed.
    prepare: Callable[[], object] | None = None
    took: list[float] = field(default_factory=list)


def take_turns(
    tasks: Sequence[Task], *, rounds: int, most_seconds: float, clock: Callable[[], float] = time.perf_counter
) -> None:
    """Runs each task once to warm up, then once a round, until it alone has taken `most_seconds`, but once at least."""
    spent = [0.0] * len(tasks)
    for number in range(-1, rounds):
        for place, task in enumerate(tasks):
            if task.took and spent[place] > most_seconds:
                continue
            question = task.questions[max(number, 0) % len(task.questions)]
            if task.prepare:
                task.prepare()
            started = clock()
            task.run(question)
            took = clock() - started
            spent[place] += took
            # What takes so long was warm before it ended: its first run counts.
            if number >= 0 or took > most_seconds / 4:
                task.took.append(took * 1000)


def cpu_clock(backend: int) -> Callable[[], float]:
    """Seconds of CPU that this thread and its PostgreSQL process have used; by the wall clock where Linux is not.

    What else the machine does hardly changes them. A process that waits has told of all that it has used.
    """
    file = Path(f"/proc/{backend}/schedstat")
    if not file.exists():
        return time.perf_counter
    return lambda: time.thread_time() + int(file.read_text().split()[0]) / 1e9


def medians(tasks: Sequence[Task]) -> dict[str, dict[str, dict[str, float]]]:
    """By group, work and way."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for task in tasks:
        found.setdefault(task.group, {}).setdefault(task.work, {})[task.way] = statistics.median(task.took)
    return found
