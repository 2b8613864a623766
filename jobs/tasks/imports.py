"""What runs on a schedule: imports of sources, and looks for duplicates among what came."""

import contextlib
from pathlib import Path

import structlog
from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.errors import SourceBusy
from jobs.importers.account import Account
from jobs.importers.addresses import Unreachable, shown
from jobs.importers.fetch import Validators
from jobs.importers.files import Unreadable
from jobs.importers.formats import FORMATS
from jobs.importers.location import downloaded
from jobs.importers.run import Plan, import_from, refuse_partial_sync
from jobs.models import ImportSource
from jobs.services import duplicate
from jobs.services import import_source as sources
from jobs.tasks.limits import LAST_WORDS, LONGEST

log = structlog.get_logger("nexus.imports")


@shared_task(soft_time_limit=60, time_limit=90)
@transaction.atomic
def import_due() -> None:
    """Sends one task for each source that is due. Where the broker does not take it, the source stays due."""
    for source_id in sources.claim_due(timezone.now()):
        import_source.delay(source_id)


@shared_task(bind=True, soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def import_source(self: Task, source_id: int) -> None:
    """Imports a source, and puts down how that went. The schedule tries again, not the queue."""
    source = ImportSource.objects.filter(pk=source_id, is_active=True).first()
    if source is None:
        return
    with structlog.contextvars.bound_contextvars(source=source.name):
        # A document that kills its reader would do so each time it is delivered anew.
        if (self.request.delivery_info or {}).get("redelivered"):
            _put_down(source, "The worker ended before the import did.", is_passing=True)
            return
        try:
            _import(source)
        except SourceBusy:
            log.info("import_already_running")
            sources.postpone(source, timezone.now())
        except Unreadable as error:
            _put_down(source, str(error), is_passing=isinstance(error, Unreachable))
        except SoftTimeLimitExceeded:
            reason = f"The import took longer than {LONGEST // 60} minutes; what it read until then is in."
            _put_down(source, reason, is_passing=False)
        except Exception:
            _put_down(source, "The import met a fault of ours, which the log tells.", is_passing=False)
            raise


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def refresh_duplicates() -> None:
    """Compares the postings that no import has compared yet: those of one that died, and those that people wrote."""
    with contextlib.suppress(SoftTimeLimitExceeded):  # what is left is for the next time
        log.info("duplicates_refreshed", placed=duplicate.refresh())


def _import(source: ImportSource) -> None:
    plan = _plan(source)
    refuse_partial_sync(plan)
    known = None if source.resync_requested_at else Validators(source.etag, source.last_modified)
    allow_private = settings.IMPORT_ALLOW_PRIVATE
    with downloaded(source.location, source.format, allow_private=allow_private, validators=known) as download:
        remark = ""
        if download.path is None:
            log.info("import_unchanged")
        else:
            remark = _imported(source, plan, download.path).not_closed
    # What a sync has not closed is looked at again, whether or not the document changes.
    validators = Validators() if remark else download.validators
    sources.succeeded(
        source, timezone.now(), etag=validators.etag, last_modified=validators.last_modified, remark=remark
    )


def _imported(source: ImportSource, plan: Plan, path: Path) -> Account:
    try:
        account = import_from(str(path), plan)
    except Unreadable as error:
        # It names the file that the document lay in for a moment.
        raise Unreadable(str(error).replace(str(path), shown(source.location))) from None
    _refuse_failure(account)
    log.info("import_finished", rows=account.read, **{fate.value: count for fate, count in account.fates.items()})
    return account


def _plan(source: ImportSource) -> Plan:
    if source.format not in FORMATS:
        raise Unreadable(f"{source.format} is no format that this board reads.")
    return Plan(
        source=source.name,
        format=source.format,
        company=source.company,
        country=source.country_id or "",
        renames=source.renames,
        live_days=source.live_days,
        is_sync=source.is_sync,
    )


def _refuse_failure(account: Account) -> None:
    """Makes a failure of what was not read to its end, or held nothing but refused rows."""
    if account.broken:
        raise Unreadable(f"Row {account.broken.position}: {account.broken.reason} What came before is in.")
    if account.faults and not account.has_postings:
        fault = account.faults[0]
        where = f"row {fault.position}" + (f", {fault.field}" if fault.field else "")
        raise Unreadable(f"Every row was refused; {where}: {fault.reason}")


def _put_down(source: ImportSource, reason: str, *, is_passing: bool) -> None:
    log.warning("import_failed", reason=reason, is_passing=is_passing)
    sources.failed(source, timezone.now(), reason, is_passing=is_passing)
