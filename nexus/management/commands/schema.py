"""`manage.py schema`: write the contracts, or check that they are the ones that the code makes."""

import difflib
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from graphene_django.settings import graphene_settings

from nexus.rest.contract import contract_yaml
from schema.core.contract import print_contract

FILE = settings.BASE_DIR / "schema" / "schema.graphql"
REST_FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
HEADER = "# The contract. Written by `make schema`; never edited by hand.\n\n"


def _graphql() -> str:
    return HEADER + print_contract(graphene_settings.SCHEMA.graphql_schema) + "\n"


def _rest() -> str:
    return HEADER + contract_yaml().decode()


CONTRACTS: tuple[tuple[Path, Callable[[], str]], ...] = ((FILE, _graphql), (REST_FILE, _rest))


class Command(BaseCommand):
    help = (
        "Write schema/schema.graphql and docs/openapi.yaml from the code. With --check, change nothing and fail where "
        "they differ."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only compare, show the difference, exit 1 if there is one"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        for file, make in CONTRACTS:
            self._write(file, make(), is_check=check)

    def _write(self, file: Path, made: str, *, is_check: bool) -> None:
        name = file.relative_to(settings.BASE_DIR)
        committed = file.read_text(encoding="utf-8") if file.exists() else ""
        if made == committed:
            self.stdout.write(f"{name} is what the code makes.")
        elif is_check:
            names = f"{name} (committed)", f"{name} (made by the code)"
            difference = difflib.unified_diff(committed.splitlines(), made.splitlines(), *names, lineterm="")
            self.stdout.writelines(f"{line}\n" for line in difference)
            raise CommandError(f"{name} is stale. Run `make schema`, read the diff, and commit it.")
        else:
            file.write_text(made, encoding="utf-8")
            self.stdout.write(f"Wrote {name}.")
