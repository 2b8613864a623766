"""Writes docs/state-machines.md from the machines: of each a diagram and the table of its moves."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.machines.application import APPLICATION
from jobs.machines.job import LIFECYCLE, MODERATION
from jobs.machines.machine import Machine, Move

MACHINES: tuple[Machine[Any], ...] = (LIFECYCLE, MODERATION, APPLICATION)
TITLE = """\
# State machines

Made from the tables in `jobs/machines/` by `python manage.py machines`; change those, not this. Each table is all there
is: what services refuse, what a trigger of the database refuses, whoever writes, which acts a viewer is offered
(`availableActions`), and what the tests walk. Who changes a table writes a migration with `trigger_sql`.

"Asks" says what must hold of the row; "who" as [permissions](permissions.md) has it: nobody means that it is the
board's own doing, and "and the clock" that it is done as well when its time has come.
"""


class Command(BaseCommand):
    """`machines` writes the file; with `--check` it only says whether the file is up to date."""

    requires_system_checks = ()  # those ask the database; the code is enough
    help = "Write docs/state-machines.md from the state machines; --check: fail if it is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the file is out of date.")

    def handle(self, *, check: bool, **options: object) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "state-machines.md"
        text = document()
        if not check:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{path.name} written.")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError("docs/state-machines.md is out of date: run `python manage.py machines`.")


def document() -> str:
    """The whole file, the same for the same machines."""
    return "\n".join([TITLE, *(section(machine) for machine in MACHINES)])


def section(machine: Machine[Any]) -> str:
    """One machine: its states, how they follow one another, and what each move asks."""
    states = [f"| `{state.value}` | {_cell(str(state.label))} |" for state in machine.states]
    return "\n".join(
        [
            f"## {machine.model.__name__}.{machine.column}",
            "",
            " ".join((inspect.getdoc(machine.states) or "").split()),
            "",
            "```mermaid",
            "stateDiagram-v2",
            *diagram(machine),
            "```",
            "",
            "| state | what it means |",
            "|---|---|",
            *states,
            "",
            "| act | what it does | from | to | who | asks | event |",
            "|---|---|---|---|---|---|---|",
            *(line(machine, move) for move in machine.moves),
            "",
        ]
    )


def diagram(machine: Machine[Any]) -> Iterator[str]:
    """The moves in Mermaid, in the order of the states."""
    for state in machine.states:
        if state in machine.initial:
            yield f"  [*] --> {state.value}"
    for move in machine.moves:
        for origin in _ordered(machine, move.origins):
            yield f"  {origin} --> {move.target or '[*]'} : {move.act.value}"


def line(machine: Machine[Any], move: Move[Any]) -> str:
    """A row of the table of moves."""
    asks = "; ".join(filter(None, map(_said, move.guards)))
    who = _who(move.may) if move.may else "nobody"
    cells = (
        f"`{move.act.value}`",
        str(move.act.label),
        ", ".join(f"`{origin}`" for origin in _ordered(machine, move.origins)),
        f"`{move.target}`" if move.target else "gone",
        f"{who}, and the clock" if move.is_timed else who,
        asks or "nothing",
        f"`{move.event.__name__}`" if move.event else "none",
    )
    return f"| {' | '.join(map(_cell, cells))} |"


def _ordered(machine: Machine[Any], states: frozenset[str]) -> list[str]:
    return [state.value for state in machine.states if state in states]


def _said(function: Callable[..., Any]) -> str:
    """The first sentence of a docstring, without its stop."""
    text = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    if not text:
        raise CommandError(f"{function.__module__}.{function.__name__} has no docstring.")
    return text.removesuffix(".")


def _who(may: Callable[..., Any]) -> str:
    """What the policy's docstring says after naming the act."""
    _, _, who = _said(may).partition(": ")
    return who or _said(may)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
