"""What runs on a schedule: imports, looks for duplicates and at domains, upkeep of the search index; and what events
call for: mail, and postings indexed.
"""

import contextlib
from pathlib import Path

import structlog
from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.auth.links import link_token
from accounts.models import User, UserStatus
from accounts.notifications.mail import client_link, send
from jobs import notifications
from jobs.errors import SourceBusy
from jobs.events import (
    CompanyUpdated,
    DomainLost,
    DomainMailRequested,
    DomainVerified,
    MemberInvited,
    PostingsChanged,
)
from jobs.importers.account import Account
from jobs.importers.addresses import Unreachable, shown
from jobs.importers.fetch import Validators
from jobs.importers.files import Unreadable
from jobs.importers.formats import FORMATS
from jobs.importers.location import downloaded
from jobs.importers.run import Plan, import_from, refuse_partial_sync
from jobs.models import CompanyDomain, ImportSource, Invitation, InvitationStatus, Membership, MembershipRole
from jobs.search.postgres import pending
from jobs.search.postgres import rebuild as search_rebuild
from jobs.services import company_domain, duplicate, invitation, search_use
from jobs.services import import_source as sources
from kernel.events import Event
from kernel.outbox import Telling, subscriber

log = structlog.get_logger("nexus.imports")

RUNS_TEAM = (MembershipRole.ADMIN, MembershipRole.OWNER)
# Jobs indexed by one event, in its one transaction, and by the schedule, in many: about one and five seconds' worth.
MOST_AT_ONCE, MOST_SCHEDULED = 1_000, 5_000
# Seconds. RabbitMQ takes a task back that nobody has acknowledged for half an hour, and Valkey after an hour.
LONGEST, LAST_WORDS = 25 * 60, 3 * 60


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


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def recheck_domains() -> None:
    """Looks whether what proves companies' domains is still there. What is not reached in time is for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        log.info("domains_rechecked", looked_at=company_domain.recheck(timezone.now()))


@shared_task(soft_time_limit=55, time_limit=60)
def index_pending() -> None:
    """Indexes what changed and was not indexed since, by whatever path, and drops the postings that are over."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        if indexed := pending.drain(MOST_SCHEDULED):
            log.info("search_indexed", jobs=indexed)
        pending.drop_over()


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def rebuild_vocabulary() -> None:
    """Makes what searches are corrected and completed with say what the search index says."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        search_rebuild.rebuild_vocabulary()


@subscriber(PostingsChanged, CompanyUpdated, DomainVerified, DomainLost)
def index_changed(event: Event, telling: Telling) -> None:
    """Indexes what is pending, at most so much that a batch's rows are not locked for long."""
    pending.drain(MOST_AT_ONCE)


@shared_task
def forget_searches() -> None:
    """Forget what was searched for long ago."""
    if rows := search_use.forget_old():
        log.info("searches_forgotten", rows=rows)


@subscriber(MemberInvited)
def mail_invitation(event: MemberInvited, telling: Telling) -> None:
    """The link, to the address that was invited, unless the invitation has ended meanwhile."""
    row = Invitation.objects.select_related("company").filter(pk=event.invitation_id).first()
    if row is None or row.status != InvitationStatus.OPEN:
        return
    owner = User.objects.filter(email=row.email).first()
    send(
        notifications.INVITATION,
        to=row.email,
        context={
            "company": row.company.name,
            "role": row.role.replace("_", " "),
            "link": client_link("invitation", token=link_token(invitation.PURPOSE, row.pk)),
            "expires_at": row.expires_at,
        },
        locale=owner.locale if owner else "en",
        timezone=owner.timezone if owner else "UTC",
        telling=telling,
    )


@subscriber(DomainMailRequested)
def mail_domain_proof(event: DomainMailRequested, telling: Telling) -> None:
    """The link, to the address at the domain, unless it was asked for anew meanwhile."""
    row = (
        CompanyDomain.objects.select_related("company", "asked_by").filter(pk=event.domain_id, verified_at=None).first()
    )
    if row is None or not row.email:
        return
    asker = row.asked_by
    token = link_token(company_domain.PURPOSE, row.pk)
    send(
        notifications.VERIFY_DOMAIN,
        to=row.email,
        context={
            "company": row.company.name,
            "domain": row.domain,
            "link": client_link("verify-domain", token=token, domain=row.domain),
            "expires_at": row.created_at + company_domain.MAIL_GOOD_FOR,
        },
        locale=asker.locale if asker else "en",
        timezone=asker.timezone if asker else "UTC",
        telling=telling,
    )


@subscriber(DomainLost)
def mail_domain_lost(event: DomainLost, telling: Telling) -> None:
    """Word to whoever proved the domain, while they run the company's team."""
    row = CompanyDomain.objects.select_related("company").filter(pk=event.domain_id, verified_at=None).first()
    if row is None:
        return
    team = Membership.objects.filter(company=row.company, suspended_at=None, role__in=RUNS_TEAM)
    asker = team.filter(user=row.asked_by, user__status=UserStatus.ACTIVE).select_related("user").first()
    if asker is None:
        return
    send(
        notifications.DOMAIN_LOST,
        to=asker.user.email,
        context={"company": row.company.name, "domain": row.domain, "link": client_link("company-domains")},
        locale=asker.user.locale,
        timezone=asker.user.timezone,
        telling=telling,
    )


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
