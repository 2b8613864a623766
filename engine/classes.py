"""What the engine knows of Python classes, asked once a class and not once a value."""

from collections.abc import Iterable, Mapping
from functools import partial
from types import NoneType
from typing import Any

from graphene.types.interface import Interface
from graphene.types.schema import TypeMap
from graphene.types.union import Union
from graphql import GraphQLAbstractType, GraphQLObjectType, Undefined
from graphql.execution.execute import get_typename
from promise import Promise

# What values of a class need before they can be completed; of a list of values: all of it, or-ed.
PLAIN = 0
NOTHING = 1
ERROR = 2
PROMISE = 4
AWAITABLE = 8

# Classes made at run time could come without end.
_MAX_CLASSES = 10_000

_kinds: dict[type, int] = {NoneType: NOTHING, type(Undefined): NOTHING}


def kind_of(class_: type) -> int:
    """PLAIN, NOTHING, ERROR, PROMISE or AWAITABLE."""
    kind = _kinds.get(class_)
    if kind is None:
        kind = _kind(class_)
        if len(_kinds) < _MAX_CLASSES:
            _kinds[class_] = kind
    return kind


def kinds_of(classes: Iterable[type]) -> int:
    """The kinds among these classes, or-ed; PLAIN if they all are."""
    kinds = PLAIN
    for class_ in classes:
        kinds |= kind_of(class_)
    return kinds


def _kind(class_: type) -> int:
    if issubclass(class_, Promise):
        return PROMISE
    if issubclass(class_, Exception):
        return ERROR
    return AWAITABLE if hasattr(class_, "__await__") else PLAIN


_plain: dict[type, bool] = {}


def is_plain(class_: type) -> bool:
    """Whether values of the class are what they seem: no exception, no promise, nothing to await or to call."""
    plain = _plain.get(class_)
    if plain is None:
        callable_ = any("__call__" in base.__dict__ for base in class_.__mro__)
        plain = kind_of(class_) == PLAIN and not callable_
        if len(_plain) < _MAX_CLASSES:
            _plain[class_] = plain
    return plain


class TypeClasses:
    """The Python classes whose objects were accepted as values of one object type.

    An `is_type_of` is taken to depend on the class of the value alone, and is not asked again for a class that it has
    accepted. A refusal is not remembered.
    """

    __slots__ = ("accepted", "with_attributes", "with_keys")

    def __init__(self) -> None:
        self.accepted: set[type] = set()
        self.with_attributes: set[type] = set()
        """Those that both default resolvers read by attribute."""
        self.with_keys: set[type] = set()
        """Those that both default resolvers read by key."""

    def accept(self, class_: type) -> None:
        """Take objects of the class for values of the type from now on."""
        if len(self.accepted) >= _MAX_CLASSES:
            return
        if is_plain(class_):
            if issubclass(class_, dict):
                self.with_keys.add(class_)
            elif not issubclass(class_, Mapping):
                self.with_attributes.add(class_)
        self.accepted.add(class_)


class SchemaClasses:
    """What one engine has learnt about the classes behind the types of its schema."""

    def __init__(self) -> None:
        self._by_type: dict[str, TypeClasses] = {}
        self.runtime_types: dict[tuple[str, type], GraphQLObjectType] = {}
        """The object type behind an interface or union for a class, where a default resolver told it."""

    def of(self, type_name: str) -> TypeClasses:
        """The classes of an object type."""
        known = self._by_type.get(type_name)
        return self._by_type.setdefault(type_name, TypeClasses()) if known is None else known

    def remember_runtime_type(self, abstract_name: str, class_: type, type_: GraphQLObjectType) -> None:
        """Resolve the interface or union to this type for every object of the class from now on."""
        if len(self.runtime_types) < _MAX_CLASSES:
            self.runtime_types[abstract_name, class_] = type_


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
