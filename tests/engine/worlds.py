"""Worlds for the fuzzer: one made-up graph of objects, served by every way of resolving that the engine knows.

What a field gives depends on the seed of its object, its name and its arguments, and on nothing else. So graphql-core
over plain resolvers says what any other world has to answer.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_abstract_type,
    is_leaf_type,
)
from promise import Promise

from engine import Batch, Loaders, Relation

SDL = """
interface Node { id: ID!  name: String }
enum Color { RED GREEN BLUE }
scalar Stamp
type A implements Node {
  id: ID!  name: String  n: Int!  f: Float  color: Color  colors: [Color!]  stamp: Stamp  flag: Boolean!
  b: B  bN: B!  bs: [B]  bsN: [B!]!  node: Node  nodes: [Node]  u: U  us: [U!]  as: [A]  grid: [[Int!]]  gridB: [[B!]!]
  arg(x: Int = 3, y: [String!], z: Point): String  argB(x: Int, z: Point): B
}
type B implements Node {
  id: ID!  name: String!  n: Int  a: A  as: [A!]  u: U!  v: String!  b: B  bN: B!  stamp: Stamp!
}
type C { title: String!  k: Int  b: B  cs: [C!] }
union U = A | B | C
input Point { left: Int!  right: Float = 1.5 }
type Query { a: A  aN: A!  as: [A]  asN: [A!]!  nodes: [Node!]  u: U  us: [U] }
type Mutation { a(x: Int): A  aN(x: Int): A!  b: B  as: [A!]  name: String  nameN: String! }
"""
ROOTS = ("Query", "Mutation")


class Broken(Exception):
    """What goes wrong in these worlds."""


class Thing:
    """An object with attributes that nobody set."""

    def __init__(self, world: "World", type_name: str, seed: float) -> None:
        self.world = world
        self.type_name = type_name
        self.seed = seed

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.world.fields_of(self.type_name):
            raise AttributeError(name)
        return self.world.value(self, name, {})


class KeyedThing(dict):  # type: ignore[type-arg]
    """The same, read by key."""

    def __init__(self, world: "World", type_name: str, seed: float) -> None:
        super().__init__()
        self.world = world
        self.type_name = type_name
        self.seed = seed

    __hash__ = object.__hash__

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self.world.fields_of(self.type_name):
            return default
        return self.world.value(self, name, {})


class ThingA(Thing):
    """An A by its class."""


class ThingB(Thing):
    """A B by its class."""


class ThingC(Thing):
    """A C by its class."""


CLASSES = {"A": ThingA, "B": ThingB, "C": ThingC}


def chance(*of: Any) -> float:
    """A number below 1 that depends on the arguments alone."""
    return zlib.crc32(repr(of).encode()) / 2**32


@dataclass
class World:
    """A schema and the values behind it; `rate` says how often something goes wrong."""

    rate: float
    iterators: bool = False
    make: Callable[["World", str, float], Any] = Thing
    schema: GraphQLSchema = field(default_factory=lambda: build_schema(SDL))
    calls: list[str] = field(default_factory=list)
    """The root fields of mutations that were resolved, in order."""

    def __post_init__(self) -> None:
        self.schema.type_map["Stamp"].serialize = lambda value: f"@{value:.2f}"
        for name in ("Node", "U"):
            self.schema.type_map[name].resolve_type = lambda thing, _info, _type: thing.type_name

    def fields_of(self, type_name: str) -> dict[str, Any]:
        type_ = self.schema.type_map.get(type_name)
        return type_.fields if isinstance(type_, GraphQLObjectType) else {}

    def root(self, operation: str, seed: int) -> Any:
        self.calls.clear()
        return self.make(self, operation.title(), float(seed))

    def value(self, thing: Any, name: str, args: dict[str, Any]) -> Any:
        """What the field gives: a value, an exception as a value, or an exception raised."""
        if thing.type_name == "Mutation":
            self.calls.append(f"{name}{json.dumps(args, sort_keys=True)}")
        luck = chance(thing.seed, thing.type_name, name, json.dumps(args, sort_keys=True))
        if luck < self.rate:
            raise Broken(f"{thing.type_name}.{name} broke")
        if luck < self.rate * 1.5:
            return Broken(f"{thing.type_name}.{name} is broken")
        return self._made(thing, name, self.fields_of(thing.type_name)[name].type, (json.dumps(args, sort_keys=True),))

    def _made(self, thing: Any, name: str, type_: Any, tag: tuple[Any, ...]) -> Any:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        luck = chance(thing.seed, name, tag, "null")
        if luck < self.rate:
            return None
        if luck < self.rate * 1.3:
            return Broken(f"{thing.type_name}.{name} has a broken part")
        if isinstance(type_, GraphQLList):
            return self._listed(thing, name, type_, tag)
        if is_leaf_type(type_):
            return LEAVES[type_.name](chance(thing.seed, name, tag, "leaf"), self.rate)
        return self.make(self, self._type_of(type_, thing, name, tag), chance(thing.seed, name, tag, "seed"))

    def _listed(self, thing: Any, name: str, type_: Any, tag: tuple[Any, ...]) -> Any:
        length = int(chance(thing.seed, name, tag, "length") * 4)
        items = [self._made(thing, name, type_.of_type, (*tag, index)) for index in range(length)]
        kind = chance(thing.seed, name, tag, "kind")
        if kind < self.rate / 2:
            return "no list at all"
        if self.iterators and kind < self.rate * 1.5:
            return breaking_off(items)
        if self.iterators and kind < 0.3:
            return iter(items)
        return tuple(items) if kind < 0.5 else items

    def _type_of(self, type_: Any, thing: Any, name: str, tag: tuple[Any, ...]) -> str:
        if not is_abstract_type(type_):
            return str(type_.name)
        if chance(thing.seed, name, tag, "wrong") < self.rate / 2:
            return "C" if type_.name == "Node" else "Nothing"
        possible = [possible.name for possible in self.schema.get_possible_types(type_)]
        return str(possible[int(chance(thing.seed, name, tag, "type") * len(possible))])


def breaking_off(items: list[Any]) -> Iterator[Any]:
    yield from items
    raise Broken("the list broke off")


def wrong_now_and_then(right: Callable[[float], Any], *wrong: Any) -> Callable[[float, float], Any]:
    """A value by luck, and at the world's rate one of those that the type does not take as they are."""

    def make(luck: float, rate: float) -> Any:
        if luck < rate:
            return wrong[int(luck / rate * len(wrong))]
        return right(luck)

    return make


