"""Moves of up to a hundred applications at once: what is refused for one is refused for that one alone.

Whoever moves several locks them in the order of their ids, so that two who move the same ones wait for each other, and
neither for both. A move is one statement a table, however many it moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.services import audit
from accounts.text import refuse_unreadable
from jobs import policies
from jobs.errors import ApplicationChangedMeanwhile, ApplicationMoveRefused
from jobs.machines.application import APPLICATION, ApplicationAct
from jobs.machines.machine import refused
from jobs.models import (
    Application,
    ApplicationStatus,
    ApplicationTransition,
    EmailTemplate,
    RejectReason,
    Stage,
    StageKind,
)
from jobs.selectors import application as applications
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import rejection_mail, stage, transition
from jobs.services.rejection_mail import MailWords
from jobs.services.transition import Before
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.events import Event, emit_all
from kernel.viewer import Viewer

MOST = 100
LONGEST_COMMENT = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many: the application as it is now, or why it was refused."""

    application_id: UUID
    application: Application | None = None
    error: DomainError | None = None


@transaction.atomic
def move(*, by: Viewer, versions: Mapping[UUID, int], stage_id: int, is_dry_run: bool = False) -> list[Outcome]:
    """Put applications into a stage of their job. `versions`: the ones that the caller read, by application.

    The outcomes are in the order of `versions`. `is_dry_run`: nothing is written, and the outcomes are those that there
    would be.
    """
    _refuse_too_many(versions)
    target = stage.held(stage_id)
    outcomes = [_into(outcome, target) for outcome in locked(by, ApplicationAct.MOVE, versions)]
    moving = [one.application for one in outcomes if one.application and one.application.stage_id != stage_id]
    if not is_dry_run:
        now = timezone.now()
        step(moving, ApplicationAct.MOVE, {"stage": target, "entered_stage_at": now}, by=by, at=now)
    return outcomes


@transaction.atomic
def reject(
    *,
    by: Viewer,
    versions: Mapping[UUID, int],
    reason: str,
    comment: str = "",
    mail: MailWords | None = None,
    is_dry_run: bool = False,
) -> list[Outcome]:
    """Decline applications for a `RejectReason`, each with a mail of its own if `mail` says so; otherwise as `move`."""
    _refuse_too_many(versions)
    if reason not in RejectReason.values:
        raise Invalid(f"Somebody is declined for one of: {', '.join(RejectReason.values)}.", field="reason")
    said = comment_of(comment)
    template = rejection_mail.template_of(mail) if mail else None
    outcomes = [_worded(outcome, mail, template) for outcome in locked(by, ApplicationAct.REJECT, versions)]
    declined = [one.application for one in outcomes if one.application]
    if not is_dry_run:
        now = timezone.now()
        changes = {"status": ApplicationStatus.REJECTED, "decided_at": now, "reject_reason": reason}
        step(declined, ApplicationAct.REJECT, changes, by=by, at=now, reason=reason, comment=said)
        if mail:
            rejection_mail.plan(declined, mail, at=now)
    return outcomes


def locked(by: Viewer, act: ApplicationAct, versions: Mapping[UUID, int]) -> list[Outcome]:
    """The applications, locked until the transaction ends, that `by` may do this to as they stand; the rest refused.

    They have their job, candidate and stage.
    """
    # Without the stage: a row that somebody else is just moving would be matched with the stage that it was in.
    rows = Application.objects.filter(applications.readable_by(by), pk__in=list(versions))
    rows = rows.select_related("candidate", "job").defer(*(f"job__{column}" for column in jobs.DESCRIPTION))
    found = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}
    stages = Stage.objects.in_bulk({row.stage_id for row in found.values()})
    for row in found.values():
        row.stage = stages[row.stage_id]
    standing, now = membership.standing(by), timezone.now()
    return [_judged(by, standing, act, key, found.get(key), version, now) for key, version in versions.items()]


