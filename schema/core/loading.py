"""Relations: declared in one line, loaded in one call a level for all the parents."""

from collections.abc import Callable

import graphene

from engine import BatchSelector, Relation

__all__ = ["BatchSelector", "many", "one"]

type TypeReference = type | Callable[[], type] | str


def one(
    of: TypeReference, *, key: str, batch: BatchSelector, description: str, required: bool = False
) -> graphene.Field:
    """A field that leads to one object: `key` is the attribute that holds its key, `batch` finds objects by key."""
    return graphene.Field(of, required=required, description=description, resolver=Relation(batch, key=key))


def many(of: TypeReference, *, batch: BatchSelector, description: str, key: str = "pk") -> graphene.Field:
    """A field that leads to a short, bounded list: `batch` finds the lists by the key of their owner."""
    items = graphene.List(graphene.NonNull(of))
    return graphene.Field(items, required=True, description=description, resolver=Relation(batch, key=key, many=True))
