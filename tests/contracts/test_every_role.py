"""What every role may do and see, mutation by mutation and root field by root field, through the door.

A root field without a case fails. A refusal writes nothing: PostgreSQL itself tells which tables were written to.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone
from graphene_django.settings import graphene_settings
from graphql import GraphQLObjectType, get_named_type

from kernel.viewer import Scope
from schema.core.mutations import Mutation
from tests.roles import (
    LONG_AGO,
    REFUSALS,
    ROLES,
    QueryCase,
    RoleCase,
    Scene,
    acting,
    ask,
    authorization_of,
    key_for,
    make_scene,
)
from tests.writes import rows_written

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parent / "role_cases"
TOP_LEVEL_REFUSALS = REFUSALS | {"UNAUTHENTICATED"}
# That somebody of the staff was refused is worth keeping; how often somebody tried is what throttles are made of.
ALWAYS_MAY_WRITE = {"accounts_auditentry"}


def _collected(attribute: str) -> tuple[dict[str, Any], list[str]]:
    """The cases of all modules by root field, and the fields that have more than one."""
    cases: dict[str, Any] = {}
    twice: list[str] = []
    for path in sorted(FOLDER.glob("*.py")):
        module = import_module(f"tests.contracts.role_cases.{path.stem}")
        for name, case in getattr(module, attribute, {}).items():
            if name in cases:
                twice.append(name)
            cases[name] = case
    return cases, twice


CASES, CASES_TWICE = _collected("CASES")
QUERIES, QUERIES_TWICE = _collected("QUERIES")


def _root(name: str) -> GraphQLObjectType:
    kind = graphene_settings.SCHEMA.graphql_schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_scene()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_rate_limit(settings: LazySettings) -> None:
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0


@pytest.mark.parametrize(
    ("root", "cases", "twice"),
    [("Mutation", CASES, CASES_TWICE), ("Query", QUERIES, QUERIES_TWICE)],
    ids=["Mutation", "Query"],
)
def test_every_root_field_has_one_case(root: str, cases: dict[str, Any], twice: list[str]) -> None:
    fields = set(_root(root).fields)
    assert sorted(fields - cases.keys()) == [], "no case says who may"
    assert sorted(cases.keys() - fields) == [], "there is no such root field"
    assert twice == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_mutation_is_for_these_roles_and_nobody_else(name: str, scene: Scene) -> None:
    case: RoleCase = CASES[name]
    wrong = {role: told for role in ROLES if (told := _told_wrongly(scene, role, name, case)) is not None}
    assert wrong == {}


def test_dangerous_mutations_need_a_recent_login(scene: Scene) -> None:
    wrong: dict[tuple[str, str], Any] = {}
    for name, case in CASES.items():
        for role in sorted(case.allowed) if case.needs_recent_login else ():
            with acting(scene, role):
                codes, written = _done(scene, name, case, is_recent=False)
            if codes != ["RECENT_LOGIN_REQUIRED"] or written:
                wrong[name, role] = codes, written
    assert wrong == {}


def test_keys_need_the_scope_of_a_mutation_and_no_other(scene: Scene) -> None:
    """As the owner, whose key it is, may; `granted` makes reading part of writing."""
    wrong: dict[str, Any] = {}
    tried = 0
    for name, case in CASES.items():
        needed = _mutation(name).scope
        for scopes in ([needed], [scope for scope in Scope if scope != needed]):
            with acting(scene, "owner"):
                assert scene.person is not None
                key = key_for(scene.person, *filter(None, scopes))
                codes, written = _done(scene, name, case, authorization=f"Bearer {key}")
            works = needed is not None and scopes == [needed] and "owner" in case.allowed
            tried += works
            if codes if works else written or not codes:
                wrong[name] = scopes, codes, written
    assert wrong == {}
    assert tried > 10


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_root_field_shows_these_roles_and_nobody_else(name: str, scene: Scene) -> None:
    case: QueryCase = QUERIES[name]
    shown = set()
    for role in ROLES:
        with acting(scene, role):
            authorization = authorization_of(scene, role)
            if case.prepare:
                case.prepare(scene)
            query, variables = case.query(scene)
            answered = ask(scene, query, variables, authorization=authorization)
        allowed_codes = set() if role in case.seen_by else {"FORBIDDEN"}
        assert set(answered.codes) <= allowed_codes, f"{role}: {answered.errors}"
        if case.found(answered.content["data"]):
            shown.add(role)
    assert shown == set(case.seen_by)


def _told_wrongly(scene: Scene, role: str, name: str, case: RoleCase) -> Any:
    """What a role was told or has written, where that is not what the case says."""
    with acting(scene, role):
        codes, written = _done(scene, name, case)
    if role in case.allowed:
        return ("should be allowed", codes) if codes else None
    allowed_codes = REFUSALS | TOP_LEVEL_REFUSALS | set(case.refused_with or ())
    if not codes or not set(codes) <= allowed_codes:
        return "should be refused", codes
    return ("refused, and has written", written) if written else None


def _mutation(name: str) -> type[Mutation]:
    kind: Any = get_named_type(_root("Mutation").fields[name].type)
    made: type[Mutation] = kind.graphene_type
    return made


def _done(
    scene: Scene, name: str, case: RoleCase, *, is_recent: bool = True, authorization: str | None = None
) -> tuple[list[str], set[str]]:
    """The codes of all refusals, and the tables that were written to."""
    at = timezone.now() if is_recent else timezone.now() - LONG_AGO
    authorization = authorization or authorization_of(scene, scene.role, at=at)
    if case.prepare:
        case.prepare(scene)
    variables = {"input": case.input(scene)}
    payload = get_named_type(_root("Mutation").fields[name].type)
    document = (
        f"mutation Act($input: {_input_type(name)}!) "
        f"{{ {name}(input: $input) {{ __typename userErrors {{ code field message }} }} }}"
    )
    assert isinstance(payload, GraphQLObjectType)
    before = rows_written()
    answered = ask(scene, document, variables, authorization=authorization)
    # Savepoints that were undone count as well: what is refused is refused before it is tried.
    written = {table for table, rows in rows_written().items() if rows > before.get(table, 0)}
    data = (answered.content.get("data") or {}).get(name)
    codes = [*answered.codes, *(error["code"] for error in (data or {}).get("userErrors", ()))]
    return codes, written - ALWAYS_MAY_WRITE - set(case.may_write)


def _input_type(name: str) -> str:
    return str(get_named_type(_root("Mutation").fields[name].args["input"].type))
