"""Generated code that reads all the plain scalar fields of many objects in one comprehension.

It handles only what it can be sure of. A null for a non-null field, an exception, a promise, a value of an unexpected
class: any surprise gives the whole set of objects back to the interpreter, which does it again and exactly. Attributes
may therefore be read twice.
"""

import keyword
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
)

from engine.classes import is_plain
from engine.fields import Attribute, Field, LeafOutput

type Read = Callable[[list[Any]], list[dict[str, Any]]]

# After so many surprises in a row, trying first costs more than it saves.
MAX_SURPRISES = 20


class Surprise(Exception):
    """The generated code met something that only the interpreter does right."""


class Fused:
    """The generated readers of one selection, for parents with attributes and for dicts, made when first needed."""

    __slots__ = ("_fields", "_readers", "_surprises", "_type_name", "remaining")

    def __init__(self, type_name: str, fields: list[Field]) -> None:
        self._type_name = type_name
        self._fields = fields
        self._readers: dict[bool, Read] = {}
        self._surprises = 0
        self.remaining = [field for field in fields if not (field.is_typename or _plain_leaf(field))]
        """The fields that a reader leaves as None, for the interpreter."""

    def read(self, sources: list[Any], *, dicts: bool) -> list[dict[str, Any]] | None:
        """A result for each source, or None when the interpreter has to do it."""
        if self._surprises >= MAX_SURPRISES or len(self.remaining) == len(self._fields):
            return None
        try:
            reader = self._readers.get(dicts)
            if reader is None:
                reader = self._readers[dicts] = _generate(self._type_name, self._fields, dicts=dicts)
            results = reader(sources)
        except Exception:  # noqa: BLE001 - whatever it is, the interpreter meets it again and reports it
            self._surprises += 1
            return None
        self._surprises = 0
        return results


def _plain_leaf(field: Field) -> tuple[Attribute, LeafOutput] | None:
    """What to read and how to serialise it, if generated code may do so."""
    attribute, output = field.attribute, field.output
    if attribute is None or not isinstance(output, LeafOutput) or field.definition.args:
        return None
    name = attribute.name
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        return None
    return attribute, output


def _generate(type_name: str, fields: list[Field], *, dicts: bool) -> Read:
    """Compile the reader. Its source has response keys as quoted literals and checked identifiers, nothing else."""
    names: dict[str, Any] = {}
    entries = [f"            {field.key!r}: {_expression(field, names, dicts=dicts)},\n" for field in fields]
    lines = ["def read(sources):\n", "    return [\n", "        {\n", *entries]
    lines += ["        }\n", "        for source in sources\n", "    ]\n"]
    exec(compile("".join(lines), f"<engine: {type_name}>", "exec"), names)  # noqa: S102 - see the docstring
    reader: Read = names["read"]
    return reader


# What needs no more than a glance at its class; everything else goes through the leaf function.
_AT_A_GLANCE: dict[Any, str] = {
    GraphQLString: "value if (value := {read}).__class__ is str else {leaf}(value)",
    GraphQLID: (
        "value if (value := {read}).__class__ is str else str(value) if value.__class__ is int else {leaf}(value)"
    ),
    GraphQLInt: "value if (value := {read}).__class__ is int and -0x80000000 <= value <= 0x7FFFFFFF else {leaf}(value)",
    GraphQLFloat: "value if (value := {read}).__class__ is float and value - value == 0 else {leaf}(value)",
    GraphQLBoolean: "value if (value := {read}) is True or value is False else {leaf}(value)",
}
_ENUM = "({names}.get(value) or {leaf}(value)) if (value := {read}).__class__ is str else {leaf}(value)"
_OTHER = "{leaf}({read})"


def _expression(field: Field, names: dict[str, Any], *, dicts: bool) -> str:
    if field.is_typename:
        return repr(field.parent.name)
    plain = _plain_leaf(field)
    if plain is None:
        return "None"
    attribute, output = plain
    enum_names: dict[str, str] = {}
    roles = {"leaf": leaf_function(output, enum_names), "default": attribute.default, "names": enum_names}
    named = {role: f"{role}_{field.order}" for role in roles}
    names.update({named[role]: value for role, value in roles.items()})
    read = f"source.get({attribute.name!r}, {named['default']})" if dicts else f"source.{attribute.name}"
    template = _ENUM if isinstance(output.type, GraphQLEnumType) else _AT_A_GLANCE.get(output.type, _OTHER)
    return template.format(read=read, leaf=named["leaf"], names=named["names"])


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
