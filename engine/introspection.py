"""How long the lists are that introspection gives, read off the schema that it tells of."""

from typing import Any, NamedTuple

from graphql import GraphQLSchema, is_abstract_type


class Lengths(NamedTuple):
    """The lengths of one list over all the objects that have it."""

    total: int
    owners: int
    longest: int

    @property
    def mean(self) -> int:
        """Rounded up, so that all of them together are no longer than so much for each owner."""
        return -(-self.total // max(self.owners, 1))


class IntrospectionSizes:
    """The lists of `__Schema`, `__Type`, `__Field` and `__Directive` in one schema.

    A selection below `__schema { types }` is made on every type once: the fields of all types are as many as the schema
    has, and not as many for each type as the largest has. Elsewhere a list is taken to be the longest of its kind.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        types = list(schema.type_map.values())
        fields = [field for type_ in types for field in _members(type_, "fields")]
        self._lengths = {
            ("__Schema", "types"): Lengths(len(types), 1, len(types)),
            ("__Schema", "directives"): Lengths(len(schema.directives), 1, len(schema.directives)),
            ("__Type", "fields"): _lengths(types, "fields"),
            ("__Type", "inputFields"): _lengths(types, "fields"),
            ("__Type", "enumValues"): _lengths(types, "values"),
            ("__Type", "interfaces"): _lengths(types, "interfaces"),
            ("__Type", "possibleTypes"): _of([len(_possible(schema, type_)) for type_ in types]),
            ("__Field", "args"): _lengths(fields, "args"),
            ("__Directive", "args"): _lengths(list(schema.directives), "args"),
        }

    def size(self, type_name: str, field_name: str, *, is_listing: bool) -> tuple[int, bool] | None:
        """The length of a list, and whether the objects in it are all of their kind; None for other lists.

        `is_listing` says that those who have the list are themselves all of their kind.
        """
        lengths = self._lengths.get((type_name, field_name))
        if lengths is None:
            return None
        is_complete = (is_listing or type_name == "__Schema") and field_name in _OWNED
        return lengths.mean if is_listing else lengths.longest, is_complete


# What belongs to one owner alone. Interfaces and possible types are listed by many.
_OWNED = ("types", "directives", "fields", "inputFields", "enumValues", "args")


def _members(owner: Any, name: str) -> Any:
    return getattr(owner, name, None) or ()


def _lengths(owners: list[Any], name: str) -> Lengths:
    return _of([len(_members(owner, name)) for owner in owners])


def _of(lengths: list[int]) -> Lengths:
    return Lengths(sum(lengths), len(lengths), max(lengths, default=0))


def _possible(schema: GraphQLSchema, type_: Any) -> Any:
    return schema.get_possible_types(type_) if is_abstract_type(type_) else ()
