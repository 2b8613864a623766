"""Jobs that are like a job."""

from collections.abc import Callable, Sequence
from uuid import UUID

import graphene

from jobs.feed import similar as feed_similar
from jobs.models import Job
from jobs.selectors import search
from kernel.viewer import Viewer
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.loading import BatchSelector, ListSize, Relation

SIMILAR = 5
MAX_SIMILAR = 20
# Points, for each job that is asked what is like it.
SIMILAR_COST = 5


def _similar(viewer: Viewer, keys: Sequence[UUID], *, first: int | None = None) -> dict[UUID, list[Job]]:
    size = _size(first)
    return dict(search.similar(viewer, keys, size=size)) if size else {}


def _also_viewed(viewer: Viewer, keys: Sequence[UUID], *, first: int | None = None) -> dict[UUID, list[Job]]:
    size = _size(first)
    return dict(feed_similar.also_viewed(viewer, keys, size=size)) if size else {}


def _size(first: int | None) -> int:
    size = SIMILAR if first is None else first
    if not 0 <= size <= MAX_SIMILAR:
        raise BadRequest(f"`first` must be between 0 and {MAX_SIMILAR}.", argument="first")
    return size


def similar_jobs(job: Callable[[], type]) -> graphene.Field:
    """Live jobs that are like each of many, found in one call for all of them."""
    return _jobs(job, "Live jobs that are like it, the most alike first; not itself, nor its duplicates.", _similar)


def also_viewed_jobs(job: Callable[[], type]) -> graphene.Field:
    """Live jobs that people looked at who looked at each of many, found in one call for all of them."""
    return _jobs(
        job,
        "Live jobs that those looked at who looked at it, or at its kind, the most first. Nothing is said from what "
        "fewer than five people did.",
        _also_viewed,
    )


def _jobs(job: Callable[[], type], description: str, selector: BatchSelector) -> graphene.Field:
    return costs(
        graphene.Field(
            graphene.List(graphene.NonNull(job)),
            required=True,
            description=description,
            first=graphene.Argument(graphene.Int, description=f"How many, 0 to {MAX_SIMILAR}; {SIMILAR} unless given."),
            resolver=Relation(selector, "pk", many=True),
        ),
        weight=SIMILAR_COST,
        list_size=ListSize(SIMILAR, ("first",), most=MAX_SIMILAR),
    )
