"""Random documents over any schema: valid, and as crooked as the grammar allows; with values for their variables."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.language import parse_type
from graphql.utilities import do_types_overlap, type_from_ast

INTROSPECTION = (
    "__schema { queryType { name } types { kind fields(includeDeprecated: true) { name type { ofType { name } } } } }",
    '__type(name: "T0") { name kind fields { name args { name defaultValue } } possibleTypes { name } }',
    '__type(name: "Nothing") { name }',
    "__schema { directives { name locations args { name type { name } } } __typename }",
)
# Variables in conditions; the second may be null, and then the condition has no value.
SURE, UNSURE = "Boolean!", "Boolean = true"
MOST_FIELDS = 40


@dataclass
class DocumentMaker:
    """Draws one document, and then values for its variables as often as they are asked for."""

    upto: Callable[[int, int], int]
    """Draws a whole number between two, which it may be too."""
    schema: GraphQLSchema
    operation: str
    fragments: dict[str, tuple[GraphQLNamedType, str]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    """Of each variable what is declared of it: type and default."""
    keys: dict[str, str] = field(default_factory=dict)
    """What each key of the answer stands for, so that equal keys can be merged wherever they meet."""
    size: int = 0

    def make(self, depth: int = 4) -> str:
        root = self.schema.query_type if self.operation == "query" else self.schema.mutation_type
        body = self._selection(root, depth)
        declared = ", ".join(f"${name}: {declaration}" for name, declaration in self.variables.items())
        fragments = [f"fragment {name} on {type_} {text}" for name, (type_, text) in self.fragments.items()]
        return "\n".join([f"{self.operation} It{f'({declared})' if declared else ''} {body}", *fragments])

    def values(self) -> dict[str, Any]:
        """Values for the variables: most fit, some are left out, a few are wrong."""
        chosen: dict[str, Any] = {}
        for name, declaration in self.variables.items():
            type_ = type_from_ast(self.schema, parse_type(declaration.partition(" = ")[0]))
            required = isinstance(type_, GraphQLNonNull) and "=" not in declaration
            if (not required and self.chance(30)) or self.chance(1):
                continue
            chosen[name] = self._value(type_)
        return chosen

    def chance(self, percent: int) -> bool:
        return self.upto(0, 99) >= 100 - percent

    def pick(self, options: Any) -> Any:
        return options[self.upto(0, len(options) - 1)]

    def _selection(self, type_: Any, depth: int) -> str:
        parts = []
        fields = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        if fields:
            parts = [self._field(name, fields[name], depth) for name in self._some(list(fields))]
        if is_abstract_type(type_) or self.chance(20):
            parts += self._spreads(type_, depth)
        if type_ is self.schema.query_type and self.chance(4):
            parts.append(f"i{len(self.keys) + self.size}: {self.pick(INTROSPECTION)}")
        if self.chance(20) or not any(parts):
            parts.insert(self.upto(0, len(parts)), f"{self._key('__typename', '', 'String!')}{self._condition()}")
        return "{ " + " ".join(part for part in parts if part) + " }"

    def _some(self, names: list[str]) -> list[str]:
        return [self.pick(names) for _ in range(self.upto(1, 7))]

    def _field(self, name: str, definition: GraphQLField, depth: int) -> str:
        named = get_named_type(definition.type)
        self.size += 1
        if not is_leaf_type(named) and (depth <= 0 or self.size > MOST_FIELDS):
            return ""
        arguments = self._arguments(definition)
        below = "" if is_leaf_type(named) else f" {self._selection(named, depth - 1)}"
        return f"{self._key(name, arguments, str(definition.type))}{self._condition()}{below}"

    def _key(self, name: str, arguments: str, type_: str) -> str:
        """The field under its own name or another: one that stands for nothing else anywhere in the document."""
        meaning = f"{name}{arguments}: {type_}"
        wanted = self.pick(("a", "b", "c")) if self.chance(20) else name
        key = wanted
        while self.keys.setdefault(key, meaning) != meaning:
            key = f"{wanted}_{len(self.keys)}"
        return f"{name}{arguments}" if key == name else f"{key}: {name}{arguments}"

    def _spreads(self, type_: Any, depth: int) -> list[str]:
        spreads: list[str] = []
        conditions = [type_]
        if is_abstract_type(type_):
            conditions += self.schema.get_possible_types(type_)
            conditions += [
                other
                for other in self.schema.type_map.values()
                if is_abstract_type(other) and do_types_overlap(self.schema, type_, other)
            ]
        for condition in conditions:
            if depth <= 0 or self.size > MOST_FIELDS or not self.chance(50):
                continue
            known = [name for name, (on, _) in self.fragments.items() if on is condition]
            if known and self.chance(50):
                spreads.append(f"...{self.pick(known)}{self._condition()}")
                continue
            body = self._selection(condition, depth - 1)
            if self.chance(40):
                name = f"F{len(self.fragments)}"
                self.fragments[name] = (condition, body)
                spreads += [f"...{name}{self._condition()}"] * self.upto(1, 2)
            else:
                on = "" if condition is type_ and self.chance(30) else f" on {condition}"
                spreads.append(f"...{on}{self._condition()} {body}")
        return spreads

    def _condition(self) -> str:
        if not self.chance(10):
            return ""
        directive = self.pick(("skip", "include"))
        value = self.pick(("true", "false", SURE, SURE, UNSURE))
        if value not in ("true", "false"):
            value = self._variable(value)
        text = f" @{directive}(if: {value})"
        return f"{text} @{'skip' if directive == 'include' else 'include'}(if: true)" if self.chance(10) else text

    def _variable(self, declaration: str) -> str:
        known = [name for name, declared in self.variables.items() if declared == declaration]
        if known and self.chance(70):
            return f"${self.pick(known)}"
        name = f"v{len(self.variables)}"
        self.variables[name] = declaration
        return f"${name}"

    def _arguments(self, definition: GraphQLField) -> str:
        given = [
            f"{name}: {self._input(argument.type, constant=False)}"
            for name, argument in definition.args.items()
            if is_required_argument(argument) or self.chance(60)
        ]
        return f"({', '.join(given)})" if given else ""

    def _input(self, type_: GraphQLInputType, *, constant: bool) -> str:
        """The text of a value: a literal, or unless it has to be constant a variable."""
        if not constant and self.chance(40):
            return self._variable(self._declaration(type_))
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif self.chance(10):
            return "null"
        if isinstance(type_, GraphQLList):
            if self.chance(15):
                # One item may stand for a list of it.
                return self._input(GraphQLNonNull(get_named_type(type_)), constant=True)
            items = [self._input(type_.of_type, constant=constant) for _ in range(self.upto(0, 2))]
            return f"[{', '.join(items)}]"
        if isinstance(type_, GraphQLInputObjectType):
            fields = [
                f"{name}: {self._input(one.type, constant=constant)}"
                for name, one in type_.fields.items()
                if is_required_input_field(one) or self.chance(50)
            ]
            return f"{{{', '.join(fields)}}}"
        value = self._leaf(type_)
        return value if isinstance(type_, GraphQLEnumType) else json.dumps(value)

    def _declaration(self, type_: GraphQLInputType) -> str:
        if isinstance(type_, GraphQLNonNull):
            if self.chance(30):
                return f"{type_.of_type} = {self._input(type_, constant=True)}"
            return str(type_)
        return self.pick((str(type_), str(type_), f"{type_}!", f"{type_} = {self._input(type_, constant=True)}"))

    def _leaf(self, type_: GraphQLNamedType) -> Any:
        match type_.name:
            case "Int":
                return self.pick((7, 0, -1))
            case "Float":
                return self.pick((0.5, 2, -1e9))
            case "Boolean":
                return self.pick((True, False))
            case "ID":
                return self.pick(("id", "7", 7))
        if isinstance(type_, GraphQLEnumType):
            return self.pick(list(type_.values))
        return self.pick(("text", "", 'é "quoted" \n'))

    def _value(self, type_: Any) -> Any:
        if self.chance(1):
            return self.pick(("wrong", [], {"no": 1}, 1.5, None))
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif self.chance(15):
            return None
        if isinstance(type_, GraphQLList):
            if self.chance(10):
                return self._value(type_.of_type)
            return [self._value(type_.of_type) for _ in range(self.upto(0, 2))]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self._value(one.type)
                for name, one in type_.fields.items()
                if is_required_input_field(one) or self.chance(50)
            }
        return self._leaf(type_)
