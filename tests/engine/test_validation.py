"""The leaner walk finds what graphql-core's validation finds, in the same order."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import (
    BREAK,
    SKIP,
    GraphQLError,
    ValidationRule,
    Visitor,
    build_schema,
    get_introspection_query,
    parse,
    specified_rules,
    validate,
)
from hypothesis import given, settings

from engine.validation import validate_document
from tests.engine.test_overlaps import SCHEMA, documents

RICH = build_schema("""
    directive @once on FIELD
    directive @many(x: Int!) repeatable on FIELD | QUERY | FRAGMENT_SPREAD | VARIABLE_DEFINITION
    type Query { job(by: By!, on: [Int!]): Job  jobs(where: Where, kind: Kind = ON): [Job!]! }
    type Mutation { close(id: ID!): Job }
    type Subscription { closed: Job  opened: Job }
    type Job { id: ID!  title(length: Int): String  next: Job }
    input By @oneOf { id: ID  slug: String }
    input Where { and: [Where!]  kind: Kind  least: Int! = 1  near: Point }
    input Point { x: Float!  y: Float! }
    enum Kind { ON OFF }
""")
CROOKED = [
    "{ jobs { id id title(length: 2) title(length: 3) } }",
    "{ job { id } }",
    '{ job(by: {id: "a", slug: "b"}) { id } a: job(by: {}) { id } b: job(by: {id: null}) { id } }',
    "query ($s: Int) { job(by: {slug: $s}) { id } }",
    "query ($s: String!, $s: Int, $unused: Kind) { job(by: {slug: $s}, on: [1, null, $t]) { id } }",
    "query ($k: Strange = 1, $j: Job, $w: Where = {and: [{kind: NO}]}) { jobs(where: $w, kind: $k) { id } }",
    '{ jobs(where: {near: {x: 1, x: 2, z: 3}, kind: "ON", least: null}) { id } }',
    (
        "{ jobs(where: {and: [{and: [{least: true, near: {}}]}]}, wher: 1, kind: 1) @once @once "
        "@lost(if: 1) { id @many } }"
    ),
    (
        "{ jobs { ...A } } fragment A on Job { ...B } fragment B on Job { ...C ...A } fragment C on Kind { id } "
        "fragment D on Job { lost } fragment D on Lost { id }"
    ),
    "{ jobs } query Q { jobs { id { x } } } query Q { __typename } type X { y: Int } extend type Job { z: Int }",
    "subscription { closed { id } opened { id } } subscription S { ...F } fragment F on Subscription { opened { id } }",
    "mutation M($a: Int @many(x: 1) @many(x: 2)) @many(x: 1) { close(id: 5) { id } }",
    (
        "query A($x: Int) { ...F } query B { ...F } "
        "fragment F on Query { jobs { title(length: $x) ... on Mutation { id } } }"
    ),
    "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } __type { name } }",
    "{ jobs(kind: $k) { id @include(if: $b) @skip } }",
    "{ jobs { ... { ... on Job { ... { lost } } } } }",
]


def told(errors: list[GraphQLError]) -> list[Any]:
    return [(error.message, error.locations) for error in errors]


def both(source: str, schema: Any, rules: Any, most: int = 100, *, suggest: bool = True) -> tuple[Any, Any]:
    document = parse(source)
    theirs = validate(schema, document, rules, max_errors=most, hide_suggestions=not suggest)
    return told(validate_document(schema, document, rules, max_errors=most, suggest=suggest)), told(theirs)


@pytest.mark.parametrize("source", CROOKED)
@pytest.mark.parametrize("suggest", [True, False])
def test_same_errors_as_graphql_core(source: str, suggest: bool) -> None:
    ours, theirs = both(source, RICH, specified_rules, suggest=suggest)
    assert ours == theirs
    assert ours


def test_what_graphql_core_finds_valid_is_valid() -> None:
    spread = "query ($k: Kind!) { jobs(kind: $k) { id ...F } } fragment F on Job { id }"
    for source in (get_introspection_query(), spread):
        assert both(source, RICH, specified_rules) == ([], [])


@settings(max_examples=200, deadline=None)
@given(documents())
def test_same_errors_for_random_documents(source: str) -> None:
    ours, theirs = both(source, SCHEMA, specified_rules)
    assert ours == theirs


@pytest.mark.parametrize("most", [0, 1, 5])
def test_walk_ends_at_the_most_errors(most: int) -> None:
    ours, theirs = both("{ " + " ".join(f"lost{number}" for number in range(30)) + " }", RICH, specified_rules, most)
    assert ours == theirs
    assert len(ours) == most + 1
    assert "Too many validation errors" in ours[-1][0]


def test_fragments_nested_too_deeply_end_the_walk() -> None:
    parts = [f"fragment F{number} on Query {{ ...F{number + 1} }}" for number in range(3_000)]
    source = "{ ...F0 } " + " ".join(parts) + " fragment F3000 on Query { __typename }"
    ours, theirs = both(source, RICH, specified_rules)
    assert ours == theirs
    assert ours[-1] == ("Validation aborted.", None)


@pytest.mark.parametrize("action", [SKIP, False, BREAK, True, None])
@pytest.mark.parametrize("where", ["enter_field", "leave_field", "enter_selection_set", "enter_operation_definition"])
def test_rules_hear_of_the_same_nodes(where: str, action: Any) -> None:
    """A rule that skips or breaks at its second call; and what it and its neighbour are told from there on."""

    def rules(heard: list[Any]) -> list[type[ValidationRule]]:
        def note(name: str, who: str, then: Callable[[], Any]) -> Any:
            def method(self: Visitor, node: Any, key: Any, parent: Any, path: Any, ancestors: Any) -> Any:
                line = node.loc.start if node.loc else None
                heard.append((who, name, line, key, list(path), len(ancestors), type(parent).__name__))
                return then()

            return method

        def counted() -> Callable[[], Any]:
            calls = iter([None, action])
            return lambda: next(calls, None)

        names = ["enter_field", "leave_field", "enter_selection_set", "leave_selection_set", "enter_argument"]
        names += ["enter_operation_definition", "leave_operation_definition", "leave_document", "enter_int_value"]
        loud = {name: note(name, "loud", counted() if name == where else lambda: None) for name in names}
        calm = {name: note(name, "calm", lambda: None) for name in names}
        return [type("Loud", (ValidationRule,), loud), type("Calm", (ValidationRule,), calm)]

    document = parse("query A { jobs { id title(length: 1) next { id } } } query B { jobs { next { next { id } } } }")
    theirs: list[Any] = []
    ours: list[Any] = []
    validate(RICH, document, rules(theirs))
    validate_document(RICH, document, rules(ours), max_errors=1, suggest=False)
    assert ours == theirs
