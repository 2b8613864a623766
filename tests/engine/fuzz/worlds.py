"""Worlds for the fuzzer: a made-up graph of objects over any schema, served by every way of resolving there is.

What a field gives depends on the seed of its object, its name and its arguments, and on nothing else. So graphql-core
over plain resolvers says what any other world has to answer.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_ast_schema,
    is_abstract_type,
    is_leaf_type,
    is_specified_scalar_type,
    parse,
)
from promise import Promise

from engine import Batch, Computed, FieldCost, Loaders, Relation


class Broken(Exception):
    """What goes wrong in these worlds."""


class Thing:
    """An object with attributes that nobody set."""

    def __init__(self, world: "World", type_name: str, seed: float, depth: int) -> None:
        self.world = world
        self.type_name = type_name
        self.seed = seed
        self.depth = depth

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.world.fields_of(self.type_name):
            raise AttributeError(name)
        return self.world.value(self, name, {})


class KeyedThing(dict):  # type: ignore[type-arg]
    """The same, read by key."""

    def __init__(self, world: "World", type_name: str, seed: float, depth: int) -> None:
        super().__init__()
        self.world = world
        self.type_name = type_name
        self.seed = seed
        self.depth = depth

    __hash__ = object.__hash__

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self.world.fields_of(self.type_name):
            return default
        return self.world.value(self, name, {})


def chance(*of: Any) -> float:
    """A number below 1 that depends on the arguments alone."""
    return zlib.crc32(repr(of).encode()) / 2**32


@lru_cache(maxsize=2)
def parsed(sdl: str) -> DocumentNode:
    """The schema's definitions; several worlds are made of one schema."""
    return parse(sdl, no_location=True)


@dataclass
class World:
    """A schema and the values behind it; the rates say how often something goes wrong, and how often at a leaf."""

    sdl: str
    rate: float
    leaf_rate: float
    iterators: bool = False
    make: Callable[["World", str, float, int], Any] = Thing
    calls: list[str] = field(default_factory=list)
    """The root fields of mutations that were resolved, in order."""

    def __post_init__(self) -> None:
        self.schema: GraphQLSchema = build_ast_schema(parsed(self.sdl), assume_valid=True)
        for type_ in self.schema.type_map.values():
            if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_):
                type_.serialize = stamp  # type: ignore[method-assign]
            if is_abstract_type(type_):
                type_.resolve_type = lambda thing, _info, _type: thing.type_name

    def fields_of(self, type_name: str) -> dict[str, Any]:
        type_ = self.schema.type_map.get(type_name)
        return type_.fields if isinstance(type_, GraphQLObjectType) else {}

    def root(self, operation: str, seed: int) -> Any:
        self.calls.clear()
        return self.make(self, operation.title(), float(seed), 0)

    def value(self, thing: Any, name: str, args: dict[str, Any]) -> Any:
        """What the field gives: a value, an exception as a value, or an exception raised."""
        given = json.dumps(args, sort_keys=True)
        if thing.type_name == "Mutation":
            self.calls.append(f"{name}{given}")
        luck = chance(thing.seed, thing.type_name, name, given)
        if luck < self.rate:
            raise Broken(f"{thing.type_name}.{name} broke")
        if luck < self.rate * 1.5:
            return Broken(f"{thing.type_name}.{name} is broken")
        return self._made(thing, name, self.fields_of(thing.type_name)[name].type, (given,))

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
            return leaf(type_, chance(thing.seed, name, tag, "leaf"), self.leaf_rate)
        seed = chance(thing.seed, name, tag, "seed")
        return self.make(self, self._type_of(type_, thing, name, tag), seed, thing.depth + 1)

    def _listed(self, thing: Any, name: str, type_: Any, tag: tuple[Any, ...]) -> Any:
        # Lists of lists below lists would soon have more items than anyone can wait for.
        most = 4 if thing.depth < 2 and len(tag) == 1 else 2
        length = round(chance(thing.seed, name, tag, "length") * most)
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
        possible = [possible.name for possible in self.schema.get_possible_types(type_)]
        if not possible or chance(thing.seed, name, tag, "wrong") < self.rate / 2:
            return "Mutation" if chance(thing.seed, name, tag, "which") < 0.5 else "Nothing"
        return str(possible[int(chance(thing.seed, name, tag, "type") * len(possible))])


def breaking_off(items: list[Any]) -> Iterator[Any]:
    yield from items
    raise Broken("the list broke off")


def stamp(value: Any) -> str | None:
    """How custom scalars are serialised; some values have no result, and some are refused."""
    return None if value == 0.5 else f"@{value:.2f}"


