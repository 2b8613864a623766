"""How jobs are searched for: what clients write, as the selector takes it."""

import re
from typing import Any

import graphene

from jobs.search.port import JobSearchOrderField, SearchOrder, SuggestionKind
from jobs.search.where import Near
from jobs.selectors.search import HiddenKind, KeywordMode, SearchRequest
from schema.core.connections import DEFAULT_SIZE, MAX_SIZE
from schema.core.errors import BadRequest
from schema.core.inputs import SortDirection, plain_value, tuple_of
from schema.core.types import enum_of
from schema.job.inputs import job_filter, near_of
from schema.search.cursors import SearchCursor

MAX_QUERY = 10_000
MAX_PREFIX = 200
MAX_CENTRES = 5
PER_COMPANY = 3
MAX_PER_COMPANY = 100
# What no text can hold parts words, like any other sign.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JobSearchOrderInput(graphene.InputObjectType):
    """How to order found jobs. Ties are settled by id, so that no job is skipped or shown twice."""

    class Meta:
        name = "JobSearchOrder"

    field = graphene.InputField(enum_of(JobSearchOrderField), required=True, description="What to order by.")
    direction = graphene.InputField(
        SortDirection,
        description="Which end comes first; unless given, the nearest for distance and the greatest for all else. "
        "Relevance has the best first only.",
    )


def search_order(value: dict[str, Any] | None, *, has_centre: bool) -> SearchOrder:
    """The order for what a client wrote; by relevance where nothing is. Raises `BadRequest` for one that cannot be."""
    if not value:
        return SearchOrder()
    field = JobSearchOrderField(plain_value(value["field"]))
    direction = plain_value(value.get("direction"))
    if field is JobSearchOrderField.DISTANCE:
        if not has_centre:
            raise BadRequest("Ordering by distance needs a centre in `near`.", argument="orderBy.field")
        return SearchOrder(field, direction == "desc")
    if field is JobSearchOrderField.RELEVANCE and direction == "asc":
        raise BadRequest("The least relevant jobs first is no order.", argument="orderBy.direction")
    return SearchOrder(field, direction != "asc")


def search_request(arguments: dict[str, Any]) -> tuple[SearchRequest, SearchCursor]:
    """The search that a client asks for, and how its cursors are written. Raises `BadRequest` naming the argument."""
    text = _words(arguments.get("query"), "query")
    centres = _centres(arguments.get("near"))
    where = job_filter(arguments.get("where"))
    order = search_order(arguments.get("order_by"), has_centre=bool(centres))
    mode = KeywordMode(plain_value(arguments.get("mode")) or KeywordMode.ALL)
    hidden = frozenset(map(HiddenKind, tuple_of(arguments.get("hide"), "hide") or ()))
    switches = {name: arguments.get(name) is not False for name in ("is_corrected", "is_expanded", "is_broadened")}
    per_company = within(arguments, "per_company", default=PER_COMPANY, most=MAX_PER_COMPANY, argument="perCompany")
    asked = (text, mode, where, centres, order, per_company, switches, sorted(hidden))
    cursor = SearchCursor.of(asked)
    after = arguments.get("after")
    request = SearchRequest(
        text=text,
        mode=mode,
        where=where,
        near=centres,
        order=order,
        is_corrected=switches["is_corrected"],
        is_expanded=switches["is_expanded"],
        is_broadened=switches["is_broadened"],
        per_company=per_company,
        hidden=hidden,
        size=within(arguments, "first", default=DEFAULT_SIZE, most=MAX_SIZE),
        after=None if after is None else cursor.decode(after, argument="after"),
    )
    return request, cursor


def suggest_arguments(
    arguments: dict[str, Any], *, most: int, default: int
) -> tuple[str, tuple[SuggestionKind, ...], int]:
    """What was typed, and which and how many suggestions a client asks for. Raises `BadRequest` naming the argument."""
    prefix = _words(arguments["prefix"], "prefix")[:MAX_PREFIX]
    kinds = tuple_of(arguments.get("kinds"), "kinds")
    size = within(arguments, "first", default=default, most=most)
    return prefix, tuple(SuggestionKind if kinds is None else map(SuggestionKind, kinds)), size


def _words(text: str | None, argument: str) -> str:
    if text is None:
        return ""
    if len(text) > MAX_QUERY:
        raise BadRequest(f"At most {MAX_QUERY:,} characters.", argument=argument)
    return _UNSTORABLE.sub(" ", text)


def _centres(near: list[dict[str, Any]] | None) -> tuple[Near, ...]:
    if near and len(near) > MAX_CENTRES:
        raise BadRequest(f"At most {MAX_CENTRES} centres.", argument="near")
    found = (near_of(centre, f"near.{number}") for number, centre in enumerate(near or ()))
    return tuple(centre for centre in found if centre is not None)


def within(arguments: dict[str, Any], name: str, *, default: int, most: int, least: int = 0, argument: str = "") -> int:
    """The number that a client wrote, or `default`. Raises `BadRequest`, naming the argument as documents call it."""
    value = arguments.get(name)
    if value is None:
        return default
    if not least <= value <= most:
        argument = argument or name
        raise BadRequest(f"`{argument}` must be between {least} and {most}.", argument=argument)
    return int(value)
