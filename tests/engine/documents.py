"""Random documents over the schema of `worlds`: valid, and as crooked as the grammar allows."""

import random
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_leaf_type

ARGUMENTS = {
    "arg": ["", "(x: 5)", "(x: $x)", '(y: ["a"], x: null)', "(y: $y)", "(z: {left: 1})", "(z: $z)", "(z: {left: $x2})"],
    "argB": ["", "(x: $x)", "(z: {left: 2, right: 0.5})", "(x: 9, z: $z)"],
}
CONDITIONS = [
    "@skip(if: $s)",
    "@include(if: $s)",
    "@include(if: true)",
    "@skip(if: true)",
    "@include(if: $d)",
    "@skip(if: false) @include(if: $s)",
]
HEAD = "($s: Boolean!, $d: Boolean = true, $x: Int, $x2: Int = 4, $y: [String!], $z: Point)"


@dataclass
class Documents:
    """Generates one document after the other from a seed."""

    schema: GraphQLSchema
    seed: int
    depth: int = 3
    fragments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def generate(self, operation: str) -> str:
        """`operation` is query or mutation."""
        self.fragments.clear()
        body = self._selection(operation.title(), self.depth)
        return "\n".join([f"{operation} It{HEAD} {body}", *self.fragments])

    def variables(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {"s": self.random.random() < 0.5}
        for name, values in {"d": [False, True, None], "x": [1, None], "x2": [2, None], "y": [["q"], []]}.items():
            if self.random.random() < 0.5:
                chosen[name] = self.random.choice(values)
        if self.random.random() < 0.5:
            chosen["z"] = {"left": 3}
        return chosen

    def _selection(self, type_name: str, depth: int) -> str:
        chosen = ["__typename"] if self.random.random() < 0.3 else []
        names = list(getattr(self.schema.type_map[type_name], "fields", {}))
        self.random.shuffle(names)
        for name in names[: self.random.randint(1, 6)]:
            chosen += self._field(type_name, name, depth)
        chosen += self._fragments(type_name, depth)
        self.random.shuffle(chosen)
        return "{ " + " ".join(chosen or ["__typename"]) + " }"

    def _field(self, type_name: str, name: str, depth: int) -> list[str]:
        definition = self.schema.type_map[type_name].fields[name]
        named = get_named_type(definition.type)
        if not is_leaf_type(named) and depth <= 0:
            return []
        arguments = self.random.choice(ARGUMENTS.get(name, [""]))
        if type_name == "Mutation" and definition.args:
            arguments = self.random.choice(["", "(x: 1)", "(x: $x)"])
        # The same key with other arguments would not merge.
        alias = f"{self.random.choice('pqr')}{sum(map(ord, arguments))}_{type_name}_{name}: "
        if not definition.args and self._means_one_type(name) and self.random.random() < 0.7:
            alias = ""
        below = "" if is_leaf_type(named) else self._selection(named.name, depth - 1)
        return [f"{alias}{name}{arguments}{self._condition()} {below}"]

    def _means_one_type(self, name: str) -> bool:
        """Whether the field has one type wherever it stands; two types under one key would not merge."""
        fields = [getattr(type_, "fields", {}).get(name) for type_ in self.schema.type_map.values()]
        return len({str(definition.type) for definition in fields if definition}) == 1

    def _fragments(self, type_name: str, depth: int) -> list[str]:
        type_ = self.schema.type_map[type_name]
        if type_name in ("Node", "U"):
            conditions = [possible.name for possible in self.schema.get_possible_types(type_)]
            conditions += ["Node"] if type_name == "U" else []
        else:
            conditions = [type_name] if self.random.random() < 0.3 else []
        spreads = []
        for condition in conditions:
            if self.random.random() < 0.3 or depth <= 0:
                continue
            body = self._selection(condition, depth - 1)
            if self.random.random() < 0.4:
                name = f"F{len(self.fragments)}"
                self.fragments.append(f"fragment {name} on {condition} {body}")
                spreads += [f"...{name}{self._condition()}"] * self.random.randint(1, 2)
            else:
                spreads.append(f"... on {condition}{self._condition()} {body}")
        return spreads

    def _condition(self) -> str:
        return f" {self.random.choice(CONDITIONS)} " if self.random.random() < 0.12 else ""
