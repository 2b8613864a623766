"""A company proves that a domain is its own: by a TXT record there, or by a link in a mail to an address there."""

from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.auth import throttles
from accounts.auth.links import hash_of, link_token
from accounts.services import audit
from accounts.text import email_address
from jobs import policies
from jobs.errors import CompanyInactive, DomainNotProved, DomainTaken, DomainUnreachable
from jobs.events import DomainLost, DomainMailRequested, DomainVerified
from jobs.models import Company, CompanyDomain, CompanyStatus, DomainMethod
from jobs.selectors import company as companies
from jobs.selectors import membership as memberships
from jobs.selectors.company_domain import MOST_DOMAINS, record_of
from jobs.services import dns_records, membership
from jobs.services.domain_name import domain_name
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

PURPOSE = "company-domain"
MAIL_GOOD_FOR = timedelta(hours=24)
LONGEST_TOKEN = 100
# A proof is looked for once a week. Gone for three days in a row, it is lost: name servers have bad days.
CHECKED_EVERY, MISSED_EVERY, MOST_MISSED = timedelta(days=7), timedelta(days=1), 3
MOST_AT_ONCE = 200


@transaction.atomic
def ask(*, by: Viewer, company_id: UUID, domain: str, method: str, email: str | None = None) -> CompanyDomain:
    """Say that a domain is the company's, and give back what is to be proved; `email`: where the link is mailed to.

    By DNS, `selectors.company_domain.record_of` has the record to be made. To ask anew for a mail ends the former
    one's link; what is proved already stays so. Raises `NotFound`, `Forbidden`, `CompanyInactive`,
    `Invalid`, `DomainRefused`, `DomainTaken` and `TooManyAttempts`.
    """
    name, address = domain_name(domain, field="domain"), ""
    if method == DomainMethod.EMAIL:
        address = _address_at(name, email)
    elif email is not None:
        raise Invalid("Only a proof by mail needs an address.", field="email")
    company = _company(by, company_id)
    throttles.hit("domain_verification", account=str(company.pk), address=by.address)
    membership.lock(company.pk)
    known = CompanyDomain.objects.filter(company=company, domain=name).first()
    if known and (known.verified_at or (known.method == method == DomainMethod.DNS)):
        return known
    if CompanyDomain.objects.filter(domain=name, verified_at__isnull=False).exists():
        raise DomainTaken(field="domain")
    if known:
        known.delete()
    elif CompanyDomain.objects.filter(company=company).count() >= MOST_DOMAINS:
        raise Invalid(f"A company has at most {MOST_DOMAINS} domains.", field="domain")
    row = CompanyDomain(company=company, domain=name, method=method, email=address, asked_by_id=by.user_id)
    row.token_hash = hash_of(link_token(PURPOSE, row.pk))
    row.save(force_insert=True)
    _record("domain.ask", by, row)
    if method == DomainMethod.EMAIL:
        emit(DomainMailRequested(company.pk, row.pk), by=by)
    return row


def confirm(*, by: Viewer, company_id: UUID, domain: str, token: str | None = None) -> CompanyDomain:
    """Look for the proof that was asked for, and give the domain back, verified. `token`: what was mailed.

    The company is verified with its first domain. Of two companies that prove one domain at once, one has it. Raises
    `NotFound`, `Forbidden`, `CompanyInactive`, `Invalid`, `DomainNotProved`, `DomainUnreachable`, `DomainTaken` and
    `TooManyAttempts`.
    """
    name = domain_name(domain, field="domain")
    company = _company(by, company_id)
    throttles.hit("domain_verification", account=str(company.pk), address=by.address)
    row = CompanyDomain.objects.filter(company=company, domain=name).first()
    if row is None:
        raise NotFound("Ask for this domain first.", field="domain")
    if row.verified_at is None:
        # Before any lock is held: name servers take their time.
        _refuse_unproved(row, token)
        _verify(by, row)
    return row


