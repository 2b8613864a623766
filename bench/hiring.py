"""Hiring: what applying takes beside two bare rows, what a board takes, and how long events wait when many apply."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.board import empty_board
from bench.contenders import NEXUS_SETTINGS
from bench.report import table
from bench.say import say
from bench.targets import Target
from nexus.environment import BASE_DIR

QUICK = ["--rounds", "10", "--sizes", "10000", "100000", "--seconds", "10"]
FULL = ["--rounds", "40", "--sizes", "100000", "1000000", "--seconds", "30"]
MOST_TIMES, MOST_APPLYING, MOST_BOARD, MOST_GROWTH, RATE, MOST_LAG = 6.0, 12, 8, 1.3, 200, 2.0


def hiring(*, quick: bool) -> dict[str, Any]:
    """The figures of a board that is made for them: it is written to."""
    with empty_board() as made:
        made.manage("migrate", "-v0")
        say("Hiring")
        environment = os.environ | NEXUS_SETTINGS | made.environment | {"RESPONSE_CACHE": "off"}
        command = [sys.executable, "-m", "bench.hiring_measure", *(QUICK if quick else FULL)]
        output = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        figures: dict[str, Any] = json.loads(output.stdout)
        return figures


def told(figures: dict[str, Any]) -> tuple[str, list[Target], dict[str, Any]]:
    """The tables, the targets and the figures."""
    return _tables(figures), _targets(figures), figures


def _tables(figures: dict[str, Any]) -> str:
    rows = []
    for size, of in figures["sizes"].items():
        took, statements = of["milliseconds"], of["statements"]
        for work, title in (
            ("apply", "applying"),
            ("bare", "a transaction of two bare rows"),
            ("board", "a board of 500"),
        ):
            bare = took["bare"]["cpu"] if work == "apply" else None
            rows.append(
                [
                    f"{title}, among {int(size):,} applications",
                    took[work]["cpu"],
                    took[work]["clock"],
                    took[work]["cpu"] / bare if bare else None,
                    statements.get(work),
                ]
            )
    sustained = figures["sustained"]
    used = sustained["cpu"] | {"all": sum(sustained["cpu"].values())}
    cpu = table(["", "ms CPU an application"], [list(row) for row in used.items()])
    return (
        f"### Hiring\n\n{table(['', 'ms CPU', 'ms by the clock', '÷ two bare rows', 'statements'], rows)}\n\n"
        f"{sustained['taken']:,} people applied in {sustained['seconds']:.1f} s, {sustained['rate']:.0f} a second, with"
        f" a worker and the relay. The oldest event that had not been told to all waited {sustained['lag']:.1f} s at "
        f"most; {sustained['caught up']:.1f} s after the last application all had been told. Of the machine's"
        f" {os.cpu_count()} cores that took:\n\n{cpu}"
    )


def _targets(figures: dict[str, Any]) -> list[Target]:
    """The bounds that hiring has set itself."""
    sizes = list(figures["sizes"])
    least, most = figures["sizes"][sizes[0]], figures["sizes"][sizes[-1]]
    took, sustained = most["milliseconds"], figures["sustained"]
    # In transactions of two bare rows of the same minutes: between the sizes the machine may become slower by a third.
    least_board, most_board = (
        size["milliseconds"]["board"]["cpu"] / size["milliseconds"]["bare"]["cpu"] for size in (least, most)
    )
    grown = most_board / least_board
    return [
        _most("applying, of 12 statements", 1, most["statements"]["apply"] / MOST_APPLYING),
        _most(
            "applying, against two bare rows, by the clock", MOST_TIMES, took["apply"]["clock"] / took["bare"]["clock"]
        ),
        _most("applying, against two bare rows, CPU", MOST_TIMES, took["apply"]["cpu"] / took["bare"]["cpu"]),
        _most("a board of 500, of 8 statements", 1, most["statements"]["board"] / MOST_BOARD),
        _most(f"a board ÷ two bare rows, {int(sizes[-1]) // int(sizes[0])} times the applications", MOST_GROWTH, grown),
        Target("hiring: applications taken, of 200 a second", 0.99, sustained["rate"] / RATE),
        _most("events while they are taken, of 2 s", 1, sustained["lag"] / MOST_LAG),
    ]


def _most(title: str, bound: float, measured: float) -> Target:
    return Target(f"hiring: {title}", bound, measured, is_least=False)
