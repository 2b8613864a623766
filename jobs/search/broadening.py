"""What is asked for instead where few jobs are found."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import TextChoices

from jobs.search.port import Query
from jobs.search.where import MAX_RADIUS_KM

FEW = 10
"""With fewer jobs than that, a question is broadened."""
SHARE = 0.5
WIDER = 4


class BroadeningKind(TextChoices):
    """What was asked for less strictly."""

    WORDS = "words", "Half of the words are enough"
    RADIUS = "radius", "Four times the radius"


@dataclass(frozen=True, slots=True)
class Broadening:
    """That there are jobs behind those that fit which do not quite, why, and how many, counted up to a thousand."""

    how: BroadeningKind
    count: int


def broadenings(query: Query) -> Iterator[tuple[BroadeningKind, Query]]:
    """The query asked less strictly, in each of the ways that it can be, the closest to it first."""
    for how in BroadeningKind:
        if (wider := broadened(query, how)) is not None:
            yield how, wider


def broadened(query: Query, how: BroadeningKind) -> Query | None:
    """The query asked less strictly in one way; None where it cannot be."""
    if how is BroadeningKind.WORDS:
        question = query.question
        wanted = [clause for clause in question.clauses if not clause.is_excluded] if question else []
        if question is None or len([clause for clause in wanted if not clause.is_optional]) < 2:
            return None
        return replace(query, question=replace(question, at_least=SHARE))
    circles = tuple(replace(near, radius_km=min(near.radius_km * WIDER, MAX_RADIUS_KM)) for near in query.near)
    return replace(query, near=circles) if circles != query.near else None
