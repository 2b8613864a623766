"""`manage.py permissions`: who may do what, as the code has it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.policies import MATRIX, Act, Column

PAGE = settings.BASE_DIR / "docs" / "permissions.md"
BEGIN = "<!-- Written by `manage.py permissions --write`. -->"
END = "<!-- The end of what is written. -->"


def table() -> str:
    """The matrix as a Markdown table: an act a line, a column for each way of acting."""
    lines = [["act", *Column], ["---"] * (len(Column) + 1)]
    lines += [[act, *(str(MATRIX[act][column]) for column in Column)] for act in Act]
    return "\n".join("|---" * len(line) + "|" if line[0] == "---" else f"| {' | '.join(line)} |" for line in lines)


def written_into(page: str) -> str:
    """The page with the table of now in the place of the one that it holds."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


class Command(BaseCommand):
    help = "Print who may do what, as a Markdown table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write it into docs/permissions.md")
        parser.add_argument("--check", action="store_true", help="fail where docs/permissions.md says something else")

    def handle(self, *args: Any, write: bool, check: bool, **options: Any) -> None:
        page = PAGE.read_text(encoding="utf-8") if write or check else ""
        if write:
            PAGE.write_text(written_into(page), encoding="utf-8")
        elif not check:
            self.stdout.write(table())
        elif written_into(page) != page:
            raise CommandError("docs/permissions.md is behind the code: run `manage.py permissions --write`.")
