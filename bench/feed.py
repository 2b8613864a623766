"""The feed: what a page of it takes beside a page of a list, what making one takes, and what signals do to readers."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.board import Board, board
from bench.contenders import NEXUS_SETTINGS
from bench.feed_look import BEST
from bench.report import table
from bench.say import say
from bench.targets import Target
from nexus.environment import BASE_DIR

QUICK = ["--rounds", "5", "--people", "5", "--seconds", "4"]
FULL = ["--rounds", "20", "--people", "40", "--seconds", "20"]
PEOPLE = 100_000
"""On a board that is made for the feed."""
MOST_PAGE, MOST_MILLISECONDS, MOST_STATEMENTS, LEAST_RATE, MOST_SLOWER = 2.0, 60.0, 12, 2_000, 1.1


def feed(made: Board, *, quick: bool) -> dict[str, Any]:
    """The figures of one board."""
    say("The feed")
    environment = os.environ | NEXUS_SETTINGS | made.environment | {"RESPONSE_CACHE": "off"}
    command = [sys.executable, "-m", "bench.feed_measure", *(QUICK if quick else FULL)]
    output = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(output.stdout)
    return figures


def feed_at(jobs: int, *, people: int = PEOPLE, quick: bool) -> dict[str, Any]:
    """The figures of a board with so many postings and people, made for them."""
    with board(jobs, people=people) as made:
        return feed(made, quick=quick)


def told(boards: list[dict[str, Any]]) -> tuple[str, list[Target], dict[str, Any]]:
    """A table of each board, the smallest first, and the targets of all."""
    boards = sorted(boards, key=lambda figures: figures["jobs"])
    parts = [_told(figures) for figures in boards]
    targets = [target for figures in boards for target in _targets(figures)]
    return "\n\n".join(parts), targets, {f"{figures['jobs']} jobs": figures for figures in boards}


def _told(figures: dict[str, Any]) -> str:
    floor = figures["milliseconds"]["list"]
    rows = [
        [figures["titles"][name], took, took / floor, figures["statements"].get(name)]
        for name, took in figures["milliseconds"].items()
    ]
    parts = [
        f"### The feed among {figures['jobs']:,} live jobs, of {figures['people']:,} people",
        table(["", "ms CPU", "÷ a page of a list", "statements"], rows),
    ]
    if look := figures.get("look"):
        parts.append(_told_of_look(look))
    if signals := figures.get("signals"):
        parts.append(_told_of_signals(signals))
    return "\n\n".join(parts)


def _told_of_look(look: dict[str, Any]) -> str:
    return (
        f"Of the {BEST} that score best among all that any way leads to, {look['recall']:.0%} are in the feed; its own"
        f" best {BEST} score {look['score']:.1%} of that (means over {look['people']} people)."
    )


def _told_of_signals(signals: dict[str, Any]) -> str:
    return (
        f"{signals['taken']:,} signals in {signals['seconds']:.1f} s, {signals['rate']:,.0f} a second,"
        f" {signals['written']:,} of them written; at most {signals['behind']:,} waited. Meanwhile a page of a list"
        f" took {signals['list']['quiet']:.2f} ms without and {signals['list']['busy']:.2f} ms with them, a page"
        f" of a feed {signals['page']['quiet']:.2f} and {signals['page']['busy']:.2f} (medians by the clock)."
    )


def _targets(figures: dict[str, Any]) -> list[Target]:
    at = f"feed, {figures['jobs']:,} jobs"
    took = figures["milliseconds"]
    found = [
        _most(
            f"{at}: first page of one that is there, against a page of a list", MOST_PAGE, took["page"] / took["list"]
        ),
        _most(f"{at}: making one, of {MOST_MILLISECONDS:.0f} ms", 1, took["built"] / MOST_MILLISECONDS),
        _most(
            f"{at}: making one, of {MOST_STATEMENTS} statements", 1, figures["statements"]["built"] / MOST_STATEMENTS
        ),
    ]
    if signals := figures.get("signals"):
        slower = max(signals[name]["busy"] / signals[name]["quiet"] for name in ("list", "page"))
        rate = signals["rate"] / LEAST_RATE
        found += [
            Target(f"{at}: signals taken and written, of {LEAST_RATE:,} a second", 0.99, rate),
            _most(f"{at}: readers while signals come, against without", MOST_SLOWER, slower),
        ]
    return found


def _most(title: str, bound: float, measured: float) -> Target:
    return Target(title, bound, measured, is_least=False)
