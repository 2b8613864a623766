"""A job's board: stages, counts and pages, for those who may see them and in few statements."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, User
from jobs.models import Application, Candidate, Job, Stage
from schema.core import ids
from tests.door import send
from tests.factories import JobFactory, MembershipFactory, UserFactory
from tests.hiring_board import application, stages, viewer_at

pytestmark = pytest.mark.django_db
BOARD = """query($id: ID!, $first: Int, $after: String) { job(by: {id: $id}) { board { stages {
    stage { name kind position } count
    applications(first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { id status candidate { name email } }
    }
} } } }"""


def member(job: Job, role: str = "recruiter", **more: Any) -> User:
    return User.objects.get(pk=viewer_at(job, role, **more).user_id)


def board(job: Job, by: User | None, **variables: Any) -> list[dict[str, Any]]:
    data = send(BOARD, {"id": ids.encode("Job", job.pk), **variables}, by=by).data
    found: list[dict[str, Any]] = data["job"]["board"]["stages"]
    return found


def test_the_stages_in_order_with_who_waits_longest_first() -> None:
    job = JobFactory()
    now = timezone.now()
    late, early = (application(job, at=now - timedelta(days=days)) for days in (1, 2))
    hired = application(job, kind="hired", status="hired")
    application(job, status="rejected")
    application(job, status="withdrawn")
    application(kind="offer")
    found = board(job, member(job))
    assert [column["stage"]["name"] for column in found] == ["Inbox", "Phone call", "On site", "Offer", "Joined"]
    assert [column["count"] for column in found] == [2, 0, 0, 0, 1]
    shown = [[node["id"] for node in column["applications"]["nodes"]] for column in found]
    key = lambda row: ids.encode("Application", row.pk)  # noqa: E731
    assert shown == [[key(early), key(late)], [], [], [], [key(hired)]]
    assert [column["applications"]["totalCount"] for column in found] == [2, 0, 0, 0, 1]


def test_five_hundred_applications_in_one_query_take_few_statements() -> None:
    job = JobFactory()
    now = timezone.now()
    rows = stages(job)
    people = User.objects.bulk_create([UserFactory.build(email=f"p{n}@acme.example") for n in range(500)])
    candidates = Candidate.objects.bulk_create(
        Candidate(company=job.company, user=user, name=f"Person {n}", email=user.email) for n, user in enumerate(people)
    )
    Application.objects.bulk_create(
        Application(
            job=job,
            candidate=candidate,
            stage=rows[n % 5],
            status="hired" if n % 5 == 4 else "active",
            decided_at=now if n % 5 == 4 else None,
            entered_stage_at=now - timedelta(minutes=n),
            submitted_at=now,
        )
        for n, candidate in enumerate(candidates)
    )
    by = member(job)
    board(job, by, first=1)
    with CaptureQueriesContext(connection) as statements:
        found = board(job, by, first=100)
    shown = [node for column in found for node in column["applications"]["nodes"]]
    assert len({node["candidate"]["email"] for node in shown}) == 500
    # What signing in and counting the requests takes is not the board's.
    taken = [query["sql"] for query in statements if "jobs_" in query["sql"] or "auditentry" in query["sql"]]
    assert len(taken) <= 8, taken
    assert AuditEntry.objects.filter(act="application.read").count() >= 500


def test_a_stage_is_read_page_by_page_and_its_cursor_is_its_own() -> None:
    job = JobFactory()
    rows = [application(job, at=timezone.now() - timedelta(days=days)) for days in range(5)]
    by = member(job)
    seen: list[str] = []
    after = None
    for _ in range(3):
        data = send(BOARD, {"id": ids.encode("Job", job.pk), "first": 2, "after": after}, by=by)
        # The cursor is of the first stage: the lists of the others refuse it.
        columns = (data.content["data"]["job"]["board"] or {"stages": []})["stages"] if after is None else None
        if columns is None:
            assert set(data.codes) == {"BAD_REQUEST"}
            break
        seen += [node["id"] for node in columns[0]["applications"]["nodes"]]
        after = columns[0]["applications"]["pageInfo"]["endCursor"]
    assert seen == [ids.encode("Application", row.pk) for row in rows[:-3:-1]]


def test_no_stages_before_the_first_application() -> None:
    job = JobFactory()
    assert board(job, member(job)) == []
    assert not Stage.objects.filter(job=job).exists()


def test_who_sees_the_board() -> None:
    job = JobFactory()
    row = application(job)
    for role in ("recruiter", "admin", "owner"):
        assert board(job, member(job, role))[0]["count"] == 1
    assert board(job, member(job, "hiring_manager", is_on_team=True))[0]["count"] == 1
    hidden_from = [
        None,
        row.candidate.user,
        MembershipFactory().user,
        member(job, "interviewer"),
        member(job, "hiring_manager"),
        UserFactory(platform_admin=True),
        UserFactory(platform_role="moderator"),
    ]
    for nobody in hidden_from:
        answer = send(BOARD, {"id": ids.encode("Job", job.pk)}, by=nobody)
        assert answer.content["data"]["job"]["board"] is None
        assert answer.codes == ["FORBIDDEN"]
    assert not AuditEntry.objects.filter(act="application.read", actor_id=row.candidate.user_id).exists()


def test_an_interviewer_of_the_team_sees_no_contact_data() -> None:
    row = application()
    interviewer = member(row.job, "interviewer", is_on_team=True)
    answer = send(BOARD, {"id": ids.encode("Job", row.job_id)}, by=interviewer)
    (node,) = answer.content["data"]["job"]["board"]["stages"][0]["applications"]["nodes"]
    assert node["candidate"] == {"name": row.candidate.name, "email": None}
    assert set(answer.codes) == {"FORBIDDEN"}


def test_a_colleague_who_applied_is_not_on_the_own_board() -> None:
    job = JobFactory()
    by = member(job)
    application(job, by)
    application(job)
    found = board(job, by)
    assert found[0]["count"] == len(found[0]["applications"]["nodes"]) == found[0]["applications"]["totalCount"] == 1
