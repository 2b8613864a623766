"""`manage.py feed_cells`: learns anew which kinds of work the same people like, as is done each night."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from jobs.feed.cells import rebuild
from jobs.progress import Progress, duration


class Command(BaseCommand):
    help = "Learns from the last 90 days which kinds of work the same people like. Feeds go on meanwhile."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        started = time.perf_counter()
        rows = rebuild(timezone.now(), Progress(sys.stderr) if verbosity else None)
        if verbosity:
            self.stdout.write(f"{rows:,} rows learned in {duration(time.perf_counter() - started)}")
