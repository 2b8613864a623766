"""`manage.py schema`: write the contract, or check that it is the one that the code makes."""

import difflib
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from graphene_django.settings import graphene_settings

from schema.core.contract import print_contract

FILE = settings.BASE_DIR / "schema" / "schema.graphql"
HEADER = "# The contract. Written by `make schema`; never edited by hand.\n\n"


class Command(BaseCommand):
    help = "Write schema/schema.graphql from the code. With --check, change nothing and fail where it differs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only compare, show the difference, exit 1 if there is one"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        made = HEADER + print_contract(graphene_settings.SCHEMA.graphql_schema) + "\n"
        committed = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
        if made == committed:
            self.stdout.write("schema/schema.graphql is what the code makes.")
        elif check:
            names = "schema/schema.graphql (committed)", "schema/schema.graphql (made by the code)"
            difference = difflib.unified_diff(committed.splitlines(), made.splitlines(), *names, lineterm="")
            self.stdout.writelines(f"{line}\n" for line in difference)
            raise CommandError("schema/schema.graphql is stale. Run `make schema`, read the diff, and commit it.")
        else:
            FILE.write_text(made, encoding="utf-8")
            self.stdout.write("Wrote schema/schema.graphql.")
