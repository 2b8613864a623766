"""The mail that teams and domains call for: `jobs.tasks`, through a real SMTP server."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.models import CompanyDomain, Invitation, Membership
from jobs.services import company_domain, invitation
from jobs.tasks import recheck_domains
from kernel.models import OutboxEvent
from tests.deliveries import deliver_all
from tests.factories import CompanyDomainFactory, CompanyFactory, MembershipFactory, UserFactory, viewer_of
from tests.smtp import Sink, text_of

pytestmark = pytest.mark.django_db


def link_in(text: str) -> tuple[str, dict[str, list[str]]]:
    (link,) = [word for word in text.split() if word.startswith("https://")]
    return urlsplit(link).path, parse_qs(urlsplit(link).query)


def invite(email: str) -> Invitation:
    by = viewer_of(MembershipFactory(role="owner", company=CompanyFactory(name="Larkfield <b>&</b> Co")).user)
    company_id = Membership.objects.get(user=by.user_id).company_id
    return invitation.invite(by=by, company_id=company_id, email=email, role="hiring_manager")


def test_the_invitation_reaches_the_person_and_its_link_works(smtp_sink: Sink) -> None:
    person = UserFactory(locale="de")
    row = invite(person.email)
    deliver_all()
    message = smtp_sink.only()
    assert smtp_sink.recipients == [person.email]
    assert "Larkfield <b>&</b> Co" in str(message["subject"])
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in text_of(message, "html")
    assert str(message["Content-Language"]) == "de"
    path, query = link_in(text_of(message))
    assert path.endswith("/invitation")
    joined = invitation.accept(by=viewer_of(person), token=query["token"][0])
    assert joined.company_id == row.company_id
    kept = str(list(OutboxEvent.objects.values()))
    assert query["token"][0] not in kept
    assert person.email not in kept


def test_a_stranger_gets_the_same_mail(smtp_sink: Sink) -> None:
    invite("stranger@example.org")
    deliver_all()
    assert "hiring manager" in text_of(smtp_sink.only())


def test_what_was_revoked_meanwhile_is_not_mailed(smtp_sink: Sink) -> None:
    row = invite("stranger@example.org")
    Invitation.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
    deliver_all()
    assert smtp_sink.taken == []


def test_the_link_for_a_domain_reaches_an_address_there_and_works(smtp_sink: Sink) -> None:
    member = MembershipFactory(role="admin")
    by, company_id = viewer_of(member.user), member.company_id
    company_domain.ask(by=by, company_id=company_id, domain="acme.example", method="email", email="anna@acme.example")
    deliver_all()
    message = smtp_sink.only()
    assert smtp_sink.recipients == ["anna@acme.example"]
    path, query = link_in(text_of(message))
    assert (path.rsplit("/", 1)[1], query["domain"]) == ("verify-domain", ["acme.example"])
    row = company_domain.confirm(by=by, company_id=company_id, domain="acme.example", token=query["token"][0])
    assert row.verified_at


def test_who_asked_anew_gets_one_link(smtp_sink: Sink) -> None:
    member = MembershipFactory(role="admin")
    for _ in range(2):
        company_domain.ask(
            by=viewer_of(member.user),
            company_id=member.company_id,
            domain="acme.example",
            method="email",
            email="anna@acme.example",
        )
    deliver_all()
    assert len(smtp_sink.taken) == 1


@pytest.mark.parametrize(("role", "mails"), [("owner", 1), ("recruiter", 0)])
def test_who_proved_a_domain_hears_that_it_was_lost(
    smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch, role: str, mails: int
) -> None:
    now = timezone.now()
    member = MembershipFactory(role=role)
    CompanyDomainFactory(
        company=member.company,
        asked_by=member.user,
        verified_at=now,
        checked_at=now - timedelta(days=8),
        missed_checks=company_domain.MOST_MISSED - 1,
    )
    monkeypatch.setattr("jobs.services.dns_records.texts", lambda name: [])
    company_domain.recheck(now)
    assert CompanyDomain.objects.get().verified_at is None
    deliver_all()
    assert smtp_sink.recipients == [member.user.email] * mails


def test_the_schedule_looks_at_domains(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    row = CompanyDomainFactory(verified_at=now, checked_at=now - timedelta(days=8))
    monkeypatch.setattr("jobs.services.dns_records.texts", lambda name: [f"nexus-verification={row.token_hash}"])
    assert settings.CELERY_BEAT_SCHEDULE["recheck-domains"]["task"] == recheck_domains.name
    recheck_domains()
    row.refresh_from_db()
    assert row.checked_at >= now
