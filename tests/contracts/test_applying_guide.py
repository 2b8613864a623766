"""docs/applying.md says what is so: its documents run one after another, and its table of kinds is that of the code."""

import re
from typing import Any

import pytest

from jobs.models import Application, QuestionKind
from nexus.environment import BASE_DIR
from tests.applying import hiring
from tests.door import send
from tests.factories import UserFactory
from tests.schema.application.asking import application_id, job_id

GUIDE = (BASE_DIR / "docs" / "applying.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```graphql\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> dict[str, str]:
    """By the name of the operation."""
    return {re.findall(r"(?:query|mutation) (\w+)", document)[0]: document for document in BLOCK.findall(GUIDE)}


@pytest.mark.django_db
def test_every_document_of_the_guide_runs() -> None:
    asked = documents()
    assert list(asked) == ["Ask", "Form", "Apply", "Mine", "Theirs"]
    job, recruiter = hiring()
    user = UserFactory(name="Ada")

    def run(name: str, by: Any, **variables: Any) -> Any:
        (found,) = send(asked[name], variables, by=by).data.values()
        assert found.get("userErrors", []) == []
        return found

    key = job_id(job)
    assert run("Ask", recruiter, job=key)["form"] == {"version": 1}
    form = run("Form", None, job=key)["apply"]["form"]
    assert [question["id"] for question in form["questions"]] == ["permit", "years", "shift"]
    run("Apply", user, job=key, key="once")
    made = Application.objects.get()
    (mine,) = run("Mine", user)["applications"]["nodes"]
    assert (mine["id"], mine["posting"]["title"]) == (application_id(made), job.title)
    (theirs,) = run("Theirs", recruiter, job=key)["applications"]["nodes"]
    assert theirs["candidate"]["name"] == "Ada"
    assert theirs["answers"][2]["choices"] == [{"label": "Night"}]


def test_every_kind_of_question_is_in_the_table() -> None:
    assert re.findall(r"^\| `([A-Z_]+)` \|", GUIDE, re.MULTILINE) == [kind.name for kind in QuestionKind]
