"""Notes on applications, and tags of people."""

from collections.abc import Callable

import pytest

from accounts.models import AuditEntry, User
from jobs.models import ApplicationTransition, Candidate, Membership, Note
from jobs.selectors import note as notes
from jobs.services import note, pipeline
from jobs.services.note import People
from jobs.services.rejection_mail import MailWords
from kernel.errors import DomainError
from kernel.models import OutboxEvent
from kernel.rows import Slice
from kernel.viewer import Viewer
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.hiring_board import application, viewer_at

pytestmark = pytest.mark.django_db


def refusal(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code, refused.value.field


def read(viewer: Viewer, row: object) -> list[str]:
    """The texts of the notes that the viewer is shown, and that their count says the same."""
    key = row.pk  # type: ignore[attr-defined]
    page = notes.of_applications(viewer, [key], wanted=Slice()).get(key)
    texts = [one.text for one in page.rows] if page else []
    assert notes.counts_of_applications(viewer, [key]).get(key, 0) == len(texts)
    found = notes.by_id(viewer, list(Note.objects.filter(application=key).values_list("pk", flat=True)))
    assert sorted(one.text for one in found.values()) == sorted(texts)
    return texts


def test_a_note_is_written_and_told() -> None:
    row = application()
    by, colleague = viewer_at(row.job), viewer_at(row.job, "admin")
    assert colleague.user_id is not None
    membership = Membership.objects.get(user=colleague.user_id)
    interviewer = viewer_at(row.job, "interviewer", is_on_team=True)
    assert interviewer.user_id is not None
    _, made = note.add(
        by=by,
        application_id=row.pk,
        text="  Speaks Dutch.\n",
        mentioned=People([interviewer.user_id], [membership.pk]),
    )
    assert made is not None
    assert (made.text, made.author_id) == ("Speaks Dutch.", by.user_id)
    assert set(made.mentioned) == {colleague.user_id, interviewer.user_id}
    assert [person.pk for person in notes.mentioned(by, [made.pk])[made.pk]] == made.mentioned
    event = OutboxEvent.objects.get()
    assert (event.kind, event.payload["note_id"]) == ("NoteAdded", str(made.pk))
    assert "Dutch" not in str(list(AuditEntry.objects.values())), "the log has no words about people"


def test_who_reads_which_notes() -> None:
    row = application()
    job = row.job
    recruiter, manager, interviewer, other = (
        viewer_at(job),
        viewer_at(job, "hiring_manager", is_on_team=True),
        viewer_at(job, "interviewer", is_on_team=True),
        viewer_at(job, "interviewer", is_on_team=True),
    )
    assert interviewer.user_id is not None
    note.add(by=recruiter, application_id=row.pk, text="one")
    note.add(by=interviewer, application_id=row.pk, text="two")
    note.add(by=manager, application_id=row.pk, text="three", mentioned=People([interviewer.user_id]))
    assert read(recruiter, row) == read(manager, row) == ["three", "two", "one"]
    assert read(interviewer, row) == ["three", "two"]
    assert read(other, row) == []
    for nobody in (
        Viewer(),
        viewer_of(row.candidate.user),
        viewer_of(UserFactory()),
        viewer_at(JobFactory()),
        viewer_at(job, "interviewer"),
        viewer_at(job, "hiring_manager"),
        viewer_of(UserFactory(platform_admin=True)),
    ):
        assert read(nobody, row) == []


def test_who_applied_reads_no_note_even_as_a_colleague() -> None:
    job = JobFactory()
    by = viewer_at(job)
    row = application(job, User.objects.get(pk=by.user_id))
    note.add(by=viewer_at(job), application_id=row.pk, text="Rather not.")
    assert read(by, row) == []
    assert refusal(lambda: note.add(by=by, application_id=row.pk, text="Me!"))[0] == "FORBIDDEN"


def test_what_is_refused() -> None:
    row = application()
    by = viewer_at(row.job)
    outside = viewer_at(JobFactory())
    off_team = viewer_at(row.job, "interviewer")
    applicant = row.candidate.user_id
    assert outside.user_id is not None
    assert off_team.user_id is not None

    def add(viewer: Viewer = by, **values: object) -> Callable[[], object]:
        return lambda: note.add(by=viewer, application_id=row.pk, **values)  # type: ignore[arg-type]

    assert refusal(add(text=" ")) == ("INVALID", "text")
    assert refusal(add(text="x" * 10_001)) == ("INVALID", "text")
    assert refusal(add(text="a\x00b")) == ("INVALID", "text")
    for user_id in (outside.user_id, off_team.user_id, applicant):
        assert refusal(add(text="Look.", mentioned=People([user_id]))) == ("INVALID", "mention_ids")
    far = Membership.objects.get(user=outside.user_id).pk
    assert refusal(add(text="Look.", mentioned=People((), [far]))) == ("INVALID", "mention_ids")
    crowd = People([UserFactory().pk for _ in range(21)])
    assert refusal(add(text="Look.", mentioned=crowd)) == ("INVALID", "mention_ids")
    assert refusal(add(mentioned=People([by.user_id] if by.user_id else []))) == ("INVALID", "text")
    assert refusal(add(add_tags=["x" * 41])) == ("INVALID", "add_tags")
    assert refusal(add(add_tags=[" "])) == ("INVALID", "add_tags")
    assert refusal(add(add_tags=[str(number) for number in range(21)])) == ("INVALID", "add_tags")
    interviewer = viewer_at(row.job, "interviewer", is_on_team=True)
    assert refusal(add(interviewer, add_tags=["good"])) == ("FORBIDDEN", "add_tags")
    assert refusal(add(outside, text="Hello"))[0] == "NOT_FOUND"
    assert refusal(add(viewer_of(row.candidate.user), text="Hello"))[0] == "FORBIDDEN"
    assert not Note.objects.exists()
    assert Candidate.objects.get(pk=row.candidate_id).tags == []


def test_tags_are_kept_as_they_were_written_first() -> None:
    row = application()
    by = viewer_at(row.job)
    _, made = note.add(by=by, application_id=row.pk, add_tags=["Night  shifts", "dutch", "Dutch"])
    assert made is None
    assert Candidate.objects.get(pk=row.candidate_id).tags == ["Night shifts", "dutch"]
    application_, _ = note.add(by=by, application_id=row.pk, add_tags=["new"], remove_tags=["NIGHT SHIFTS"])
    assert application_.candidate.tags == ["dutch", "new"]
    assert AuditEntry.objects.filter(act="candidate.tag").count() == 2
    note.add(by=by, application_id=row.pk, add_tags=["new"])
    assert AuditEntry.objects.filter(act="candidate.tag").count() == 2, "nothing has changed"


def test_who_deletes_a_note() -> None:
    row = application()
    job = row.job
    interviewer = viewer_at(job, "interviewer", is_on_team=True)

    def written(by: Viewer) -> Note:
        _, made = note.add(by=by, application_id=row.pk, text="Hm.")
        assert made is not None
        return made

    one = written(interviewer)
    assert refusal(lambda: note.delete(by=viewer_at(job), note_id=one.pk))[0] == "FORBIDDEN"
    for hidden_from in (viewer_at(job, "interviewer", is_on_team=True), viewer_of(row.candidate.user), Viewer()):
        assert refusal(lambda viewer=hidden_from: note.delete(by=viewer, note_id=one.pk)) == ("NOT_FOUND", "id")
    note.delete(by=interviewer, note_id=one.pk)
    note.delete(by=viewer_at(job, "admin"), note_id=written(interviewer).pk)
    note.delete(by=viewer_at(job, "owner"), note_id=written(viewer_at(job)).pk)
    assert not Note.objects.exists()


def test_what_was_written_of_a_person_is_forgotten_and_of_no_other() -> None:
    row, other = application(), application()
    for one in (row, other):
        by = viewer_at(one.job)
        note.add(by=by, application_id=one.pk, text="Ada is great.", add_tags=["ada"])
        words = MailWords(message="Dear Ada")
        pipeline.reject(by=by, application_id=one.pk, version=1, reason="pay", comment="Ada!", mail=words)
    note.forget([row.candidate_id])
    assert list(Note.objects.values_list("application", flat=True)) == [other.pk]
    assert [one.pk for one in ApplicationTransition.objects.exclude(comment="")] == [
        ApplicationTransition.objects.get(application=other, seq=2).pk
    ]
    assert not row.rejection_mails.exists()
    assert other.rejection_mails.exists()
    assert [Candidate.objects.get(pk=one.candidate_id).tags for one in (row, other)] == [[], ["ada"]]