def recheck(now: datetime) -> int:
    """Look for the proofs that are due, and take back what is proved no longer; how many were looked at."""
    due = Q(missed_checks=0, checked_at__lte=now - CHECKED_EVERY) | Q(
        missed_checks__gt=0, checked_at__lte=now - MISSED_EVERY
    )
    rows = CompanyDomain.objects.filter(due, verified_at__isnull=False).order_by("checked_at")[:MOST_AT_ONCE]
    for row in rows:
        try:
            is_there = _is_proved(row) if row.method == DomainMethod.DNS else dns_records.is_there(row.domain)
        except DomainUnreachable:
            # Nothing is known: the domain waits at the end of the line.
            is_there = None
        _put_down(row, now, is_there)
    return len(rows)


def _company(by: Viewer, company_id: UUID) -> Company:
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    if not policies.may_manage_domains(by, memberships.roles(by), company):
        raise Forbidden
    if company.status != CompanyStatus.ACTIVE:
        raise CompanyInactive
    return company


def _address_at(name: str, email: str | None) -> str:
    if email is None:
        raise Invalid("Name the address that the link is mailed to.", field="email")
    address = email_address(email)
    if address.rpartition("@")[2] != name:
        raise Invalid(f"Name an address at {name}.", field="email")
    return address


def _is_proved(row: CompanyDomain) -> bool:
    record = record_of(row)
    return record is not None and record.value in dns_records.texts(record.name)


def _refuse_unproved(row: CompanyDomain, token: str | None) -> None:
    if row.method == DomainMethod.DNS:
        if not _is_proved(row):
            raise DomainNotProved(f"There is no such TXT record at _nexus.{row.domain} yet.", field="domain")
        return
    if token is None:
        raise Invalid("Give the token of the link that was mailed.", field="token")
    is_right = len(token) <= LONGEST_TOKEN and compare_digest(hash_of(token), row.token_hash)
    if not is_right or timezone.now() - row.created_at > MAIL_GOOD_FOR:
        raise DomainNotProved("This link is not good, or no longer: ask for another one.", field="token")


@transaction.atomic
def _verify(by: Viewer, row: CompanyDomain) -> None:
    now = timezone.now()
    try:
        with transaction.atomic():
            is_first = CompanyDomain.objects.filter(pk=row.pk, verified_at=None).update(
                verified_at=now, checked_at=now, missed_checks=0, updated_at=now
            )
    except IntegrityError:
        raise DomainTaken(field="domain") from None
    found = CompanyDomain.objects.filter(pk=row.pk).first()
    if found is None:
        raise NotFound("This domain was asked for anew meanwhile.", field="domain")
    row.verified_at, row.checked_at = found.verified_at, found.checked_at
    if not is_first:
        return
    Company.objects.filter(pk=row.company_id, verified_at=None).update(verified_at=now, updated_at=now)
    _record("domain.verify", by, row)
    emit(DomainVerified(row.company_id, row.pk), by=by)


@transaction.atomic
def _put_down(row: CompanyDomain, now: datetime, is_there: bool | None) -> None:
    """Keep what was found, unless somebody else has looked meanwhile."""
    same = CompanyDomain.objects.filter(pk=row.pk, checked_at=row.checked_at, verified_at__isnull=False)
    if is_there is not False:
        missed = {"missed_checks": 0} if is_there else {}
        same.update(checked_at=now, **missed)
        return
    if row.missed_checks + 1 < MOST_MISSED:
        same.update(checked_at=now, missed_checks=F("missed_checks") + 1)
        return
    if not same.update(checked_at=now, missed_checks=0, verified_at=None, updated_at=now):
        return
    if not CompanyDomain.objects.filter(company=row.company_id, verified_at__isnull=False).exists():
        Company.objects.filter(pk=row.company_id).update(verified_at=None, updated_at=now)
    _record("domain.lose", ANONYMOUS, row)
    emit(DomainLost(row.company_id, row.pk))


def _record(act: str, by: Viewer, row: CompanyDomain) -> None:
    after = {"domain": row.domain, "method": row.method}
    audit.record(act, by=by, target=("CompanyDomain", row.pk), company_id=row.company_id, after=after)
