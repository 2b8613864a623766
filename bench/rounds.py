"""Measures contenders round by round, so that what else the machine does falls on all of them alike."""

import json
import statistics
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from bench import values
from bench.board import Board
from bench.contenders import Contender
from bench.driver import Run, drive
from bench.processes import Server, cpu_seconds
from bench.say import say
from bench.works import Work


class WrongAnswer(Exception):
    """A contender says something else than Nexus does: nothing that it was timed with would count."""


@dataclass(slots=True)
class Figures:
    """What one contender's answers to one work took, a value for each round. CPU in milliseconds a request."""

    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    @property
    def all_cpu(self) -> list[float]:
        return [server + database for server, database in zip(self.server, self.database, strict=True)]

    def medians(self) -> dict[str, float]:
        return {name: statistics.median(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how hard each measurement is."""

    rounds: int
    seconds: float
    connections: int
    warm_up: float = 1.0


def ask(server: Server, body: bytes) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/graphql",
        body,
        {"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: bytes = response.read()
            return answer
    except urllib.error.HTTPError as error:
        raise WrongAnswer(f"{server.name}: {error.code} {error.read(300)!r}") from error
    except OSError as error:
        raise WrongAnswer(f"{server.name}: {error}; its log ends: {server.last_lines()}") from error


def check_values(work: Work, contenders: list[Contender], servers: dict[str, Server], ours: Server) -> dict[str, int]:
    """The size of each contender's answer. Raises `WrongAnswer` where one differs from ours."""
    expected = values.canonical(json.loads(ask(ours, work.request("nexus"))))
    sizes = {}
    for contender in contenders:
        body = ask(servers[contender.name], work.request(contender.dialect))
        sizes[contender.name] = len(body)
        try:
            found = values.difference(expected, values.canonical(json.loads(body)))
        except ValueError as error:
            found = str(error)
        if found:
            raise WrongAnswer(f"{contender.title}, {work.title}: {found}")
    return sizes


def measure(
    board: Board, work: Work, contenders: list[Contender], servers: dict[str, Server], pace: Pace
) -> dict[str, Figures]:
    """The figures of each contender at one work. Raises `WrongAnswer` for an answer that is no success."""
    figures = {contender.name: Figures() for contender in contenders}
    requests = {contender.name: work.requests(contender.dialect) for contender in contenders}
    say(f"{work.title}: {', '.join(figures)}")
    for number in range(-1, pace.rounds):
        for contender in contenders:
            server, found = servers[contender.name], figures[contender.name]
            before = server.cpu_seconds, cpu_seconds(board.postgres.process.pid)
            seconds = pace.seconds if number >= 0 else pace.warm_up
            run = drive(server.port, requests[contender.name], connections=pace.connections, seconds=seconds)
            after = server.cpu_seconds, cpu_seconds(board.postgres.process.pid)
            if run.faults:
                raise WrongAnswer(f"{contender.title}, {work.title}: {len(run.faults)} faults, {run.faults[0]}")
            if number >= 0:
                _add(found, run, after[0] - before[0], after[1] - before[1], server.memory_bytes)
    return figures


def _add(figures: Figures, run: Run, server: float, database: float, memory: int) -> None:
    count = len(run.latencies)
    ordered = sorted(run.latencies)
    figures.server.append(server / count * 1000)
    figures.database.append(database / count * 1000)
    figures.rate.append(count / run.seconds)
    figures.p50.append(ordered[count // 2] * 1000)
    figures.p99.append(ordered[int(count * 0.99)] * 1000)
    figures.memory.append(memory / 2**20)


def ratio(upper: list[float], lower: list[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(one / other for one, other in zip(upper, lower, strict=True))
