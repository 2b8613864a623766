"""Lists of jobs: the same arguments, orders and cursors wherever jobs are listed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors.job import JobFilter, JobOrder, JobOrderField
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.errors import BadRequest
from schema.core.loading import BatchSelector, Relation
from schema.job.inputs import JobOrderInput, JobWhere, job_filter, job_order

_POSITION_TYPES = {JobOrderField.PUBLISHED: datetime, JobOrderField.PAY: int}


def jobs_field(description: str, resolver: Callable[..., Any]) -> graphene.Field:
    """A connection of jobs with `where` and `orderBy`."""
    return connection_field(
        "schema.job.types.JobConnection",
        description=description,
        resolver=resolver,
        where=graphene.Argument(JobWhere, description="Which jobs; all unless given."),
        order_by=graphene.Argument(JobOrderInput, description="In which order; the newest first unless given."),
    )


def jobs_of(owner: str, pages: BatchSelector, counts: BatchSelector, *, description: str) -> graphene.Field:
    """The jobs of one of many owners: the pages of all of them come in one statement."""

    def lists(viewer: Viewer, keys: list[Any], **arguments: Any) -> dict[Any, PageOfList | BadRequest]:
        where, order = job_filter(arguments.get("where")), job_order(arguments.get("order_by"))
        found: dict[Any, PageOfList | BadRequest] = {}
        asked: dict[Slice, list[Any]] = {}
        if "after" in arguments or "before" in arguments:
            # A cursor belongs to the list of one owner.
            for key in keys:
                try:
                    asked.setdefault(slice_of(_cursor_of(owner, key, order), arguments), []).append(key)
                except BadRequest as error:
                    found[key] = error
        else:
            asked[slice_of(_cursor_of(owner, keys[0], order), arguments)] = keys
        for wanted, owners in asked.items():
            for key, page in pages(viewer, owners, where=where, order=order, wanted=wanted).items():
                codec = partial(_cursor_of, owner, key, order)
                count = partial(_count_of, counts, key, where)
                found[key] = PageOfList(page, codec, count, counted_as=(owner, key, where))
        return found

    return jobs_field(description, Relation(lists, "pk"))


def _cursor_of(owner: str, key: Any, order: JobOrder) -> CursorCodec:
    return job_cursor(f"{owner}.{key}.jobs", order)


def _count_of(counts: BatchSelector, key: Any, where: JobFilter | None, info: GraphQLResolveInfo) -> Any:
    return info.context.load(counts, key, where=where).then(lambda number: number or 0)


def job_cursor(list_name: str, order: JobOrder) -> CursorCodec:
    """How the cursors of one list of jobs in one order are written."""
    direction = "desc" if order.is_descending else "asc"
    name = "/".join(filter(None, (list_name, order.field, order.currency, direction)))
    return CursorCodec(name, value=_POSITION_TYPES[order.field], key=UUID, is_nullable=order.field is JobOrderField.PAY)
