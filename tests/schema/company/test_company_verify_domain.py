"""`companyVerifyDomain` and `Company.domains`."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.auth.links import link_token
from accounts.models import User
from jobs.models import Company, CompanyDomain
from jobs.services import company_domain, dns_records
from kernel.models import OutboxEvent
from schema.core import ids
from tests.dns_server import Zone, serving
from tests.door import send
from tests.factories import CompanyDomainFactory, CompanyFactory, MembershipFactory, UserFactory
from tests.schema.account.acts import act, refusals

pytestmark = pytest.mark.django_db
FIELDS = "domain { domain method email verifiedAt record { name type value } }"
DOMAINS = "query($id: ID!) { node(id: $id) { ... on Company { verifiedAt domains { domain record { value } } } } }"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    with serving() as zone:
        monkeypatch.setattr(dns_records, "resolver", zone.resolver)
        monkeypatch.setattr(dns_records, "SECONDS", 1.0)
        yield zone


def admin() -> tuple[User, Company]:
    membership = MembershipFactory(role="admin")
    return membership.user, membership.company


def verify(by: User, company: Company, **values: Any) -> Any:
    values = {"companyId": ids.encode("Company", company.pk), "domain": "acme.example", **values}
    return act("companyVerifyDomain", values, FIELDS, by=by)


def test_a_domain_is_proved_by_dns(zone: Zone) -> None:
    user, company = admin()
    asked = verify(user, company, method="DNS")["domain"]
    record = asked.pop("record")
    assert asked == {"domain": "acme.example", "method": "DNS", "email": None, "verifiedAt": None}
    assert (record["name"], record["type"]) == ("_nexus.acme.example", "TXT")
    assert refusals(verify(user, company)) == [("DOMAIN_NOT_PROVED", "domain")]
    zone.records[record["name"]] = [record["value"]]
    assert verify(user, company)["domain"]["verifiedAt"]
    shown = send(DOMAINS, {"id": ids.encode("Company", company.pk)}, by=user).data["node"]
    assert shown["verifiedAt"]
    assert shown["domains"] == [{"domain": "acme.example", "record": {"value": record["value"]}}]


def test_a_domain_is_proved_by_mail() -> None:
    user, company = admin()
    asked = verify(user, company, method="EMAIL", email="anna@acme.example")["domain"]
    assert (asked["email"], asked["record"]) == ("anna@acme.example", None)
    assert refusals(verify(user, company)) == [("INVALID", "token")]
    token = link_token(company_domain.PURPOSE, CompanyDomain.objects.get().pk)
    assert verify(user, company, token=token)["domain"]["verifiedAt"]


def test_asked_twice_under_one_key_one_mail_goes_out() -> None:
    user, company = admin()
    ask = {"method": "EMAIL", "email": "anna@acme.example", "idempotencyKey": "one"}
    assert verify(user, company, **ask) == verify(user, company, **ask)
    assert OutboxEvent.objects.count() == 1


def test_every_refusal(zone: Zone) -> None:
    user, company = admin()
    hidden = CompanyFactory(status="closed")
    assert refusals(verify(user, hidden, method="DNS")) == [("NOT_FOUND", "companyId")]
    assert refusals(verify(UserFactory(), company, method="DNS")) == [("FORBIDDEN", None)]
    assert refusals(verify(user, company, method="DNS", domain="gmail.com")) == [("DOMAIN_REFUSED", "domain")]
    assert refusals(verify(user, company, method="DNS", domain="x")) == [("INVALID", "domain")]
    assert refusals(verify(user, company)) == [("NOT_FOUND", "domain")]
    verify(user, company, method="DNS")
    zone.is_silent = True
    assert refusals(verify(user, company)) == [("DOMAIN_UNREACHABLE", None)]
    CompanyDomainFactory(domain="taken.example", verified_at=timezone.now())
    assert refusals(verify(user, company, method="DNS", domain="taken.example")) == [("DOMAIN_TAKEN", "domain")]
    codes = [refusals(verify(user, company, method="DNS")) for _ in range(30)]
    assert codes[-1] == [("TOO_MANY_ATTEMPTS", None)]


def test_domains_are_for_those_who_prove_them() -> None:
    row = CompanyDomainFactory()
    variables = {"id": ids.encode("Company", row.company_id)}
    recruiter = MembershipFactory(company=row.company).user
    for by in (None, UserFactory(), recruiter, UserFactory(platform_admin=True)):
        answer = send(DOMAINS, variables, by=by)
        assert answer.content["data"]["node"]["domains"] is None
        assert answer.codes == ["FORBIDDEN"]
    node = {"id": ids.encode("CompanyDomain", row.pk)}
    assert send("query($id: ID!) { node(id: $id) { id } }", node, by=recruiter).data == {"node": None}
