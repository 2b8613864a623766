"""Generated code that makes the results of many objects in one comprehension.

It reads plain scalar fields, lists of them, and objects below that need nothing else, off attributes, keys and
`Computed` functions. It handles only what it can be sure of. A null for a non-null field, an exception, a promise, a
value of an unexpected class: any surprise gives the whole set of objects back to the interpreter, which does it again
and exactly. Attributes may therefore be read twice.
"""

import keyword
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import graphene
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
)

from engine.classes import SchemaClasses, is_plain
from engine.fields import Field, LeafOutput, ListOutput, ObjectOutput, Output

if TYPE_CHECKING:
    from engine.compilation import Selection, Shape

type Read = Callable[[list[Any]], tuple[list[dict[str, Any]], int]]

# After so many surprises in a row, trying first costs more than it saves.
MAX_SURPRISES = 20
# Objects of objects that are read together. Python limits how deep brackets can nest.
MAX_NESTING = 5


class Surprise(Exception):
    """The generated code met something that only the interpreter does right."""


class Reader(NamedTuple):
    """Generated code, and what it leaves to do."""

    read: Read
    """Takes objects and gives a result for each, and what all of that cost."""
    remaining: list[Field]
    """The fields that it leaves as None, for the interpreter."""


class Fused:
    """The generated readers of one selection, for parents with attributes and for dicts, made when first needed."""

    __slots__ = ("_nests", "_readers", "_selection", "_surprises")

    def __init__(self, selection: "Selection") -> None:
        self._selection = selection
        self._readers: dict[bool, Reader | None] = {}
        self._surprises = 0
        self._nests = True

    def reader(self, shape: "Shape", classes: SchemaClasses, *, dicts: bool) -> Reader | None:
        """Code that reads such objects; None where there is nothing to read, or it was given up."""
        if dicts in self._readers:
            return self._readers[dicts]
        try:
            reader = _Generator(shape, classes, dicts=dicts, nests=self._nests).reader(self._selection)
        except Exception:  # noqa: BLE001 - what cannot be compiled can still be interpreted
            reader = None
        self._readers[dicts] = reader
        return reader

    def was_surprised(self) -> None:
        """Give up reading objects below the objects after many surprises in a row, and all of it after many more."""
        self._surprises += 1
        if self._surprises < MAX_SURPRISES:
            return
        self._surprises = 0
        if self._nests:
            self._nests = False
            self._readers = {}
        else:
            self._readers = {True: None, False: None}

    def was_right(self) -> None:
        """Forget the surprises before."""
        self._surprises = 0


# What needs no more than a glance at its class; everything else goes through the leaf function.
_AT_A_GLANCE: dict[Any, str] = {
    GraphQLString: "value if (value := {read}).__class__ is str else {other}",
    GraphQLID: "value if (value := {read}).__class__ is str else str(value) if value.__class__ is int else {other}",
    GraphQLInt: "value if (value := {read}).__class__ is int and -0x80000000 <= value <= 0x7FFFFFFF else {other}",
    GraphQLFloat: "value if (value := {read}).__class__ is float and value - value == 0 else {other}",
    GraphQLBoolean: "value if (value := {read}) is True or value is False else {other}",
}
_ENUM = "({names}.get(value) or {leaf}(value)) if (value := {read}).__class__ is str else {other}"
_DATE_TIME = "value.isoformat() if (value := {read}).__class__ is datetime else {other}"
_ANY = "{leaf}({read})"


