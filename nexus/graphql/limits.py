"""The server's limits: on the form of documents, and on what an operation may cost. Nobody is exempt from them.

docs/limits.md lists them all, with the reason for each number.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from graphql import GraphQLError

from engine import DocumentInvalid, DocumentLimits, Engine, LimitExceeded, Plan, SliceTooLarge, VariablesInvalid
from engine.limits import DocumentChecker
from schema.core.errors import BadRequest, CostExceeded, DocumentTooComplex, RequestError

DOCUMENT_LIMITS = DocumentLimits()
# Points. To refuse an operation takes as long as to execute a small one: it is read, and most of it checked.
REFUSAL_COST = 500
# Lists, objects and what is in them: two hundred postings of forty values each. Fitting one into its type takes as long
# as parsing a few tokens of a document.
MAX_VARIABLE_VALUES = 8_000
# Characters of a message, which may quote what the caller sent.
MAX_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class OperationPrice:
    """What `costOf` tells of an operation."""

    cost: int
    most: int
    depth: int
    selections: int

    @property
    def is_allowed(self) -> bool:
        return self.cost <= self.most


def reading_cost(source: str) -> int:
    """Points for reading a document that is not known yet: one a character, as what parsing and checking it takes."""
    if len(source) > DOCUMENT_LIMITS.characters:
        return REFUSAL_COST
    return min(max(REFUSAL_COST, len(source)), settings.COST_LIMIT)


def refusal_cost(variables: dict[str, Any] | None) -> int:
    """Points for refusing an operation with these variables: a point a value, as what reading them takes."""
    return max(REFUSAL_COST, _count(variables or {}, MAX_VARIABLE_VALUES))


def price(plan: Plan, variables: dict[str, Any] | None) -> int:
    """The most points that an operation can cost.

    Raises `CostExceeded` where that is more than an operation may, `BadRequest` for a page that is too large,
    `DocumentTooComplex` for too many values in the variables, and `VariablesInvalid`.
    """
    cost = _cost(plan, variables)
    if cost > settings.COST_LIMIT:
        raise CostExceeded(
            f"The operation could cost {cost:,} points; at most {settings.COST_LIMIT:,} are allowed. "
            "Ask for smaller pages, or for less of each object.",
            cost=cost,
            most=settings.COST_LIMIT,
        )
    return cost


def price_of(engine: Engine, document: str, operation_name: str | None, variables: dict[str, Any]) -> OperationPrice:
    """What an operation would cost. Raises a `RequestError` that says what is wrong with it."""
    try:
        plan = engine.plan(document, operation_name, keep=False)
        cost = _cost(plan, variables)
    except DocumentInvalid as invalid:
        raise _told(invalid.errors[0], "document") from None
    except VariablesInvalid as invalid:
        raise _told(invalid.errors[0], "variables") from None
    figures = DocumentChecker(engine.schema, DOCUMENT_LIMITS).figures(plan.document, plan.operation)
    return OperationPrice(cost, settings.COST_LIMIT, figures.depth, figures.selections)


def _cost(plan: Plan, variables: dict[str, Any] | None) -> int:
    if variables and _count(variables, MAX_VARIABLE_VALUES) > MAX_VARIABLE_VALUES:
        raise DocumentTooComplex(
            f"The variables have more than {MAX_VARIABLE_VALUES:,} values.",
            limit="variableValues",
            most=MAX_VARIABLE_VALUES,
            found=MAX_VARIABLE_VALUES + 1,
        )
    try:
        return plan.price.under({} if plan.price.is_fixed else plan.coerce(variables))
    except SliceTooLarge as error:
        raise BadRequest(error.message, argument=error.argument) from None


def _count(variables: dict[str, Any], most: int) -> int:
    """How many values there are, those inside of others included; one more than `most` where there are more."""
    found = len(variables)
    waiting: list[Any] = list(variables.values()) if found <= most else []
    while waiting and found <= most:
        value = waiting.pop()
        if isinstance(value, dict | list):
            found += len(value)
            if found <= most:
                waiting.extend(value.values() if isinstance(value, dict) else value)
    return min(found, most + 1)


def _told(error: GraphQLError, argument: str) -> RequestError:
    if isinstance(error, LimitExceeded):
        return DocumentTooComplex(
            error.message, argument=argument, limit=error.limit, most=error.most, found=error.found
        )
    return BadRequest(error.message[:MAX_MESSAGE], argument=argument)
