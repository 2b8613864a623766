"""Files of a company's own data: asked for, written by a worker, and had for a day behind short links.

A worker holds an export by a lease: whoever writes says so with every batch, by the time in `updated_at`. Who has not
said so for a minute has died; another begins anew, and the first, should it live, finds that the export is not its own.
"""

from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.auth import throttles
from accounts.services import audit, stored_file
from jobs import policies
from jobs.errors import ExportUnderWay
from jobs.events import ExportReady, ExportRequested
from jobs.models import Company, CompanyExport, ExportFormat, ExportKind, ExportStatus
from jobs.selectors import company as companies
from jobs.selectors import membership
from jobs.services import company_export_rows, file_store
from jobs.services import profile_values as read
from kernel.errors import Forbidden, NotFound
from kernel.events import emit
from kernel.viewer import Viewer

KEPT_FOR = timedelta(hours=24)
# What could not be written for so long will not be; it may be asked for again.
GIVEN_UP_AFTER = timedelta(hours=6)
LEASE = timedelta(minutes=1)
LINK_FOR = timedelta(minutes=10)
_SALT = "nexus.company-export"
_UNDER_WAY = (ExportStatus.WAITING, ExportStatus.RUNNING)


class LeaseLost(Exception):
    """Somebody else writes the export now, or nobody wants it any more."""


@transaction.atomic
def request(*, by: Viewer, company_id: UUID, kind: str, format: str) -> CompanyExport:
    """Ask for a file. Raises `NotFound`, `Forbidden`, `ExportUnderWay` and `TooManyAttempts`."""
    read.choice(kind, "kind", among=ExportKind.values)
    read.choice(format, "format", among=ExportFormat.values)
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    if not policies.may_export(by, membership.roles(by), company.pk, kind):
        raise Forbidden
    throttles.hit("company_export", account=str(by.user_id))
    now = timezone.now()
    own = CompanyExport.objects.filter(company=company, kind=kind, status__in=_UNDER_WAY)
    own.filter(expires_at__lte=now).update(status=ExportStatus.FAILED, updated_at=now)
    try:
        with transaction.atomic():
            made = CompanyExport.objects.create(
                company=company,
                requested_by_id=by.require_user(),
                kind=kind,
                format=format,
                expires_at=now + GIVEN_UP_AFTER,
            )
    except IntegrityError:
        raise ExportUnderWay from None
    audit.record(
        "company_export.request",
        by=by,
        target=("CompanyExport", made.pk),
        company_id=company.pk,
        after={"kind": kind, "format": format},
    )
    emit(ExportRequested(export_id=made.pk, company_id=company.pk), by=by)
    return made


def due() -> list[UUID]:
    """The exports that nobody writes: those that nobody began, and those whose worker has died."""
    now = timezone.now()
    left = Q(status=ExportStatus.WAITING) | Q(status=ExportStatus.RUNNING, updated_at__lt=now - LEASE)
    return list(CompanyExport.objects.filter(left, expires_at__gt=now).values_list("pk", flat=True)[:100])


def write(export_id: UUID) -> None:
    """Write the file, outside of any transaction; nothing where somebody else does, or nobody wants it any more.

    Rows written so far are told as it goes on. Who asked and may not any more gets none.
    """
    claimed = _claim(export_id)
    if claimed is None:
        return
    row, held = claimed
    if row.stored_as:
        default_storage.delete(row.stored_as)
    contents = company_export_rows.contents_of(row)
    try:
        if not _is_allowed(row):
            _end(row, held)
            return
        held = _say(row, held, total=contents.total(), done=0)
        with TemporaryFile() as file:
            held = _written(row, held, contents, file)
            size = file.tell()
            file.seek(0)
            name = file_store.new_name("company-exports")
            # Said before it is there: whoever goes on where this one died knows what it may have left.
            held = _say(row, held, stored_as=name)
            default_storage.save(name, File(file))
    except LeaseLost:
        return
    if not _finish(row, held, name, size):
        default_storage.delete(name)


def _written(row: CompanyExport, held: datetime, contents: company_export_rows.Contents, file: IO[bytes]) -> datetime:
    """Write all batches, saying so after each; the lease as it is then."""
    write_rows = company_export_rows.writer_of(row.format, file, contents.columns)
    done = 0
    for batch in contents.batches():
        write_rows(batch)
        done += len(batch)
        held = _say(row, held, done=done)
    return held


