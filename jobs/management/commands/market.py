"""`manage.py market`: a market of any size, for demos and benchmarks."""

import os
import sys
from argparse import RawDescriptionHelpFormatter
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.market.run import JOBS_PER_PERSON, Made, MarketError, generate, postings_there
from jobs.progress import Progress, duration

# Below this, starting other processes takes longer than they save.
WORTH_PROCESSES = 5_000
MOST_PROCESSES = 8
INTERRUPTED = 130  # as shells say: 128 and the number of the signal

EXAMPLES = """
examples:
  manage.py market --jobs 20000                  twenty thousand postings of 90 days, seed 1
  manage.py market --jobs 1000000 --seed 7       a million, another market
  manage.py market --jobs 500 --people 0         postings only
  manage.py market --jobs 5000 --replace         instead of the market that is there
  manage.py market --jobs 5000 --now 2026-03-01T00:00:00Z   the same on any day

The market's companies have websites under market.example and its people e-mail addresses there, a name that nobody
can register. By that they are known: nothing else is touched, and --replace deletes nothing else.
"""


class _Formatter(RawDescriptionHelpFormatter):
    """Keeps the examples as they are written."""


class Command(BaseCommand):
    help = "Makes a market of invented companies, postings and people beside what is on the board."
    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLES, formatter_class=_Formatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jobs", type=int, required=True, help="how many postings")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another market (1)")
        parser.add_argument("--people", type=int, help=f"how many people (one for {JOBS_PER_PERSON} postings)")
        parser.add_argument("--now", type=_moment, help="when the last posting appeared, ISO 8601 (today, 0:00 UTC)")
        parser.add_argument("--replace", action="store_true", help="delete the market that is there first")
        parser.add_argument("--processes", type=int, help="how many write at once (two, or one for a small market)")

    def handle(
        self,
        *args: Any,
        jobs: int,
        seed: int = 1,
        people: int | None = None,
        now: datetime | None = None,
        replace: bool = False,
        processes: int | None = None,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        if processes is not None and not 1 <= processes <= MOST_PROCESSES:
            raise CommandError(f"A market is written by 1 to {MOST_PROCESSES} processes, not {processes}.")
        # Not `self.stderr`, which ends every line and would not let a bar be drawn over.
        progress = Progress(sys.stderr) if verbosity else None
        try:
            made = generate(
                jobs,
                seed=seed,
                people=people,
                now=now,
                replace=replace,
                processes=processes or _usual_processes(jobs),
                progress=progress,
            )
        except MarketError as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            self.stderr.write(f"\nInterrupted; {postings_there():,} postings are in. --replace clears them.")
            sys.exit(INTERRUPTED)
        if verbosity:
            self.stdout.write(_told(made))


def _usual_processes(jobs: int) -> int:
    return 1 if jobs < WORTH_PROCESSES else min(2, os.cpu_count() or 1)


def _moment(text: str) -> datetime:
    """An aware moment; one without a zone is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_moment.__name__ = "ISO 8601 moment"  # argparse names it so where the text is none


def _told(made: Made) -> str:
    seconds = sum(made.seconds.values())
    steps = ", ".join(f"{step} {duration(took)}" for step, took in made.seconds.items())
    return (
        f"Market: {made.jobs:,} postings of {made.companies:,} companies, {made.people:,} people, seed {made.seed}, "
        f"up to {made.now.isoformat()} ({steps}; {made.jobs / seconds:,.0f} postings a second in all)"
    )
