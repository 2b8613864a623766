"""Stages, templates of words, and notes, through the door."""

from typing import Any

import pytest

from accounts.models import User
from jobs.models import EmailTemplate, Job, Note
from schema.core import ids
from tests.door import send
from tests.factories import JobFactory, UserFactory
from tests.hiring_board import application, viewer_at

pytestmark = pytest.mark.django_db
TOLD = "userErrors { code field }"


def member(job: Job, role: str = "recruiter", **more: Any) -> User:
    return User.objects.get(pk=viewer_at(job, role, **more).user_id)


def act(name: str, by: User, shown: str, /, **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    document = f"mutation($input: {kind}Input!) {{ act: {name}(input: $input) {{ {shown} {TOLD} }} }}"
    payload: dict[str, Any] = send(document, {"input": given}, by=by).data["act"]
    return payload


OWNERS = "job { id stages { id name kind position } } company { id stageTemplate { id name kind position } }"


@pytest.mark.parametrize("is_template", [False, True])
def test_stages_of_a_job_and_of_a_template(is_template: bool) -> None:
    job = JobFactory()
    by = member(job)
    owner = job.company if is_template else job
    of = {"companyId": ids.encode("Company", owner.pk)} if is_template else {"jobId": ids.encode("Job", owner.pk)}

    def rows(payload: dict[str, Any]) -> list[dict[str, Any]]:
        assert payload["userErrors"] == []
        assert (payload["job"] is None) is is_template
        assert (payload["company"] is None) is not is_template
        found: list[dict[str, Any]] = payload["company"]["stageTemplate"] if is_template else payload["job"]["stages"]
        assert [row["position"] for row in found] == list(range(len(found)))
        return found

    made = rows(act("stageCreate", by, OWNERS, of=of, kind="SCREEN", name="Call", position=1, idempotencyKey="once"))
    again = rows(act("stageCreate", by, OWNERS, of=of, kind="SCREEN", name="Call", position=1, idempotencyKey="once"))
    assert [row["name"] for row in made] == ["Applied", "Call", "Screening", "Interview", "Offer", "Hired"]
    assert made == again
    renamed = rows(act("stageUpdate", by, OWNERS, id=made[1]["id"], name="Phone"))
    assert renamed[1] == {**made[1], "name": "Phone"}
    order = [made[place]["id"] for place in (0, 4, 3, 2, 1, 5)]
    assert [row["id"] for row in rows(act("stageReorder", by, OWNERS, of=of, ids=order))] == order
    left = rows(act("stageDelete", by, OWNERS, id=made[1]["id"]))
    assert [row["name"] for row in left] == ["Applied", "Offer", "Interview", "Screening", "Hired"]
    refused = act("stageDelete", by, OWNERS, id=made[0]["id"])
    assert refused["userErrors"] == [{"code": "INVALID", "field": ["input", "id"]}]


def test_exactly_one_owner_is_named() -> None:
    job = JobFactory()
    both = {"jobId": ids.encode("Job", job.pk), "companyId": ids.encode("Company", job.company_id)}
    document = "mutation($input: StageCreateInput!) { stageCreate(input: $input) { userErrors { code } } }"
    for of in ({}, both):
        answer = send(document, {"input": {"of": of, "kind": "SCREEN", "name": "Call"}}, by=member(job))
        assert len(answer.codes) == 1
        assert "data" not in answer.content or answer.content["data"] is None


def test_stages_and_words_are_not_for_strangers() -> None:
    row = application()
    template = EmailTemplate.objects.create(company=row.job.company, name="No", subject="S", body="B")
    query = """query($job: ID!, $company: ID!) {
        job(by: {id: $job}) { stages { name } }
        company(by: {id: $company}) { emailTemplates { name subject body } stageTemplate { name } } }"""
    variables = {"job": ids.encode("Job", row.job_id), "company": ids.encode("Company", row.job.company_id)}
    shown = send(query, variables, by=member(row.job)).data
    assert [stage["name"] for stage in shown["job"]["stages"]][:2] == ["Inbox", "Phone call"]
    assert shown["company"] == {
        "emailTemplates": [{"name": "No", "subject": "S", "body": "B"}],
        "stageTemplate": [],
    }
    stage, words = ids.encode("Stage", row.stage_id), ids.encode("EmailTemplate", template.pk)
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert send(nodes, {"ids": [stage, words]}, by=member(row.job)).data["nodes"] == [{"id": stage}, {"id": words}]
    for nobody in (None, row.candidate.user, UserFactory(), member(JobFactory())):
        answer = send(query, variables, by=nobody)
        assert set(answer.codes) == {"FORBIDDEN"}
        assert "Inbox" not in str(answer.content)
        assert send(nodes, {"ids": [stage, words]}, by=nobody).data["nodes"] == [None, None]


NOTES = """query($id: ID!) { node(id: $id) { ... on Application { notes(first: 2) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id text author { name } mentioned { name } } }
    candidate { tags } } } }"""
ADDED = "note { id text createdAt application { id } } application { id candidate { tags } }"


def test_notes_are_written_read_and_deleted() -> None:
    row = application()
    by, colleague = member(row.job), member(row.job, "admin")
    key = ids.encode("Application", row.pk)
    mention = ids.encode("User", colleague.pk)
    first = act(
        "noteAdd", by, ADDED, applicationId=key, text="One", mentionIds=[mention], addTags=["dutch"], idempotencyKey="1"
    )
    again = act(
        "noteAdd", by, ADDED, applicationId=key, text="One", mentionIds=[mention], addTags=["dutch"], idempotencyKey="1"
    )
    assert first == again
    assert first["note"]["application"] == {"id": key}
    assert first["application"]["candidate"]["tags"] == ["dutch"]
    for text in ("Two", "Three"):
        act("noteAdd", colleague, ADDED, applicationId=key, text=text)
    found = send(NOTES, {"id": key}, by=by).data["node"]["notes"]
    assert (found["totalCount"], found["pageInfo"]["hasNextPage"]) == (3, True)
    assert [note["text"] for note in found["nodes"]] == ["Three", "Two"]
    assert found["nodes"][0]["author"] == {"name": colleague.name}
    gone = act("noteDelete", by, "application { id }", id=first["note"]["id"])
    assert gone == {"application": {"id": key}, "userErrors": []}
    assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == ["Two", "Three"]


def test_the_person_sees_neither_notes_nor_tags() -> None:
    row = application()
    key = ids.encode("Application", row.pk)
    made = act("noteAdd", member(row.job), ADDED, applicationId=key, text="SECRET", addTags=["SECRET"])
    answer = send(NOTES, {"id": key}, by=row.candidate.user)
    assert set(answer.codes) == {"FORBIDDEN"}
    assert "SECRET" not in str(answer.content)
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert send(node, {"id": made["note"]["id"]}, by=row.candidate.user).data["node"] is None


def test_a_mention_is_of_a_person() -> None:
    row = application()
    key = ids.encode("Application", row.pk)
    document = "mutation($input: NoteAddInput!) { noteAdd(input: $input) { userErrors { code } } }"
    answer = send(document, {"input": {"applicationId": key, "text": "x", "mentionIds": [key]}}, by=member(row.job))
    assert answer.codes == ["BAD_REQUEST"]
    assert "input.mentionIds" in str(answer.errors)