# What a type does not take as it is, and some things that it takes though they are of another.
WRONG: dict[str, tuple[Any, ...]] = {
    "ID": (2.5, 4.0, True, ["x"]),
    "String": (12, 1.5, True, ["x"], str.title),
    "Int": (2**40, "x", -(2**31) - 1, "7", 2**31, True, 3.0),
    "Float": (float("inf"), 3, float("nan"), "1.5", -float("inf"), True),
    "Boolean": (1, 0.0, "yes"),
}


def leaf(type_: Any, luck: float, rate: float) -> Any:
    """A value for a scalar or an enum, and at the rate one that is not right."""
    if luck < rate:
        wrong = WRONG.get(type_.name, ("PINK", 3, ["RED"], 0.5, None))
        return wrong[int(luck / rate * len(wrong))]
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)[int(luck * len(type_.values))]
    match type_.name:
        case "ID":
            return int(luck * 100) if luck > 0.5 else f"id{luck:.2f}"
        case "String":
            return f'"{luck:.3f}" é'
        case "Int":
            return int(luck * 1000)
        case "Boolean":
            return luck > 0.5
    return luck


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


def by_conditional_load(world: World, name: str) -> Any:
    """Some objects know their value, others have to load it."""
    load, function = by_load(world, name), by_function(world, name)

    def resolve(thing: Any, info: Any, **args: Any) -> Any:
        return (load if chance(thing.seed, name, "knows") < 0.5 else function)(thing, info, **args)

    return resolve


def by_computed(world: World, name: str) -> Any:
    return Computed(lambda thing: world.value(thing, name, {}))


def by_relation_and_then(world: World, name: str) -> Any:
    """What the selector gives is a recipe, and the value is made of it afterwards, or the error."""

    def selector(_viewer: str, things: list[Any], **args: Any) -> dict[Any, Any]:
        return {thing: partial(world.value, thing, name, args) for thing in things}

    return Relation(selector, key=lambda thing: thing, then=lambda recipe: recipe())


WAYS = (
    by_function,
    by_batch,
    by_relation,
    by_load,
    by_chain,
    by_promised_items,
    by_conditional_load,
    by_computed,
    by_relation_and_then,
)
# They take no arguments, or may be called more than once for a value: that is no way to change anything.
PURE = (by_computed, by_relation_and_then)


def resolved_by(world: World, way: Callable[[str, str], Any]) -> World:
    """The world with a resolver at each field: `way(type name, field name)` says which kind."""
    for type_ in world.schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, definition in type_.fields.items():
                definition.resolve = way(type_.name, name)(world, name)
                definition.extensions = {"cost": FieldCost(weight=len(name) % 3)}
    return world


def plain_world(sdl: str, *rates: float, iterators: bool = False) -> World:
    """The world that says what is right: each field is resolved by a function."""
    return resolved_by(World(sdl, *rates, iterators), lambda _type, _field: by_function)


def mixed_world(sdl: str, *rates: float, seed: int) -> World:
    """A world whose fields are each resolved in some way; the first seeds stand for one way each."""

    def way(type_name: str, name: str) -> Any:
        chosen = WAYS[seed if seed < len(WAYS) else int(chance(seed, type_name, name) * len(WAYS))]
        takes_part = type_name != "Mutation" and not world.fields_of(type_name)[name].args
        return chosen if takes_part or chosen not in PURE else by_function

    world = World(sdl, *rates)
    return resolved_by(world, way)


def attribute_world(sdl: str, *rates: float, make: Any, graphene: bool) -> World:
    """A world whose fields without arguments are read off their objects by a default resolver."""

    def way(type_name: str, name: str) -> Any:
        if world.fields_of(type_name)[name].args:
            return by_function
        return (lambda _world, name: partial(dict_or_attr_resolver, name, None)) if graphene else lambda *_: None

    world = World(sdl, *rates, iterators=True, make=make)
    return resolved_by(world, way)


def classes_world(sdl: str, *rates: float) -> World:
    """A world whose types are told by the classes of their objects."""
    classes: dict[str, type[Thing]] = {}

    def make(world: World, type_name: str, seed: float, depth: int) -> Any:
        return classes.get(type_name, Thing)(world, type_name, seed, depth)

    world = attribute_world(sdl, *rates, make=make, graphene=True)
    for type_ in world.schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            classes[type_.name] = class_ = type(type_.name, (Thing,), {})
            type_.is_type_of = partial(lambda class_, thing, _info: isinstance(thing, class_), class_)
        if is_abstract_type(type_):
            type_.resolve_type = None
    return world


@dataclass
class Context:
    """What resolvers get as `info.context`."""

    loaders: Loaders = field(default_factory=lambda: Loaders("viewer"))

    def load(self, selector: Any, key: Any, /, **args: Any) -> Any:
        return self.loaders.load(selector, key, **args)
