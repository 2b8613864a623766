"""`python -m bench.load --minutes 10`: Nexus at saturation, every answer compared with graphql-core's.

After the steady run come the faults, each under load: Redis stopped and started, PostgreSQL killed and started, and
hundreds of connections that are idle or send half a request. The command fails if a single answer was wrong.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from bench import report
from bench.board import Board, board
from bench.clients import Tally, load
from bench.contenders import nexus
from bench.oracle import oracle
from bench.pool import Asked, pool
from bench.processes import Server
from bench.say import say

IDLE, HALF_SENT = 400, 100
HALF = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{"
FAULT_SECONDS = 30.0
PHASES = ("steady", "redis", "postgres", "connections")

type Phase = Callable[[], Awaitable[dict[str, Any]]]


class LoadRun:
    """The phases of the run, each a dictionary of what was seen."""

    def __init__(self, made: Board, server: Server, asked: list[Asked], connections: int) -> None:
        self.made, self.server, self.asked, self.connections = made, server, asked, connections

    async def steady(self, seconds: float) -> dict[str, Any]:
        before = self.server.memory_bytes
        tally = await self._load(seconds)
        after = self.server.memory_bytes
        return tally.summary() | {"memory MiB": [round(before / 2**20), round(after / 2**20)]}

    async def redis_away(self) -> dict[str, Any]:
        """Stopped after a third of the time, started after two thirds."""
        return await self._with_outage(self.made.valkey.stop, lambda: self.made.valkey.start(say))

    async def postgres_killed(self) -> dict[str, Any]:
        """Killed after a third of the time; its sockets are gone until it has recovered."""
        return await self._with_outage(self.made.postgres.stop, lambda: self.made.postgres.start(say))

    async def slow_connections(self) -> dict[str, Any]:
        """Held open for as long as the load lasts."""
        held = []
        for number in range(IDLE + HALF_SENT):
            _, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
            if number >= IDLE:
                writer.write(HALF)
            held.append(writer)
        tally = await self._load(FAULT_SECONDS)
        for writer in held:
            writer.close()
        return tally.summary()

    async def _with_outage(self, stop: Phase, start: Phase) -> dict[str, Any]:
        loading = asyncio.create_task(self._load(FAULT_SECONDS))
        await asyncio.sleep(FAULT_SECONDS / 3)
        await stop()
        await asyncio.sleep(FAULT_SECONDS / 3)
        await start()
        back = time.perf_counter()
        tally = await loading
        # The last answer that was not right, after the server was back: from then on all of them were.
        recovered = max(0.0, tally.last_not_right - back)
        after = await self._load(FAULT_SECONDS / 3)
        return tally.summary() | {"seconds to recover": round(recovered, 2), "afterwards": after.summary()}

    async def _load(self, seconds: float) -> Tally:
        return await load(self.server.port, self.asked, connections=self.connections, seconds=seconds)


async def run(made: Board, server: Server, asked: list[Asked], options: argparse.Namespace) -> dict[str, Any]:
    """What each phase saw, by its name."""
    loaded = LoadRun(made, server, asked, options.connections)
    phases: dict[str, tuple[str, Phase]] = {
        "steady": (f"{options.minutes:g} minutes at saturation", lambda: loaded.steady(options.minutes * 60)),
        "redis": ("Redis stopped and started", loaded.redis_away),
        "postgres": ("PostgreSQL killed and started", loaded.postgres_killed),
        "connections": (f"{IDLE} idle and {HALF_SENT} half-sent connections", loaded.slow_connections),
    }
    found = {}
    for name in options.phases:
        title, phase = phases[name]
        say(title)
        found[title] = await phase()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="of the steady run (10)")
    parser.add_argument("--connections", type=int, default=16, help="each with one request at a time (16)")
    parser.add_argument("--jobs", type=int, default=20_000, help="postings of the market (20,000)")
    parser.add_argument("--phases", nargs="+", choices=PHASES, default=PHASES, help=f"of {', '.join(PHASES)} (all)")
    parser.add_argument("--record", action="store_true", help="write the result into docs/performance.md as well")
    options = parser.parse_args()
    with board(options.jobs, with_demo=True) as made:
        asked = _pool(made)
        server = _nexus(made)
        try:
            found = uvloop.run(run(made, server, asked, options))
        finally:
            server.stop()
    text = f"{report.machine()}. {report.today()}.\n\n{_table(found)}"
    report.save("load", text, {"machine": report.machine(), "date": report.today(), **found}, record=options.record)
    print(text)
    wrong = sum(phase["wrong"] + phase.get("afterwards", {}).get("wrong", 0) for phase in found.values())
    sys.exit(f"{wrong} wrong answers." if wrong else 0)


def _pool(made: Board) -> list[Asked]:
    say("Asking graphql-core for the right answers")
    with oracle(made) as right:
        return pool(made, right)


def _nexus(made: Board) -> Server:
    """Its log stays in var/bench after the run."""
    report.FOLDER.mkdir(parents=True, exist_ok=True)
    command = nexus()(made)
    return Server("nexus", command.words, command.environment, command.folder, report.FOLDER / "nexus.log")


def _table(found: dict[str, Any]) -> str:
    rows = []
    for name, phase in found.items():
        for title, part in ((name, phase), (f"{name}: afterwards", phase.get("afterwards"))):
            if part:
                refused = ", ".join(f"{count:,} × {code}" for code, count in part["refused"].items())
                rows.append(
                    [
                        title,
                        *(part[key] for key in ("answers", "right", "wrong")),
                        refused or "none",
                        *(part[key] for key in ("broken connections", "answers a second", "p50 ms", "p99 ms")),
                        part.get("seconds to recover", "–"),
                    ]
                )
    columns = ["", "answers", "right", "wrong", "typed errors", "broken connections", "answers/s", "p50 ms", "p99 ms"]
    return report.table([*columns, "seconds to recover"], rows)


if __name__ == "__main__":
    main()
