"""One field of one object type at one spot of a document: what it gives, and how it is resolved."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    TypeNameMetaFieldDef,
    default_field_resolver,
    is_abstract_type,
    is_leaf_type,
)

from engine.arguments import Arguments
from engine.resolvers import BatchFunction, Computed, Relation


class LeafOutput(NamedTuple):
    """A scalar or an enum."""

    type: GraphQLLeafType
    non_null: bool


class ListOutput(NamedTuple):
    """A list of some output."""

    item: "Output"
    non_null: bool


class ObjectOutput(NamedTuple):
    """An object of a type that is known from the schema."""

    type: GraphQLObjectType
    non_null: bool


class AbstractOutput(NamedTuple):
    """An object of an interface or union, whose own type depends on the value."""

    type: GraphQLAbstractType
    non_null: bool


type Output = LeafOutput | ListOutput | ObjectOutput | AbstractOutput


def output_of(declared: GraphQLOutputType) -> Output:
    """The output that a declared type stands for."""
    non_null = isinstance(declared, GraphQLNonNull)
    named: Any = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
    if isinstance(named, GraphQLList):
        return ListOutput(output_of(named.of_type), non_null)
    if is_leaf_type(named):
        return LeafOutput(named, non_null)
    if is_abstract_type(named):
        return AbstractOutput(named, non_null)
    return ObjectOutput(named, non_null)


class Attribute(NamedTuple):
    """What a default resolver reads from its parent, and what it gives where there is nothing to read."""

    name: str
    default: Any
    may_be_method: bool
    """graphql-core's default resolver calls a callable value; Graphene's gives it as it is."""


type Resolver = Callable[..., Any]
type Wrapper = Callable[[GraphQLObjectType, str, GraphQLField, Resolver], Resolver | None]
"""`(parent_type, field_name, definition, resolver) -> resolver to use instead`, or None to leave it."""


class Field:
    """A field of one object type at one spot of the document, with all the nodes that ask for it."""

    __slots__ = (
        "arguments",
        "attribute",
        "batch",
        "computed",
        "definition",
        "depth",
        "is_typename",
        "key",
        "name",
        "nodes",
        "order",
        "output",
        "parent",
        "relation",
        "resolver",
        "weight",
    )

    def __init__(
        self,
        key: str,
        order: int,
        nodes: list[FieldNode],
        definition: GraphQLField,
        parent: GraphQLObjectType,
        depth: int = 1,
        wrappers: Sequence[Wrapper] = (),
    ) -> None:
        self.key = key
        self.order = order
        self.nodes = nodes
        self.name = nodes[0].name.value
        self.definition = definition
        self.parent = parent
        self.depth = depth
        """How many selection sets it stands in."""
        self.output = output_of(definition.type)
        self.resolver: Resolver = definition.resolve or default_field_resolver
        for wrapper in wrappers:
            self.resolver = wrapper(parent, self.name, definition, self.resolver) or self.resolver
        self.weight: int = getattr(definition.extensions.get("cost"), "weight", 0)
        """What it costs for each parent that it is resolved for."""
        self.attribute = _attribute_read_by(self.resolver, self.name)
        batch = getattr(self.resolver, "batch", None)
        self.relation: Relation | None = batch if isinstance(batch, Relation) else None
        self.batch: BatchFunction | None = batch if callable(batch) and self.relation is None else None
        self.computed: Callable[[Any], Any] | None = None
        """A pure function of the parent that gives the value."""
        if isinstance(self.resolver, Computed) and not definition.args:
            self.computed = self.resolver.function
        self.is_typename = definition is TypeNameMetaFieldDef
        self.arguments = Arguments(definition, nodes[0])

    @property
    def coordinate(self) -> str:
        """The field's name in the schema, as in `Job.title`."""
        return f"{self.parent.name}.{self.name}"


def _attribute_read_by(resolver: Callable[..., Any], field_name: str) -> Attribute | None:
    if resolver is default_field_resolver:
        return Attribute(field_name, None, may_be_method=True)
    if isinstance(resolver, partial) and resolver.func is dict_or_attr_resolver and not resolver.keywords:
        name, default = resolver.args
        return Attribute(name, default, may_be_method=False)
    return None
