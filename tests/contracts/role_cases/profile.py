"""Mutations of people who look for work. The board's own people do not."""

from typing import Any

from tests.factories import EmployerBlockFactory, JobFactory, SavedJobFactory
from tests.roles import SEEKERS, RoleCase, Scene


def _save(scene: Scene) -> None:
    scene.made["job"] = JobFactory()


def _kept(scene: Scene) -> None:
    _save(scene)
    if scene.person is not None:
        SavedJobFactory(job=scene.made["job"], user=scene.person)


def _blocked(scene: Scene) -> None:
    if scene.person is not None:
        EmployerBlockFactory(company=scene.elsewhere, user=scene.person)


def _of_job(scene: Scene) -> dict[str, Any]:
    return {"jobId": scene.id("Job", scene.made["job"].pk)}


def _of_company(scene: Scene) -> dict[str, Any]:
    return {"companyId": scene.id("Company", scene.elsewhere.pk)}


CASES = {
    "profileUpdate": RoleCase(
        SEEKERS, lambda scene: {"changes": {"headline": "Nurse", "experiences": [{"title": "A"}]}}
    ),
    "profileImport": RoleCase(SEEKERS, lambda scene: {"document": '{"work": [{"position": "Cook"}]}'}),
    "jobSave": RoleCase(SEEKERS, _of_job, prepare=_save),
    "jobUnsave": RoleCase(SEEKERS, _of_job, prepare=_kept),
    "employerBlock": RoleCase(SEEKERS, _of_company),
    "employerUnblock": RoleCase(SEEKERS, _of_company, prepare=_blocked),
}
