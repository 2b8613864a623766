"""The rule on overlapping fields accepts and refuses what graphql-core's does, and its work stays linear."""

from collections.abc import Callable

import pytest
from graphql import GraphQLError, TypeInfo, ValidationContext, build_schema, parse, specified_rules, validate
from graphql.validation import OverlappingFieldsCanBeMergedRule
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.engine import RULES
from engine.overlaps import OverlappingFieldsRule

SCHEMA = build_schema("""
    interface Being { name(surname: Boolean): String friend: Being home: Home friends: [Being] }
    type Dog implements Being {
        name(surname: Boolean): String friend: Being home: Home friends: [Being]
        age: Int  barks(at: Int, like: [Sound], as: Style): Boolean!  sound: Sound
        owner: Cat  any: Thing
    }
    type Cat implements Being {
        name(surname: Boolean): String friend: Being home: Home friends: [Being]
        age: Int!  barks(at: Int, like: [Sound], as: Style): Boolean  sound: String
        owner: Dog  any: [Thing]
    }
    type Home { name: String! rooms: [Int] being: Being }
    union Thing = Dog | Cat | Home
    enum Sound { WOOF MIAU }
    input Style { loud: Boolean like: Sound inner: Style }
    type Query { being: Being dog: Dog cat: Cat thing: Thing home: Home things: [Thing] }
""")
FIELDS = {
    "Query": ["being", "dog", "cat", "thing", "home", "things"],
    "Being": ["name", "friend", "home", "friends"],
    "Dog": ["name", "friend", "home", "friends", "age", "barks", "sound", "owner", "any"],
    "Cat": ["name", "friend", "home", "friends", "age", "barks", "sound", "owner", "any"],
    "Home": ["name", "rooms", "being"],
    "Thing": [],
}
LEADS = {
    "being": "Being",
    "friend": "Being",
    "friends": "Being",
    "dog": "Dog",
    "cat": "Cat",
    "thing": "Thing",
    "things": "Thing",
    "any": "Thing",
    "home": "Home",
}
CONDITIONS = ["Being", "Dog", "Cat", "Home", "Thing", "Nowhere"]
FRAGMENTS = ["F", "G", "H"]
ARGUMENTS = {
    "name": ["", "(surname: true)", "(surname: false)", "(surname: $x)", "(surname: $y)"],
    "barks": [
        "",
        "(at: 1)",
        "(at: 1, like: [WOOF])",
        "(like: [WOOF], at: 1)",
        "(as: {loud: true, like: MIAU})",
        "(as: {like: MIAU, loud: true})",
        "(as: {inner: {loud: true}, like: MIAU})",
        "(at: null)",
    ],
}


@st.composite
def selections(draw: st.DrawFn, type_name: str, depth: int) -> str:
    parts = [draw(selection(type_name, depth)) for _ in range(draw(st.integers(1, 4)))]
    return "{ " + " ".join(parts) + " }"


@st.composite
def selection(draw: st.DrawFn, type_name: str, depth: int) -> str:
    kind = draw(st.sampled_from(["field"] * 5 + ["spread", "inline"]))
    if kind == "spread" or (kind == "field" and not FIELDS[type_name]):
        return f"...{draw(st.sampled_from([*FRAGMENTS, 'Lost']))}"
    if kind == "inline":
        condition = draw(st.sampled_from(["", *CONDITIONS]))
        inner = type_name if not condition else condition if condition in FIELDS else "Home"
        on = f"on {condition} " if condition else ""
        return f"... {on}{draw(selections(inner, depth - 1)) if depth else '{ __typename }'}"
    name = draw(st.sampled_from([*FIELDS[type_name], "__typename", "lost"]))
    alias = draw(st.sampled_from(["", "", "", "a: ", "b: ", "name: "]))
    arguments = draw(st.sampled_from(ARGUMENTS.get(name, [""])))
    if name == "owner":
        leads: str | None = "Cat" if type_name == "Dog" else "Dog"
    else:
        leads = LEADS.get(name)
    below = "" if leads is None else draw(selections(leads, depth - 1)) if depth else "{ __typename }"
    return f"{alias}{name}{arguments} {below}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    text = draw(selections("Query", 3))
    for name in FRAGMENTS:
        condition = draw(st.sampled_from(CONDITIONS[:5]))
        text += f" fragment {name} on {condition} {draw(selections(condition, 2))}"
    return text


