"""`Company.events`: what happened, for those who may read the company's audit log."""

from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from jobs import events
from jobs.models import Company, MembershipRole
from kernel.events import emit
from kernel.ids import uuid7
from kernel.viewer import Viewer
from schema.core import ids
from tests.door import send
from tests.factories import CompanyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

QUERY = """
    query ($id: ID!, $first: Int, $after: String, $kinds: [String!]) {
        company(by: {id: $id}) {
            events(first: $first, after: $after, kinds: $kinds) {
                totalCount pageInfo { hasNextPage endCursor }
                nodes { kind occurredAt actor { name } details { name value } }
            }
        }
    }
"""


@pytest.fixture
def company() -> Company:
    return CompanyFactory()


def told(company: Company, by: User | None, **variables: Any) -> Any:
    return send(QUERY, {"id": ids.encode("Company", company.pk), **variables}, by=by)


def happen(*happened: events.Event, by: User | None = None) -> None:
    with transaction.atomic():
        for event in happened:
            emit(event, by=Viewer(user_id=by.pk) if by else Viewer())


def test_an_admin_reads_what_happened_in_the_company_page_by_page(company: Company) -> None:
    admin = MembershipFactory(company=company, role=MembershipRole.ADMIN).user
    jobs = [uuid7() for _ in range(3)]
    happen(*[events.JobPublished(job, company.pk) for job in jobs], by=admin)
    happen(events.CompanyCreated(CompanyFactory().pk))
    first = told(company, admin, first=2).data["company"]["events"]
    assert first["totalCount"] == 3
    assert [{one["name"]: one["value"] for one in node["details"]} for node in first["nodes"]] == [
        {"job_id": str(job), "company_id": str(company.pk)} for job in (jobs[2], jobs[1])
    ]
    assert first["nodes"][0]["kind"] == "JobPublished"
    assert first["nodes"][0]["actor"] == {"name": admin.name}
    rest = told(company, admin, first=2, after=first["pageInfo"]["endCursor"]).data["company"]["events"]
    assert len(rest["nodes"]) == 1
    assert not rest["pageInfo"]["hasNextPage"]


def test_kinds_can_be_picked(company: Company) -> None:
    owner = MembershipFactory(company=company, role=MembershipRole.OWNER).user
    happen(events.CompanyCreated(company.pk), events.JobPublished(uuid7(), company.pk))
    found = told(company, owner, kinds=["CompanyCreated"]).data["company"]["events"]
    assert [node["kind"] for node in found["nodes"]] == ["CompanyCreated"]
    assert found["totalCount"] == 1
    assert told(company, owner, kinds=["FileUploaded"]).codes == ["BAD_REQUEST"]


@pytest.mark.parametrize("role", [None, MembershipRole.INTERVIEWER, MembershipRole.RECRUITER])
def test_nobody_else_is_told_anything(company: Company, role: MembershipRole | None) -> None:
    happen(events.CompanyCreated(company.pk))
    asker = MembershipFactory(company=company, role=role).user if role else UserFactory()
    answer = told(company, asker)
    assert answer.codes == ["FORBIDDEN"]
    assert answer.content["data"]["company"]["events"] is None
    assert told(company, None).codes == ["FORBIDDEN"]


def test_a_cursor_belongs_to_one_company(company: Company) -> None:
    owner = MembershipFactory(company=company, role=MembershipRole.OWNER).user
    other = MembershipFactory(user=owner, role=MembershipRole.OWNER).company
    happen(events.CompanyCreated(company.pk), events.CompanyUpdated(company.pk))
    cursor = told(company, owner, first=1).data["company"]["events"]["pageInfo"]["endCursor"]
    assert told(other, owner, after=cursor).codes == ["BAD_REQUEST"]


def test_a_page_is_found_by_the_index(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # Of few rows the planner would walk the key; which way it goes then is not the question.
        cursor.execute(
            "EXPLAIN SELECT * FROM kernel_outboxevent WHERE payload ->> 'company_id' = %s", [str(company.pk)]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT pg_get_indexdef('outbox_event_of_company'::regclass)")
        ((definition,),) = cursor.fetchall()
    assert "outbox_event_of_company" in plan
    assert "'company_id'::text)), seq DESC" in definition
