"""Relations: declared in one line, loaded in one call a level for all the parents."""

from collections.abc import Callable

import graphene

from engine import BatchSelector, Computed, ListSize, Relation
from schema.core.costs import costs

__all__ = ["BatchSelector", "Computed", "Relation", "many", "one"]

type TypeReference = type | Callable[[], type] | str


def one(
    of: TypeReference, *, key: str, batch: BatchSelector, description: str, required: bool = False
) -> graphene.Field:
    """A field that leads to one object: `key` is the attribute that holds its key, `batch` finds objects by key."""
    return graphene.Field(of, required=required, description=description, resolver=Relation(batch, key=key))


def many(of: TypeReference, *, batch: BatchSelector, description: str, at_most: int, key: str = "pk") -> graphene.Field:
    """A field that leads to a short list: `batch` finds the lists by the key of their owner, none longer than said."""
    items = graphene.List(graphene.NonNull(of))
    described = f"{description} At most {at_most}."
    field = graphene.Field(items, required=True, description=described, resolver=Relation(batch, key=key, many=True))
    return costs(field, list_size=ListSize(at_most))
