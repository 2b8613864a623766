"""Sums of points that are known at once where nothing depends on variables, and else worked out for each execution."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import BooleanValueNode, DirectiveNode, VariableNode

# No price is higher: lists inside lists inside lists would reach numbers that no counter holds.
MAX_PRICE = 1_000_000_000


class Bill(NamedTuple):
    """What a selection costs for each object that it is made on."""

    once: int = 0
    per_item: int = 0
    """What its sized fields cost for each item; the field above knows how many items there are."""


@dataclass(slots=True)
class Reckoning:
    """One evaluation of a price."""

    variables: dict[str, Any]
    fragments: dict[int, Bill] = field(default_factory=dict)


type Formula = Callable[[Reckoning], Bill]
type Term = Bill | Formula
"""A bill, or how to come by it where it depends on variables."""
type Size = int | Callable[[dict[str, Any]], int]

NOTHING = Bill()


def objects(weight: int, size: Size, below: Term, *, is_page: bool) -> Term:
    """A field that gives so many objects; a page is one, and its lists together have so many."""

    def bill(size: int, below: Bill) -> Bill:
        once = below.once + size * below.per_item + 1 if is_page else size * (below.once + 1)
        return Bill(min(weight + once, MAX_PRICE))

    if isinstance(size, int) and isinstance(below, Bill):
        return bill(size, below)
    return lambda reckoning: bill(
        size if isinstance(size, int) else size(reckoning.variables), evaluate(below, reckoning)
    )


def items(weight: int, below: Term) -> Term:
    """A list of a page."""
    if isinstance(below, Bill):
        return Bill(weight, below.once + 1)
    return lambda reckoning: Bill(weight, evaluate(below, reckoning).once + 1)


def total(terms: Sequence[Term]) -> Term:
    bills, formulas = _parted(terms)
    fixed = _added(bills)
    if not formulas:
        return fixed
    return lambda reckoning: _added([fixed, *(formula(reckoning) for formula in formulas)])


def dearest(terms: Sequence[Term]) -> Term:
    bills, formulas = _parted(terms)
    if not formulas:
        return _greatest(bills)
    return lambda reckoning: _greatest([*bills, *(formula(reckoning) for formula in formulas)])


def _parted(terms: Sequence[Term]) -> tuple[list[Bill], list[Formula]]:
    return [term for term in terms if isinstance(term, Bill)], [term for term in terms if not isinstance(term, Bill)]


def _added(bills: Sequence[Bill]) -> Bill:
    once, per_item = sum(bill.once for bill in bills), sum(bill.per_item for bill in bills)
    return Bill(min(once, MAX_PRICE), min(per_item, MAX_PRICE))


def _greatest(bills: Sequence[Bill]) -> Bill:
    return Bill(max(bill.once for bill in bills), max(bill.per_item for bill in bills))


def remembered(term: Term) -> Term:
    """The same, worked out once in each evaluation, however often the fragment is spread."""
    if isinstance(term, Bill):
        return term
    formula = term

    def remember(reckoning: Reckoning) -> Bill:
        bill = reckoning.fragments.get(id(formula))
        if bill is None:
            bill = reckoning.fragments[id(formula)] = formula(reckoning)
        return bill

    return remember


def evaluate(term: Term, reckoning: Reckoning) -> Bill:
    return term if isinstance(term, Bill) else term(reckoning)


def under_conditions(directives: Sequence[DirectiveNode], term: Term) -> Term:
    """The term where `@skip` and `@include` let it be, else nothing."""
    for directive in directives:
        name = directive.name.value
        if name in ("skip", "include") and directive.arguments:
            term = _under_condition(directive.arguments[0].value, term, wanted=name == "include")
    return term


def _under_condition(value: Any, term: Term, *, wanted: bool) -> Term:
    if isinstance(value, BooleanValueNode):
        return term if value.value is wanted else NOTHING
    if not isinstance(value, VariableNode):
        return term
    name = value.name.value

    def bill(reckoning: Reckoning) -> Bill:
        is_met = bool(reckoning.variables.get(name)) is wanted
        return evaluate(term, reckoning) if is_met else NOTHING

    return bill
