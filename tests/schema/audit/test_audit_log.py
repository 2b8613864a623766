"""`Company.auditLog`: who did what for a company, for those who answer for it."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from accounts.services import audit
from jobs.models import Company
from kernel.viewer import Viewer
from schema.core import ids
from tests.door import send, send_to_oracle
from tests.factories import ApiKeyFactory, CompanyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

LOG = """
query Log($by: CompanyBy!, $where: AuditWhere, $first: Int, $after: String) {
  company(by: $by) {
    auditLog(where: $where, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        at kind act actor { id name email } actedAs { name } keyPrefix targetType target address request
        changes { field before after }
      }
    }
  }
}
"""


def ask(company: Company, by: User | None, **variables: Any) -> Any:
    return send(LOG, {"by": {"slug": company.slug}, **variables}, by=by)


def log(company: Company, by: User | None, **variables: Any) -> Any:
    content = ask(company, by, **variables).content
    return content["data"]["company"]["auditLog"]


def record(company: Company, by: Viewer, act: str = "member.update_role", **changes: Any) -> AuditEntry:
    with transaction.atomic():
        audit.record(act, by=by, target=("Membership", 7), company_id=company.pk, **changes)
    return AuditEntry.objects.order_by("-id")[0]


def test_entry_says_who_did_what_to_whom_from_where() -> None:
    owner = MembershipFactory(role="owner", user__name="Ada")
    key = ApiKeyFactory(user=owner.user)
    by = Viewer(owner.user.pk, key_id=key.pk, address="192.0.2.1", request_id="request-1")
    row = record(
        owner.company, by, before={"role": "recruiter", "tags": None}, after={"role": "admin", "tags": ["a", "b"]}
    )
    found = log(owner.company, owner.user)
    assert found["totalCount"] == 1
    assert found["nodes"] == [
        {
            "at": row.at.isoformat(),
            "kind": "WRITE",
            "act": "member.update_role",
            "actor": {"id": ids.encode("User", owner.user.pk), "name": "Ada", "email": owner.user.email},
            "actedAs": None,
            "keyPrefix": key.prefix,
            "targetType": "Membership",
            "target": "7",
            "address": "192.0.2.1",
            "request": "request-1",
            "changes": [
                {"field": "role", "before": "recruiter", "after": "admin"},
                {"field": "tags", "before": None, "after": "a, b"},
            ],
        }
    ]


def test_staff_in_somebodys_name_are_named() -> None:
    owner, helper = MembershipFactory(role="owner", user__name="Ada"), UserFactory(name="Grace")
    record(owner.company, Viewer(owner.user.pk, impersonator_id=helper.pk))
    (node,) = log(owner.company, owner.user)["nodes"]
    assert (node["actor"]["name"], node["actedAs"]) == ("Grace", {"name": "Ada"})


def test_of_others_the_log_tells_the_name_and_no_address() -> None:
    owner, colleague = MembershipFactory(role="owner"), UserFactory(name="Bob")
    record(owner.company, Viewer(colleague.pk))
    answer = ask(owner.company, owner.user)
    (node,) = answer.content["data"]["company"]["auditLog"]["nodes"]
    assert node["actor"] == {"id": ids.encode("User", colleague.pk), "name": "Bob", "email": None}
    (error,) = answer.errors
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["path"] == ["company", "auditLog", "nodes", 0, "actor", "email"]


def test_somebody_who_is_gone_is_nobody() -> None:
    owner = MembershipFactory(role="owner")
    record(owner.company, Viewer(UserFactory.build().pk))
    assert log(owner.company, owner.user)["nodes"][0]["actor"] is None


@pytest.mark.parametrize("role", ["admin", "owner"])
def test_those_who_answer_for_the_company_read_it(role: str) -> None:
    member = MembershipFactory(role=role)
    record(member.company, Viewer(member.user.pk))
    assert len(log(member.company, member.user)["nodes"]) == 1


def test_platform_admins_read_every_log() -> None:
    assert log(CompanyFactory(), UserFactory(platform_admin=True))["nodes"] == []


@pytest.mark.parametrize("role", ["nobody", "seeker", "interviewer", "hiring_manager", "recruiter", "moderator"])
def test_others_are_told_that_they_may_not(role: str) -> None:
    company = CompanyFactory()
    by = {
        "nobody": lambda: None,
        "seeker": UserFactory,
        "moderator": lambda: UserFactory(moderator=True),
    }.get(role, lambda: MembershipFactory(company=company, role=role).user)()
    record(company, Viewer(UserFactory().pk))
    answer = ask(company, by)
    assert answer.content["data"] == {"company": {"auditLog": None}}
    (error,) = answer.errors
    assert (error["extensions"]["code"], error["path"]) == ("FORBIDDEN", ["company", "auditLog"])
    again = send_to_oracle(LOG, {"by": {"slug": company.slug}}, by=by)
    assert (again["data"], again["errors"]) == (answer.content["data"], answer.errors)


def test_pages_go_on_where_the_last_one_ended() -> None:
    owner = MembershipFactory(role="owner")
    made = [record(owner.company, Viewer(owner.user.pk), f"act.{number}") for number in range(5)]
    seen, after = [], None
    while True:
        page = log(owner.company, owner.user, first=2, after=after)
        seen += [node["act"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        record(owner.company, Viewer(owner.user.pk), "meanwhile")
    assert seen == [row.act for row in reversed(made)]


def test_filters() -> None:
    owner = MembershipFactory(role="owner")
    one = record(owner.company, Viewer(owner.user.pk), "member.invite")
    record(owner.company, Viewer(UserFactory().pk), "company.update")

    def acts(**where: Any) -> list[str]:
        return [node["act"] for node in log(owner.company, owner.user, where=where)["nodes"]]

    assert acts(acts=["member.invite"]) == ["member.invite"]
    assert acts(actor=ids.encode("User", owner.user.pk)) == ["member.invite"]
    assert acts(until=one.at.isoformat()) == []
    assert acts(since=one.at.isoformat()) == ["company.update", "member.invite"]


@pytest.mark.parametrize(
    "variables",
    [
        {"where": {"actor": "nonsense"}},
        {"where": {"acts": ["x" * 65]}},
        {"where": {"acts": ["a\x00"]}},
        {"where": {"acts": [str(number) for number in range(101)]}},
        {"first": 101},
        {"after": "nonsense"},
    ],
)
def test_what_makes_no_sense_is_a_bad_request(variables: dict[str, Any]) -> None:
    owner = MembershipFactory(role="owner")
    assert ask(owner.company, owner.user, **variables).codes == ["BAD_REQUEST"]


def test_a_cursor_of_another_log_is_refused() -> None:
    owner = MembershipFactory(role="owner")
    other = MembershipFactory(role="owner", user=owner.user)
    for company in (owner.company, other.company):
        record(company, Viewer(owner.user.pk))
    cursor = log(owner.company, owner.user)["pageInfo"]["endCursor"]
    assert ask(other.company, owner.user, after=cursor).codes == ["BAD_REQUEST"]


def test_many_logs_take_as_many_statements_as_one() -> None:
    owner = UserFactory()
    admin = UserFactory(platform_admin=True)
    query = "{ companies(first: 50) { nodes { auditLog(first: 2) { totalCount nodes { act actor { name } } } } } }"
    counts = []
    for _ in range(2):
        for _ in range(2):
            company = MembershipFactory(role="owner", user=owner).company
            record(company, Viewer(owner.pk))
        with CaptureQueriesContext(connection) as queries:
            found = send(query, by=admin).data["companies"]["nodes"]
        counts.append(len(queries))
        assert all(node["auditLog"]["totalCount"] == 1 for node in found)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("shift", ["Z", "+14:00", "-12:00"])
def test_the_first_and_the_last_instants_are_instants(shift: str) -> None:
    owner = MembershipFactory(role="owner")
    record(owner.company, Viewer(owner.user_id))
    always = {"since": f"0001-01-02T00:00:00{shift}", "until": f"9999-12-31T11:59:59{shift}"}
    assert log(owner.company, owner.user, where=always)["totalCount"] == 1
    last = ask(owner.company, owner.user, where={"until": "9999-12-31T23:59:59Z"})
    first = ask(owner.company, owner.user, where={"since": "0001-01-01T00:00:00Z"})
    assert [answer.codes for answer in (last, first)] == [[], []]