def link(row: CompanyExport, *, by: Viewer) -> str | None:
    """Where the file can be had for ten minutes; None while there is none. The caller has seen to it who may."""
    if row.status != ExportStatus.READY or row.expires_at <= timezone.now():
        return None
    token = signing.dumps([row.pk.hex, by.require_user().hex], salt=_SALT)
    return f"{settings.PUBLIC_URL}/company-exports/{token}"


def opened(token: str, *, by: Viewer) -> CompanyExport | None:
    """The export that an address leads to, and a note that it was downloaded; None for one that is wrong or over.

    Whoever may not have it any more has lost the address too.
    """
    try:
        key, reader = (UUID(part) for part in signing.loads(token, salt=_SALT, max_age=LINK_FOR))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    rows = CompanyExport.objects.filter(pk=key, status=ExportStatus.READY, expires_at__gt=timezone.now())
    row = rows.select_related("company").first()
    whose = Viewer(user_id=reader, address=by.address, request_id=by.request_id)
    if row is None or not policies.may_export(whose, membership.roles(whose), row.company_id, row.kind):
        return None
    audit.record_read("company_export.download", by=whose, target=("CompanyExport", row.pk), company_id=row.company_id)
    return row


def forget_expired() -> int:
    """Delete the files whose time is over; how many exports that were."""
    ended = 0
    late = CompanyExport.objects.filter(expires_at__lte=timezone.now()).exclude(status=ExportStatus.EXPIRED)
    for key in list(late.order_by("expires_at").values_list("pk", flat=True)[:1000]):
        with transaction.atomic():
            row = late.select_for_update(skip_locked=True).filter(pk=key).first()
            if row is not None:
                # The file goes first: what is interrupted then is done again, and leaves none behind.
                if row.stored_as:
                    default_storage.delete(row.stored_as)
                row.status, row.stored_as, row.size = ExportStatus.EXPIRED, "", None
                row.save(update_fields=["status", "stored_as", "size", "updated_at"])
                ended += 1
    return ended


def delete_of(user_id: UUID) -> None:
    """Delete what a person asked for, in the caller's transaction; the files go once it has committed."""
    rows = CompanyExport.objects.filter(requested_by_id=user_id)
    stored_file.drop(rows.exclude(stored_as="").values_list("stored_as", flat=True))
    rows.delete()


def _claim(export_id: UUID) -> tuple[CompanyExport, datetime] | None:
    """The export and the lease of it; None where it is not to be written, or not by the caller."""
    now = timezone.now()
    left = Q(status=ExportStatus.WAITING) | Q(status=ExportStatus.RUNNING, updated_at__lt=now - LEASE)
    claimed = CompanyExport.objects.filter(left, pk=export_id, expires_at__gt=now)
    if not claimed.update(status=ExportStatus.RUNNING, updated_at=now):
        return None
    return CompanyExport.objects.get(pk=export_id), now


def _say(row: CompanyExport, held: datetime, **progress: int | str) -> datetime:
    """Say how far it has got; the lease from now on. Raises `LeaseLost`."""
    # Two leases of one moment would be one.
    now = max(timezone.now(), held + timedelta(microseconds=1))
    if not _held(row, held).update(updated_at=now, **progress):
        raise LeaseLost
    return now


def _finish(row: CompanyExport, held: datetime, name: str, size: int) -> bool:
    now = timezone.now()
    with transaction.atomic():
        is_own = _held(row, held).update(
            status=ExportStatus.READY, stored_as=name, size=size, expires_at=now + KEPT_FOR, updated_at=now
        )
        if is_own:
            emit(ExportReady(export_id=row.pk, company_id=row.company_id))
    return bool(is_own)


def _end(row: CompanyExport, held: datetime) -> None:
    _held(row, held).update(status=ExportStatus.FAILED, updated_at=timezone.now())


def _held(row: CompanyExport, held: datetime) -> QuerySet[CompanyExport]:
    return CompanyExport.objects.filter(pk=row.pk, status=ExportStatus.RUNNING, updated_at=held)


def _is_allowed(row: CompanyExport) -> bool:
    asker = Viewer(user_id=row.requested_by_id)
    return policies.may_export(asker, membership.roles(asker), row.company_id, row.kind)
