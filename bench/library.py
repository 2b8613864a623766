"""The engine as a library, against graphql-core: what `python -m bench.engine` measures, and its targets."""

import json
import shutil
import subprocess
import sys
from typing import Any

from bench.report import table
from bench.say import say
from bench.targets import Target
from nexus.environment import BASE_DIR


def library(*, quick: bool) -> tuple[str, list[Target], dict[str, Any]]:
    """The text, the targets and the figures of the engine alone."""
    say("The engine against graphql-core, without server and database")
    command = [sys.executable, "-m", "bench.engine", "--rounds", "9" if quick else "31"]
    if shutil.which("valgrind"):
        command.append("--instructions")
    else:
        say("valgrind is not installed: instructions are not counted")
    output = subprocess.run(command, cwd=BASE_DIR, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = json.loads(output)
    return f"### The engine alone\n\n{_table(figures)}", _targets(figures), figures


def _table(figures: dict[str, Any]) -> str:
    rows = []
    for name, found in figures.items():
        if "ratio" in found:
            (first, one), (second, other) = [(key, value) for key, value in found.items() if key != "ratio"]
            rows.append([name, f"{first}: {one:g}", f"{second}: {other:g}", found["ratio"]])
    return table(["", "", "", "ratio"], rows)


BOUNDS = (
    ("execution, CPU", "engine, feed of 20 with relations, against graphql-core with dataloaders: less CPU", 12, True),
    (
        "execution, million instructions",
        "engine, feed of 20, against graphql-core: fewer instructions",
        14,
        True,
    ),
    ("first sight, CPU", "first sight of a document against graphql-core", 1.3, False),
    ("growth", "growth: 1,000 jobs against 20, execution CPU", 55, False),
)


def _targets(figures: dict[str, Any]) -> list[Target]:
    """`figures` are by name; one whose name begins so has the ratio."""
    targets = []
    for start, title, bound, is_least in BOUNDS:
        ratio = next((found["ratio"] for name, found in figures.items() if name.startswith(start)), None)
        targets.append(Target(title, bound, ratio, is_least=is_least))
    return targets
