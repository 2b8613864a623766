"""`node` and `nodes`: every kind of object by its id."""

import pytest

from schema.core import ids
from tests.door import send
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    IndustryFactory,
    JobFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
FACTORIES = [
    CategoryFactory,
    CompanyFactory,
    IndustryFactory,
    JobFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
]
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_an_object_is_found_again_by_its_id(factory: type) -> None:
    row = factory()
    key = ids.encode(type(row).__name__, row.pk)
    found = send("query($id: ID!) { node(id: $id) { id __typename } }", {"id": key}).data["node"]
    assert found == {"id": key, "__typename": type(row).__name__}


def test_nodes_keep_their_order_and_leave_gaps() -> None:
    skill, gone, place = SkillFactory(), JobFactory(), PlaceFactory()
    keys = [ids.encode(type(row).__name__, row.pk) for row in (place, gone, skill, place)]
    gone.delete()
    found = send(NODES, {"ids": keys}).data["nodes"]
    assert [node and node["id"] for node in found] == [keys[0], None, keys[2], keys[0]]


def test_at_most_a_hundred_at_once() -> None:
    sent = send(NODES, {"ids": [ids.encode("Skill", number) for number in range(101)]})
    assert [error["extensions"]["argument"] for error in sent.errors] == ["ids"]
