"""Clients of a load run: they ask at random, compare every answer, and come back when they are thrown out."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.driver import Connection
from bench.pool import Asked, without_extensions

RETRY_SECONDS = 0.05


@dataclass(slots=True)
class Tally:
    """What came back. Only `wrong` is a lie: an answer that claims to be one, and differs from graphql-core's."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    last_not_right: float = 0.0
    """When the last answer came that was not right, as `time.perf_counter` has it."""

    def summary(self) -> dict[str, Any]:
        ordered = sorted(self.latencies) or [0.0]
        return {
            "answers": len(self.latencies),
            "right": self.right,
            "wrong": len(self.wrong),
            "refused": dict(self.refused),
            "broken connections": self.broken,
            "answers a second": round(len(self.latencies) / self.seconds, 1),
            "p50 ms": round(ordered[len(ordered) // 2] * 1000, 1),
            "p99 ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
            "seconds": round(self.seconds, 1),
            "first wrong": self.wrong[:3],
        }


class Client:
    """One connection's worth of load."""

    def __init__(self, pool: list[Asked], tally: Tally, deadline: float, seed: int) -> None:
        self.pool, self.tally, self.deadline = pool, tally, deadline
        self.random = random.Random(seed)
        self.asked = pool[0]

    async def run(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        while time.perf_counter() < self.deadline:
            try:
                connecting = loop.create_connection(
                    lambda: Connection(self._next_request, self._on_answer), "127.0.0.1", port
                )
                _, connection = await connecting
            except OSError:
                self._not_right()
                self.tally.broken += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if await connection.closed:
                self._not_right()
                self.tally.broken += 1

    def _next_request(self) -> bytes | None:
        if time.perf_counter() >= self.deadline:
            return None
        self.asked = self.random.choice(self.pool)
        return self.asked.request

    def _on_answer(self, took: float, status: int, body: bytes) -> None:
        self.tally.latencies.append(took)
        try:
            answer = without_extensions(body)
        except ValueError:
            answer = b""
        if status == self.asked.status and answer == self.asked.expected:
            self.tally.right += 1
            return
        self._not_right()
        codes = _codes(body)
        if codes:
            self.tally.refused[f"{status} {codes}"] += 1
        else:
            self.tally.wrong.append(f"{self.asked.name}: {status} {body[:300]!r}")

    def _not_right(self) -> None:
        self.tally.last_not_right = time.perf_counter()


def _codes(body: bytes) -> str:
    """The codes of an answer's errors; empty where it has none, or one without a code."""
    try:
        errors = orjson.loads(body).get("errors") or []
    except ValueError:
        return ""
    codes = {error.get("extensions", {}).get("code") for error in errors}
    return "" if None in codes else " ".join(sorted(codes))


async def load(port: int, pool: list[Asked], *, connections: int, seconds: float) -> Tally:
    """The tally of so many clients for so long."""
    tally = Tally()
    started = time.perf_counter()
    clients = [Client(pool, tally, started + seconds, seed) for seed in range(connections)]
    await asyncio.gather(*(client.run(port) for client in clients))
    tally.seconds = time.perf_counter() - started
    return tally
