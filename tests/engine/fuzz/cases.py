"""What is compared: one case is a schema, a world over it, a document and variables; all of it drawn by hypothesis."""

from dataclasses import dataclass
from typing import Any

from graphql import assert_valid_schema, build_ast_schema
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.engine.fuzz.documents import DocumentMaker
from tests.engine.fuzz.schemas import SchemaMaker
from tests.engine.fuzz.worlds import (
    WAYS,
    KeyedThing,
    Thing,
    World,
    attribute_world,
    classes_world,
    mixed_world,
    parsed,
    plain_world,
)

# Worlds without a resolver that the engine batches. The others are mixtures; the first of those are of one kind each.
ALONE = ("iterators", "attributes", "graphene attributes", "keys", "graphene keys", "classes")
MIXTURES = len(WAYS) + 8
RATES = (0.0, 0.0, 0.0, 0.01, 0.03, 0.08, 0.2)
LEAF_RATES = (0.0, 0.01, 0.05, 0.15, 0.4)


@dataclass(frozen=True)
class Case:
    """One case; its representation is all that is needed to see it fail again."""

    sdl: str
    world: str | int
    rates: tuple[float, float]
    """How often a value, and how often a leaf is not right."""
    operation: str
    source: str
    variables: tuple[dict[str, Any], ...]
    seed: int

    def __repr__(self) -> str:
        return (
            f"world {self.world!r}, rates {self.rates}, seed {self.seed}, variables {list(self.variables)}\n"
            f"--- schema\n{self.sdl}--- document\n{self.source}\n---"
        )

    def worlds(self) -> tuple[World, World]:
        """The world to ask, and the one in which graphql-core says what is right; they may be one."""
        if isinstance(self.world, int):
            return mixed_world(self.sdl, *self.rates, seed=self.world), plain_world(self.sdl, *self.rates)
        match self.world:
            case "iterators":
                world = plain_world(self.sdl, *self.rates, iterators=True)
            case "classes":
                world = classes_world(self.sdl, *self.rates)
            case _:
                make = KeyedThing if "keys" in self.world else Thing
                world = attribute_world(self.sdl, *self.rates, make=make, graphene="graphene" in self.world)
        return world, world


@st.composite
def cases(draw: DrawFn) -> Case:
    """A case with a valid document.

    Hypothesis prefers small choices, and makes a failing case smaller choice by choice. Most cases are drawn evenly
    instead, from a seed: they are larger, and only printed as they are.
    """
    if draw(st.integers(0, 3)):
        upto = draw(st.randoms(use_true_random=True)).randint
    else:
        upto = lambda least, most: draw(st.integers(least, most))  # noqa: E731
    sdl = SchemaMaker(upto).make()
    world = draw(st.sampled_from((*ALONE, *ALONE, *range(MIXTURES))))
    operation = draw(st.sampled_from(("query", "query", "query", "mutation")))
    schema = build_ast_schema(parsed(sdl))
    assert_valid_schema(schema)
    maker = DocumentMaker(upto, schema, operation)
    return Case(
        sdl,
        world,
        (draw(st.sampled_from(RATES)), draw(st.sampled_from(LEAF_RATES))),
        operation,
        maker.make(),
        tuple(maker.values() for _ in range(2 if maker.variables else 1)),
        draw(st.integers(0, 10_000)),
    )
