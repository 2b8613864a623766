"""Mutations of files, of people who look for work; and of companies' exports, of those who run their hiring."""

from typing import Any
from uuid import uuid4

from jobs.models import File, Resume
from tests.roles import SEEKERS, RoleCase, Scene

RECRUITERS = {"recruiter", "company_admin", "owner"}


def _file(scene: Scene) -> File | None:
    """A file that has come, so that no store is asked for it."""
    if scene.person is None:
        return None
    made = File.objects.create(
        owner=scene.person, purpose="resume", state="waiting", name="cv", size=1, stored_as=f"files/{uuid4().hex}"
    )
    scene.made["file"] = made
    return made


def _resume(scene: Scene) -> None:
    file = _file(scene)
    if file is not None:
        scene.made["resume"] = Resume.objects.create(user=file.owner, file=file)


def _of_file(scene: Scene) -> dict[str, Any]:
    return {"fileId": scene.id("File", scene.made["file"].pk if scene.person else uuid4())}


def _of_resume(scene: Scene) -> dict[str, Any]:
    return {"resumeId": scene.id("Resume", scene.made["resume"].pk if scene.person else uuid4())}


def _of_company(scene: Scene) -> dict[str, Any]:
    return {"companyId": scene.id("Company", scene.company.pk), "kind": "JOBS", "format": "JSONL"}


CASES = {
    "uploadCreate": RoleCase(SEEKERS, lambda scene: {"purpose": "RESUME", "name": "cv.pdf", "size": 1_000}),
    "uploadComplete": RoleCase(SEEKERS, _of_file, prepare=_file),
    "resumeMakeDefault": RoleCase(SEEKERS, _of_resume, prepare=_resume),
    "resumeDelete": RoleCase(SEEKERS, _of_resume, prepare=_resume),
    "exportRequest": RoleCase(RECRUITERS, _of_company),
}
