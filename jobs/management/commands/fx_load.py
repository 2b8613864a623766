"""`manage.py fx_load`: exchange rates, by which pay in different currencies is compared."""

import argparse
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from jobs.importers import addresses
from jobs.importers.files import Unreadable
from jobs.importers.rates import DAILY, quotes_of
from jobs.progress import Line
from jobs.services import fx, reference

EPILOG = f"""\
SOURCE is a file or a URL with reference rates as the European Central Bank publishes them: eurofxref.csv or .xml, of
one day or with its history, also zipped. Without SOURCE they are fetched from
  {DAILY}
Of several days the newest counts. The bank sets rates on working days at about 16:00 in Frankfurt; once a day is often
enough. Currencies that the document does not have keep the rate that they have.

Amounts stay as they were said. Jobs whose pay comes to something else than before, by half a per cent or more, are
indexed again by the worker.

Exit code: 0 the rates are in, 1 they could not be read.
"""


class Command(BaseCommand):
    help = "Loads exchange rates, by which pay in different currencies is compared."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default=DAILY, metavar="SOURCE", help="the file or the URL")
        parser.add_argument(
            "--allow-private", action="store_true", help="let a URL lead to a machine that is not on the internet"
        )

    def handle(self, *args: Any, source: str, verbosity: int = 1, **options: Any) -> None:
        started = time.perf_counter()
        line = Line(sys.stderr, is_wanted=bool(verbosity))
        try:
            reference.load()
            line.show(f"Reading {addresses.shown(source) if addresses.is_url(source) else source} …")
            quotes = quotes_of(source, allow_private=options["allow_private"])
            line.show(f"Taking in {len(quotes.per_euro)} rates of {quotes.on_date} …")
            loaded = fx.load(quotes)
        except (fx.BadRates, Unreadable) as error:
            raise CommandError(str(error)) from None
        except ProgrammingError:
            hint = "The board's tables are not there yet: run `manage.py migrate`, or `make run` once."
            raise CommandError(hint) from None
        finally:
            line.clear()
        if verbosity:
            self.stdout.write(_summary(quotes, loaded, time.perf_counter() - started))


def _summary(quotes: fx.Quotes, loaded: fx.Loaded, seconds: float) -> str:
    said = f"Exchange rates of {quotes.on_date}: {len(quotes.per_euro)} read, {loaded.written} written"
    if loaded.unknown:
        said += f"; not on this board: {', '.join(loaded.unknown)}"
    if loaded.stale_jobs:
        said += f"; {loaded.stale_jobs:,} jobs are to be indexed again"
    return f"{said} ({seconds:.1f} s)"
