"""Reads of a job's board: its stages, and who is in which."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from jobs.models import Application, Candidate, Stage
from kernel.reading import Reading
from kernel.viewer import Viewer

ON_BOARD = Q(status__in=["active", "hired"])
"""Who is on the board: who is under way, and who was hired. As the condition of the board's index is written."""


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a job."""

    stages: list[Stage]


_OF_JOBS = Reading(lambda: Stage.objects.order_by("position"), by="job_id")


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Board]:
    """The board of each job; empty before the first application. The caller has seen to it who may."""
    found = _OF_JOBS.many(keys)
    return {key: Board(found.get(key, [])) for key in keys}


def counts_of_stages(viewer: Viewer, keys: Collection[int]) -> dict[int, int]:
    """How many applications are in each stage. For stages of a board that the viewer has been shown."""
    # Nobody is the company's side of their own application.
    own = Candidate.objects.filter(user=viewer.user_id).values("pk")
    rows = Application.objects.filter(ON_BOARD, stage__in=list(keys)).exclude(candidate__in=own).order_by()
    counted = rows.values("stage_id").annotate(n=Count("pk")).values_list("stage_id", "n")
    return dict.fromkeys(keys, 0) | dict(counted)