LEAVES: dict[str, Callable[[float, float], Any]] = {
    "ID": wrong_now_and_then(lambda luck: int(luck * 100) if luck > 0.5 else f"id{luck:.2f}", 2.5, 4.0, True),
    "String": wrong_now_and_then(lambda luck: f'"{luck:.3f}" é', 12, 1.5, True, ["x"], str.title),
    "Int": wrong_now_and_then(lambda luck: int(luck * 1000), 2**40, "x", "7", True, 3.0),
    "Float": wrong_now_and_then(lambda luck: luck, 3, float("inf"), float("nan"), "1.5", True),
    "Boolean": wrong_now_and_then(lambda luck: luck > 0.5, 1, 0.0, "yes"),
    "Color": wrong_now_and_then(lambda luck: ["RED", "GREEN", "BLUE"][int(luck * 3)], "PINK", 3, ["RED"]),
    "Stamp": wrong_now_and_then(lambda luck: luck, "not a stamp", None),
}


def each_field(world: World) -> Iterator[tuple[str, str, Any]]:
    for type_name in ("A", "B", "C", *ROOTS):
        for name, definition in world.fields_of(type_name).items():
            yield type_name, name, definition


def caught(world: World, thing: Any, name: str, args: dict[str, Any]) -> Any:
    """The value of a field, or the exception instead of raising it."""
    try:
        return world.value(thing, name, args)
    except Broken as error:
        return error


# The ways to resolve one field. Each takes the world and the field's name, and gives a resolver.


