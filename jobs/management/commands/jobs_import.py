"""`manage.py jobs_import`: postings from a file, a folder or an address on the web into the board."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from jobs.errors import SourceBusy
from jobs.importers import addresses
from jobs.importers.account import MOST_PLANNED, Account
from jobs.importers.files import Unreadable
from jobs.importers.formats import FORMATS, PLAIN
from jobs.importers.posting import KEYS
from jobs.importers.run import CLOSED_FREELY, MOST_CLOSED, Plan, import_from
from jobs.models import Country
from jobs.progress import Line, bar
from jobs.search.postgres import pending
from jobs.services import reference
from jobs.services.incoming import Fate

SHOWN_FAULTS = 20
SHOWN_PLAN = 40
SOME_FAILED, NOTHING_READ = 1, 2
AGAIN = "Whole batches are in; run it again to take in the rest."
BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".json": "json"}
SIGNS = {Fate.CREATED: "+", Fate.REVISED: "~", Fate.TOUCHED: "·", Fate.CLOSED: "-"}

EPILOG = f"""\
SOURCE is a file (.gz is unpacked on the way), a folder of files, or a URL. docs/importers.md has the formats, the
address of each board, and how to write the next one.

jsonl, json and csv hold one posting a row, with these keys (all but title and company may be missing):
  {" ".join(sorted(KEYS))}
Other keys are counted and left out. Without posted_at, updated_at counts, else now; without expires_at, the posting
ends JOB_LIFETIME_DAYS after that. One that has ended goes in as expired, unless --live-days makes it live from now
(its first publication stays what it was). A row without id is known by a digest of its url, or where it has none of
company, title, places and description. A posting is the same when company, id and language are; importing a file
again changes nothing.

With --sync, what SOURCE listed at its last import under the same --source and lists no longer is closed as withdrawn,
unless another source lists it, or somebody took it down before. Nothing is closed where SOURCE could not be read to
its end, where a refused row does not say which posting it is (by an id or a url), where no row could be taken in, or
where more would be closed than --close-at-most allows.

examples:
  manage.py jobs_import board.jsonl.gz --dry-run
  manage.py jobs_import posts.csv --map title="Job Title" --map company=Agency --country US
  manage.py jobs_import 'https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true' \\
      --format greenhouse --company Acme --source acme --sync

