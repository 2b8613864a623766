"""`manage.py search_check`: whether the search index says what the tables say."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.models import SearchPending
from jobs.progress import Progress
from jobs.search.postgres.rebuild import check

DRIFT = 1


class Command(BaseCommand):
    help = "Compares the search index with the tables; ends with 1 where they differ and that was not mended."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="index anew what differs")

    def handle(self, *args: Any, mend: bool, verbosity: int = 1, **options: Any) -> None:
        drift = check(Progress(sys.stderr) if verbosity else None, mends=mend)
        if verbosity:
            self.stdout.write(
                f"{drift.compared:,} jobs compared: {drift.missing:,} missing, {drift.left_over:,} left over,"
                f" {drift.different:,} different{'; mended' if mend and drift.total else ''}."
                f" {SearchPending.objects.count():,} changes wait for the worker."
            )
        if drift.total and not mend:
            sys.exit(DRIFT)
