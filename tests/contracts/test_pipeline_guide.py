"""docs/pipeline.md says what is so: its documents run one after another, and its tables are those of the code."""

import re
from typing import Any

import pytest

from accounts.models import User
from jobs.machines.application import APPLICATION, ApplicationAct
from jobs.models import Application, Note, RejectionMail, StageKind
from jobs.services import note, pipeline_bulk, rejection_mail, stage
from nexus.environment import BASE_DIR
from schema.core import ids
from tests.door import send
from tests.hiring_board import application, viewer_at

GUIDE = (BASE_DIR / "docs" / "pipeline.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```graphql\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> dict[str, str]:
    """By the name of the operation."""
    found = BLOCK.findall(GUIDE)
    return {re.findall(r"(?:query|mutation) (\w+)", document)[0]: document for document in found}


@pytest.mark.django_db
def test_every_document_of_the_guide_runs() -> None:
    asked = documents()
    assert list(asked) == ["AddStage", "Board", "Move", "Reject", "RejectMany", "Note", "History"]
    row = application()
    other = application(row.job)
    by = User.objects.get(pk=viewer_at(row.job).user_id)
    colleague = User.objects.get(pk=viewer_at(row.job, "interviewer", is_on_team=True).user_id)
    key = ids.encode("Application", row.pk)

    def run(name: str, **variables: Any) -> Any:
        data = send(asked[name], variables, by=by).data
        (found,) = data.values()
        assert found.get("userErrors", []) == []
        return found

    stages = run("AddStage", job=ids.encode("Job", row.job_id))["job"]["stages"]
    assert stages[3]["name"] == "Trial day"
    board = run("Board", job=ids.encode("Job", row.job_id))["board"]["stages"]
    assert [column["count"] for column in board] == [2, 0, 0, 0, 0, 0]
    moved = run("Move", application=key, version=1, stage=stages[3]["id"])["application"]
    assert (moved["version"], moved["stage"]["name"]) == (2, "Trial day")
    assert run("Reject", application=key, version=2)["application"]["status"] == "REJECTED"
    mail = RejectionMail.objects.get(application=row)
    assert (mail.due_at - mail.created_at).total_seconds() == pytest.approx(48 * 3600, abs=60)
    outcomes = run("RejectMany", applications=[{"id": ids.encode("Application", other.pk), "version": 1}])["outcomes"]
    assert outcomes[0]["error"] is None
    assert Application.objects.get(pk=other.pk).status == "active", "it was a dry run"
    noted = run("Note", application=key, colleague=ids.encode("User", colleague.pk))
    assert noted["note"]["mentioned"] == [{"name": colleague.name}]
    assert noted["application"]["candidate"]["tags"] == ["dutch"]
    assert Note.objects.count() == 1
    assert [step["act"] for step in run("History", application=key)["history"]] == ["REJECT", "MOVE", "SUBMIT"]


def table(heading: str) -> dict[str, list[str]]:
    """The table below a heading, by its first column."""
    part = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", part, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


def test_the_kinds_of_stages() -> None:
    assert list(table("Stages")) == [kind.name for kind in StageKind]
    assert {name for name, cells in table("Stages").items() if cells[0].startswith("one,")} == {
        kind.name for kind in stage.ENDS
    }


def test_the_steps_are_the_machine_s() -> None:
    told = {name: cells[:2] for name, cells in table("Moving").items()}
    company_s = [act for act in ApplicationAct if act not in ("submit", "withdraw", "anonymise")]
    assert told.keys() == {f"application{act.value.capitalize()}" for act in company_s}
    for move in APPLICATION.moves:
        if move.act in company_s:
            origin, target = told[f"application{move.act.value.capitalize()}"]
            assert {origin} == move.origins
            assert target.split(",")[0] == move.target


def test_the_numbers() -> None:
    assert f"up to {stage.MOST_STAGES} stages" in GUIDE
    assert f"0 to {rejection_mail.MOST_HOURS}, {rejection_mail.USUAL_HOURS} unless given" in GUIDE
    assert f"take up to {pipeline_bulk.MOST} applications" in GUIDE
    assert f"at most {note.MOST_TAGS}, of\n{note.LONGEST_TAG} characters" in GUIDE
