"""Documents that together go along every edge of the schema: from each root field, every field of every type once.

A type is opened where it is reached first; wherever else it is reached, its plain values are asked for. So every edge
into a type is taken from every root, and everything behind it once.
"""

from collections import deque
from dataclasses import dataclass, field, fields, replace

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from engine import DocumentLimits
from nexus.graphql.planning import engine

PAGE = 3
MOST_LISTS = 3
"""Lists within lists, as many as a document may have."""


@dataclass
class Spot:
    """A place in a document where an object of a type stands."""

    type: GraphQLNamedType
    lists: int = 0
    fields: list[tuple[str, "Spot | None"]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{{ __typename {' '.join(f'{name} {below or ""}' for name, below in self.fields)} }}"


@dataclass
class Paths:
    """The paths of a schema. `arguments` has those of fields that need some, by `Type.field`: `(id: "…")`."""

    schema: GraphQLSchema
    arguments: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Every edge that is in a document so far, as `Type.field`."""

    def below(self, type_name: str) -> str:
        """A selection set that takes every edge that can be reached from a type."""
        return str(self._opened(self.schema.type_map[type_name]))

    def of_root(self, name: str) -> str:
        """The document of a root field that reads, with all that can be reached from it."""
        assert self.schema.query_type is not None
        target = get_named_type(self.schema.query_type.fields[name].type)
        below = "" if is_leaf_type(target) else self.below(target.name)
        return f"{{ {self._asked(self.schema.query_type, name)} {below} }}"

    def of_node(self, type_name: str) -> str:
        """A document with the variable `$id`, for an object of a type and all that can be reached from it."""
        return f"query($id: ID!) {{ node(id: $id) {{ __typename id ... on {type_name} {self.below(type_name)} }} }}"

    def of_nodes(self, type_name: str) -> str:
        """A document with the variable `$ids`, for the plain values of objects of a type among others."""
        plain = self._plain_values(self.schema.type_map[type_name])
        return f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename id ... on {type_name} {plain} }} }}"

    def of_payload(self, mutation: str) -> str:
        """A document with the variable `$input`, for a mutation and all that can be reached from its payload."""
        assert self.schema.mutation_type is not None
        definition = self.schema.mutation_type.fields[mutation]
        below = self.below(get_named_type(definition.type).name)
        return f"mutation($input: {definition.args['input'].type}) {{ {mutation}(input: $input) {below} }}"

    def all_edges(self) -> set[str]:
        """Every edge of the schema's types that hold data."""
        return {
            f"{type_.name}.{name}"
            for type_ in self.schema.type_map.values()
            if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
            if type_ not in (self.schema.query_type, self.schema.mutation_type)
            for name in type_.fields
        }

    def _opened(self, start: GraphQLNamedType) -> Spot:
        root = Spot(start)
        opened = {start.name}
        waiting = deque([root])
        while waiting:
            spot = waiting.popleft()
            assert isinstance(spot.type, GraphQLObjectType)
            for name, definition in spot.type.fields.items():
                target = get_named_type(definition.type)
                asked = self._asked(spot.type, name)
                if is_leaf_type(target):
                    spot.fields.append((asked, None))
                    continue
                below = Spot(target, spot.lists + _is_list(definition))
                if below.lists > MOST_LISTS:
                    continue
                self.taken.add(f"{spot.type.name}.{name}")
                if is_abstract_type(target):
                    below.fields = []
                elif target.name in opened:
                    below.fields = self._plain_fields(target)
                else:
                    opened.add(target.name)
                    waiting.append(below)
                spot.fields.append((asked, below))
        return root

    def _plain_values(self, type_: GraphQLNamedType) -> Spot:
        return Spot(type_, fields=self._plain_fields(type_))

    def _plain_fields(self, type_: GraphQLNamedType) -> list[tuple[str, Spot | None]]:
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        plain = [name for name, definition in type_.fields.items() if is_leaf_type(get_named_type(definition.type))]
        return [(self._asked(type_, name), None) for name in plain]

    def _asked(self, type_: GraphQLNamedType, name: str) -> str:
        """The field with the arguments that it needs, and small pages."""
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        definition = type_.fields[name]
        edge = f"{type_.name}.{name}"
        self.taken.add(edge)
        if edge in self.arguments:
            return name + self.arguments[edge]
        needed = [argument for argument, declared in definition.args.items() if is_required_argument(declared)]
        assert not needed, f"say in `arguments` how to ask for {edge}: it needs {needed}"
        return f"{name}(first: {PAGE})" if "first" in definition.args else name


def _is_list(definition: GraphQLField) -> bool:
    """Whether one step further there are many objects where there was one; a connection's own lists say so for it."""
    return is_list_type(get_nullable_type(definition.type))


def lift_limits(patch: pytest.MonkeyPatch) -> None:
    """Let documents be as large as the schema is: those that go along every edge grow with it."""
    checker = engine()._plans._checker
    assert checker is not None
    most = {limit.name: 1_000_000 for limit in fields(DocumentLimits) if limit.name != "depth"}
    patch.setattr(checker, "limits", replace(checker.limits, **most))
