"""Each scope gives what docs/api-keys.md says, and nothing else; a key without scopes sees what everybody sees."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from accounts.auth.api_key import granted
from accounts.models import ApiKeyScope
from jobs.models import Company
from kernel.viewer import Scope
from schema.core import ids
from schema.root import Mutation, schema
from tests.door import Answer, send
from tests.factories import (
    ApiKeyFactory,
    CompanyFactory,
    EmployerBlockFactory,
    JobFactory,
    MembershipFactory,
    ProfileFactory,
    SavedJobFactory,
)

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "api-keys.md"
ROW = re.compile(r"^\| `([a-z]+:[a-z]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
MUTATIONS = {
    f"{name.split('_')[0]}{''.join(word.capitalize() for word in name.split('_')[1:])}": field.type.of_type
    for name, field in Mutation._meta.fields.items()
}


class Board:
    """An owner of a company, who also looks for work, with one of everything that only they should see."""

    def __init__(self) -> None:
        member = MembershipFactory(role="owner")
        self.person, self.company = member.user, member.company
        self.suspended: Company = CompanyFactory(status="suspended")
        MembershipFactory(company=self.suspended, user=self.person, role="owner")
        self.draft = JobFactory(company=self.company, draft=True)
        ProfileFactory(user=self.person)
        SavedJobFactory(user=self.person)
        EmployerBlockFactory(user=self.person)

    def ask(self, document: str, key: str) -> Answer:
        variables = {"draft": ids.encode("Job", self.draft.pk), "by": {"slug": self.company.slug}}
        variables["hidden"] = {"slug": self.suspended.slug}
        declared = {"draft": "$draft: ID!", "by": "$by: CompanyBy!", "hidden": "$hidden: CompanyBy!"}
        used = [declaration for name, declaration in declared.items() if f"${name}" in document]
        head = f"query ({', '.join(used)})" if used else "query"
        return send(f"{head} {document}", variables, authorization=f"Bearer {key}")


# What it is, the document, where it lies in the answer, and the scope that shows it.
READS: dict[str, tuple[str, Callable[[Any], Any], Scope]] = {
    "address": ("{ viewer { user { email } } }", lambda data: data["viewer"]["user"]["email"], Scope.ACCOUNT_READ),
    "second factor": ("{ viewer { totp { isEnabled } } }", lambda data: data["viewer"]["totp"], Scope.ACCOUNT_READ),
    "keys": ("{ viewer { apiKeys { name } } }", lambda data: data["viewer"]["apiKeys"], Scope.ACCOUNT_READ),
    "profile": ("{ viewer { profile { headline } } }", lambda data: data["viewer"]["profile"], Scope.PROFILE_READ),
    "saved jobs": (
        "{ viewer { savedJobs { nodes { id } } } }",
        lambda data: data["viewer"]["savedJobs"]["nodes"],
        Scope.PROFILE_READ,
    ),
    "blocked employers": (
        "{ viewer { blockedEmployers { totalCount } } }",
        lambda data: data["viewer"]["blockedEmployers"]["totalCount"],
        Scope.PROFILE_READ,
    ),
    "a draft": ("{ node(id: $draft) { id } }", lambda data: data["node"], Scope.JOBS_READ),
    "memberships": (
        "{ viewer { memberships { role } } }",
        lambda data: data["viewer"]["memberships"],
        Scope.COMPANY_READ,
    ),
    "team": (
        "{ company(by: $by) { members { totalCount } } }",
        lambda data: data["company"]["members"],
        Scope.COMPANY_READ,
    ),
    "audit log": (
        "{ company(by: $by) { auditLog { nodes { act } } } }",
        lambda data: data["company"]["auditLog"],
        Scope.COMPANY_READ,
    ),
    "a suspended company": ("{ company(by: $hidden) { name } }", lambda data: data["company"], Scope.COMPANY_READ),
}


def test_there_is_a_scope_for_each_choice() -> None:
    assert [str(choice) for choice in ApiKeyScope.values] == [str(scope) for scope in Scope]


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [None, *Scope])
def test_a_key_is_shown_what_its_scope_says_and_nothing_else(scope: Scope | None) -> None:
    board = Board()
    key = ApiKeyFactory(user=board.person, scopes=[scope] if scope else [])
    allowed = granted([scope]) if scope else frozenset()
    shown = {}
    for name, (document, found, _) in READS.items():
        answer = board.ask(document, key.text)
        assert set(answer.codes) <= {"FORBIDDEN"}
        shown[name] = bool(found(answer.content["data"]))
    assert shown == {name: needed in allowed for name, (_, _, needed) in READS.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [None, *Scope])
def test_a_key_calls_the_mutations_of_its_scope_and_no_other(scope: Scope | None) -> None:
    key = ApiKeyFactory(scopes=[scope] if scope else [])
    for name, mutation in MUTATIONS.items():
        document = f"mutation ($input: {mutation.input_type._meta.name}!) {{ {name}(input: $input) {{ __typename }} }}"
        refused = _is_refused_for_its_scope(document, mutation, key.text)
        assert refused == (mutation.scope is None or mutation.scope != scope), name


def _is_refused_for_its_scope(document: str, mutation: Any, key: str) -> bool:
    """Whether the scope is what is in the way; whether the input makes sense is asked after that."""
    kind = schema.graphql_schema.type_map[mutation.input_type._meta.name]
    answer = send(document, {"input": _something(kind)}, authorization=f"Bearer {key}")
    said = [error["message"] for error in answer.errors]
    assert not any("got invalid value" in message for message in said), said
    return any("API keys" in message or "needs the scope" in message for message in said)


def _something(kind: Any) -> Any:
    """A value of an input's type, with no more than it must have."""
    if isinstance(kind, GraphQLNonNull):
        return _something(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [_something(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        required = {name: field.type for name, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)}
        if kind.is_one_of:
            required = dict([next((name, field.type) for name, field in kind.fields.items())])
        return {name: _something(of) for name, of in required.items()}
    return {"Boolean": True, "Int": 1, "DateTime": "2026-11-21T09:30:00Z"}.get(kind.name, "x")


def test_the_guide_has_the_scopes_and_mutations_of_the_code() -> None:
    told = {scope: set(re.findall(r"`(\w+)`", called)) for scope, _, called in ROW.findall(GUIDE.read_text())}
    assert told == {
        str(scope): {name for name, mutation in MUTATIONS.items() if mutation.scope == scope} for scope in Scope
    }


def test_the_guide_says_of_each_scope_what_it_shows() -> None:
    rows = {scope: shown for scope, shown, _ in ROW.findall(GUIDE.read_text())}
    words = {"address", "second factor", "keys", "profile", "saved jobs", "blocked employers", "memberships", "team"}
    for name in (*words, "audit log"):
        needed = READS[name][2]
        assert name in rows[needed].lower(), f"{name} is not in the row of {needed}"
