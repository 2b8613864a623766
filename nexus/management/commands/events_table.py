"""Writes the table of docs/events.md from the code: every event, and who hears of it."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.events import Event, kinds
from kernel.subscribers import subscribers
from nexus import relay

TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end of table -->)", re.DOTALL)


class Command(BaseCommand):
    """`events_table` writes the table; with `--check` it only says whether the table is up to date."""

    requires_system_checks = ()  # those ask the database; the code is enough
    help = "Write the table of docs/events.md from the code; --check: fail if it is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the table is out of date.")

    def handle(self, *, check: bool, **options: object) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "events.md"
        text = path.read_text(encoding="utf-8")
        made = TABLE.sub(lambda _: table(), text)
        if not check:
            path.write_text(made, encoding="utf-8")
            self.stdout.write("docs/events.md written.")
        elif made != text:
            raise CommandError("docs/events.md is out of date: run `python manage.py events_table`.")


def table() -> str:
    """A row for each event of the apps, by app and in the order of their names."""
    relay.load()
    events = sorted((kind for kind in kinds.values() if _is_ours(kind.__module__)), key=_place)
    return "".join(
        [
            "| event | what happened | about; fields | who hears of it |\n|---|---|---|---|\n",
            *(f"| `{kind.__name__}` | {_docstring(kind)} | {_fields(kind)} | {_hearing(kind)} |\n" for kind in events),
        ]
    )


def _is_ours(module: str) -> bool:
    """Whether it is an app's, and not a test's."""
    return apps.get_containing_app_config(module) is not None


def _place(kind: type[Event]) -> tuple[str, str]:
    return kind.__module__, kind.__name__


def _docstring(kind: type[Event]) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())


def _fields(kind: type[Event]) -> str:
    others = [f"`{field.name}`" for field in fields(kind) if field.name != kind.about]
    return f"`{kind.about}`" + (f"; {', '.join(others)}" if others else "")


def _hearing(kind: type[Event]) -> str:
    names = [name for name, one in subscribers.items() if kind in one.kinds and _is_ours(one.handle.__module__)]
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nobody yet"
