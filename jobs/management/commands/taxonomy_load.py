"""`manage.py taxonomy_load`: official taxonomies into the vocabulary of the board."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from jobs.models import TaxonomyScheme
from jobs.progress import Line, bar
from jobs.services import reference, taxonomy

EPILOG = """\
The folder holds any of these tables, as published or with plain column names, also gzipped:
  ESCO   occupations_en.csv  skills_en.csv  occupationSkillRelations_en.csv  ISCOGroups_en.csv
  O*NET  Occupation Data.txt  Alternate Titles.txt  Technology Skills.txt  Related Occupations.txt  Job Zones.txt
  NAICS  naics….csv with the columns code and title

What is loaded is what the tables hold; a second load of the same does nothing. A table that is missing leaves what was
loaded of it before. Each taxonomy goes in whole or, where a table of it cannot be read, not at all. docs/taxonomies.md
says where to download the tables, and what their licences ask for.

Exit code: 0 the taxonomies are in, 1 a table could not be read.
"""


class Command(BaseCommand):
    help = "Loads ESCO, O*NET and NAICS: occupations, their other titles, skills, technologies and industries."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with the tables")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, folder: Path, verbosity: int = 1, **options: Any) -> None:
        is_dry_run: bool = options["dry_run"]
        started = time.perf_counter()
        line = Line(sys.stderr, is_wanted=bool(verbosity))

        def report(told: str) -> None:
            line.clear()
            if verbosity:
                self.stdout.write(told)

        def show(scheme: TaxonomyScheme, share: float) -> None:
            line.show(f"{scheme.upper():<5} {bar(share)} {share:4.0%}")

        try:
            reference.load()
            outcome = taxonomy.load(folder, report, show, is_dry_run=is_dry_run)
        except taxonomy.BadTable as error:
            line.clear()
            raise CommandError(str(error)) from None
        except ProgrammingError:
            hint = "The board's tables are not there yet: run `manage.py migrate`, or `make run` once."
            raise CommandError(hint) from None
        line.clear()
        if verbosity:
            self.stdout.write(_summary(outcome, time.perf_counter() - started, is_dry_run=is_dry_run))


def _summary(outcome: taxonomy.Outcome, seconds: float, *, is_dry_run: bool) -> str:
    parts = []
    if outcome.loaded:
        parts.append(f"loaded {', '.join(scheme.upper() for scheme in outcome.loaded)}")
    if outcome.unchanged:
        parts.append(f"unchanged {', '.join(scheme.upper() for scheme in outcome.unchanged)}")
    dry = " Dry run: nothing was written." if is_dry_run else ""
    return f"Taxonomies: {'; '.join(parts)} ({seconds:.1f} s).{dry}"
