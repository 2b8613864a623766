"""`manage.py taxonomy_load`: official taxonomies into the vocabulary of the board."""

import argparse
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import ProgrammingError

from jobs.models import TaxonomyScheme
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
        bar = _Bar(self.stderr if verbosity and self.stderr.isatty() else None)

        def report(line: str) -> None:
            bar.clear()
            if verbosity:
                self.stdout.write(line)

        try:
            reference.load()
            outcome = taxonomy.load(folder, report, bar.show, is_dry_run=is_dry_run)
        except taxonomy.BadTable as error:
            bar.clear()
            raise CommandError(str(error)) from None
        except ProgrammingError:
            hint = "The board's tables are not there yet: run `manage.py migrate`, or `make run` once."
            raise CommandError(hint) from None
        bar.clear()
        if verbosity:
            self.stdout.write(_summary(outcome, time.perf_counter() - started, is_dry_run=is_dry_run))


class _Bar:
    """A line that shows how far a table has been read, on a terminal; nothing elsewhere."""

    WIDTH = 30

    def __init__(self, out: OutputWrapper | None) -> None:
        self._out = out

    def show(self, scheme: TaxonomyScheme, share: float) -> None:
        if self._out:
            done = f"[{'#' * round(share * self.WIDTH):<{self.WIDTH}}] {share:4.0%}"
            self._out.write(f"\r{scheme.upper()} {done} ", ending="")
            self._out.flush()

    def clear(self) -> None:
        if self._out:
            self._out.write("\r" + " " * 60 + "\r", ending="")


def _summary(outcome: taxonomy.Outcome, seconds: float, *, is_dry_run: bool) -> str:
    parts = []
    if outcome.loaded:
        parts.append(f"loaded {', '.join(scheme.upper() for scheme in outcome.loaded)}")
    if outcome.unchanged:
        parts.append(f"unchanged {', '.join(scheme.upper() for scheme in outcome.unchanged)}")
    dry = " Dry run: nothing was written." if is_dry_run else ""
    return f"Taxonomies: {'; '.join(parts)} ({seconds:.1f} s).{dry}"
