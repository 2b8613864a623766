"""`categories`, `skills` and `places`: the words that jobs are described with, from the data that ships."""

from typing import Any

import pytest

from tests.door import send

pytestmark = pytest.mark.django_db


def nodes(query: str, **variables: Any) -> list[Any]:
    (found,) = send(query, variables).data.values()
    return list(found["nodes"])


def test_categories_come_as_a_tree() -> None:
    roots = nodes(
        "{ categories(where: {isRoot: true}, first: 100) { nodes { id depth parent { id } children { name } } } }"
    )
    assert len(roots) > 10
    assert all(root["depth"] == 0 and root["parent"] is None for root in roots)
    assert sum(len(root["children"]) for root in roots) > 50
    below = nodes(
        "query($p: [ID!]) { categories(where: {parents: $p}, first: 100) { nodes { name } } }", p=[roots[0]["id"]]
    )
    assert sorted(row["name"] for row in below) == sorted(row["name"] for row in roots[0]["children"])


@pytest.mark.parametrize("prefix", ["k8s", "Kubern", "KUBERNETES"])
def test_a_skill_is_found_by_any_spelling(prefix: str) -> None:
    found = nodes("query($p: String) { skills(where: {nameStartsWith: $p}) { nodes { name } } }", p=prefix)
    assert "Kubernetes" in [skill["name"] for skill in found]


@pytest.mark.parametrize(
    ("prefix", "name"),
    [("münch", "Munich"), ("munch", "Munich"), ("köln", "Köln"), ("são pau", "São Paulo"), ("nyc", "New York City")],
)
def test_a_place_is_found_by_any_name_with_or_without_accents(prefix: str, name: str) -> None:
    found = nodes("query($p: String) { places(where: {nameStartsWith: $p}) { nodes { name } } }", p=prefix)
    assert name in [place["name"] for place in found]


def test_the_largest_place_comes_first() -> None:
    found = nodes('{ places(where: {countries: ["DE"]}, first: 3) { nodes { name population country { code } } } }')
    assert [place["name"] for place in found][:2] == ["Berlin", "Hamburg"]
    assert found == sorted(found, key=lambda place: -place["population"])


def test_places_within_a_radius() -> None:
    (berlin,) = nodes('{ places(where: {nameStartsWith: "berlin", countries: ["DE"]}, first: 1) { nodes { id } } }')
    found = nodes(
        "query($id: ID!) { places(where: {near: {place: $id, radiusKm: 30}}, first: 100) { nodes { name } } }",
        id=berlin["id"],
    )
    names = {place["name"] for place in found}
    assert {"Berlin", "Potsdam"} <= names
    assert "Hamburg" not in names


def test_every_page_of_the_skills_together_is_every_skill() -> None:
    page = (
        "query($after: String) { skills(first: 100, after: $after)"
        " { totalCount nodes { id name } pageInfo { hasNextPage endCursor } } }"
    )
    gathered: list[Any] = []
    after, more, total = None, True, None
    while more:
        found = send(page, {"after": after}).data["skills"]
        gathered += found["nodes"]
        after, more, total = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"], found["totalCount"]
    assert len({skill["id"] for skill in gathered}) == len(gathered) == total
    assert total > 500


@pytest.mark.parametrize("field", ["skills", "places"])
@pytest.mark.parametrize("prefix", ["x" * 201, "a\x00b"])
def test_a_prefix_that_no_name_has_is_refused(field: str, prefix: str) -> None:
    sent = send("query($p: String) { %s(where: {nameStartsWith: $p}) { totalCount } }" % field, {"p": prefix})
    assert [error["extensions"] for error in sent.errors] == [
        {"code": "BAD_REQUEST", "argument": "where.nameStartsWith"}
    ]


@pytest.mark.parametrize("prefix", ["%", "_", "\\", "'", '"', "!!!"])
def test_a_prefix_is_text_and_no_pattern(prefix: str) -> None:
    assert len(nodes("query($p: String) { places(where: {nameStartsWith: $p}) { nodes { name } } }", p=prefix)) == 0