@settings(max_examples=300, deadline=None)
@given(documents())
def test_same_documents_are_refused_as_by_graphql_core(source: str) -> None:
    document = parse(source)
    theirs = validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule])
    ours = validate(SCHEMA, document, [OverlappingFieldsRule])
    assert bool(ours) == bool(theirs), [error.message for error in theirs or ours]


def refusals(source: str) -> list[str]:
    return [error.message for error in validate(SCHEMA, parse(source), [OverlappingFieldsRule])]


def test_error_names_the_response_key_and_the_reason() -> None:
    hint = " Use different aliases on the fields to fetch both if this was intentional."
    assert refusals("{ dog { a: name a: age } }") == [
        f"Fields 'a' conflict because they return conflicting types 'String' and 'Int'.{hint}"
    ]
    assert refusals("{ dog { a: name ...F } } fragment F on Being { a: name(surname: true) }") == [
        f"Fields 'a' conflict because they have differing arguments.{hint}"
    ]
    assert refusals("{ a: dog { name } a: being { name } }") == [
        f"Fields 'a' conflict because 'dog' and 'being' are different fields.{hint}"
    ]


def test_fields_on_types_that_exclude_each_other_need_one_shape_only() -> None:
    assert refusals("{ being { ... on Dog { a: name } ... on Cat { a: name(surname: true) } } }") == []
    assert refusals("{ being { ... on Dog { a: owner { b: age } } ... on Cat { a: owner { b: name } } } }") != []
    assert refusals("{ being { ... on Dog { a: age } ... on Cat { a: age } } }") != []
    assert refusals("{ being { a: friend { name } ... on Dog { a: home { name } } ... on Cat { name } } }") != []


def test_rule_stands_in_for_that_of_graphql_core() -> None:
    assert OverlappingFieldsCanBeMergedRule not in RULES
    assert OverlappingFieldsRule in RULES
    assert len(RULES) == len(specified_rules)


def gathered(source: str) -> int:
    """How many fields and fragments the rule looks at."""
    errors: list[GraphQLError] = []
    document = parse(source)
    context = ValidationContext(SCHEMA, document, TypeInfo(SCHEMA), errors.append)
    rule = OverlappingFieldsRule(context)
    rule.enter_document(document)
    return rule._gathered


@pytest.mark.parametrize(
    "make",
    [
        lambda size: "{ dog { " + "friend { name } " * size + "} }",
        lambda size: "{ dog { " + "name(surname: true) " * size + "} }",
        lambda size: "{ dog { " + "... on Being { friend { name home { name } } } " * size + "} }",
        lambda size: (
            "{ dog { "
            + " ".join(f"...F{number}" for number in range(size))
            + " } }"
            + " ".join(f" fragment F{number} on Being {{ name friend {{ name }} }}" for number in range(size))
        ),
        lambda size: (
            "{ dog { ...F0 } }"
            + " ".join(f" fragment F{number} on Being {{ name ...F{number + 1} }}" for number in range(size))
            + f" fragment F{size} on Being {{ name }}"
        ),
        lambda size: (
            "{ dog { ...F0 } }"
            + " ".join(
                f" fragment F{number} on Being {{ a: friend {{ ...F{number + 1} }} b: friend {{ ...F{number + 1} }} }}"
                for number in range(size)
            )
            + f" fragment F{size} on Being {{ name }}"
        ),
        lambda size: "{ dog { " + "friend { " * size + "name" + " } friend { name }" * size + " } }",
    ],
    ids=["fields", "arguments", "inline fragments", "fragments", "chain", "doubling", "pairs in pairs"],
)
def test_work_grows_with_the_document(make: Callable[[int], str]) -> None:
    few, many = gathered(make(10)), gathered(make(80))
    assert many <= 8.5 * few
    assert refusals(make(80)) == []
