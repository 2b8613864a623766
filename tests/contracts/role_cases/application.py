"""Who may ask questions of those who apply, and who applies: nobody of the board's own does."""

from typing import Any

from jobs.models import HiringRole
from tests.factories import HiringTeamFactory, JobFactory, UserFactory
from tests.hiring_board import application
from tests.roles import SEEKERS, RoleCase, Scene


def _team(scene: Scene) -> None:
    for role in HiringRole.HIRING_MANAGER, HiringRole.INTERVIEWER:
        HiringTeamFactory(job=scene.job, user=scene.people[role.value], role=role)


def _live(scene: Scene) -> None:
    scene.made["job"] = JobFactory()


def _applied(scene: Scene) -> None:
    """For whoever is about to ask, if they may apply; else for somebody else."""
    applicant = scene.person if scene.role in SEEKERS else UserFactory()
    scene.made["application"] = application(JobFactory(), applicant)


def _form(scene: Scene) -> dict[str, Any]:
    questions = [{"kind": "YES_NO", "label": "May you work here?"}]
    return {"jobId": scene.id("Job", scene.job.pk), "version": 0, "questions": questions}


def _of_job(scene: Scene) -> dict[str, Any]:
    return {"jobId": scene.id("Job", scene.made["job"].pk), "coverLetter": "Dear all"}


CASES = {
    "formUpdate": RoleCase({"hiring_manager", "recruiter", "company_admin", "owner"}, _form, prepare=_team),
    "applicationDraft": RoleCase(SEEKERS, _of_job, prepare=_live),
    "applicationSubmit": RoleCase(SEEKERS, _of_job, prepare=_live),
    "applicationWithdraw": RoleCase(
        SEEKERS,
        lambda scene: {"applicationId": scene.id("Application", scene.made["application"].pk)},
        prepare=_applied,
    ),
}