class _Generator:
    """Writes one reader. Its source has response keys as quoted literals and checked identifiers, nothing else."""

    def __init__(self, shape: "Shape", classes: SchemaClasses, *, dicts: bool, nests: bool) -> None:
        self._shape = shape
        self._classes = classes
        self._dicts = dicts
        self._nests = nests
        self._names: dict[str, Any] = {"datetime": datetime, "surprise": _surprise}
        self._numbers = count()

    def reader(self, selection: "Selection") -> Reader | None:
        remaining: list[Field] = []
        entries: list[str] = []
        cost = 1 + selection.weight
        for field in selection.fields:
            written = self._field(field, "source", 0)
            if written is None:
                remaining.append(field)
                entries.append(f"            {field.key!r}: None,\n")
            else:
                cost += written.cost
                entries.append(f"            {field.key!r}: {written.source},\n")
        if len(remaining) == len(selection.fields):
            return None
        lines = ["def read(sources):\n", "    extra = 0\n", "    results = [\n", "        {\n", *entries]
        lines += ["        }\n", "        for source in sources\n", "    ]\n"]
        lines += [f"    return results, {cost} * len(results) + extra\n"]
        exec(compile("".join(lines), f"<engine: {selection.type.name}>", "exec"), self._names)  # noqa: S102 - see above
        return Reader(self._names["read"], remaining)

    def _field(self, field: Field, source: str, depth: int) -> "_Written | None":
        if field.is_typename:
            return _Written(repr(field.parent.name), 0)
        read = self._read(field, source)
        return None if read is None else self._value(field, field.output, read, depth)

    def _read(self, field: Field, source: str) -> str | None:
        """How the field's value is found without calling a resolver, if it can be."""
        if field.definition.args:
            return None
        if field.computed is not None:
            return f"{self._value_name('function', field.computed)}({source})"
        attribute = field.attribute
        if attribute is None:
            return None
        name = attribute.name
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            return None
        if self._dicts:
            return f"{source}.get({name!r}, {self._value_name('default', attribute.default)})"
        return f"{source}.{name}"

    def _value(self, field: Field, output: Output, read: str, depth: int) -> "_Written | None":
        if isinstance(output, LeafOutput):
            return _Written(self._leaf(output, read), 0)
        if depth == MAX_NESTING:
            return None
        if isinstance(output, ListOutput):
            return self._list(field, output, read, depth)
        if isinstance(output, ObjectOutput) and self._nests:
            return self._object(field, output, read, depth)
        return None

    def _leaf(self, output: LeafOutput, read: str) -> str:
        enum_names: dict[str, str] = {}
        leaf = self._value_name("leaf", leaf_function(output, enum_names))
        other = f"{leaf}(value)" if output.non_null else f"None if value is None else {leaf}(value)"
        if isinstance(output.type, GraphQLEnumType):
            return _ENUM.format(read=read, leaf=leaf, other=other, names=self._value_name("names", enum_names))
        if output.type.serialize is graphene.DateTime.serialize:
            return _DATE_TIME.format(read=read, other=other)
        return _AT_A_GLANCE.get(output.type, _ANY).format(read=read, leaf=leaf, other=other)

    def _list(self, field: Field, output: ListOutput, read: str, depth: int) -> "_Written | None":
        items, item = self._name("items"), self._name("item")
        written = self._value(field, output.item, item, depth + 1)
        if written is None:
            return None
        # Of each item its cost is added with the list; what an item costs less is taken off where it is found.
        is_list = f"(({items} := {read}).__class__ is list or {items}.__class__ is tuple)"
        if written.cost:
            is_list += f" and (extra := extra + {written.cost} * len({items})) is not None"
        null = "surprise()" if output.non_null else f"None if {items} is None else surprise()"
        return _Written(f"[{written.source} for {item} in {items}] if {is_list} else {null}", 0)

    def _object(self, field: Field, output: ObjectOutput, read: str, depth: int) -> "_Written | None":
        try:
            selection = self._shape.selection(field, output.type)
        except GraphQLError:
            return None
        if selection.is_too_deep:
            return None
        child = self._name("child")
        entries: list[str] = []
        cost = 1 + selection.weight
        for below in selection.fields:
            written = self._field(below, child, depth + 1)
            if written is None:
                return None
            cost += written.cost
            entries.append(f"{below.key!r}: {written.source}")
        known = self._classes.of(output.type.name)
        accepted = self._value_name("accepted", known.with_keys if self._dicts else known.with_attributes)
        made = f"{{{', '.join(entries)}}}"
        null = f"None if {child} is None and (extra := extra - {cost}) is not None else surprise()"
        if output.non_null:
            null = "surprise()"
        return _Written(f"{made} if ({child} := {read}).__class__ in {accepted} else {null}", cost)

    def _name(self, role: str) -> str:
        """The name of a variable, which occurs nowhere else."""
        return f"{role}_{next(self._numbers)}"

    def _value_name(self, role: str, value: Any) -> str:
        """The name under which the code finds a value."""
        name = self._name(role)
        self._names[name] = value
        return name


class _Written(NamedTuple):
    source: str
    cost: int
    """What is always spent on it; generated code adds and takes off what depends on the values."""


def _surprise() -> Any:
    raise Surprise


def leaf_function(output: LeafOutput, enum_names: dict[str, str]) -> Callable[[Any], Any]:
    """Serialise a value as the interpreter would, or raise; the names of plain strings are kept in `enum_names`."""
    serialize = output.type.serialize
    keeps_names = isinstance(output.type, GraphQLEnumType)

    def leaf(value: Any) -> Any:
        if value is None or value is Undefined:
            if output.non_null:
                raise Surprise
            return None
        if not is_plain(value.__class__):
            raise Surprise
        result = serialize(value)
        if result is None or result is Undefined:
            raise Surprise
        if keeps_names and value.__class__ is str:
            enum_names[value] = result
        return result

    return leaf
