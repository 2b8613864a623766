"""Every path of the schema to what is private, as everybody: nobody is told what is not theirs to know.

The documents are made from the schema itself, and so include every field that is added to it. They go from every root
field, from `node` and `nodes` with the ids of all private rows, and from what mutations give back, on the engine and on
graphql-core. In whatever comes back, errors and cursors included, there must be no secret that the role may not read.
"""

from base64 import b64decode
from binascii import Error
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import pytest
import time_machine
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone
from graphene_django.settings import graphene_settings
from graphql import GraphQLObjectType

from jobs import policies
from jobs.policies import MATRIX, Act, Column
from jobs.search.postgres import suggestions
from kernel import caching
from nexus.graphql.planning import engine
from schema.core import ids
from schema.core.inputs import MAX_LIST
from schema.core.visibility import Guarded, rule_of_type
from tests.contracts import private_rows
from tests.contracts.paths import Paths, lift_limits
from tests.contracts.private_rows import Secret
from tests.contracts.test_every_role import CASES
from tests.factories import JobFactory, UserFactory
from tests.feed_sessions import forget_feeds
from tests.roles import ROLES, RoleCase, Scene, acting, ask, authorization_of, make_scene
from tests.search_board import index_all

pytestmark = pytest.mark.django_db

FEW = 3
EXPECTED = {"FORBIDDEN", "UNAUTHENTICATED", "NOT_FOUND"}
SESSION_IDS = {"FeedSession": ("id",), "FeedEdge": ("cursor",), "FeedConnection": ("pageInfo",)}
STRANGERS = ("anonymous", "stranger", "key")
"""Those for whom nothing of all that is planted is meant."""


@dataclass(frozen=True)
class Question:
    """A document with its variables."""

    query: str
    variables: dict[str, Any]


@dataclass
class Board:
    """The scene with its secrets, and everything that can be asked about it."""

    scene: Scene
    secrets: list[Secret]
    questions: list[Question]
    paths: Paths


def schema_paths(scene: Scene) -> Paths:
    """The paths of the board's schema. A field that needs arguments is told here how to be asked for."""
    quoted = f'"{scene.job.slug}"'
    arguments = {
        "Query.job": f"(by: {{slug: {quoted}}})",
        "Query.company": f'(by: {{slug: "{scene.company.slug}"}})',
        "Query.costOf": '(document: "{ jobs { totalCount } }")',
        # All that is planted is called so.
        "Query.jobSearch": '(query: "secret", first: 3)',
        "Query.suggest": '(prefix: "secr")',
        "Viewer.applicationDraft": f'(jobId: "{scene.id("Job", scene.job.pk)}")',
        "Job.sourceToken": '(label: "Fair")',
    }
    return Paths(graphene_settings.SCHEMA.graphql_schema, arguments)


def questions_of(scene: Scene, secrets: list[Secret], paths: Paths) -> list[Question]:
    """Every root field, each of the companies, and every private object by its id, with all behind them."""
    query = graphene_settings.SCHEMA.graphql_schema.query_type
    roots = [name for name in query.fields if name not in ("node", "nodes")]
    asked = [Question(paths.of_root(name), {}) for name in roots]
    hidden = list(private_rows.nodes(secrets))
    companies = [("Company", scene.id("Company", company.pk)) for company in (scene.company, scene.elsewhere)]
    people = [("User", scene.id("User", user.pk)) for user in scene.people.values() if user]
    objects = dict.fromkeys([*hidden, *companies, *people])
    asked += [Question(paths.of_node(type_name), {"id": global_id}) for type_name, global_id in objects]
    everything = [global_id for _, global_id in objects][:MAX_LIST]
    types = sorted({type_name for type_name, _ in objects})
    return asked + [Question(paths.of_nodes(type_name), {"ids": everything}) for type_name in types]


