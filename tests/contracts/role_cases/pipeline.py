"""Who may move applications, set up stages and write notes. One hiring manager and one interviewer work on the job."""

from collections.abc import Callable
from typing import Any

from jobs.models import Application, HiringRole, Note, StageTemplate
from jobs.services import stage
from tests.factories import HiringTeamFactory, JobFactory, UserFactory
from tests.hiring_board import application, stages
from tests.roles import RoleCase, Scene

RECRUITERS = {"recruiter", "company_admin", "owner"}
MOVES = RECRUITERS | {"hiring_manager"}


def _team(scene: Scene) -> None:
    """A job on which one hiring manager and one interviewer work; the scene's own has no team."""
    scene.made["job"] = JobFactory(company=scene.company)
    for role in HiringRole.HIRING_MANAGER, HiringRole.INTERVIEWER:
        HiringTeamFactory(job=scene.made["job"], user=scene.people[role.value], role=role)


def _application(kind: str = "screen", **values: Any) -> Callable[[Scene], None]:
    def make(scene: Scene) -> None:
        _team(scene)
        scene.made["application"] = application(scene.made["job"], UserFactory(), kind=kind, **values)

    return make


def _note(scene: Scene) -> None:
    """Of whoever is about to ask, if they may write one; else of a colleague."""
    _application()(scene)
    writers = {"interviewer", "hiring_manager", "recruiter"}
    author = scene.person if scene.role in writers else UserFactory()
    scene.made["note"] = Note.objects.create(application=scene.made["application"], author=author, text="Hm.")


def _stages(scene: Scene) -> None:
    _team(scene)
    stages(scene.made["job"])


def _moved(scene: Scene, **more: Any) -> dict[str, Any]:
    row: Application = scene.made["application"]
    return {"applicationId": scene.id("Application", row.pk), "version": row.version, **more}


def _many(scene: Scene, **more: Any) -> dict[str, Any]:
    row: Application = scene.made["application"]
    return {"applications": [{"id": scene.id("Application", row.pk), "version": row.version}], **more}


def _stage(scene: Scene, kind: str) -> str:
    return scene.id("Stage", scene.made["job"].stages.get(kind=kind).pk)


def _other_job(scene: Scene) -> None:
    _application()(scene)
    scene.made["other"] = JobFactory(company=scene.company)
    stages(scene.made["other"])
    HiringTeamFactory(job=scene.made["other"], user=scene.people["hiring_manager"], role=HiringRole.HIRING_MANAGER)


def _of_job(scene: Scene) -> dict[str, str]:
    return {"jobId": scene.id("Job", scene.made["job"].pk)}


def _template(scene: Scene) -> None:
    scene.company.stage_templates.all().delete()
    for position, (kind, name) in enumerate(stage.DEFAULTS):
        StageTemplate.objects.create(company=scene.company, kind=kind, name=name, position=position)


CASES = {
    "applicationMove": RoleCase(
        allowed=MOVES,
        prepare=_application(),
        input=lambda scene: _moved(scene, stageId=_stage(scene, "interview")),
    ),
    "applicationReject": RoleCase(
        allowed=MOVES,
        prepare=_application(),
        input=lambda scene: _moved(scene, reason="EXPERIENCE", mail={"message": "Sorry."}),
    ),
    "applicationUnreject": RoleCase(allowed=MOVES, prepare=_application(status="rejected"), input=_moved),
    "applicationTransfer": RoleCase(
        allowed=MOVES,
        prepare=_other_job,
        input=lambda scene: _moved(scene, toJobId=scene.id("Job", scene.made["other"].pk)),
    ),
    "applicationHire": RoleCase(allowed=MOVES, prepare=_application(), input=_moved),
    "applicationUnhire": RoleCase(
        allowed=MOVES,
        prepare=_application("hired", status="hired"),
        input=lambda scene: _moved(scene, comment="Took another job."),
    ),
    "applicationsMoveMany": RoleCase(
        allowed=MOVES,
        prepare=_application(),
        input=lambda scene: _many(scene, stageId=_stage(scene, "interview")),
    ),
    "applicationsRejectMany": RoleCase(
        allowed=MOVES, prepare=_application(), input=lambda scene: _many(scene, reason="FILLED")
    ),
    "stageCreate": RoleCase(
        allowed=MOVES,
        prepare=_stages,
        input=lambda scene: {"of": _of_job(scene), "kind": "SCREEN", "name": "Call"},
    ),
    "stageUpdate": RoleCase(
        allowed=MOVES, prepare=_stages, input=lambda scene: {"id": _stage(scene, "offer"), "name": "An offer"}
    ),
    "stageReorder": RoleCase(
        allowed=RECRUITERS,
        prepare=_template,
        input=lambda scene: {
            "of": {"companyId": scene.id("Company", scene.company.pk)},
            "ids": [
                scene.id("StageTemplate", row.pk)
                for kind in ("applied", "interview", "screen", "offer", "hired")
                for row in scene.company.stage_templates.filter(kind=kind)
            ],
        },
    ),
    "stageDelete": RoleCase(allowed=MOVES, prepare=_stages, input=lambda scene: {"id": _stage(scene, "offer")}),
    "noteAdd": RoleCase(
        allowed=MOVES | {"interviewer"},
        prepare=_application(),
        input=lambda scene: {
            "applicationId": scene.id("Application", scene.made["application"].pk),
            "text": "Hm.",
        },
    ),
    "noteDelete": RoleCase(
        allowed=MOVES | {"interviewer"},
        prepare=_note,
        input=lambda scene: {"id": scene.id("Note", scene.made["note"].pk)},
    ),
}