Exit code: 0 all rows are in, 1 some rows were refused or a sync closed nothing (the reason is given), 2 nothing was
read.
"""


class Command(BaseCommand):
    help = "Takes postings in from a file, a folder or a URL."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("location", metavar="SOURCE", help="the file, the folder or the URL")
        parser.add_argument(
            "--format", choices=sorted(FORMATS), help="default: by the file's name (.jsonl, .json, .csv)"
        )
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
            help="title=headline reads the title from headline; for jsonl, json and csv",
        )
        parser.add_argument(
            "--live-days", type=int, help="postings that have ended are live from now, for so many days"
        )
        parser.add_argument("--sync", action="store_true", help="close what the source lists no longer")
        parser.add_argument(
            "--close-at-most",
            type=int,
            metavar="PERCENT",
            help="of what the source listed; a sync that would close more closes nothing; default: "
            f"{MOST_CLOSED:.0%} or {CLOSED_FREELY} postings, whichever are more".replace("%", "%%"),
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument(
            "--allow-private", action="store_true", help="let a URL lead to a machine that is not on the internet"
        )

    def handle(self, *args: Any, location: str, verbosity: int = 1, **options: Any) -> None:
        try:
            reference.load()
        except ProgrammingError:
            hint = "The board's tables are not there yet: run `manage.py migrate`, or `make run` once."
            raise CommandError(hint, returncode=NOTHING_READ) from None
        plan = self._plan(location, options)
        line = Line(sys.stderr, is_wanted=bool(verbosity))
        started = time.perf_counter()

        def show(account: Account, share: float | None) -> None:
            line.show(_progress(account, share, time.perf_counter() - started))

        try:
            account = import_from(location, plan, allow_private=options["allow_private"], progress=show)
        except (Unreadable, SourceBusy) as error:
            raise CommandError(str(error), returncode=NOTHING_READ) from None
        except OperationalError as error:
            raise CommandError(f"The database went away. {AGAIN} ({str(error).splitlines()[0]})") from None
        finally:
            line.clear()
        if verbosity:
            self.stdout.write(_summary(account, plan, time.perf_counter() - started))
            if plan.is_dry_run:
                self._show_plan(account, verbosity)
        self._report_faults(account)
        if not plan.is_dry_run:
            line.show("Indexing for search")
            # A worker may be at it, too; together they are the sooner done.
            pending.drain()
            line.clear()
        if not account.has_postings and not (plan.is_sync and not account.has_failed):
            raise CommandError("No row could be taken in.", returncode=NOTHING_READ)
        if account.has_failed:
            sys.exit(SOME_FAILED)

    def _plan(self, location: str, options: dict[str, Any]) -> Plan:
        is_url = addresses.is_url(location)
        name = addresses.shown(location) if is_url else Path(location).resolve().name.removesuffix(".gz")
        layout = options["format"] or BY_SUFFIX.get(Path(name).suffix)
        if layout is None:
            raise _refusal(f"What is {name}? Say --format, one of {' '.join(sorted(FORMATS))}.")
        live_days = options["live_days"]
        if live_days is not None and not 1 <= live_days <= 3650:
            raise _refusal("--live-days is a number from 1 to 3650.")
        percent = options["close_at_most"]
        if percent is not None and not 0 <= percent <= 100:
            raise _refusal("--close-at-most is a number from 0 to 100.")
        if options["sync"] and not options["source"]:
            raise _refusal("--sync needs --source: the name under which the last import knew these postings.")
        country = options["country"].upper()
        if country and not Country.objects.filter(code=country).exists():
            raise _refusal(f"--country {country}: an ISO 3166 code of two letters is meant.")
        return Plan(
            source=options["source"] or (name if is_url else Path(name).stem or name),
            format=layout,
            company=" ".join(options["company"].split()),
            country=country,
            renames=_renames(options["map"], layout),
            live_days=live_days,
            is_sync=options["sync"],
            most_closed=None if percent is None else percent / 100,
            is_dry_run=options["dry_run"],
        )

    def _show_plan(self, account: Account, verbosity: int) -> None:
        """What a dry run foresees: every posting that would change, with -v 2 all of those kept."""
        shown = account.plan if verbosity > 1 else account.plan[:SHOWN_PLAN]
        for planned in shown:
            why = f": {', '.join(planned.changed)}" if planned.changed else ""
            self.stdout.write(f"  {SIGNS[planned.fate]} {planned.company} · {planned.title} [{planned.reference}]{why}")
        changes = sum(account.fates[fate] for fate in SIGNS)
        if changes > len(shown):
            more = " (-v 2 shows more)" if verbosity == 1 and len(account.plan) > SHOWN_PLAN else ""
            most = f" (the first {MOST_PLANNED:,} are shown)" if verbosity > 1 else ""
            self.stdout.write(f"  … and {changes - len(shown):,} more{more or most}")

    def _report_faults(self, account: Account) -> None:
        for fault in account.faults[:SHOWN_FAULTS]:
            document = f"{fault.document}, " if fault.document else ""
            field = f", {fault.field}" if fault.field else ""
            self.stderr.write(f"{document}row {fault.position}{field}: {fault.reason}")
        more = account.fates[Fate.FAILED] - SHOWN_FAULTS
        if more > 0:
            self.stderr.write(f"… and {more:,} more; the import run keeps them all")
        if account.broken:
            self.stderr.write(f"row {account.broken.position}: {account.broken.reason} What came before is in.")
        if account.not_closed:
            self.stderr.write(f"Nothing was closed: {account.not_closed}")


def _refusal(message: str) -> CommandError:
    return CommandError(message, returncode=NOTHING_READ)


def _renames(entries: list[str], layout: str) -> dict[str, str]:
    if entries and FORMATS[layout] not in PLAIN:
        plain = ", ".join(importer.name for importer in PLAIN)
        raise _refusal(f"--map is for {plain}: {layout} has keys of its own.")
    renames: dict[str, str] = {}
    for entry in entries:
        ours, equals, theirs = entry.partition("=")
        if not equals or not theirs or ours not in KEYS:
            raise _refusal(f"--map {entry}: write OURS=THEIRS, where OURS is one of {' '.join(sorted(KEYS))}.")
        renames[ours] = theirs
    return renames


def _progress(account: Account, share: float | None, seconds: float) -> str:
    if account.compared is not None:
        return f"Looking for duplicates: {account.compared:,} postings compared"
    refused = f", {account.fates[Fate.FAILED]:,} refused" if account.fates[Fate.FAILED] else ""
    done = "" if share is None else f"{bar(share)} {share:4.0%} "
    return f"{done}{account.read:,} rows, {account.read / max(seconds, 0.001):,.0f} a second{refused}"


def _summary(account: Account, plan: Plan, seconds: float) -> str:
    fates, recognised = account.fates, account.tally.recognised
    taken = max(sum(fates[fate] for fate in Fate if fate not in (Fate.FAILED, Fate.SKIPPED, Fate.CLOSED)), 1)
    rows = [
        ("read", account.read, f"in {seconds:.1f} s, {account.read / max(seconds, 0.001):,.0f} a second"),
        ("created", fates[Fate.CREATED], ""),
        ("revised", fates[Fate.REVISED], "say something else than before"),
        ("touched", fates[Fate.TOUCHED], "say the same; their dates moved"),
        ("unchanged", fates[Fate.UNCHANGED], ""),
        *([("closed", fates[Fate.CLOSED], "no longer listed")] if plan.is_sync else []),
        *([("skipped", fates[Fate.SKIPPED], "no postings")] if fates[Fate.SKIPPED] else []),
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
