"""Lists of jobs: the same arguments, orders and cursors wherever jobs are listed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors.job import JobOrder, JobOrderField
from kernel.rows import Page
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.loading import BatchSelector
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

    def resolve(row: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        where, order = job_filter(arguments.get("where")), job_order(arguments.get("order_by"))
        codec = job_cursor(f"{owner}.{row.pk}.jobs", order)

        def count() -> Any:
            return info.context.load(counts, row.pk, where=where).then(lambda number: number or 0)

        def listed(page: Page[Any]) -> PageOfList:
            return PageOfList(page, codec, count)

        wanted = slice_of(codec, arguments)
        return info.context.load(pages, row.pk, where=where, order=order, wanted=wanted).then(listed)

    return jobs_field(description, resolve)


def job_cursor(list_name: str, order: JobOrder) -> CursorCodec:
    """How the cursors of one list of jobs in one order are written."""
    direction = "desc" if order.is_descending else "asc"
    name = "/".join(filter(None, (list_name, order.field, order.currency, direction)))
    return CursorCodec(name, value=_POSITION_TYPES[order.field], key=UUID, is_nullable=order.field is JobOrderField.PAY)
