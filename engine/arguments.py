"""Arguments of fields: coerced once where no variable is in them, and never shared where a resolver could change them.

graphql-core coerces them anew for each object, so that a resolver may do with its arguments what it likes.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any
from uuid import UUID

from graphene.types.inputobjecttype import InputObjectTypeContainer
from graphql import FieldNode, GraphQLField, ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution.values import get_argument_values

_IMMUTABLE = (str, int, float, NoneType, Enum, UUID, Decimal, date, datetime, time, timedelta, bytes)


class Arguments:
    """The arguments of a field at one spot of a document."""

    __slots__ = ("_definition", "_fixed", "_node", "is_shareable")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._fixed = _fixed(definition, node)
        self.is_shareable = self._fixed is not None and shareable(self._fixed)
        """Whether every execution is given the same ones."""

    def coerced(self, variables: dict[str, Any]) -> dict[str, Any]:
        """The coerced arguments. GraphQLError where a variable leaves a required one without a value."""
        if self._fixed is None:
            return get_argument_values(self._definition, self._node, variables)
        return self._fixed if self.is_shareable else _copied(self._fixed)


def shareable(arguments: dict[str, Any]) -> bool:
    """Whether no resolver could change these arguments for the next one that is given them."""
    return all(isinstance(value, _IMMUTABLE) for value in arguments.values())


def _fixed(definition: GraphQLField, node: FieldNode) -> dict[str, Any] | None:
    """The arguments if they are the same, and can be given again, in every execution; else None."""
    if not definition.args:
        return {}
    if any(_has_variable(argument.value) for argument in node.arguments):
        return None
    try:
        arguments = get_argument_values(definition, node)
    except Exception:  # noqa: BLE001 - it is raised again, at its place, by each execution
        return None
    return arguments if _is_copyable(arguments) else None


def _has_variable(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(_has_variable(item) for item in node.values)
    if isinstance(node, ObjectValueNode):
        return any(_has_variable(item.value) for item in node.fields)
    return isinstance(node, VariableNode)


def _is_copyable(value: Any) -> bool:
    """Whether a value is made of what cannot be changed, lists, and dicts: plain ones, or Graphene's input objects."""
    if value.__class__ is list:
        return all(map(_is_copyable, value))
    if value.__class__ is dict or isinstance(value, InputObjectTypeContainer):
        return all(map(_is_copyable, value.values()))
    return isinstance(value, _IMMUTABLE)


def _copied(value: Any) -> Any:
    if value.__class__ is list:
        return [_copied(item) for item in value]
    if isinstance(value, dict):
        items = {name: _copied(item) for name, item in value.items()}
        return items if value.__class__ is dict else value.__class__(items)
    return value
