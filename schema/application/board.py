"""The board of a job: its stages, and who is in which."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors import application as applications
from jobs.selectors import board as boards
from jobs.services.stage import MOST_STAGES
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.application.stages import Stage
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.loading import Computed, ListSize, Relation
from schema.core.visibility import SHOWN, Rule, private, visible_to

READS = Rule(
    "reads applications",
    "For the company's recruiters, admins and owners, and for those who work on the job.",
    batch=applications.readable_jobs,
)


def _codec(stage_id: int) -> CursorCodec:
    return CursorCodec(f"stage.{stage_id}.applications", value=datetime, key=UUID)


def _count(stage_id: int, info: GraphQLResolveInfo) -> Any:
    return info.context.load(boards.counts_of_stages, stage_id)


def _lists(viewer: Viewer, keys: list[int], **arguments: Any) -> dict[int, PageOfList | BadRequest]:
    """The pages of all stages in one statement. A cursor belongs to the list of one stage."""
    found: dict[int, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[int]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in applications.of_stages(viewer, owners, wanted=wanted).items():
            found[key] = PageOfList(page, partial(_codec, key), partial(_count, key))
    return found


@private(SHOWN)
class BoardStage(graphene.ObjectType):
    """A stage of a board."""

    stage = graphene.Field(Stage, required=True, description="The stage.")
    count = graphene.Int(required=True, description="How many applications are in it.")
    applications = connection_field(
        "schema.application.types.ApplicationConnection",
        description="Those that are under way in it, in the last stage those who were hired; who waits longest first.",
        resolver=Relation(_lists, "pk"),
    )

    resolve_stage = Computed(lambda row: row)
    resolve_count = Relation(boards.counts_of_stages, "pk")


@private(SHOWN)
class Board(graphene.ObjectType):
    """The board of a job."""

    stages = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(BoardStage)),
            required=True,
            description=f"The stages in their order; none before the first application. At most {MOST_STAGES}.",
        ),
        list_size=ListSize(MOST_STAGES),
    )


def board_of_job() -> graphene.Field:
    """The board of a job."""
    field = graphene.Field(
        Board, description="Its stages, and who is in which of them.", resolver=Relation(boards.of_jobs, "pk")
    )
    return visible_to(field, READS)
