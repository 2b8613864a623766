"""Saved jobs and blocked employers: what a person keeps, and nobody else is told."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from nexus.graphql import cache
from schema.core import ids
from tests.door import Answer, send, send_to_oracle
from tests.factories import CompanyFactory, EmployerBlockFactory, JobFactory, SavedJobFactory, UserFactory

pytestmark = pytest.mark.django_db

SAVE = """
mutation Save($input: JobSaveInput!) {
  jobSave(input: $input) { savedJob { id title note job { id isSaved } } userErrors { code field } }
}
"""
UNSAVE = """
mutation Unsave($input: JobUnsaveInput!) {
  jobUnsave(input: $input) { savedJob { id job { isSaved } } userErrors { code field } }
}
"""
BLOCK = """
mutation Block($input: EmployerBlockInput!) {
  employerBlock(input: $input) { employerBlock { id company { name } } userErrors { code field } }
}
"""
UNBLOCK = """
mutation Unblock($input: EmployerUnblockInput!) {
  employerUnblock(input: $input) { employerBlock { id } userErrors { code field } }
}
"""
SAVED = """
query Saved($first: Int, $after: String) {
  viewer { savedJobs(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { title note job { title } }
  } }
}
"""
BLOCKED = "{ viewer { blockedEmployers { totalCount nodes { blockedAt company { name } } } } }"
FLAGS = "{ jobs { nodes { title isSaved viewerSavedJob { note } } } }"
FLAG = "query($by: JobBy!) { job(by: $by) { isSaved } }"


def act(mutation: str, by: User | None, **values: Any) -> Answer:
    return send(mutation, {"input": values}, by=by)


def job_id(job: Any) -> str:
    return ids.encode("Job", job.pk)


def test_a_job_is_saved_with_a_note_and_let_go() -> None:
    by, job = UserFactory(), JobFactory()
    first = act(SAVE, by, jobId=job_id(job), note="Call").data["jobSave"]
    kept = first["savedJob"]
    assert kept == {
        "id": kept["id"],
        "title": job.title,
        "note": "Call",
        "job": {"id": job_id(job), "isSaved": True},
    }
    again = act(SAVE, by, jobId=job_id(job), note="").data["jobSave"]["savedJob"]
    assert (again["id"], again["note"]) == (kept["id"], None)
    assert act(UNSAVE, by, jobId=job_id(job)).data["jobUnsave"] == {
        "savedJob": {"id": kept["id"], "job": {"isSaved": False}},
        "userErrors": [],
    }
    gone = {"savedJob": None, "userErrors": [{"code": "NOT_FOUND", "field": ["input", "jobId"]}]}
    assert act(UNSAVE, by, jobId=job_id(job)).data["jobUnsave"] == gone


def test_a_repeated_save_gets_the_first_answer() -> None:
    by, job = UserFactory(), JobFactory()
    first = act(SAVE, by, jobId=job_id(job), note="A", idempotencyKey="k").data
    assert act(SAVE, by, jobId=job_id(job), note="A", idempotencyKey="k").data == first
    other = act(SAVE, by, jobId=job_id(job), note="B", idempotencyKey="k").data["jobSave"]["userErrors"]
    assert [error["code"] for error in other] == ["IDEMPOTENCY_KEY_REUSED"]


def test_what_cannot_be_seen_is_not_saved() -> None:
    answer = act(SAVE, UserFactory(), jobId=job_id(JobFactory(draft=True)))
    assert answer.data["jobSave"]["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "jobId"]}]


@pytest.mark.parametrize("note", ["a\x00", "a" * 2_001])
def test_a_note_that_cannot_be_is_refused(note: str) -> None:
    answer = act(SAVE, UserFactory(), jobId=job_id(JobFactory()), note=note)
    assert answer.data["jobSave"]["userErrors"] == [{"code": "INVALID", "field": ["input", "note"]}]


def test_saved_jobs_are_paged_the_newest_first_and_outlive_their_job() -> None:
    by = UserFactory()
    for title in ("Old", "Gone", "New"):
        SavedJobFactory(user=by, title=title, job__title=title, job__closed=title == "Gone")
    SavedJobFactory()
    first = send(SAVED, {"first": 2}, by=by).data["viewer"]["savedJobs"]
    assert first["totalCount"] == 3
    assert [(node["title"], node["job"]) for node in first["nodes"]] == [("New", {"title": "New"}), ("Gone", None)]
    rest = send(SAVED, {"after": first["pageInfo"]["endCursor"]}, by=by).data["viewer"]["savedJobs"]
    assert [node["title"] for node in rest["nodes"]] == ["Old"]
    assert not rest["pageInfo"]["hasNextPage"]


def test_nobody_is_shown_what_others_keep() -> None:
    saved, blocked = SavedJobFactory(), EmployerBlockFactory()
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    variables = {"ids": [ids.encode("SavedJob", saved.pk), ids.encode("EmployerBlock", blocked.pk)]}
    for by in (None, UserFactory(), UserFactory(platform_admin=True)):
        assert send(query, variables, by=by).data == {"nodes": [None, None]}
    assert send(query, variables, by=saved.user).data["nodes"][0] is not None


def test_employers_are_blocked_listed_and_unblocked() -> None:
    by, company = UserFactory(), CompanyFactory()
    key = ids.encode("Company", company.pk)
    made = act(BLOCK, by, companyId=key).data["employerBlock"]["employerBlock"]
    assert made["company"] == {"name": company.name}
    assert act(BLOCK, by, companyId=key).data["employerBlock"]["employerBlock"] == made
    EmployerBlockFactory()
    listed = send(BLOCKED, by=by).data["viewer"]["blockedEmployers"]
    assert (listed["totalCount"], [node["company"]["name"] for node in listed["nodes"]]) == (1, [company.name])
    assert act(UNBLOCK, by, companyId=key).data["employerUnblock"]["employerBlock"] == {"id": made["id"]}
    gone = act(UNBLOCK, by, companyId=key).data["employerUnblock"]["userErrors"]
    assert gone == [{"code": "NOT_FOUND", "field": ["input", "companyId"]}]


def test_flags_of_many_jobs_take_one_statement_each_and_none_for_nobody() -> None:
    by = UserFactory()
    for n in range(5):
        SavedJobFactory(user=by, job__title=f"Saved {n}", note="N")
        JobFactory(title=f"Other {n}")
    counts = {}
    for name, asker in (("somebody", by), ("nobody", None)):
        send(FLAGS, by=asker)
        with CaptureQueriesContext(connection) as statements:
            nodes = send(FLAGS, by=asker).data["jobs"]["nodes"]
        counts[name] = sum("savedjob" in statement["sql"] for statement in statements)
        flags = {node["title"]: (node["isSaved"], node["viewerSavedJob"]) for node in nodes}
        if asker is None:
            assert set(map(str, flags.values())) == {"(False, None)"}
        else:
            assert {title for title, flag in flags.items() if flag == (True, {"note": "N"})} == {
                f"Saved {n}" for n in range(5)
            }
    assert counts == {"somebody": 2, "nobody": 0}
    assert send_to_oracle(FLAGS, by=by)["data"] == send(FLAGS, by=by).data


@pytest.mark.django_db(transaction=True)
def test_a_flag_never_reaches_another_through_a_cache(settings: LazySettings, empty_cache: None) -> None:
    settings.RESPONSE_CACHE = True
    by, other, job = UserFactory(), UserFactory(), JobFactory()
    SavedJobFactory(user=by, job=job, note="Mine")
    variables = {"by": {"id": job_id(job)}}
    before = cache.counts()
    for _ in range(3):
        for asker, is_saved in ((by, True), (None, False), (other, False), (by, True), (None, False)):
            assert send(FLAG, variables, by=asker).data == {"job": {"isSaved": is_saved}}
            note = send(FLAGS, by=asker).data["jobs"]["nodes"][0]["viewerSavedJob"]
            assert note == ({"note": "Mine"} if is_saved else None)
    after = cache.counts()
    assert after["process"] > before["process"], "the answer for nobody is shared, or this shows nothing"
