"""`manage.py ranking_model`: the weights that feeds are ranked with, by version."""

import argparse
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.feed import weights
from jobs.models import RankingModel

LARGEST = 100_000

EPILOG = """\
FILE is a JSON object: a number by the name of each feature that counts. What fits counts above 0, what speaks against
a job (fatigue, congestion) below. A version is never changed: other weights are another version, and an older one can
be activated again. Feeds are ranked with the active one within seconds; those that are being read are made anew.

Exit code: 0 done, 1 not: what FILE holds cannot be used, there is no such version, or it was tampered with.
"""


class Command(BaseCommand):
    help = "Shows, adds and activates the weights that feeds are ranked with."

    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="list | show | add | activate")
        acts.add_parser("list", help="all versions")
        show = acts.add_parser("show", help="the weights of a version")
        show.add_argument("version", type=int, metavar="N")
        add = acts.add_parser("add", help="keep weights as the next version, which is not active yet")
        add.add_argument("file", metavar="FILE")
        add.add_argument("--note", default="", help="why they are as they are")
        activate = acts.add_parser("activate", help="rank with a version from now on")
        activate.add_argument("version", type=int, metavar="N")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            getattr(self, f"_{act}")(options)
        except weights.BadWeights as error:
            raise CommandError(str(error)) from None

    def _list(self, options: dict[str, Any]) -> None:
        for row in RankingModel.objects.order_by("version"):
            mark = "*" if row.is_active else " "
            self.stdout.write(f"{mark} {row.version:>4}  {row.created_at:%Y-%m-%d}  {row.note}".rstrip())

    def _show(self, options: dict[str, Any]) -> None:
        row = RankingModel.objects.filter(version=options["version"]).first()
        if row is None:
            raise weights.BadWeights(f"There is no version {options['version']}.")
        found = weights.of_row(row)
        self.stdout.write(
            orjson.dumps(
                {feature.value: value for feature, value in found.values.items()}, option=orjson.OPT_INDENT_2
            ).decode()
        )

    def _add(self, options: dict[str, Any]) -> None:
        row = weights.add(_document(Path(options["file"])), options["note"])
        self.stdout.write(
            f"Version {row.version} is kept; manage.py ranking_model activate {row.version} ranks with it."
        )

    def _activate(self, options: dict[str, Any]) -> None:
        row = weights.activate(options["version"])
        self.stdout.write(f"Feeds are ranked with version {row.version}.")


def _document(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST:
        raise CommandError(f"{path} is longer than {LARGEST:,} bytes.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise CommandError(f"{path} is not JSON: {error}.") from None
