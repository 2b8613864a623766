"""`manage.py duplicates`: finds postings that stand on the board more than once."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.models import Job
from jobs.progress import Line
from jobs.selectors import duplicate as duplicates
from jobs.services import duplicate


class Command(BaseCommand):
    help = "Finds duplicates among the jobs that are new or say something else; imports do so by themselves."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="look at every job anew; what people said are no duplicates stays so"
        )

    def handle(self, *args: Any, rebuild: bool, verbosity: int = 1, **options: Any) -> None:
        started = time.perf_counter()
        line = Line(sys.stderr, is_wanted=bool(verbosity))

        def show(done: int) -> None:
            line.show(f"{done:,} jobs, {done / max(time.perf_counter() - started, 0.001):,.0f} a second")

        placed = (duplicate.rebuild if rebuild else duplicate.refresh)(report=show)
        line.clear()
        if verbosity:
            took = time.perf_counter() - started
            found = duplicates.survey()
            self.stdout.write(
                f"{placed:,} of {Job.objects.count():,} jobs looked at in {took:.1f} s\n"
                f"{found.clusters:,} clusters, {found.jobs:,} jobs in them, {found.largest:,} in the largest"
            )
