"""The feed of whoever looks for work: nobody of the board's own does."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from jobs.models import JobDismissal
from tests.factories import JobFactory
from tests.roles import ROLES, SEEKERS, QueryCase, RoleCase, Scene
from tests.search_board import live_job


def _live(scene: Scene) -> None:
    scene.made["job"] = JobFactory()


def _dismissed(scene: Scene) -> None:
    _live(scene)
    if scene.person is not None:
        JobDismissal.objects.create(job=scene.made["job"], user=scene.person)


def _of_job(scene: Scene) -> dict[str, Any]:
    return {"jobId": scene.id("Job", scene.made["job"].pk)}


def _feed_around_nowhere(scene: Scene) -> tuple[str, dict[str, Any]]:
    """Of a place that nobody has asked from: what is near another is kept for all who ask from there."""
    where = {"latitude": -80, "longitude": 10 * ROLES.index(scene.role)}
    return "query($near: JobNearInput) { feed(near: $near) { nodes { title } } }", {"near": where}


def _signals(scene: Scene) -> dict[str, Any]:
    now = timezone.now().isoformat()
    return {"signals": [{"id": str(uuid4()), "kind": "VIEW", "occurredAt": now, **_of_job(scene)}]}


CASES = {
    "preferencesUpdate": RoleCase(SEEKERS, lambda scene: {"changes": {"wantedTitles": ["Nurse"], "radiusKm": 20}}),
    "feedWeightsUpdate": RoleCase(SEEKERS, lambda scene: {"weights": {"pay": 2}, "isProfiled": False}),
    "jobDismiss": RoleCase(SEEKERS, _of_job, prepare=_live),
    "jobDismissUndo": RoleCase(SEEKERS, _of_job, prepare=_dismissed),
    "signalsRecord": RoleCase(SEEKERS, _signals, prepare=_live),
}
QUERIES = {
    "feed": QueryCase(
        ROLES,
        _feed_around_nowhere,
        lambda data: data["feed"]["nodes"],
        prepare=lambda scene: live_job("Glassblower", company=scene.company),
    ),
}