@pytest.fixture(scope="module")
def board(django_db_setup: None, django_db_blocker: Any) -> Iterator[Board]:
    with django_db_blocker.unblock(), transaction.atomic():
        scene = make_scene()
        secrets = private_rows.plant(scene, JobFactory(company=scene.company))
        scene.people["stranger"] = UserFactory()
        index_all()
        suggestions.rebuild()
        paths = schema_paths(scene)
        yield Board(scene, secrets, questions_of(scene, secrets, paths), paths)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _without_limits(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    lift_limits(monkeypatch)
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0
    settings.COST_LIMIT = 10**9


def leaks(
    board: Board,
    role: str,
    *,
    token: str | None = None,
    on_oracle: bool = False,
    expected: Set[str] = EXPECTED,
    **headers: str,
) -> Iterator[str]:
    """The secrets that a role is told and may not know, each with the document that told it."""
    with acting(board.scene, role):
        proof = authorization_of(board.scene, role) if token is None else token
        for question in board.questions:
            query, variables = question.query, question.variables
            answered = ask(board.scene, query, variables, authorization=proof, on_oracle=on_oracle, **headers)
            assert set(answered.codes) <= expected, f"{role}: {answered.errors}: {question}"
            for secret in told(answered.content, board.secrets, role, question):
                yield f"{secret} in {question}"
            for global_id in found(answered.content, board.secrets, role, question):
                yield f"{ids.decode(global_id)} is found by {question}"


def told(content: Any, secrets: list[Secret], role: str, question: Question) -> list[str]:
    """What an answer tells of what the role may not know. What the question itself says is not news."""
    strings = set(_strings(content)) - set(_strings(question.variables))
    text = "\n".join([orjson.dumps(content).decode(), *map(_decoded, strings)]).lower()
    return [
        secret.text
        for secret in secrets
        if role not in secret.seen_by
        and not secret.is_told
        and (secret.text in strings if secret.is_id else secret.text.lower() in text)
    ]


def found(content: Any, secrets: list[Secret], role: str, question: Question) -> list[str]:
    """The ids that the question names and the role may not ask for, and that an object is answered for all the same."""
    data, variables = content.get("data") or {}, question.variables
    objects = dict(zip(variables.get("ids", ()), data.get("nodes") or (), strict=False))
    if "id" in variables:
        objects[variables["id"]] = data.get("node")
    hidden = {secret.text for secret in secrets if secret.is_id and role not in secret.seen_by}
    return [global_id for global_id, answered in objects.items() if answered is not None and global_id in hidden]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _decoded(text: str) -> str:
    """What a cursor or an id holds, where the text is one."""
    try:
        return b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode(errors="replace")
    except (Error, ValueError):
        return ""


@pytest.mark.parametrize("executor", ["engine", "graphql-core"])
@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_nobody_is_told_what_is_not_theirs_to_know(board: Board, role: str, executor: str) -> None:
    if executor == "graphql-core":
        assert list(leaks(with_few_of_each_kind(board), role, on_oracle=True)) == []
    else:
        assert list(leaks(board, role)) == []


def with_few_of_each_kind(board: Board) -> Board:
    """The board with no more than a few objects for each document: graphql-core takes several times as long."""
    asked: Counter[str] = Counter()
    few = []
    for question in board.questions:
        asked[question.query] += 1
        if asked[question.query] <= FEW:
            few.append(question)
    return replace(board, questions=few)


def test_every_edge_is_on_a_path(board: Board) -> None:
    for mutation in graphene_settings.SCHEMA.graphql_schema.mutation_type.fields:
        board.paths.of_payload(mutation)
    assert sorted(board.paths.all_edges() - board.paths.taken) == []


def test_every_secret_is_told_to_somebody_who_may_know_it(board: Board) -> None:
    """Else it would prove nothing that others are not told it."""
    untold = {secret.text: secret for secret in board.secrets if secret.seen_by and not secret.is_told}
    for role in ("owner", "recruiter", *ROLES):
        with acting(board.scene, role):
            token = authorization_of(board.scene, role)
            for question in board.questions:
                if not any(role in secret.seen_by for secret in untold.values()):
                    break
                content = ask(board.scene, question.query, question.variables, authorization=token).content
                sought = [replace(secret, seen_by=frozenset()) for secret in untold.values()]
                for text in told(content, sought, role, Question("", {})):
                    del untold[text]
    assert untold == {}


@pytest.mark.parametrize("role", STRANGERS)
def test_what_is_private_changes_nothing_for_strangers(role: str, board: Board) -> None:
    """Not the counts, not the cost, not the errors: they are answered as if it were not there."""
    with transaction.atomic():
        scene = make_scene()
        live = JobFactory(company=scene.company)
        stranger = scene.people | {"stranger": UserFactory()}
        token = authorization_of(replace(scene, people=stranger), role)
        index_all()
        suggestions.rebuild()
        with transaction.atomic():
            secrets = private_rows.plant(scene, live, "two")
            index_all()
            suggestions.rebuild()
            asked = questions_of(scene, secrets, schema_paths(scene))
            at = timezone.now()
            with_them = _answers(scene, token, asked, at)
            transaction.set_rollback(True)
        without = _answers(scene, token, asked, at)
        transaction.set_rollback(True)
    assert len(with_them) > 20
    for question, one, other in zip(asked, with_them, without, strict=True):
        assert one == other, question


def _answers(scene: Scene, token: str, questions: list[Question], at: datetime) -> list[Any]:
    # A feed is judged by how old its jobs are at this very moment, and kept for a while.
    with time_machine.travel(at, tick=False):
        forget_feeds()
        contents = [ask(scene, one.query, one.variables, authorization=token).content for one in questions]
    for content in contents:
        content["extensions"].pop("requestId", None)
    return [_without_sessions(content) for content in contents]


def _without_sessions(content: Any) -> Any:
    """The answer without the ids of feed sessions, of which every one has another, and the cursors that hold them."""
    if isinstance(content, list):
        return [_without_sessions(item) for item in content]
    if not isinstance(content, dict):
        return content
    hidden = SESSION_IDS.get(content.get("__typename", ""), ())
    return {name: _without_sessions(value) for name, value in content.items() if name not in hidden}


@pytest.mark.parametrize("name", sorted(CASES))
def test_payloads_tell_nobody_what_is_not_theirs_to_know(name: str, board: Board) -> None:
    case: RoleCase = CASES[name]
    scene, leaked = board.scene, []
    query = board.paths.of_payload(name)
    for role in ROLES:
        with acting(scene, role):
            token = authorization_of(scene, role)
            if case.prepare:
                case.prepare(scene)
            question = Question(query, {"input": case.input(scene)})
            answered = ask(scene, question.query, question.variables, authorization=token)
            assert "INTERNAL" not in answered.codes, answered.errors
            leaked += [(role, secret) for secret in told(answered.content, board.secrets, role, question)]
    assert leaked == []


def test_staff_in_somebodys_name_see_what_that_person_sees(board: Board) -> None:
    seeker = board.scene.people["seeker"]
    assert seeker is not None
    token = authorization_of(board.scene, "support")
    assert list(leaks(board, "seeker", token=token, x_on_behalf_of=str(seeker.pk))) == []


def _unguard(type_name: str, field: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Take the rule of a field away."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        kind = graphene_settings.SCHEMA.graphql_schema.type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)
        guarded = kind.fields[field].resolve
        assert isinstance(guarded, Guarded)
        patch.setattr(kind.fields[field], "resolve", guarded.resolver)

    return leak


def _batch_of_everything(type_name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Have `node` find every object of a type, whoever asks."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        model = _model_of(type_name)
        source = ids._sources[type_name]
        every = ids.NodeSource(source.parse_key, lambda viewer, keys: model.objects.in_bulk(list(keys)))
        patch.setitem(ids._sources, type_name, every)

    return leak


def _model_of(type_name: str) -> Any:
    kind: Any = graphene_settings.SCHEMA.graphql_schema.type_map[type_name]
    return kind.graphene_type._meta.model


def _log_for_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(MATRIX, Act.READ_AUDIT, dict.fromkeys(Column, policies.ALL))


@pytest.mark.parametrize(
    ("leak", "secret"),
    [
        (_unguard("User", "email"), "secret-outside_owner@one.example"),
        (_batch_of_everything("Job"), "SECRET-DRAFT-A"),
        (_batch_of_everything("Company"), "SECRET-HIDDEN-COMPANY"),
        (_batch_of_everything("Profile"), "SECRET-SUMMARY-seeker"),
        (_batch_of_everything("ApiKey"), "SECRET-KEY-A"),
        (_log_for_everybody, "SECRET-AUDIT-A"),
    ],
    ids=["field without its rule", "jobs", "companies", "profiles", "API keys", "matrix"],
)
def test_planted_leak_is_found(
    leak: Callable[[pytest.MonkeyPatch], None], secret: str, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = "hiring_manager" if "@" in secret else "outside_owner"
    watched = replace(board, secrets=[Secret(secret, frozenset())])
    assert next(leaks(watched, role), None) is None
    leak(monkeypatch)
    # Its plans hold the resolvers that were there before. It is another engine, with limits of its own.
    engine.cache_clear()
    lift_limits(monkeypatch)
    try:
        assert next(leaks(watched, role), None) is not None
        assert next(leaks(watched, role, on_oracle=True), None) is not None
    finally:
        engine.cache_clear()


def test_every_private_type_that_anybody_may_ask_for_by_id_is_found(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each, the batch selector forgets the viewer."""
    types = [name for name in ids._sources if caching.tag_of(_model_of(name)) is None]
    assert {"User", "Profile", "DataExport", "EmployerBlock"} <= set(types)
    unseen = []
    for type_name in types:
        with monkeypatch.context() as patch:
            _batch_of_everything(type_name)(patch)
            engine.cache_clear()
            # It is another engine, with limits of its own.
            lift_limits(patch)
            # Rows that no selector has looked at may lack what the rules of their fields ask.
            if next(leaks(board, "stranger", expected=EXPECTED | {"INTERNAL"}), None) is None:
                unseen.append(type_name)
    engine.cache_clear()
    # Its fields ask once more whether a moderator reads them: forgotten once, nothing is told.
    assert unseen == ["ModerationCase"]


def test_every_type_over_rows_is_public_by_a_tag_or_private_by_a_rule() -> None:
    undeclared, both = [], []
    for name, kind in graphene_settings.SCHEMA.graphql_schema.type_map.items():
        graphene_type = getattr(kind, "graphene_type", None)
        model = getattr(getattr(graphene_type, "_meta", None), "model", None)
        if model is None or not isinstance(kind, GraphQLObjectType):
            continue
        is_public, rule = caching.tag_of(model) is not None, rule_of_type(graphene_type)
        if not is_public and rule is None:
            undeclared.append(name)
        if is_public and rule is not None:
            both.append(name)
    assert undeclared == [], "declare a tag for their models, or say `private_to=` whom they are for"
    assert both == [], "rows that are cached for everybody cannot be private"
