"""`manage.py documents_publish`: the documents that clients may name by their id in place of sending them."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.progress import Progress
from nexus import trusted_documents
from nexus.graphql import manifests
from nexus.trusted_documents import Document, Refused

SOME_REFUSED, NOT_READ = 1, 2
SHOWN = 40

EPILOG = """\
MANIFEST is what the build tool of a client writes, Apollo's format or the plain one; - reads it from standard input:
  {"format": "apollo-persisted-query-manifest", "version": 1,
   "operations": [{"id": "…", "name": "JobPage", "type": "query", "body": "query JobPage { … }"}]}
  {"…": "query JobPage { … }"}
An id that looks like a SHA-256, a SHA-1 or an MD5 must be the one of its text. A document must run under the schema
and the limits of this server. Where one is refused, nothing is published.

Without --replace an app's documents are added to: clients of earlier releases go on. With it, what the app published
before and the manifest lacks is withdrawn. A document that two apps publish is withdrawn when both have left it.
Web processes know of it within seconds. docs/trusted-documents.md has the whole way from a client's build to here.

examples:
  manage.py documents_publish manifest.json --app web --release 2026.11.2
  manage.py documents_publish manifest.json --app web --replace --dry-run
  echo '{}' | manage.py documents_publish - --app web --replace
  manage.py documents_publish --list
  manage.py documents_publish --check

Exit code: 0 all is published (or in order), 1 documents were refused, for the reasons given, 2 no manifest was read.
"""


class Command(BaseCommand):
    help = "Publishes the documents of a manifest, lists those that run, or checks them against this server's schema."

    # It needs the table and the schema, not the addresses.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("manifest", nargs="?", metavar="MANIFEST", help="the file; - is standard input")
        what.add_argument("--list", action="store_true", help="list the documents that run, the most used first")
        what.add_argument(
            "--check", action="store_true", help="say which of them no longer run under this server's schema and limits"
        )
        parser.add_argument("--app", default="default", help="whose documents they are: web, ios, partner-x")
        parser.add_argument("--release", default="", help="a label of the release that they come from")
        parser.add_argument(
            "--replace", action="store_true", help="withdraw what the app has published and the manifest lacks"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, manifest: str | None, verbosity: int = 1, **options: Any) -> None:
        if options["list"]:
            self._list()
        elif options["check"]:
            self._check(verbosity)
        else:
            self._publish(manifest or "", verbosity, options)

    def _publish(self, manifest: str, verbosity: int, options: dict[str, Any]) -> None:
        app, release = options["app"], options["release"]
        for option, value in (("--app", app), ("--release", release)):
            if not re.fullmatch(r"[\w.+/-]{0,64}", value) or (option == "--app" and not value):
                raise CommandError(f"{option} is up to 64 letters, digits and -_.+/", returncode=NOT_READ)
        checked = self._checked(_read(manifest), verbosity)
        if checked.refused:
            self._refuse(checked.refused)
        try:
            published = trusted_documents.publish(
                checked.documents, app=app, version=release, replace=options["replace"], dry_run=options["dry_run"]
            )
        except Refused as refusal:
            self._refuse(refusal.reasons)
        if not verbosity:
            return
        self._rows("new", published.new, verbosity)
        self._rows("withdrawn", published.withdrawn, verbosity)
        is_dry = " (dry run: nothing was written)" if options["dry_run"] else ""
        self.stdout.write(
            f"{app}: {len(published.new):,} new, {len(published.unchanged):,} unchanged, "
            f"{len(published.withdrawn):,} withdrawn{is_dry}."
        )
        if settings.TRUSTED_DOCUMENTS == "off":
            self.stdout.write("TRUSTED_DOCUMENTS is off here: servers set like this run none of them by its id.")

    def _checked(self, entries: list[manifests.Entry], verbosity: int) -> manifests.Checked:
        if not verbosity:
            return manifests.check(entries)
        progress = Progress(sys.stderr)
        progress.start("Documents", len(entries))
        return manifests.check(entries, progress.show)

    def _refuse(self, reasons: dict[str, str]) -> None:
        for document_id, reason in sorted(reasons.items()):
            self.stderr.write(f"  refused    {document_id}: {reason}")
        raise CommandError(f"{len(reasons):,} refused; nothing was published.", returncode=SOME_REFUSED)

    def _rows(self, what: str, documents: list[Document], verbosity: int) -> None:
        shown = len(documents) if verbosity > 1 else SHOWN
        for document in documents[:shown]:
            self.stdout.write(f"  {what:<10} {document.kind:<12} {document.name or '-':<40} {document.id}")
        if len(documents) > shown:
            self.stdout.write(f"  {what:<10} and {len(documents) - shown:,} more; --verbosity 2 shows them")

    def _list(self) -> None:
        rows = trusted_documents.running().order_by("-uses", "name", "id").defer("text")
        self.stdout.write(f"{'uses':>12}  {'last used':<16}  {'apps':<20} {'kind':<12} {'name':<40} id")
        for row in rows.iterator():
            used = f"{row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never"
            apps = ", ".join(row.apps)
            self.stdout.write(f"{row.uses:>12,}  {used:<16}  {apps:<20} {row.kind:<12} {row.name or '-':<40} {row.id}")

    def _check(self, verbosity: int) -> None:
        rows = trusted_documents.running().only("id", "text", "apps")
        apps = {row.id: ", ".join(row.apps) for row in rows}
        checked = self._checked([manifests.Entry(row.id, row.text) for row in rows], verbosity)
        for document_id, reason in sorted(checked.refused.items()):
            self.stderr.write(f"  {document_id} ({apps[document_id]}): {reason}")
        if checked.refused:
            message = f"{len(checked.refused):,} of {len(apps):,} published documents run no longer on this server."
            raise CommandError(message, returncode=SOME_REFUSED)
        if verbosity:
            self.stdout.write(f"All {len(apps):,} published documents run on this server.")


def _read(manifest: str) -> list[manifests.Entry]:
    try:
        content = sys.stdin.buffer.read() if manifest == "-" else Path(manifest).read_bytes()
        return manifests.read(content)
    except OSError as error:
        raise CommandError(f"{manifest} cannot be read: {error.strerror}.", returncode=NOT_READ) from None
    except manifests.Unreadable as reason:
        raise CommandError(f"{manifest} is no manifest. {reason}", returncode=NOT_READ) from None
