"""What may be shared among viewers: answers made of public root fields only, and values of fields that say so."""

from collections.abc import Collection, Iterator

import graphene
from graphene.utils.str_converters import to_camel_case
from graphene_django import DjangoObjectType
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from kernel import caching
from schema.core.connections import Connection
from schema.core.visibility import rule_of_type

_EXTENSION = "public"
_INTROSPECTION = frozenset({"__typename", "__schema", "__type"})


def public(field: graphene.Field) -> graphene.Field:
    """A root field whose value depends on its arguments and on stored rows alone, for everybody who is not signed in.

    Answers made of such fields are given to others who ask the same. A root field that does not say so never is.
    """
    field.is_public = True
    return field


def apply_public(schema: GraphQLSchema, query: type[graphene.ObjectType]) -> None:
    """Mark the fields that `public` collected; Graphene has no word for it."""
    assert schema.query_type is not None
    for name, field in query._meta.fields.items():
        if getattr(field, "is_public", False):
            schema.query_type.fields[field.name or to_camel_case(name)].extensions[_EXTENSION] = True


def tags_of_shared(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, types: Collection[str]
) -> frozenset[str] | None:
    """The tags of all that an operation reads; None where its answer is not to be shared, or reads no rows at all.

    `types` are the names of the types that it may read.
    """
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        return None
    fields = schema.query_type.fields
    for name in _root_fields(operation.selection_set, _fragments(document)):
        if name not in _INTROSPECTION and _EXTENSION not in fields[name].extensions:
            return None
    tags: frozenset[str] = frozenset()
    for name in types:
        behind = _tags_of_type(getattr(schema.type_map[name], "graphene_type", None))
        if behind is None:
            return None
        tags |= behind
    return tags or None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _root_fields(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[str]:
    """The names of the root fields, whatever fragments they are in; each fragment is entered once."""
    left, entered = [selections], set()
    while left:
        for node in left.pop().selections:
            if isinstance(node, FieldNode):
                yield node.name.value
            elif not isinstance(node, FragmentSpreadNode):
                left.append(node.selection_set)  # type: ignore[attr-defined]  # an inline fragment
            elif node.name.value not in entered:
                entered.add(node.name.value)
                left.append(fragments[node.name.value].selection_set)


def _tags_of_type(type_: type | None) -> frozenset[str] | None:
    """The tags behind a type; None for rows that are not everybody's. What has no rows is read with what has some."""
    if type_ is not None and issubclass(type_, Connection):
        type_ = node_type_of(type_)
    if rule_of_type(type_) is not None:
        return None
    if type_ is None or not issubclass(type_, DjangoObjectType):
        return frozenset()
    tag = caching.tag_of(type_._meta.model)  # type: ignore[attr-defined]  # Graphene has no types
    return None if tag is None else tag.reads


def node_type_of(connection: type[Connection]) -> type:
    """The type of the objects that a connection lists."""
    node = connection._meta.fields["nodes"].type
    while not isinstance(node, type):
        node = node.of_type
    return node
