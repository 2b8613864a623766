"""`manage.py jobs_import`: postings from a file into the board."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from jobs.importers.files import Unreadable
from jobs.importers.posting import KEYS
from jobs.importers.run import READERS, Account, Plan, import_file
from jobs.models import Country
from jobs.services import reference
from jobs.services.incoming import Fate

SHOWN_FAULTS = 20
SOME_FAILED, NOTHING_READ = 1, 2

EPILOG = f"""\
One posting a row, with these keys (all but title and company may be missing):
  {" ".join(sorted(KEYS))}
Other keys are counted and left out. Without posted_at, updated_at counts, else now; without expires_at, the posting
ends JOB_LIFETIME_DAYS after that. One that has ended goes in as expired, unless --live-days makes it live from now
(its first publication stays what it was). A row without id is known by a digest of its url, or where it has none of
company, title, places and description. A posting is the same when company, id and language are; importing a file
again changes nothing.

Exit code: 0 all rows are in, 1 some rows were refused (each is named with its line and reason), 2 nothing was read.
"""


class Command(BaseCommand):
    help = "Takes postings in from a file of JSON Lines or CSV, also gzipped."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file; .gz is unpacked on the way")
        parser.add_argument("--format", choices=sorted(READERS), help="default: by the file's name")
        parser.add_argument(
            "--source", help="name of the source, by which the next import knows it; default: the file's"
        )
        parser.add_argument("--company", default="", help="the employer of rows that name none")
        parser.add_argument("--country", default="", help="the country, as an ISO code, of rows that name none")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="OURS=THEIRS",
            help="title=headline reads the title from headline",
        )
        parser.add_argument(
            "--live-days", type=int, help="postings that have ended are live from now, for so many days"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, file: Path, verbosity: int = 1, **options: Any) -> None:
        try:
            reference.load()
        except ProgrammingError:
            hint = "The board's tables are not there yet: run `manage.py migrate`, or `make run` once."
            raise CommandError(hint, returncode=NOTHING_READ) from None
        plan = self._plan(file, options)
        bar = _Bar(sys.stderr if sys.stderr.isatty() and verbosity else None)
        started = time.perf_counter()
        try:
            account = import_file(file, plan, progress=bar.show)
        except Unreadable as error:
            raise CommandError(str(error), returncode=NOTHING_READ) from None
        finally:
            bar.clear()
        if verbosity:
            self.stdout.write(_summary(account, plan, time.perf_counter() - started))
        self._report_faults(account)
        if not account.has_postings:
            raise CommandError("No row could be taken in.", returncode=NOTHING_READ)
        if account.has_failed:
            sys.exit(SOME_FAILED)

    def _plan(self, file: Path, options: dict[str, Any]) -> Plan:
        name = file.name.removesuffix(".gz")
        layout = options["format"] or {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}.get(Path(name).suffix)
        if layout is None:
            raise CommandError(
                f"What is {file.name}? Say --format {' or '.join(sorted(READERS))}.", returncode=NOTHING_READ
            )
        renames: dict[str, str] = {}
        for entry in options["map"]:
            ours, equals, theirs = entry.partition("=")
            if not equals or not theirs or ours not in KEYS:
                raise CommandError(
                    f"--map {entry}: write OURS=THEIRS, where OURS is one of {' '.join(sorted(KEYS))}.", returncode=2
                )
            renames[ours] = theirs
        live_days = options["live_days"]
        if live_days is not None and not 1 <= live_days <= 3650:
            raise CommandError("--live-days is a number from 1 to 3650.", returncode=NOTHING_READ)
        country = options["country"].upper()
        if country and not Country.objects.filter(code=country).exists():
            raise CommandError(
                f"--country {country}: an ISO 3166 code of two letters is meant.", returncode=NOTHING_READ
            )
        return Plan(
            source=options["source"] or Path(name).stem or name,
            format=layout,
            company=" ".join(options["company"].split()),
            country=country,
            renames=renames,
            live_days=live_days,
            is_dry_run=options["dry_run"],
        )

    def _report_faults(self, account: Account) -> None:
        for fault in account.faults[:SHOWN_FAULTS]:
            where = f"line {fault.position}" + (f", {fault.field}" if fault.field else "")
            self.stderr.write(f"{where}: {fault.reason}")
        more = account.fates[Fate.FAILED] - SHOWN_FAULTS
        if more > 0:
            self.stderr.write(f"… and {more:,} more; the import run keeps the first {len(account.faults)} of them")
        if account.broken:
            self.stderr.write(f"line {account.broken.position}: {account.broken.reason} What came before is in.")


class _Bar:
    """A line that shows how far the import is, on a terminal; nothing elsewhere."""

    WIDTH = 30

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self._started = time.perf_counter()

    def show(self, account: Account, share: float | None) -> None:
        if self._out is None:
            return
        rate = account.read / max(time.perf_counter() - self._started, 0.001)
        refused = f", {account.fates[Fate.FAILED]:,} refused" if account.fates[Fate.FAILED] else ""
        done = ""
        if share is not None:
            done = f"[{'#' * round(share * self.WIDTH):<{self.WIDTH}}] {share:4.0%} "
        self._out.write(f"\r{done}{account.read:>10,} rows, {rate:,.0f} a second{refused} ")
        self._out.flush()

    def clear(self) -> None:
        if self._out is not None:
            self._out.write("\r" + " " * 100 + "\r")


def _summary(account: Account, plan: Plan, seconds: float) -> str:
    fates, recognised = account.fates, account.tally.recognised
    taken = max(sum(fates.values()) - fates[Fate.FAILED], 1)
    rows = [
        ("read", account.read, f"in {seconds:.1f} s, {account.read / max(seconds, 0.001):,.0f} a second"),
        ("created", fates[Fate.CREATED], ""),
        ("updated", fates[Fate.UPDATED], ""),
        ("unchanged", fates[Fate.UNCHANGED], ""),
        ("failed", fates[Fate.FAILED], ""),
        (
            "places",
            recognised["place"],
            f"of {recognised['place said']:,} that say where; {recognised['country']:,} with a country",
        ),
        ("pays", recognised["pay"], f"of {recognised['pay said']:,} that say something"),
        (
            "skills",
            recognised["skills"],
            f"in {recognised['postings with skills']:,} postings; {recognised['skills unknown']:,} listed ones unknown",
        ),
        ("occupations", recognised["occupation"], f"{100 * recognised['occupation'] / taken:.0f} %"),
        ("categories", recognised["category"], f"{100 * recognised['category'] / taken:.0f} %"),
        ("seniorities", recognised["seniority"], ""),
        ("remote", recognised["remote"], ""),
    ]
    lines = [f"{plan.source}{' (dry run: nothing was written)' if plan.is_dry_run else ''}"]
    lines += [f"  {name:<12}{count:>10,}  {note}".rstrip() for name, count, note in rows]
    if account.unknown_keys:
        keys = ", ".join(f"{key} ({count:,})" for key, count in account.unknown_keys.most_common(12))
        lines.append(f"  keys left out: {keys}")
    if account.tally.not_understood:
        misses = ", ".join(f"{said} ({count:,})" for said, count in account.tally.not_understood.most_common(8))
        lines.append(f"  not understood: {misses}")
    return "\n".join(lines)
