"""`manage.py reference_load`: countries, places, categories, occupations and skills into the tables."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from jobs.services import reference


class Command(BaseCommand):
    help = "Loads the reference data that ship with Nexus: places, categories, skills … Does nothing where they are."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        started = time.perf_counter()
        report = self.stdout.write if verbosity > 1 else lambda line: None
        loaded = reference.load(report)
        took = time.perf_counter() - started
        if verbosity:
            self.stdout.write(f"Reference data {'loaded' if loaded else 'unchanged'} ({took:.2f} s)")
