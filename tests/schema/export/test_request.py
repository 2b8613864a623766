"""`exportRequest`, and what `Company.exports` says."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from jobs.models import CompanyExport, Membership, MembershipRole
from jobs.services import company_export
from schema.core import ids
from tests.door import send
from tests.factories import JobFactory, MembershipFactory, UserFactory
from tests.files import own_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]

REQUEST = """
    mutation ($input: ExportRequestInput!) {
        exportRequest(input: $input) { export { id kind format status } userErrors { code field } }
    }
"""
EXPORTS = """
    query ($id: ID!) {
        company(by: {id: $id}) {
            exports { id kind format status done total size expiresAt createdAt link requestedBy { name } }
        }
    }
"""


@pytest.fixture
def recruiter() -> Membership:
    return MembershipFactory(role=MembershipRole.RECRUITER)


def request(by: User, company_id: object, **more: Any) -> Any:
    values = {"companyId": ids.encode("Company", company_id), "kind": "JOBS", "format": "CSV"} | more
    return send(REQUEST, {"input": values}, by=by).data["exportRequest"]


def exports(by: User, company_id: object) -> Any:
    return send(EXPORTS, {"id": ids.encode("Company", company_id)}, by=by)


def test_an_export_is_asked_for_written_and_had(recruiter: Membership) -> None:
    job = JobFactory(company=recruiter.company)
    made = request(recruiter.user, recruiter.company_id)
    assert made["userErrors"] == []
    assert made["export"] | {"id": ""} == {"id": "", "kind": "JOBS", "format": "CSV", "status": "WAITING"}
    company_export.write(CompanyExport.objects.get().pk)
    (row,) = exports(recruiter.user, recruiter.company_id).data["company"]["exports"]
    assert (row["status"], row["done"], row["total"]) == ("READY", 1, 1)
    assert row["requestedBy"] == {"name": recruiter.user.name}
    answer = Client().get(urlsplit(row["link"]).path)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert job.title.encode() in content
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"] == f'attachment; filename="{recruiter.company.slug}-jobs.csv"'
    assert Client().get(urlsplit(row["link"]).path + "x").status_code == 404


def test_refusals_are_told(recruiter: Membership) -> None:
    assert request(UserFactory(), recruiter.company_id)["userErrors"] == [{"code": "FORBIDDEN", "field": None}]
    assert request(recruiter.user, UserFactory().pk)["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["input", "companyId"]}
    ]
    request(recruiter.user, recruiter.company_id)
    assert request(recruiter.user, recruiter.company_id)["userErrors"][0]["code"] == "EXPORT_UNDER_WAY"
    for _ in range(28):
        company_export.throttles.hit("company_export", account=str(recruiter.user_id))
    assert request(recruiter.user, recruiter.company_id, kind="APPLICATIONS")["userErrors"][0]["code"] == (
        "TOO_MANY_ATTEMPTS"
    )


def test_the_same_key_asks_once(recruiter: Membership) -> None:
    first = request(recruiter.user, recruiter.company_id, idempotencyKey="k")
    assert request(recruiter.user, recruiter.company_id, idempotencyKey="k") == first
    assert CompanyExport.objects.count() == 1


@pytest.mark.parametrize("role", [None, MembershipRole.INTERVIEWER, MembershipRole.HIRING_MANAGER])
def test_others_do_not_know_of_them(recruiter: Membership, role: MembershipRole | None) -> None:
    made = request(recruiter.user, recruiter.company_id)["export"]
    asker = MembershipFactory(company=recruiter.company, role=role).user if role else UserFactory()
    assert exports(asker, recruiter.company_id).codes == ["FORBIDDEN"]
    assert send("query ($id: ID!) { node(id: $id) { id } }", {"id": made["id"]}, by=asker).data["node"] is None
    assert send("query ($id: ID!) { node(id: $id) { id } }", {"id": made["id"]}, by=recruiter.user).data["node"]
