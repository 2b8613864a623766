"""Categories, skills and places by REST: as by GraphQL."""

import pytest

from schema.core import ids
from tests.door import send
from tests.factories import CategoryFactory, CountryFactory, PlaceFactory, SkillFactory
from tests.rest_door import get

pytestmark = pytest.mark.django_db


def test_categories_form_a_tree() -> None:
    root = CategoryFactory(slug="a-root")
    leaf = CategoryFactory(slug="a-leaf", parent=root)
    key = ids.encode("Category", root.pk)
    shown = get(f"categories/{key}").content
    assert [child["slug"] for child in shown["children"]] == ["a-leaf"]
    assert (shown["parent"], shown["depth"]) == (None, 0)
    [below] = get("categories", parents=key).items
    assert below == {
        "id": ids.encode("Category", leaf.pk),
        "slug": "a-leaf",
        "name": leaf.name,
        "depth": 1,
        "parent": {"id": key, "slug": "a-root", "name": root.name},
    }
    assert "a-leaf" not in [category["slug"] for category in get("categories", isRoot="true", first=100).items]


def test_skills_are_listed_as_in_graphql() -> None:
    skill = SkillFactory(name="Qwertz juggling")
    SkillFactory(name="Qwertz retired", is_retired=True)
    query = "{ skills(first: 5) { nodes { id slug name kind aliases } pageInfo { endCursor hasNextPage } } }"
    expected = send(query).data["skills"]
    reply = get("skills", first=5)
    assert reply.items == expected["nodes"]
    assert reply.content["pageInfo"]["endCursor"] == expected["pageInfo"]["endCursor"]
    shown = get(f"skills/{ids.encode('Skill', skill.pk)}").content
    assert (shown["name"], shown["kind"]) == ("Qwertz juggling", "TECHNICAL")


def test_places_are_found_by_name_and_country() -> None:
    place = PlaceFactory(country=CountryFactory(code="FR", name="France"), region_code="11", population=99_000_000)
    shown = get(f"places/{ids.encode('Place', place.pk)}").content
    assert shown["country"] == {"code": "FR", "name": "France"}
    assert shown["region"] == {"code": "11", "name": None}
    assert shown["coordinates"] == {"latitude": 52.52, "longitude": 13.41}
    assert shown["id"] in [row["id"] for row in get("places", countries="FR", first=100).items]


@pytest.mark.parametrize("path", ["categories", "skills", "places"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    kinds = {"categories": "Category", "skills": "Skill", "places": "Place"}
    for key in ("nonsense", ids.encode(kinds[path], 2**31 - 1), ids.encode("Country", "DE")):
        assert get(f"{path}/{key}").status == 404
