"""What clients write, checked and turned into the plain values that selectors take."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import graphene
from graphql import GraphQLInputObjectType, GraphQLSchema

from schema.core import ids
from schema.core.errors import BadRequest

MAX_LIST = 100
MAX_TEXT = 200

_one_of: set[str] = set()


class SortDirection(graphene.Enum):
    """Which end of an order comes first."""

    ASC = "asc"
    DESC = "desc"

    @property
    def description(self) -> str:
        first = "Smallest, oldest or first" if self.value == "asc" else "Largest, newest or last"
        return f"{first} in the alphabet comes first."


def plain_value(value: Any) -> Any:
    """What an enum member stands for; any other value as it is."""
    return value.value if isinstance(value, Enum) else value


def one_of[Input: type[graphene.InputObjectType]](kind: Input) -> Input:
    """Class decorator: exactly one of the input's fields must be given (`@oneOf`)."""
    _one_of.add(kind.__name__)
    return kind


def apply_one_of(schema: GraphQLSchema) -> None:
    """Mark the types that `one_of` collected; Graphene has no word for it."""
    for name in _one_of:
        kind = schema.type_map[name]
        assert isinstance(kind, GraphQLInputObjectType)
        kind.is_one_of = True


def plain_text(text: str | None, argument: str, *, longest: int = MAX_TEXT) -> str | None:
    """The text. Raises `BadRequest` where it is too long, or holds what no stored text can."""
    if text is None:
        return None
    if len(text) > longest:
        raise BadRequest(f"At most {longest} characters.", argument=argument)
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadRequest("Holds a character that no text can hold.", argument=argument)
    return text


def tuple_of(values: Iterable[Any] | None, argument: str) -> tuple[Any, ...] | None:
    """The distinct values in their order, enum members as what they stand for. Raises `BadRequest` for too many."""
    if values is None:
        return None
    distinct = tuple(dict.fromkeys(map(plain_value, values)))
    if len(distinct) > MAX_LIST:
        raise BadRequest(f"At most {MAX_LIST} values.", argument=argument)
    return distinct


def id_list(type_name: str, values: Iterable[str] | None, argument: str) -> tuple[Any, ...] | None:
    """The keys of objects of one type. Raises `BadRequest` for another type's ids, or too many."""
    distinct = tuple_of(values, argument)
    return None if distinct is None else tuple(ids.decode_as(type_name, value, argument=argument) for value in distinct)
