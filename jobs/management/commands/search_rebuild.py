"""`manage.py search_rebuild`: makes the search index anew, while the board is online."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from jobs.progress import Progress, duration
from jobs.search.postgres.rebuild import rebuild


class Command(BaseCommand):
    help = "Makes the search index anew from the tables. Searches go on meanwhile; run it again if it is cut off."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        started = time.perf_counter()
        done = rebuild(Progress(sys.stderr) if verbosity else None)
        if verbosity:
            self.stdout.write(f"{done:,} jobs indexed in {duration(time.perf_counter() - started)}")
