"""`manage.py signals`: where the signals stand that clients sent, and what to do about them by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from jobs.progress import duration
from jobs.services import heat, interaction, signal
from kernel.caching import CacheAway


class Command(BaseCommand):
    help = "Shows how many signals wait to be written and for how long, and the months that are kept."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drain", action="store_true", help="write what waits, until nothing does")
        parser.add_argument("--months", action="store_true", help="make the months to come, forget those that are over")
        parser.add_argument("--heat", action="store_true", help="make the heat of jobs anew from what was written")

    def handle(self, *args: Any, drain: bool, heat: bool, months: bool, **options: Any) -> None:
        if drain:
            self.stdout.write(f"{signal.drain():,} signals written")
        if heat:
            self.stdout.write(f"{_rebuild_heat():,} jobs have heat")
        if months:
            self.stdout.write(_keep_up())
        try:
            found = signal.waiting()
        except CacheAway:
            raise CommandError("The cache server does not answer: signals are written straight away.") from None
        lag = 0.0 if found.since is None else (timezone.now() - found.since).total_seconds()
        since = f", the first for {duration(lag)}" if found.count else ""
        self.stdout.write(f"{found.count:,} of at most {signal.MOST_WAITING:,} signals wait{since}")
        for part in interaction.partitions():
            month = "what is of no month" if part.start is None else f"{part.start:%Y-%m}"
            self.stdout.write(f"{month}: about {part.rows:,} rows")


def _keep_up() -> str:
    try:
        made, gone = interaction.keep_up(timezone.now())
    except OperationalError:
        raise CommandError("What is in the way is in use: try again.") from None
    return f"{len(made)} months made, {len(gone)} forgotten"


def _rebuild_heat() -> int:
    # A client's clock may be ahead, and it may have to wait for who writes.
    return heat.rebuild(timezone.now() + signal.AHEAD)
