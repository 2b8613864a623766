"""Relations: declared in one line, loaded in one call a level for all the parents."""

from collections.abc import Callable

import graphene

from engine import Batch, BatchSelector, Computed, ListSize, Relation
from schema.core import visibility
from schema.core.costs import costs
from schema.core.visibility import Rule

__all__ = ["Batch", "BatchSelector", "Computed", "ListSize", "Relation", "many", "one"]

type TypeReference = type | Callable[[], type] | str


def one(
    of: TypeReference,
    *,
    key: str,
    batch: BatchSelector,
    description: str,
    required: bool = False,
    visible_to: Rule | None = None,
) -> graphene.Field:
    """A field that leads to one object: `key` is the attribute that holds its key, `batch` finds objects by key.

    `visible_to`: who may read it; it must not be required then.
    """
    field = graphene.Field(of, required=required, description=description, resolver=Relation(batch, key=key))
    return visibility.visible_to(field, visible_to) if visible_to else field


def many(
    of: TypeReference,
    *,
    batch: BatchSelector,
    description: str,
    at_most: int,
    key: str = "pk",
    visible_to: Rule | None = None,
) -> graphene.Field:
    """A field that leads to a short list: `batch` finds the lists by the key of their owner, none longer than said.

    `visible_to`: who may read it; to all others it is null.
    """
    items = graphene.List(graphene.NonNull(of))
    described = f"{description} At most {at_most}."
    is_required = visible_to is None
    relation = Relation(batch, key=key, many=True)
    field = graphene.Field(items, required=is_required, description=described, resolver=relation)
    if visible_to:
        visibility.visible_to(field, visible_to)
    return costs(field, list_size=ListSize(at_most))
