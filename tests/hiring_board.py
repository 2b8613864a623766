"""A job with stages, and applications for it, straight into the tables."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from jobs.models import (
    Application,
    ApplicationStatus,
    ApplicationTransition,
    Candidate,
    Job,
    JobRevision,
    Stage,
    StageKind,
)
from kernel.viewer import Viewer
from tests.factories import HiringTeamFactory, JobFactory, MembershipFactory, UserFactory, viewer_of

NAMES = ("Inbox", "Phone call", "On site", "Offer", "Joined")


def stages(job: Job) -> list[Stage]:
    """The job's stages, one of each kind, made where there are none."""
    if not job.stages.exists():
        made = [
            Stage(job=job, kind=kind, name=name, position=position)
            for position, (kind, name) in enumerate(zip(StageKind.values, NAMES, strict=True))
        ]
        Stage.objects.bulk_create(made)
    return list(job.stages.order_by("position"))


def application(
    job: Job | None = None,
    user: User | None = None,
    *,
    kind: StageKind = StageKind.APPLIED,
    at: datetime | None = None,
    **values: Any,
) -> Application:
    """An application in the stage of a kind, with the transition that began it."""
    job = job or JobFactory()
    user = user or UserFactory()
    at = at or timezone.now()
    candidate, _ = Candidate.objects.get_or_create(
        company=job.company, user=user, defaults={"name": user.name, "email": user.email}
    )
    stage = next(stage for stage in stages(job) if stage.kind == kind)
    if values.get("status", ApplicationStatus.ACTIVE) != ApplicationStatus.ACTIVE:
        values.setdefault("decided_at", at)
    if values.get("status") == ApplicationStatus.REJECTED:
        values.setdefault("reject_reason", "experience")
    made = Application.objects.create(
        job=job,
        candidate=candidate,
        revision=JobRevision.objects.filter(job=job).order_by("-number").first(),
        stage=stage,
        entered_stage_at=at,
        submitted_at=at,
        **values,
    )
    ApplicationTransition.objects.create(
        application=made,
        seq=1,
        act="submit",
        to_status=made.status,
        to_stage=stage,
        to_kind=stage.kind,
        to_name=stage.name,
        actor=user,
        at=at,
    )
    return made


def viewer_at(job: Job, role: str = "recruiter", *, is_on_team: bool = False) -> Viewer:
    """A new member of the job's company, in a role; on the job's hiring team as that, too, if wanted."""
    member = MembershipFactory(company=job.company, role=role)
    if is_on_team:
        HiringTeamFactory(job=job, user=member.user, role=role)
    return viewer_of(member.user)
