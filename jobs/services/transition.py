"""The steps of applications, written down as they are taken: who, when, why, and how long it had been where it was."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from jobs.machines.application import ApplicationAct
from jobs.models import Application, ApplicationTransition, Stage
from kernel.viewer import Viewer


class Before(NamedTuple):
    """Where an application stood before a step; nowhere, before its first."""

    status: str = ""
    stage: Stage | None = None
    entered_at: datetime | None = None

    @classmethod
    def of(cls, application: Application) -> "Before":
        """Where it stands at this moment."""
        return cls(application.status, application.stage, application.entered_stage_at)


def made(
    application: Application,
    *,
    act: ApplicationAct,
    by: Viewer,
    at: datetime,
    before: tuple[str, Stage | None, datetime | None] = Before(),
    reason: str = "",
    comment: str = "",
) -> ApplicationTransition:
    """The step that led the application to where it stands now, not written yet. Its number is the version."""
    from_status, from_stage, entered_at = before
    stage = application.stage
    return ApplicationTransition(
        application=application,
        seq=application.version,
        act=act.value,
        from_status=from_status,
        to_status=application.status,
        from_stage=from_stage,
        to_stage=stage,
        from_kind=from_stage.kind if from_stage else "",
        to_kind=stage.kind,
        from_name=from_stage.name if from_stage else "",
        to_name=stage.name,
        reason=reason,
        comment=comment,
        actor_id=by.user_id,
        at=at,
        seconds_in_stage=max(0, int((at - entered_at).total_seconds())) if entered_at else None,
    )


def step(
    application: Application,
    *,
    act: ApplicationAct,
    by: Viewer,
    at: datetime,
    before: tuple[str, Stage | None, datetime | None] = Before(),
    reason: str = "",
    comment: str = "",
) -> ApplicationTransition:
    """Write down the step that led the application to where it stands now. One statement, in the step's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{act} was written down outside a transaction: it could stand there without its step.")
    row = made(application, act=act, by=by, at=at, before=before, reason=reason, comment=comment)
    row.save(force_insert=True)
    return row
