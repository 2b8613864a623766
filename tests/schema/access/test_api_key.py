"""`apiKeyCreate`, `apiKeyRevoke`, `viewer.apiKeys`, `viewer.apiKey` and `Company.apiKeys`."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, User
from jobs.models import Company, Membership
from schema.core import ids
from tests.door import Answer, send, token_for
from tests.factories import ApiKeyFactory, CompanyFactory, JobFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

CREATE = """
mutation Create($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) {
    secret apiKey { id name prefix scopes expiresAt lastUsedAt company { slug } }
    userErrors { code field message }
  }
}
"""
REVOKE = """
mutation Revoke($input: ApiKeyRevokeInput!) {
  apiKeyRevoke(input: $input) { apiKey { id revokedAt } userErrors { code field } }
}
"""
MINE = "{ viewer { apiKeys { name prefix scopes } } }"
ASKING = "{ viewer { apiKey { name prefix scopes expiresAt lastUsedAt } } }"
OF_COMPANY = """
query Keys($by: CompanyBy!, $first: Int, $after: String) {
  company(by: $by) {
    apiKeys(first: $first, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } }
  }
}
"""
DRAFT = "query Draft($id: ID!) { node(id: $id) { id } }"


def create(by: User, **values: Any) -> Any:
    values = {"name": "CI", "scopes": ["JOBS_READ"], **values}
    return send(CREATE, {"input": values}, by=by).data["apiKeyCreate"]


def codes(payload: Any) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


def member(role: str, company: Company | None = None) -> User:
    membership = MembershipFactory(role=role, **({"company": company} if company else {}))
    user: User = membership.user
    return user


def company_of(user: User) -> Company:
    return Membership.objects.get(user=user).company


def by_key(text: str, query: str, variables: Any = None) -> Answer:
    return send(query, variables, authorization=f"Bearer {text}")


def identity(row: Any) -> str:
    return ids.encode(type(row)._meta.object_name, row.pk)


def test_a_key_is_made_shown_once_and_works() -> None:
    person = member("recruiter")
    until = (timezone.now() + timedelta(days=90)).replace(microsecond=0)
    made = create(person, name="CI", scopes=["JOBS_READ", "ACCOUNT_READ"], expiresAt=until.isoformat())
    assert made["userErrors"] == []
    assert made["secret"].startswith(f"nxs_{made['apiKey']['prefix']}_")
    assert made["apiKey"]["company"] is None
    assert made["apiKey"]["scopes"] == ["ACCOUNT_READ", "JOBS_READ"]
    listed = send(MINE, by=person)
    assert [key["name"] for key in listed.data["viewer"]["apiKeys"]] == ["CI"]
    assert made["secret"].split("_")[2] not in str(listed.content)
    asking = by_key(made["secret"], ASKING).data["viewer"]["apiKey"]
    assert (asking["name"], asking["prefix"]) == ("CI", made["apiKey"]["prefix"])
    assert asking["expiresAt"].startswith(until.isoformat()[:19])
    assert send(ASKING, by=person).data["viewer"]["apiKey"] is None


def test_a_lost_answer_is_given_again_and_no_second_key_made() -> None:
    person = member("owner")
    first = create(person, idempotencyKey="k")
    assert create(person, idempotencyKey="k") == first
    assert ApiKey.objects.count() == 1


def test_a_key_needs_a_login_of_just_now() -> None:
    person = member("owner")
    token = token_for(person, at=timezone.now() - timedelta(minutes=11))
    values = {"input": {"name": "CI", "scopes": ["JOBS_READ"]}}
    refused = send(CREATE, values, authorization=f"Bearer {token}").data["apiKeyCreate"]
    assert codes(refused) == ["RECENT_LOGIN_REQUIRED"]


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
@pytest.mark.parametrize("scope", ["JOBS_READ", "JOBS_WRITE", "COMPANY_READ", "COMPANY_WRITE"])
def test_recruiters_and_above_have_keys_for_companies(role: str, scope: str) -> None:
    assert create(member(role), scopes=[scope])["userErrors"] == []


@pytest.mark.parametrize("role", ["interviewer", "hiring_manager"])
@pytest.mark.parametrize("scope", ["JOBS_READ", "JOBS_WRITE", "COMPANY_READ", "COMPANY_WRITE"])
def test_others_have_none(role: str, scope: str) -> None:
    refused = create(member(role), scopes=[scope])
    assert codes(refused) == ["FORBIDDEN"]
    assert refused["userErrors"][0]["field"] == ["input", "scopes"]
    assert refused["secret"] is None


@pytest.mark.parametrize("scope", ["ACCOUNT_READ", "PROFILE_READ", "PROFILE_WRITE"])
def test_everybody_has_keys_for_what_is_their_own(scope: str) -> None:
    assert create(UserFactory(), scopes=[scope])["userErrors"] == []


def test_a_key_of_a_company_outlives_its_maker_and_sees_that_company_alone() -> None:
    owner = member("owner")
    company, elsewhere = company_of(owner), CompanyFactory()
    MembershipFactory(user=owner, company=elsewhere, role="owner")
    made = create(owner, companyId=identity(company))
    assert made["apiKey"]["company"] == {"slug": company.slug}
    mine, other = JobFactory(company=company, draft=True), JobFactory(company=elsewhere, draft=True)
    Membership.objects.filter(user=owner).delete()
    assert by_key(made["secret"], DRAFT, {"id": identity(mine)}).data["node"] == {"id": identity(mine)}
    assert by_key(made["secret"], DRAFT, {"id": identity(other)}).data["node"] is None
    entry = AuditEntry.objects.get(act="api_key.create")
    assert (entry.actor_id, entry.company_id) == (owner.pk, company.pk)


def test_the_service_user_of_a_company_is_one_and_cannot_log_in() -> None:
    owner = member("owner")
    company = company_of(owner)
    for _ in range(2):
        create(owner, companyId=identity(company))
    service = User.objects.get(kind="service")
    assert not service.has_usable_password()
    assert ApiKey.objects.filter(user=service, company_id=company.pk).count() == 2
    assert Membership.objects.get(user=service).company_id == company.pk


@pytest.mark.parametrize("role", ["interviewer", "hiring_manager", "recruiter"])
def test_others_make_no_keys_of_a_company(role: str) -> None:
    person = member(role)
    assert codes(create(person, companyId=identity(company_of(person)))) == ["FORBIDDEN"]


def test_a_hidden_company_and_a_missing_one_look_the_same() -> None:
    hidden, gone = CompanyFactory(status="suspended"), CompanyFactory()
    gone_id = identity(gone)
    gone.delete()
    refusals = [create(member("owner"), companyId=company) for company in (identity(hidden), gone_id)]
    assert refusals[0] == refusals[1]
    assert codes(refusals[0]) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"scopes": []}, "scopes"), ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt")],
)
def test_what_makes_no_sense_is_refused_by_name(values: Any, field: str) -> None:
    refused = create(member("owner"), **values)
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [("INVALID", ["input", field])]


def test_the_own_key_is_revoked_and_lets_nobody_in() -> None:
    key = ApiKeyFactory(scopes=["account:read"])
    assert by_key(key.text, ASKING).data["viewer"]
    revoked = send(REVOKE, {"input": {"keyId": identity(key)}}, by=key.user).data["apiKeyRevoke"]
    assert revoked["userErrors"] == []
    assert revoked["apiKey"]["revokedAt"]
    assert by_key(key.text, ASKING).codes == ["UNAUTHENTICATED"]
    assert send(MINE, by=key.user).data["viewer"]["apiKeys"] == []


def test_somebody_elses_key_and_a_missing_one_look_the_same() -> None:
    key, gone = ApiKeyFactory(), ApiKeyFactory()
    gone_id = identity(gone)
    gone.delete()
    query = "query Key($id: ID!) { node(id: $id) { id } }"
    for hidden in (identity(key), gone_id):
        refused = send(REVOKE, {"input": {"keyId": hidden}}, by=UserFactory()).data["apiKeyRevoke"]
        assert refused == {"apiKey": None, "userErrors": [{"code": "NOT_FOUND", "field": ["input", "keyId"]}]}
        for by in (UserFactory(), UserFactory(platform_admin=True), None):
            assert send(query, {"id": hidden}, by=by).data["node"] is None


@pytest.mark.parametrize(("role", "sees"), [("recruiter", False), ("admin", True), ("owner", True)])
def test_admins_see_the_companys_keys_page_by_page_and_revoke_them(role: str, sees: bool) -> None:
    person = member(role)
    company = company_of(person)
    keys = [ApiKeyFactory(company_id=company.pk) for _ in range(3)]
    ApiKeyFactory(company_id=CompanyFactory().pk)
    ApiKeyFactory(user=person)
    variables = {"by": {"slug": company.slug}, "first": 2}
    answer = send(OF_COMPANY, variables, by=person)
    if not sees:
        assert answer.codes == ["FORBIDDEN"]
        assert answer.content["data"]["company"]["apiKeys"] is None
        return
    page = answer.data["company"]["apiKeys"]
    assert page["totalCount"] == 3
    assert [key["name"] for key in page["nodes"]] == [keys[2].name, keys[1].name]
    after = page["pageInfo"]["endCursor"]
    rest = send(OF_COMPANY, {**variables, "after": after}, by=person).data["company"]["apiKeys"]
    assert ([key["name"] for key in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == ([keys[0].name], False)
    assert codes(send(REVOKE, {"input": {"keyId": identity(keys[0])}}, by=person).data["apiKeyRevoke"]) == []


def test_no_key_makes_or_revokes_a_key() -> None:
    key = ApiKeyFactory(user=member("owner"), scopes=["company:write", "account:read"])
    values = {"input": {"name": "CI", "scopes": ["JOBS_READ"]}}
    assert by_key(key.text, CREATE, values).codes == ["FORBIDDEN"]
    assert by_key(key.text, REVOKE, {"input": {"keyId": identity(key)}}).codes == ["FORBIDDEN"]
