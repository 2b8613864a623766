"""People who apply, as services and clients do it."""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from jobs.models import Application, File, FilePurpose, FileState, FormVersion, Job, Membership, MembershipRole, Resume
from jobs.services import application as applications
from jobs.services import form as forms
from jobs.services.answers import Answer
from jobs.services.application import Letter
from kernel.ids import uuid7
from tests.factories import JobFactory, MembershipFactory, UserFactory, viewer_of

YES_NO = {"id": "permit", "kind": "yes_no", "label": "May you work here?", "is_required": True}
QUESTIONS = (
    YES_NO | {"knock_out": {"is_yes": False}},
    {"id": "why", "kind": "long_text", "label": "Why here?"},
    {"id": "line", "kind": "text", "label": "In a line?", "min": 3, "max": 20},
    {"id": "shift", "kind": "choice", "label": "Which shift?", "options": [{"id": "day", "label": "Day"},
     {"id": "night", "label": "Night"}]},
    {"id": "tools", "kind": "choices", "label": "Which tools?", "max": 2, "options": [{"id": "a", "label": "Awl"},
     {"id": "b", "label": "Brace"}, {"id": "c", "label": "Chisel"}]},
    {"id": "years", "kind": "number", "label": "How many years?", "min": 0, "max": 60, "knock_out": {"below": 2}},
    {"id": "start", "kind": "date", "label": "From when?"},
    {"id": "proof", "kind": "file", "label": "A proof?", "file_kinds": ["document"]},
)  # fmt: skip


def hiring(role: str = MembershipRole.RECRUITER, **values: Any) -> tuple[Job, User]:
    """A live job that takes applications here, and somebody of its company."""
    job = JobFactory(**values)
    return job, member(job, role)


def member(job: Job, role: str) -> User:
    """Somebody else of the job's company."""
    made: Membership = MembershipFactory(company=job.company, role=role, user=UserFactory())
    return made.user


def asking(job: Job, by: User, questions: Sequence[dict[str, Any]] = QUESTIONS) -> FormVersion:
    """Have the job ask these."""
    version = forms.current(job.pk).version
    forms.update(by=viewer_of(by), job_id=job.pk, version=version, questions=questions)
    return FormVersion.objects.filter(job=job).latest("number")


def submit(user: User, job: Job, *answers: Answer, **letter: Any) -> Application:
    """Apply."""
    return applications.submit(by=viewer_of(user), job_id=job.pk, letter=Letter(answers=answers, **letter))


def file_of(user: User, purpose: str = FilePurpose.ANSWER, **values: Any) -> File:
    """A file that has come and may be used; as a row, there is nothing in the store."""
    given = {"mime": "application/pdf", "state": FileState.READY, "sha256": "0" * 64, "size": 9, "name": "a.pdf"}
    return File.objects.create(owner=user, purpose=purpose, stored_as=uuid7().hex, **(given | values))


def resume_of(user: User, **values: Any) -> File:
    """A person's default résumé."""
    file = file_of(user, FilePurpose.RESUME, **values)
    Resume.objects.create(user=user, file=file, is_default=True)
    return file
