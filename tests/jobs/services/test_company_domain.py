"""A domain is proved by a record in the DNS, asked of a real server, or by a link that was mailed there."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.auth.links import link_token
from accounts.errors import TooManyAttempts
from accounts.models import AuditEntry
from jobs.models import Company, CompanyDomain
from jobs.selectors.company_domain import record_of
from jobs.services import company_domain, dns_records
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.dns_server import Zone, serving
from tests.factories import CompanyDomainFactory, CompanyFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    with serving() as zone:
        monkeypatch.setattr(dns_records, "resolver", zone.resolver)
        monkeypatch.setattr(dns_records, "SECONDS", 1.0)
        yield zone


def runner(company: Company, role: str = "owner") -> Viewer:
    return viewer_of(MembershipFactory(company=company, role=role).user)


def refusal(act: object) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        act()  # type: ignore[operator]
    return refused.value.code, refused.value.field


def ask(by: Viewer, company: Company, domain: str = "acme.example", method: str = "dns", **how: str) -> CompanyDomain:
    return company_domain.ask(by=by, company_id=company.pk, domain=domain, method=method, **how)


def publish(zone: Zone, row: CompanyDomain) -> None:
    record = record_of(row)
    assert record is not None
    zone.records[record.name] = ["v=spf1 -all", record.value]


def test_a_domain_is_proved_by_its_record(zone: Zone) -> None:
    company = CompanyFactory()
    by = runner(company)
    row = ask(by, company, "Acme.Example.")
    record = record_of(row)
    assert record is not None
    assert (record.name, record.type) == ("_nexus.acme.example", "TXT")
    again = ask(by, company)
    assert record_of(again) == record, "who asks again is told the same record"
    confirm = {"by": by, "company_id": company.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm)) == ("DOMAIN_NOT_PROVED", "domain")
    publish(zone, row)
    assert company_domain.confirm(**confirm).verified_at is not None
    company.refresh_from_db()
    assert company.verified_at is not None
    assert list(AuditEntry.objects.order_by("pk").values_list("act", flat=True)) == ["domain.ask", "domain.verify"]
    assert [event.kind for event in OutboxEvent.objects.all()] == ["DomainVerified"]
    assert company_domain.confirm(**confirm).verified_at, "what is proved stays so"
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize("texts", [[], ["nexus-verification="], ["nexus-verification=wrong"], ["\\000\\255"]])
def test_other_records_prove_nothing(zone: Zone, texts: list[str]) -> None:
    company = CompanyFactory()
    by = runner(company)
    ask(by, company)
    zone.records["_nexus.acme.example"] = texts
    confirm = {"by": by, "company_id": company.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm))[0] == "DOMAIN_NOT_PROVED"


def test_another_company_s_record_proves_nothing(zone: Zone) -> None:
    one, other = CompanyFactory(), CompanyFactory()
    publish(zone, ask(runner(one), one))
    by = runner(other)
    ask(by, other)
    confirm = {"by": by, "company_id": other.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm))[0] == "DOMAIN_NOT_PROVED"


def test_name_servers_that_do_not_answer_are_waited_for_no_longer_than_said(zone: Zone) -> None:
    company = CompanyFactory()
    by = runner(company)
    ask(by, company)
    zone.is_silent = True
    confirm = {"by": by, "company_id": company.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm))[0] == "DOMAIN_UNREACHABLE"
    assert zone.asked


def test_what_nobody_asked_for_is_not_looked_for(zone: Zone) -> None:
    company = CompanyFactory()
    confirm = {"by": runner(company), "company_id": company.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm)) == ("NOT_FOUND", "domain")
    assert not zone.asked


def mailed(company: Company, by: Viewer) -> CompanyDomain:
    return ask(by, company, method="email", email="Anna@acme.example")


def test_a_domain_is_proved_by_the_link_that_was_mailed() -> None:
    company = CompanyFactory()
    by = runner(company)
    row = mailed(company, by)
    assert (row.email, record_of(row)) == ("anna@acme.example", None)
    event = OutboxEvent.objects.get()
    assert (event.kind, set(event.payload)) == ("DomainMailRequested", {"company_id", "domain_id"})
    token = link_token(company_domain.PURPOSE, row.pk)
    confirm = {"by": by, "company_id": company.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm)) == ("INVALID", "token")
    for wrong in ("", "x", "x" * 100_000, "\ud800", token[:-1]):
        assert refusal(lambda t=wrong: company_domain.confirm(**confirm, token=t)) == ("DOMAIN_NOT_PROVED", "token")
    assert company_domain.confirm(**confirm, token=token).verified_at


def test_asking_again_ends_the_former_link() -> None:
    company = CompanyFactory()
    by = runner(company)
    first = mailed(company, by)
    second = mailed(company, by)
    confirm = {"by": by, "company_id": company.pk, "domain": "acme.example"}
    old, new = (link_token(company_domain.PURPOSE, row.pk) for row in (first, second))
    assert refusal(lambda: company_domain.confirm(**confirm, token=old))[0] == "DOMAIN_NOT_PROVED"
    assert company_domain.confirm(**confirm, token=new).verified_at


def test_after_a_day_the_link_is_too_old() -> None:
    company = CompanyFactory()
    by = runner(company)
    row = mailed(company, by)
    CompanyDomain.objects.update(created_at=timezone.now() - company_domain.MAIL_GOOD_FOR)
    token = link_token(company_domain.PURPOSE, row.pk)
    confirm = {"by": by, "company_id": company.pk, "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**confirm, token=token))[0] == "DOMAIN_NOT_PROVED"


@pytest.mark.parametrize(
    ("domain", "method", "email", "expected"),
    [
        ("gmail.com", "dns", None, ("DOMAIN_REFUSED", "domain")),
        ("mail.gmail.com", "email", "a@mail.gmail.com", ("DOMAIN_REFUSED", "domain")),
        ("co.uk", "dns", None, ("DOMAIN_REFUSED", "domain")),
        ("github.io", "dns", None, ("DOMAIN_REFUSED", "domain")),
        ("acme", "dns", None, ("INVALID", "domain")),
        ("192.0.2.1", "dns", None, ("INVALID", "domain")),
        ("https://acme.example", "dns", None, ("INVALID", "domain")),
        ("acme..example", "dns", None, ("INVALID", "domain")),
        ("a\x00.example", "dns", None, ("INVALID", "domain")),
        ("x" * 1_000_000, "dns", None, ("INVALID", "domain")),
        ("acme.example", "email", None, ("INVALID", "email")),
        ("acme.example", "email", "anna@other.example", ("INVALID", "email")),
        ("acme.example", "email", "anna@sub.acme.example", ("INVALID", "email")),
        ("acme.example", "email", "anna", ("INVALID", "email")),
        ("acme.example", "dns", "anna@acme.example", ("INVALID", "email")),
    ],
)
def test_what_cannot_be_asked_for(domain: str, method: str, email: str | None, expected: tuple[str, str]) -> None:
    company = CompanyFactory()
    by = runner(company)
    how = {} if email is None else {"email": email}
    assert refusal(lambda: ask(by, company, domain, method, **how)) == expected
    assert not CompanyDomain.objects.exists()


@pytest.mark.parametrize("role", ["recruiter", "interviewer"])
def test_others_prove_no_domain(role: str) -> None:
    company = CompanyFactory()
    assert refusal(lambda: ask(runner(company, role), company))[0] == "FORBIDDEN"
    assert refusal(lambda: ask(viewer_of(UserFactory(platform_admin=True)), company))[0] == "FORBIDDEN"
    hidden = CompanyFactory(status="closed")
    assert refusal(lambda: ask(viewer_of(UserFactory()), hidden)) == ("NOT_FOUND", "company_id")
    nowhere = {"by": viewer_of(UserFactory()), "company_id": uuid7(), "domain": "acme.example"}
    assert refusal(lambda: company_domain.confirm(**nowhere)) == ("NOT_FOUND", "company_id")


def test_a_company_has_twenty_domains_at_most() -> None:
    company = CompanyFactory()
    CompanyDomainFactory.create_batch(20, company=company)
    assert refusal(lambda: ask(runner(company), company)) == ("INVALID", "domain")


def test_a_company_asks_thirty_times_an_hour() -> None:
    company = CompanyFactory()
    by = runner(company)
    for _ in range(30):
        mailed(company, by)
    with pytest.raises(TooManyAttempts):
        mailed(company, by)
    assert OutboxEvent.objects.count() == 30


def test_a_company_that_is_suspended_proves_nothing() -> None:
    company = CompanyFactory(status="suspended")
    assert refusal(lambda: ask(runner(company), company))[0] == "COMPANY_INACTIVE"
    assert not CompanyDomain.objects.exists()


def test_who_asks_anew_while_the_proof_is_looked_for_ends_the_former_question(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = CompanyFactory()
    by = runner(company)
    publish(zone, ask(by, company))
    look = dns_records.texts

    def look_slowly(name: str) -> list[str]:
        ask(by, company, method="email", email="ann@acme.example")
        return look(name)

    monkeypatch.setattr(dns_records, "texts", look_slowly)
    with pytest.raises(DomainError) as refused:
        company_domain.confirm(by=by, company_id=company.pk, domain="acme.example")
    assert (refused.value.code, refused.value.field) == ("NOT_FOUND", "domain")
    assert CompanyDomain.objects.get().verified_at is None


def test_what_another_company_has_proved_is_taken() -> None:
    CompanyDomainFactory(domain="acme.example", verified_at=timezone.now())
    company = CompanyFactory()
    assert refusal(lambda: ask(runner(company), company)) == ("DOMAIN_TAKEN", "domain")


@pytest.mark.django_db(transaction=True)
def test_of_two_companies_that_prove_one_domain_at_once_one_has_it(zone: Zone) -> None:
    acts, values = [], []
    for _ in range(2):
        company = CompanyFactory()
        by = runner(company)
        record = record_of(ask(by, company))
        assert record is not None
        values.append(record.value)
        acts.append(lambda b=by, c=company: company_domain.confirm(by=b, company_id=c.pk, domain="acme.example"))
    zone.records["_nexus.acme.example"] = values
    assert sorted(at_once(*acts)) == ["DOMAIN_TAKEN", "done"]
    assert CompanyDomain.objects.filter(verified_at__isnull=False).count() == 1


def proved(zone: Zone, **fields: object) -> CompanyDomain:
    long_ago = timezone.now() - timedelta(days=30)
    row: CompanyDomain = CompanyDomainFactory(
        **{"company__verified_at": long_ago, "verified_at": long_ago, "checked_at": long_ago, **fields}
    )
    publish(zone, row) if row.method == "dns" else zone.records.update({row.domain: []})
    return row


def test_a_proof_is_looked_for_once_a_week(zone: Zone) -> None:
    now = timezone.now()
    row = proved(zone)
    assert company_domain.recheck(now) == 1
    assert company_domain.recheck(now) == 0
    assert company_domain.recheck(now + timedelta(days=6)) == 0
    assert company_domain.recheck(now + timedelta(days=7)) == 1
    row.refresh_from_db()
    assert row.verified_at is not None


@pytest.mark.parametrize("how", [{}, {"method": "email", "email": "a@acme.example"}])
def test_a_proof_that_is_gone_for_three_days_is_lost(zone: Zone, how: dict[str, str]) -> None:
    now = timezone.now()
    row = proved(zone, **how)
    zone.records.clear()
    for day in range(company_domain.MOST_MISSED):
        row.refresh_from_db()
        assert row.verified_at is not None, f"on day {day}"
        assert company_domain.recheck(now + timedelta(days=day)) == 1
    row.refresh_from_db()
    row.company.refresh_from_db()
    assert (row.verified_at, row.company.verified_at) == (None, None)
    assert AuditEntry.objects.get().act == "domain.lose"
    assert OutboxEvent.objects.get().kind == "DomainLost"


def test_a_proof_that_comes_back_counts_anew(zone: Zone) -> None:
    now = timezone.now()
    row = proved(zone)
    kept = dict(zone.records)
    zone.records.clear()
    company_domain.recheck(now)
    company_domain.recheck(now + timedelta(days=1))
    zone.records.update(kept)
    company_domain.recheck(now + timedelta(days=2))
    row.refresh_from_db()
    assert (row.verified_at is not None, row.missed_checks) == (True, 0)


def test_silence_takes_nothing_away(zone: Zone) -> None:
    row = proved(zone)
    zone.is_silent = True
    for day in range(4):
        company_domain.recheck(timezone.now() + timedelta(days=8 * day))
    row.refresh_from_db()
    assert row.verified_at is not None


def test_a_company_with_another_domain_stays_verified(zone: Zone) -> None:
    now = timezone.now()
    lost = proved(zone)
    CompanyDomainFactory(company=lost.company, verified_at=now, checked_at=now + timedelta(days=30))
    zone.records.clear()
    for day in range(company_domain.MOST_MISSED):
        company_domain.recheck(now + timedelta(days=day))
    lost.refresh_from_db()
    lost.company.refresh_from_db()
    assert lost.verified_at is None
    assert lost.company.verified_at is not None
