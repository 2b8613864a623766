"""Random schemas, written as SDL so that a failing one can be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# Numbers more often: most of what generated code may not let pass is a number out of range.
SCALARS = ("ID", "String", "Int", "Int", "Int", "Float", "Float", "Boolean")
# Some are Python keywords or methods of a dict, and all may stand in several types with a type of their own in each.
FIELDS = ("id", "name", "items", "get", "class", "keys", "from", "n", "node", "nodes", "pop", "of")
WRAPPINGS = ("{}", "{}!", "[{}]", "[{}!]", "[{}]!", "[{}!]!", "[[{}]]", "[[{}!]!]", "[[[{}!]]!]!")


@dataclass
class SchemaMaker:
    """Draws the parts of one schema."""

    upto: Callable[[int, int], int]
    """Draws a whole number between two, which it may be too."""
    definitions: list[str] = field(default_factory=list)
    enums: list[str] = field(default_factory=list)
    scalars: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    interfaces: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Of each interface its fields, with their arguments and their type."""

    def make(self) -> str:
        """The SDL of a valid schema with a Query and a Mutation."""
        self._make_leaves()
        objects = [f"T{number}" for number in range(self.upto(1, 4))]
        interfaces = [f"N{number}" for number in range(self.upto(0, 2))]
        unions = [f"U{number}" for number in range(self.upto(0, 2))]
        self.leaves = [*SCALARS, *self.enums, *self.scalars]
        self.plain_leaves = 50
        self.outputs = self.leaves + (objects + interfaces + unions) * 3
        for name in interfaces:
            self.interfaces[name] = self._fields(1, 3)
            self._define(f"interface {name}", self.interfaces[name])
        for number, name in enumerate(objects):
            # Each interface has somebody behind it.
            chosen = [one for one in interfaces if number == 0 or self.chance(40)]
            self._define_object(name, chosen)
        for name in unions:
            members = [one for number, one in enumerate(objects) if number == 0 or self.chance(60)]
            self.definitions.append(f"union {name} = {' | '.join(members)}")
        # The roots lead to objects, mostly: there is nothing below a leaf.
        self.plain_leaves = 10
        self._define("type Query", self._fields(3, 8))
        self._define("type Mutation", self._fields(1, 4))
        return "\n".join(self.definitions) + "\n"

    def chance(self, percent: int) -> bool:
        return self.upto(0, 99) >= 100 - percent

    def pick(self, options: Sequence[str]) -> str:
        return options[self.upto(0, len(options) - 1)]

    def _make_leaves(self) -> None:
        for number in range(self.upto(0, 2)):
            self.enums.append(f"E{number}")
            self.definitions.append(f"enum E{number} {{ RED GREEN{number} BLUE }}")
        for number in range(self.upto(0, 2)):
            self.scalars.append(f"S{number}")
            self.definitions.append(f"scalar S{number}")
        for number in range(self.upto(0, 2)):
            fields = [argument for argument in self._arguments() if self.chance(60)] or ["only: Boolean"]
            self.inputs.append(f"I{number}")
            self.definitions.append(f"input I{number} {{ {' '.join(fields)} }}")

    def _arguments(self) -> list[str]:
        """All that could be declared so far, in an order in which those without a default come last."""
        arguments = ["x: Int = 3", 'y: [String!] = ["d"]', "m: [[Int]]", "f: Float", "k: ID!", "t: Boolean = true"]
        if self.enums:
            arguments += [f"e: {self.enums[-1]} = BLUE", f"es: [{self.enums[0]}!]"]
        if self.scalars:
            arguments.append(f"s: {self.scalars[-1]}")
        if self.inputs:
            arguments += [f"i: {self.inputs[-1]}", f"is: [{self.inputs[0]}]"]
        return arguments

    def _fields(self, least: int, most: int) -> dict[str, tuple[str, str]]:
        names = dict.fromkeys(self.pick(FIELDS) for _ in range(self.upto(least, most)))
        return {name: (self._arguments_of_field(), self._type()) for name in names}

    def _arguments_of_field(self) -> str:
        if not self.chance(25):
            return ""
        chosen = [argument for argument in self._arguments() if self.chance(25)]
        return f"({', '.join(chosen)})" if chosen else ""

    def _type(self) -> str:
        if self.chance(self.plain_leaves):
            return self.pick(("{}", "{}!")).format(self.pick(self.leaves))
        return self.pick(WRAPPINGS).format(self.pick(self.outputs))

    def _define_object(self, name: str, interfaces: list[str]) -> None:
        fields = self._fields(2, 8)
        kept = []
        for interface in interfaces:
            demanded = self.interfaces[interface]
            if all(fields[key][0] == demanded[key][0] for key in fields.keys() & demanded.keys()) and not any(
                self.interfaces[other].keys() & demanded.keys() for other in kept
            ):
                kept.append(interface)
        for interface in kept:
            for key, (arguments, type_) in self.interfaces[interface].items():
                fields[key] = (arguments, type_ if type_.endswith("!") or self.chance(60) else f"{type_}!")
        implements = f" implements {' & '.join(kept)}" if kept else ""
        self._define(f"type {name}{implements}", fields)

    def _define(self, head: str, fields: dict[str, tuple[str, str]]) -> None:
        body = "".join(f"  {name}{arguments}: {type_}\n" for name, (arguments, type_) in fields.items())
        self.definitions.append(f"{head} {{\n{body}}}")
