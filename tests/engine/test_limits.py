"""What a document may have of each thing: just as much passes, one more is refused with the numbers, on any detour."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from graphql import GraphQLError, build_schema, get_introspection_query, parse

from engine import DocumentInvalid, DocumentLimits, Engine, LimitExceeded
from engine.limits import MAX_FOUND, DocumentChecker

SCHEMA = build_schema("""
    type Query {
        node: Node  nodes(ids: [ID], where: Where): [Node!]!  page: Page  thing: Thing  text: String
    }
    interface Being { nodes: [Node] }
    type Node implements Being { id: ID  node: Node  nodes: [Node]  being: Being  matrix: [[Node]]  tags: [String] }
    type Page { nodes: [Node!]!  edges: [Edge!]! }
    type Edge { node: Node }
    union Thing = Node | Page
    input Where { and: [Where]  id: ID }
""")
ROOMY = DocumentLimits(
    characters=10**6,
    tokens=10**6,
    operations=10**4,
    fragments=10**4,
    depth=10**4,
    root_fields=10**4,
    selections=10**4,
    aliases=10**4,
    directives=10**4,
    value_depth=10**4,
    nested_lists=10**4,
)


def refusal(source: str, limits: DocumentLimits) -> list[LimitExceeded]:
    try:
        Engine(SCHEMA, limits=limits).plan(source, "Q" if "query Q" in source else None)
    except DocumentInvalid as invalid:
        return [_limit_exceeded(error) for error in invalid.errors]
    return []


def _limit_exceeded(error: GraphQLError) -> LimitExceeded:
    assert isinstance(error, LimitExceeded), error
    return error


def deep(count: int) -> str:
    return "{ " + "node { " * (count - 1) + "id" + " }" * count


def deep_by_fragments(count: int) -> str:
    parts = [f"fragment F{number} on Node {{ node {{ ...F{number + 1} }} }}" for number in range(count - 2)]
    return "{ node { ...F0 } } " + " ".join(parts) + f" fragment F{count - 2} on Node {{ id }}"


def deep_by_inline_fragments(count: int) -> str:
    return "{ " + "node { ... on Node { ... { " * (count - 1) + "id" + " } } }" * (count - 1) + " }"


def deep_in_unused_fragment(count: int) -> str:
    return "{ text } fragment F on Node { " + "node { " * (count - 1) + "id" + " }" * count


def roots(count: int) -> str:
    return "{ " + "text " * count + "}"


def roots_by_fragments(count: int) -> str:
    rest = "text " * (count - 2)
    return f"{{ text ...F ... {{ ...G }} }} fragment F on Query {{ text }} fragment G on Query {{ {rest}}}"


def aliases(count: int) -> str:
    return "{ node { " + " ".join(f"a{number}: id" for number in range(count)) + " } }"


def aliases_by_fragments(count: int) -> str:
    """Each of the two fragments is spread twice: four times its alias."""
    rest = " ".join(f"a{number}: id" for number in range(count - 4))
    return (
        f"{{ node {{ {rest} node {{ ...F }} }} page {{ nodes {{ ...F }} }} }}"
        " fragment F on Node { node { ...G } being { ... on Node { ...G } } } fragment G on Node { b: id }"
    )


def directives(count: int) -> str:
    return "{ node { " + "id @skip(if: false) " * count + "} }"


def directives_everywhere(count: int) -> str:
    return (
        "{ node @include(if: true) { ...F @skip(if: false) ... @include(if: true) { id } "
        + "...F " * (count - 4)
        + "} } fragment F on Node { id @include(if: true) }"
    )


def selections(count: int) -> str:
    return "{ node { " + "id " * (count - 1) + "} }"


def selections_by_fragments(count: int) -> str:
    """The field, seven spreads of two, and the rest."""
    return "{ node { " + "...F " * 7 + "id " * (count - 15) + "} } fragment F on Node { id }"


def selections_of_all_operations(count: int) -> str:
    return "query Q { text } query R { node { " + "id " * (count - 2) + "} }"


def lists(count: int) -> str:
    return "{ " + "nodes { " * count + "id" + " }" * (count + 1)


def lists_by_fragments(count: int) -> str:
    """Of an interface, of a union, and in a connection; a list of lists is one list, and a list of leaves is none."""
    inner = "node { tags }"
    for _ in range(count - 4):
        inner = f"nodes {{ {inner} }}"
    return (
        "{ thing { ... on Page { edges { node { ...F } } } } } fragment F on Node { matrix { being { ...G } } }"
        f" fragment G on Being {{ nodes {{ nodes {{ {inner} }} }} }}"
    )


def values(count: int) -> str:
    return "{ nodes(where: " + "{and: [" * (count // 2) + "{}" * (count % 2) + "]}" * (count // 2) + ") { id } }"


def values_in_default(count: int) -> str:
    inner = "{and: [" * (count // 2) + "{}" * (count % 2) + "]}" * (count // 2)
    return f"query Q($w: Where = {inner}) {{ nodes(where: $w) {{ id }} }}"


def operations(count: int) -> str:
    return "query Q { text } " + " ".join(f"query Q{number} {{ text }}" for number in range(count - 1))


def fragments(count: int) -> str:
    spreads = " ".join(f"...F{number}" for number in range(count))
    return f"{{ {spreads} }} " + " ".join(f"fragment F{number} on Query {{ text }}" for number in range(count))


def characters(count: int) -> str:
    return "{ text }".ljust(count)


def tokens(count: int) -> str:
    return "{ " + "text " * (count - 2) + "}"


def tokens_with_comments(count: int) -> str:
    return "{ text }" + "\n#" * (count - 3)


@pytest.mark.parametrize(
    ("limit", "most", "make"),
    [
        ("characters", 100, characters),
        ("tokens", 30, tokens),
        ("tokens", 30, tokens_with_comments),
        ("operations", 3, operations),
        ("fragments", 4, fragments),
        ("depth", 6, deep),
        ("depth", 6, deep_by_fragments),
        ("depth", 6, deep_by_inline_fragments),
        ("depth", 6, deep_in_unused_fragment),
        ("root_fields", 5, roots),
        ("root_fields", 5, roots_by_fragments),
        ("aliases", 9, aliases),
        ("aliases", 9, aliases_by_fragments),
        ("directives", 8, directives),
        ("directives", 8, directives_everywhere),
        ("selections", 20, selections),
        ("selections", 20, selections_by_fragments),
        ("selections", 20, selections_of_all_operations),
        ("nested_lists", 5, lists),
        ("nested_lists", 5, lists_by_fragments),
        ("value_depth", 6, values),
        ("value_depth", 6, values_in_default),
    ],
)
def test_as_much_as_allowed_passes_and_one_more_is_refused(limit: str, most: int, make: Callable[[int], str]) -> None:
    limits = replace(ROOMY, **{limit: most})
    if make is not deep_in_unused_fragment:
        assert refusal(make(most), limits) == []
    (error,) = refusal(make(most + 1), limits)
    camel = "".join(part.capitalize() if place else part for place, part in enumerate(limit.split("_")))
    assert (error.limit, error.most, error.found) == (camel, most, most + 1)
    assert f"at most {most} are allowed" in error.message
    assert f"{most + 1} " in error.message


def test_every_limit_that_is_exceeded_is_told() -> None:
    tight = replace(ROOMY, depth=2, aliases=1, directives=1)
    errors = refusal("{ node { node { a: id @skip(if: false) @include(if: true) b: id } } }", tight)
    assert {error.limit: (error.most, error.found) for error in errors} == {
        "depth": (2, 3),
        "aliases": (1, 2),
        "directives": (1, 2),
    }


def test_introspection_of_the_explorer_passes_and_a_deeper_one_does_not() -> None:
    asked = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert refusal(asked, DocumentLimits()) == []
    tower = "ofType { " * 14 + "name" + " }" * 14
    deeper = asked.replace("queryType { name", f"queryType {{ {tower} name")
    errors = {error.limit: error.found for error in refusal(deeper, DocumentLimits())}
    assert errors == {"depth": 17}


def test_introspection_is_no_exemption() -> None:
    many = "{ " + " ".join(f"a{number}: __schema {{ types {{ name }} }}" for number in range(30)) + " }"
    assert [error.limit for error in refusal(many, DocumentLimits())] == ["rootFields"]
    lists = "{ __schema { types { fields { args { type { fields { name } } } } } } }"
    assert [error.limit for error in refusal(lists, DocumentLimits())] == ["nestedLists"]


def test_fragments_that_double_each_other_are_refused_with_a_number_that_can_be_written() -> None:
    parts = [f"fragment F{n} on Node {{ a: node {{ ...F{n + 1} }} b: node {{ ...F{n + 1} }} }}" for n in range(150)]
    source = "{ node { ...F0 } } " + " ".join(parts) + " fragment F150 on Node { id }"
    errors = {error.limit: error.found for error in refusal(source, DocumentLimits())}
    assert errors == {"depth": 152, "selections": MAX_FOUND, "aliases": MAX_FOUND}
    assert json.dumps(errors)


@pytest.mark.parametrize(
    "source",
    [
        "{ node { ...F } } fragment F on Node { node { ...F } }",
        "{ node { ...F } } fragment F on Node { ...G } fragment G on Node { ...H } fragment H on Node { id ...F }",
        "{ node { ...Lost } }",
        "{ node { ... on Lost { id } } lost { lost { id } } }",
        "{ thing { lost { id } } }",
        "subscription { lost { id } }",
    ],
)
def test_what_validation_refuses_is_left_to_validation(source: str) -> None:
    assert DocumentChecker(SCHEMA, DocumentLimits()).check(parse(source)) == []
    with pytest.raises(DocumentInvalid) as refused:
        Engine(SCHEMA, limits=DocumentLimits()).plan(source)
    assert not any(isinstance(error, LimitExceeded) for error in refused.value.errors)


def test_syntax_errors_stay_what_they_are() -> None:
    with pytest.raises(DocumentInvalid, match="Expected Name"):
        Engine(SCHEMA, limits=DocumentLimits()).plan("{ node {")


def test_engine_without_limits_sets_none() -> None:
    source = "{ " + " ".join(f"a{number}: text" for number in range(3_000)) + " }"
    assert Engine(SCHEMA).plan(source)
    assert {error.limit for error in refusal(source, DocumentLimits())} == {"tokens"}
