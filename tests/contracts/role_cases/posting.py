"""Who may do what to postings."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from jobs.models import Job
from tests.factories import HiringTeamFactory, JobFactory
from tests.roles import RoleCase, Scene

RUNS_JOBS = {"recruiter", "company_admin", "owner"}
PUBLISHES = RUNS_JOBS | {"platform_admin"}
# The hiring manager of the scene is on the job's team here.
WRITES = RUNS_JOBS | {"hiring_manager"}


def _posting(**fields: Any) -> Callable[[Scene], None]:
    """A posting of the company, on which the hiring manager and the interviewer work."""

    def prepare(scene: Scene) -> None:
        job = JobFactory(company=scene.company, title="Nurse", **fields)
        for role in ("hiring_manager", "interviewer"):
            HiringTeamFactory(job=job, user=scene.people[role], role=role)
        scene.made["job"] = job

    return prepare


def _named(**more: Any) -> Callable[[Scene], dict[str, Any]]:
    return lambda scene: {"jobId": _id(scene), **more}


def _id(scene: Scene) -> str:
    job: Job = scene.made["job"]
    return scene.id("Job", job.pk)


def _case(allowed: set[str], prepare: dict[str, Any], **more: Any) -> RoleCase:
    return RoleCase(allowed=allowed, prepare=_posting(**prepare), input=_named(**more))


CASES = {
    "jobCreate": RoleCase(
        allowed=RUNS_JOBS,
        input=lambda scene: {"companyId": scene.id("Company", scene.company.pk), "fields": {"title": "Nurse"}},
    ),
    "jobUpdate": RoleCase(
        allowed=WRITES,
        prepare=_posting(),
        input=lambda scene: {"id": _id(scene), "version": 1, "changes": {"title": "Night nurse"}},
    ),
    "jobClone": _case(RUNS_JOBS, {}),
    "jobUpsertMany": RoleCase(
        allowed=RUNS_JOBS,
        input=lambda scene: {
            "companyId": scene.id("Company", scene.company.pk),
            "jobs": [{"fields": {"externalReference": "N-1", "title": "Nurse"}}],
        },
    ),
    "jobSubmit": _case(WRITES, {"draft": True}),
    "jobApprove": _case(PUBLISHES, {"in_review": True}),
    "jobReject": _case(PUBLISHES, {"in_review": True}, comment="Say more."),
    "jobSchedule": RoleCase(
        allowed=PUBLISHES,
        prepare=_posting(draft=True),
        input=lambda scene: {"jobId": _id(scene), "at": (timezone.now() + timedelta(days=1)).isoformat()},
    ),
    "jobPublish": _case(PUBLISHES, {"draft": True}),
    "jobPause": _case(PUBLISHES, {}),
    "jobResume": _case(PUBLISHES, {"paused": True}),
    "jobReopen": _case(PUBLISHES, {"expired": True}),
    "jobClose": _case(PUBLISHES, {}, reason="FILLED"),
    "jobArchive": _case(PUBLISHES, {"closed": True}),
    "jobDiscard": _case(WRITES, {"draft": True}),
}
