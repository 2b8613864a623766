"""What files need: a look at each that came, and an end for those that nobody needs; and companies' exports."""

import contextlib
from functools import partial
from uuid import UUID

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from jobs.events import ExportRequested, FileUploaded
from jobs.services import company_export, file
from jobs.tasks.limits import LAST_WORDS, LONGEST
from kernel.subscribers import Telling, subscriber

log = structlog.get_logger("nexus.files")


@subscriber(FileUploaded, seconds=60)
def look_at_file(event: FileUploaded, telling: Telling) -> None:
    """Has the file scanned and read. While the scanner is away the file waits, and is tried again."""
    file.look_at(event.file_id)


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def forget_files() -> None:
    """Deletes what nobody needs. What is not reached in time is for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        forgotten = file.forget_expired() + company_export.forget_expired()
        if forgotten:
            log.info("files_forgotten", files=forgotten)


@subscriber(ExportRequested)
def begin_export(event: ExportRequested, telling: Telling) -> None:
    """Has the file written, by a task that is in no transaction: so that all can see how far it is."""
    transaction.on_commit(partial(write_export.delay, str(event.export_id)))


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def write_export(export_id: str) -> None:
    """Writes the file. Where it is not written to its end, somebody begins anew: see `resume_exports`."""
    with structlog.contextvars.bound_contextvars(export=export_id):
        try:
            company_export.write(UUID(export_id))
        except SoftTimeLimitExceeded:
            log.warning("export_not_finished")


@shared_task(soft_time_limit=55, time_limit=60)
def resume_exports() -> None:
    """Sends one task for each export that nobody writes, because its task or its worker was lost."""
    for export_id in company_export.due():
        write_export.delay(str(export_id))