def by_function(world: World, name: str) -> Any:
    return lambda thing, _info, **args: world.value(thing, name, args)


def by_batch(world: World, name: str) -> Any:
    return Batch(lambda things, _info, **args: [caught(world, thing, name, args) for thing in things])


def selector_of(world: World, name: str) -> Callable[..., dict[Any, Any]]:
    def selector(viewer: str, things: list[Any], **args: Any) -> dict[Any, Any]:
        assert viewer == "viewer"
        assert len(set(map(id, things))) == len(things)
        found = {thing: caught(world, thing, name, args) for thing in things}
        return {thing: value for thing, value in found.items() if value is not None}

    return selector


def by_relation(world: World, name: str) -> Any:
    return Relation(selector_of(world, name), key=lambda thing: thing)


def by_load(world: World, name: str) -> Any:
    selector = selector_of(world, name)
    return lambda thing, info, **args: info.context.load(selector, thing, **args)


def by_chain(world: World, name: str) -> Any:
    """A first load, which is refused for some, and then the load of the value."""

    def first(_viewer: str, things: list[Any], **_args: Any) -> dict[Any, Any]:
        return {thing: Broken("not this way") for thing in things if chance(thing.seed, name) < 0.2}

    second = selector_of(world, name)

    def resolve(thing: Any, info: Any, **args: Any) -> Any:
        return info.context.load(first, thing, **args).then(
            lambda _: info.context.load(second, thing, **args),
            lambda _: info.context.load(second, thing, **args),
        )

    return resolve


def by_promised_items(world: World, name: str) -> Any:
    """Lists hold promises, some settled already; what is no list comes as a settled promise."""

    def promised(value: Any) -> Any:
        return Promise.reject(value) if isinstance(value, Exception) else Promise.resolve(None).then(lambda _: value)

    def resolve(thing: Any, _info: Any, **args: Any) -> Any:
        value = world.value(thing, name, args)
        if isinstance(value, (list, tuple)):
            return [promised(item) if index % 2 else item for index, item in enumerate(value)]
        return promised(value)

    return resolve


def by_graphene(_world: World, name: str) -> Any:
    return partial(dict_or_attr_resolver, name, None)


WAYS = (by_function, by_batch, by_relation, by_load, by_chain, by_promised_items)


def world_of(way: Any, rate: float, **options: Any) -> World:
    """A world whose fields are all resolved in one way."""
    world = World(rate, **options)
    for _, name, definition in each_field(world):
        definition.resolve = way(world, name)
    return world


def mixed_world(seed: int, rate: float) -> World:
    """A world whose fields are each resolved in some way."""
    world = World(rate)
    for type_name, name, definition in each_field(world):
        definition.resolve = WAYS[int(chance(seed, type_name, name) * len(WAYS))](world, name)
    return world


def attribute_world(make: Any, rate: float, *, graphene: bool) -> World:
    """A world without resolvers of its own: fields without arguments are read off their objects."""
    world = World(rate, iterators=True, make=make)
    for _, name, definition in each_field(world):
        if definition.args:
            definition.resolve = by_function(world, name)
        elif graphene:
            definition.resolve = by_graphene(world, name)
    return world


def classes_world(rate: float) -> World:
    """A world whose types are told by the classes of their objects."""

    def make(world: World, type_name: str, seed: float) -> Any:
        return CLASSES.get(type_name, Thing)(world, type_name, seed)

    world = attribute_world(make, rate, graphene=True)
    for name, class_ in CLASSES.items():
        world.schema.type_map[name].is_type_of = partial(lambda class_, thing, _info: isinstance(thing, class_), class_)
    for name in ("Node", "U"):
        world.schema.type_map[name].resolve_type = None
    return world


@dataclass
class Context:
    """What resolvers get as `info.context`."""

    loaders: Loaders = field(default_factory=lambda: Loaders("viewer"))

    def load(self, selector: Any, key: Any, /, **args: Any) -> Any:
        return self.loaders.load(selector, key, **args)
