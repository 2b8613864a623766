"""Companies' exports: what they hold, who gets them, and what becomes of one whose worker died."""

import csv
import io
import json
import threading
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, User
from jobs.errors import ExportUnderWay
from jobs.models import (
    Company,
    CompanyExport,
    ExportFormat,
    ExportKind,
    ExportStatus,
    FormVersion,
    Job,
    Membership,
    MembershipRole,
)
from jobs.services import company_export as service
from jobs.services import company_export_rows as rows
from kernel.errors import Forbidden, NotFound
from kernel.models import OutboxEvent
from kernel.viewer import Scope, Viewer
from tests import hiring_board
from tests.applying import file_of
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory
from tests.files import own_store, stored
from tests.jobs.services.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]


@pytest.fixture
def recruiter() -> Membership:
    return MembershipFactory(role=MembershipRole.RECRUITER)


def viewer(user: User) -> Viewer:
    return Viewer(user_id=user.pk)


def requested(by: Membership, kind: str = "jobs", format: str = "jsonl") -> CompanyExport:
    return service.request(by=viewer(by.user), company_id=by.company_id, kind=kind, format=format)


def written(by: Membership, kind: str = "jobs", format: str = "jsonl") -> bytes:
    row = requested(by, kind, format)
    service.write(row.pk)
    row.refresh_from_db()
    assert row.status == ExportStatus.READY
    with default_storage.open(row.stored_as) as file:
        content: bytes = file.read()
    assert row.size == len(content)
    return content


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("format", ExportFormat.values)
def test_all_postings_of_the_company_are_there_and_no_others(
    recruiter: Membership, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    mine = [JobFactory(company=recruiter.company, title=f"Job, “{number}”\n") for number in range(5)]
    JobFactory()
    content = written(recruiter, format=format)
    found = lines(content) if format == "jsonl" else table(content)
    assert [row["id"] for row in found] == [str(job.pk) for job in mine]
    assert [row["title"] for row in found] == [job.title for job in mine]
    assert found[0].keys() == set(rows.JOB_COLUMNS)


@pytest.mark.parametrize("format", ExportFormat.values)
def test_all_applications_are_there_with_what_was_asked_and_answered(recruiter: Membership, format: str) -> None:
    job = JobFactory(company=recruiter.company)
    question = {"id": "q1", "kind": "yes_no", "label": "Driving licence?"}
    form = FormVersion.objects.create(job=job, number=1, questions=[question])
    made = [
        hiring_board.application(job, UserFactory(name=f"Ada {number}"), form_version=form, answers={"q1": True})
        for number in range(3)
    ]
    hiring_board.application()
    content = written(recruiter, "applications", format)
    found = lines(content) if format == "jsonl" else table(content)
    assert {row["id"] for row in found} == {str(row.pk) for row in made}
    assert {row["name"] for row in found} == {"Ada 0", "Ada 1", "Ada 2"}
    answers = found[0]["answers"]
    assert (answers if format == "jsonl" else json.loads(answers)) == [{"question": "Driving licence?", "answer": True}]
    assert found[0].keys() == set(rows.APPLICATION_COLUMNS)


def test_answers_are_told_in_words(recruiter: Membership) -> None:
    job, person = JobFactory(company=recruiter.company), UserFactory()
    options = [{"id": "a", "label": "Mornings"}, {"id": "b", "label": "Nights"}]
    questions = [
        {"id": "q1", "kind": "choice", "label": "When?", "options": options},
        {"id": "q2", "kind": "choices", "label": "When?", "options": options},
        {"id": "q3", "kind": "file", "label": "Your drawing"},
        {"id": "q4", "kind": "text", "label": "Anything else?"},
    ]
    form = FormVersion.objects.create(job=job, number=1, questions=questions)
    file = file_of(person, purpose="answer", name="drawing.pdf")
    answers = {"q3": str(file.pk), "q2": ["b", "a"], "q1": "b"}
    hiring_board.application(job, person, form_version=form, answers=answers)
    (row,) = lines(written(recruiter, "applications"))
    assert row["answers"] == [
        {"question": "When?", "answer": "Nights"},
        {"question": "When?", "answer": ["Nights", "Mornings"]},
        {"question": "Your drawing", "answer": "drawing.pdf"},
    ]


def test_applications_of_many_jobs_are_all_there_once(recruiter: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    at = timezone.now()
    jobs = JobFactory.create_batch(3, company=recruiter.company)
    # Three of one moment, and two later.
    moments = [at, at, at, at + timedelta(hours=1), at + timedelta(hours=2)]
    made = [hiring_board.application(job, at=moment) for job in jobs[1:] for moment in moments]
    found = [row["id"] for row in lines(written(recruiter, "applications"))]
    assert sorted(found) == sorted(str(row.pk) for row in made)


def test_jobs_for_which_nobody_applied_cost_nothing(recruiter: Membership) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            written(recruiter, "applications")
        return len(captured)

    hiring_board.application(JobFactory(company=recruiter.company))
    few = statements()
    JobFactory.create_batch(10, company=recruiter.company)
    assert statements() == few


def test_the_own_application_is_not_among_them(recruiter: Membership) -> None:
    job = JobFactory(company=recruiter.company)
    hiring_board.application(job, recruiter.user)
    assert written(recruiter, "applications") == b""


def test_no_cell_is_a_formula_and_lines_are_as_rfc_4180_has_them(recruiter: Membership) -> None:
    job = JobFactory(company=recruiter.company)
    for name in ('=cmd|"/c calc"!A0', "+49 170", "-1", "@x", "\tx", 'said "no", and\r\nleft', "plain"):
        hiring_board.application(job, UserFactory(name=name))
    content = written(recruiter, "applications", "csv")
    names = {row["name"] for row in table(content)}
    assert names == {'\'=cmd|"/c calc"!A0', "'+49 170", "'-1", "'@x", "'\tx", 'said "no", and\r\nleft', "plain"}
    assert content.endswith(b"\r\n")
    assert b'"said ""no"", and\r\nleft"' in content
    assert content.startswith(",".join(rows.APPLICATION_COLUMNS).encode() + b"\r\n")


def test_an_export_says_how_far_it_is(recruiter: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    JobFactory.create_batch(5, company=recruiter.company)
    told: list[tuple[int, int | None]] = []
    say = service._say

    def listening(row: CompanyExport, held: Any, **progress: Any) -> Any:
        now = say(row, held, **progress)
        told.append(CompanyExport.objects.values_list("done", "total").get(pk=row.pk))
        return now

    monkeypatch.setattr(service, "_say", listening)
    written(recruiter)
    # The last once more, with the name of the file.
    assert told == [(0, 5), (2, 5), (4, 5), (5, 5), (5, 5)]
    assert OutboxEvent.objects.filter(kind="ExportReady").count() == 1


def test_a_batch_is_a_fixed_number_of_statements(recruiter: Membership) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            written(recruiter)
        return len(captured)

    JobFactory(company=recruiter.company)
    few = statements()
    JobFactory.create_batch(10, company=recruiter.company)
    assert statements() == few


@pytest.mark.parametrize("kind", ExportKind.values)
@pytest.mark.parametrize("role", [None, MembershipRole.INTERVIEWER, MembershipRole.HIRING_MANAGER])
def test_only_recruiters_and_above_ask(kind: str, role: MembershipRole | None) -> None:
    company = CompanyFactory()
    asker = MembershipFactory(company=company, role=role).user if role else UserFactory()
    with pytest.raises(Forbidden):
        service.request(by=viewer(asker), company_id=company.pk, kind=kind, format="csv")


def test_a_key_needs_the_scope_of_what_it_asks_for(recruiter: Membership) -> None:
    key = Viewer(user_id=recruiter.user_id, key_id=recruiter.user_id, scopes=frozenset({Scope.JOBS_READ}))
    service.request(by=key, company_id=recruiter.company_id, kind="jobs", format="csv")
    with pytest.raises(Forbidden):
        service.request(by=key, company_id=recruiter.company_id, kind="applications", format="csv")


def test_a_company_that_is_not_there_has_no_export(recruiter: Membership) -> None:
    with pytest.raises(NotFound):
        service.request(by=viewer(recruiter.user), company_id=recruiter.user_id, kind="jobs", format="csv")


def test_one_of_a_kind_is_under_way(recruiter: Membership) -> None:
    first = requested(recruiter)
    requested(recruiter, "applications")
    with pytest.raises(ExportUnderWay):
        requested(recruiter)
    CompanyExport.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    requested(recruiter)
    first.refresh_from_db()
    assert first.status == ExportStatus.FAILED


def test_who_may_not_any_more_gets_nothing(recruiter: Membership, own_store: Path) -> None:
    row = requested(recruiter)
    Membership.objects.update(suspended_at=timezone.now())
    service.write(row.pk)
    row.refresh_from_db()
    assert row.status == ExportStatus.FAILED
    assert stored(own_store) == []


def test_what_is_written_is_not_written_again(recruiter: Membership, own_store: Path) -> None:
    row = requested(recruiter)
    service.write(row.pk)
    service.write(row.pk)
    assert len(stored(own_store)) == 1
    assert service.due() == []


def test_what_a_dead_worker_left_another_begins_anew(recruiter: Membership) -> None:
    JobFactory(company=recruiter.company)
    row = requested(recruiter)
    assert service.due() == [row.pk]
    CompanyExport.objects.update(status=ExportStatus.RUNNING, done=7, updated_at=timezone.now())
    assert service.due() == []
    service.write(row.pk)
    row.refresh_from_db()
    assert (row.status, row.done) == (ExportStatus.RUNNING, 7)
    CompanyExport.objects.update(updated_at=timezone.now() - service.LEASE - timedelta(seconds=1))
    assert service.due() == [row.pk]
    service.write(row.pk)
    row.refresh_from_db()
    assert (row.status, row.done, row.total) == (ExportStatus.READY, 1, 1)


@pytest.mark.parametrize("place", ["file_store.new_name", "File"])
def test_who_was_slow_finds_that_another_has_it(
    recruiter: Membership, own_store: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    row = requested(recruiter)
    done, stood_still = attrgetter(place)(service), [False]

    def slow(given: Any) -> Any:
        if not stood_still[0]:
            stood_still[0] = True
            CompanyExport.objects.update(updated_at=timezone.now() - service.LEASE - timedelta(seconds=1))
            service.write(row.pk)
        return done(given)

    # Before it says where it will write, and after.
    monkeypatch.setattr(f"{service.__name__}.{place}", slow)
    service.write(row.pk)
    row.refresh_from_db()
    assert row.status == ExportStatus.READY
    assert stored(own_store) == [row.stored_as]
    assert OutboxEvent.objects.filter(kind="ExportReady").count() == 1


@pytest.mark.parametrize("is_begun_anew", [True, False])
def test_what_a_worker_stored_before_it_died_is_deleted(
    recruiter: Membership, own_store: Path, monkeypatch: pytest.MonkeyPatch, is_begun_anew: bool
) -> None:
    row = requested(recruiter)

    def die(*_: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(service, "_finish", die)
        with pytest.raises(SystemExit):
            service.write(row.pk)
    (left,) = stored(own_store)
    if is_begun_anew:
        CompanyExport.objects.update(updated_at=timezone.now() - service.LEASE - timedelta(seconds=1))
        service.write(row.pk)
        row.refresh_from_db()
        assert stored(own_store) == [row.stored_as] != [left]
    else:
        CompanyExport.objects.update(expires_at=timezone.now())
        service.forget_expired()
        assert stored(own_store) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_that_ask_at_once_one_is_told_that_it_is_under_way(recruiter: Membership) -> None:
    outcomes = at_once(*[lambda: requested(recruiter)] * 4)
    assert sorted(outcomes) == ["EXPORT_UNDER_WAY"] * 3 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_writes(recruiter: Membership, own_store: Path) -> None:
    row = requested(recruiter)
    begun = threading.Barrier(4)

    def write() -> None:
        begun.wait(30)
        service.write(row.pk)

    at_once(*[write] * 4)
    assert len(stored(own_store)) == 1


def test_a_link_is_for_who_may_read_and_noted(recruiter: Membership, time_machine: Any) -> None:
    row = requested(recruiter)
    assert service.link(row, by=viewer(recruiter.user)) is None
    service.write(row.pk)
    row.refresh_from_db()
    token = (service.link(row, by=viewer(recruiter.user)) or "").rpartition("/")[2]
    assert service.opened(token, by=Viewer(address="192.0.2.7")) == row
    entry = AuditEntry.objects.get(act="company_export.download")
    assert (entry.actor_id, entry.company_id) == (recruiter.user_id, recruiter.company_id)
    assert service.opened(token[:-2], by=Viewer()) is None
    Membership.objects.update(role=MembershipRole.INTERVIEWER)
    assert service.opened(token, by=Viewer()) is None
    Membership.objects.update(role=MembershipRole.OWNER)
    time_machine.move_to(timezone.now() + service.LINK_FOR + timedelta(seconds=2))
    assert service.opened(token, by=Viewer()) is None


def test_after_a_day_the_file_is_gone(recruiter: Membership, own_store: Path) -> None:
    row = requested(recruiter)
    service.write(row.pk)
    assert service.forget_expired() == 0
    CompanyExport.objects.update(expires_at=timezone.now())
    assert service.forget_expired() == 1
    assert stored(own_store) == []
    row.refresh_from_db()
    assert row.status == ExportStatus.EXPIRED
    assert service.forget_expired() == 0


def test_a_request_stands_in_the_audit_log(recruiter: Membership) -> None:
    row = requested(recruiter, "applications", "csv")
    entry = AuditEntry.objects.get(act="company_export.request")
    assert (entry.target_id, entry.company_id) == (str(row.pk), recruiter.company_id)
    assert entry.after == {"kind": "applications", "format": "csv"}
    assert Company.objects.filter(pk=entry.company_id).exists()
    assert not Job.objects.exists()
