"""When the class of a value alone tells which object type it has behind an interface or union."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from graphene.types.interface import Interface
from graphene.types.schema import TypeMap
from graphene.types.union import Union
from graphql import GraphQLAbstractType
from graphql.execution.execute import get_typename

_GRAPHENE_DEFAULTS = (Interface.resolve_type.__func__, Union.resolve_type.__func__)


def is_told_by_class(type_: GraphQLAbstractType, value: Any) -> bool:
    """Whether the type of the value was found by `is_type_of`, or is its class, and not by anything it carries."""
    return _resolves_by_default(type_) and not isinstance(value, Mapping) and get_typename(value) is None


def _resolves_by_default(type_: GraphQLAbstractType) -> bool:
    resolve_type = type_.resolve_type
    if resolve_type is None:
        return True
    if (
        not isinstance(resolve_type, partial)
        or getattr(resolve_type.func, "__func__", None) is not TypeMap.resolve_type
    ):
        return False
    declared = resolve_type.args[0]
    return getattr(declared, "__func__", None) in _GRAPHENE_DEFAULTS
