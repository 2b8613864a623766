"""Who may report jobs, and who decides."""

from typing import Any

from jobs.models import ModerationCase
from tests.factories import JobFactory
from tests.roles import SIGNED_IN, QueryCase, RoleCase, Scene

MODERATORS = {"moderator", "platform_admin"}


def _live(scene: Scene) -> None:
    scene.made["job"] = JobFactory(company=scene.company)


def _frozen(scene: Scene) -> None:
    scene.made["job"] = JobFactory(company=scene.company, frozen=True)


def _job(scene: Scene) -> dict[str, str]:
    return {"jobId": scene.id("Job", scene.made["job"].pk)}


def _reported(scene: Scene) -> None:
    ModerationCase.objects.create(job=JobFactory(company=scene.company), reports=1)


def _cases(scene: Scene) -> tuple[str, dict[str, Any]]:
    return "{ moderationQueue { cases { totalCount nodes { id job { id } } } } }", {}


CASES = {
    "jobReport": RoleCase(SIGNED_IN, lambda scene: {**_job(scene), "reason": "SCAM"}, _live),
    "jobFreeze": RoleCase(MODERATORS, lambda scene: {**_job(scene), "comment": "A fraud."}, _live),
    "jobUnfreeze": RoleCase(MODERATORS, _job, _frozen),
}
QUERIES = {
    "moderationQueue": QueryCase(
        MODERATORS, _cases, lambda data: (data["moderationQueue"] or {}).get("cases"), prepare=_reported
    ),
}