def _judged(
    by: Viewer,
    standing: policies.Standing,
    act: ApplicationAct,
    key: UUID,
    row: Application | None,
    version: int,
    now: datetime,
) -> Outcome:
    if row is None:
        return Outcome(key, error=NotFound(field="application_id"))
    offered = next(one for one in APPLICATION.moves if one.act == act)
    if offered.may is None or not offered.may(by, standing, row):
        return Outcome(key, error=Forbidden())
    if row.version != version:
        return Outcome(key, error=ApplicationChangedMeanwhile(field="version"))
    allowed = APPLICATION.move(act, row)
    if allowed is None:
        state = ApplicationStatus(row.status).label.lower()
        return Outcome(key, error=ApplicationMoveRefused(f"This cannot be done to the application as it is: {state}."))
    if refusal := refused(allowed.guards, row, now):
        return Outcome(key, error=refusal)
    return Outcome(key, row)


def step(
    rows: Sequence[Application],
    act: ApplicationAct,
    changes: Mapping[str, Any],
    *,
    by: Viewer,
    at: datetime,
    reason: str = "",
    comment: str = "",
) -> None:
    """Change applications that are locked, all in the same way, and write down and tell that it was done."""
    if not rows:
        return
    before = [(row, Before.of(row)) for row in rows]
    for row in rows:
        for name, value in changes.items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = at
    keys = [row.pk for row in rows]
    Application.objects.filter(pk__in=keys).update(**changes, version=F("version") + 1, updated_at=at)
    transitions(before, act, by=by, at=at, reason=reason, comment=comment)
    kind = next(one.event for one in APPLICATION.moves if one.act == act)
    if kind is not None:
        emit_all([_event(kind, row) for row in rows], by=by)
    audit.record_all(f"application.{act.value}", by=by, done=[_done(row, stood) for row, stood in before])


def transitions(
    steps: Sequence[tuple[Application, Before]],
    act: ApplicationAct,
    *,
    by: Viewer,
    at: datetime,
    reason: str = "",
    comment: str = "",
) -> None:
    """Write down steps that were taken together. One statement."""
    ApplicationTransition.objects.bulk_create(
        transition.made(row, act=act, by=by, at=at, before=before, reason=reason, comment=comment)
        for row, before in steps
    )


def comment_of(comment: str) -> str:
    """A comment as it is kept. Raises `Invalid` for one that is too long, or holds what no text can."""
    refuse_unreadable(comment, field="comment")
    said = comment.strip()
    if len(said) > LONGEST_COMMENT:
        raise Invalid(f"At most {LONGEST_COMMENT} characters.", field="comment")
    return said


def refuse_strangers(outcomes: Sequence[Outcome]) -> None:
    """Raises `NotFound` or `Forbidden` where none of the applications was the caller's to move, or not so."""
    denied = [one.error for one in outcomes if isinstance(one.error, NotFound | Forbidden)]
    if denied and len(denied) == len(outcomes):
        field = denied[0].field
        raise type(denied[0])(field="applications" if field in (None, "application_id") else field)


def _into(outcome: Outcome, target: Stage | None) -> Outcome:
    """Refused unless the stage is one of the application's own job."""
    if outcome.application and (target is None or target.job_id != outcome.application.job_id):
        return Outcome(outcome.application_id, error=NotFound(field="stage_id"))
    if outcome.application and target and target.kind == StageKind.HIRED:
        words = "Nobody is hired by being put into the last stage: hire them."
        return Outcome(outcome.application_id, error=Invalid(words, field="stage_id"))
    return outcome


def _worded(outcome: Outcome, mail: MailWords | None, template: EmailTemplate | None) -> Outcome:
    """Refused where the template is another company's, or none."""
    if outcome.application is None or mail is None or mail.template_id is None:
        return outcome
    if template is None or template.company_id != outcome.application.job.company_id:
        return Outcome(outcome.application_id, error=NotFound(field="mail.template_id"))
    return outcome


def _event(kind: type[Event], row: Application) -> Event:
    return kind(application_id=row.pk, job_id=row.job_id, company_id=row.job.company_id)  # type: ignore[call-arg]


def _done(row: Application, before: Before) -> audit.Done:
    was = {"status": before.status, "stage": before.stage.name if before.stage else None}
    now = {"status": str(row.status), "stage": row.stage.name}
    return audit.Done(("Application", row.pk), row.job.company_id, was, now)


def _refuse_too_many(versions: Mapping[UUID, int]) -> None:
    if len(versions) > MOST:
        raise Invalid(f"At most {MOST} applications at once.", field="applications")
