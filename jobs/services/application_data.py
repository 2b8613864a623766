"""What applying leaves of a person: given to them as data, and gone with their account."""

from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.services import erasure, export
from jobs.models import Application, ApplicationDraft, ApplicationStatus, Candidate, FormVersion
from jobs.selectors import application as applications
from jobs.selectors.application_timeline import told
from jobs.services import application, note
from kernel.viewer import ANONYMOUS

MOST_APPLICATIONS = 5_000


@erasure.eraser
def forget_applicant(user: User) -> None:
    """Take back what is under way, and leave companies a record of nobody: that somebody applied, and how it ended."""
    now = timezone.now()
    ApplicationDraft.objects.filter(user=user).delete()
    rows = Application.objects.select_for_update(of=("self",)).select_related("candidate", "job")
    for one in rows.filter(candidate__user=user, status=ApplicationStatus.ACTIVE).order_by("pk"):
        application.take_back(one, by=ANONYMOUS, at=now)
    known = list(Candidate.objects.filter(user=user).order_by("pk").select_for_update().values_list("pk", flat=True))
    note.forget(known)
    Application.objects.filter(candidate__in=known).update(
        answers={}, knockouts=[], needs_review=False, cover_letter="", resume=None, updated_at=now
    )
    Candidate.objects.filter(pk__in=known).update(
        user=None, name="", email="", phone="", tags=[], anonymised_at=now, updated_at=now
    )
    Application.objects.filter(referrer=user).update(referrer=None)
    FormVersion.objects.filter(actor=user).update(actor=None)


@export.section("applications")
def applications_of(user: User) -> list[Any]:
    """What the person applied for, and what they were told has become of it."""
    rows = Application.objects.filter(candidate__user=user).select_related("candidate", "job", "candidate__company")
    rows = rows.prefetch_related("transitions", "rejection_mails").order_by("pk")[:MOST_APPLICATIONS]
    return [_told(row) for row in rows]


def _told(row: Application) -> dict[str, Any]:
    transitions = sorted(row.transitions.all(), key=lambda step: step.seq)
    mails = sorted(row.rejection_mails.all(), key=lambda mail: mail.created_at)
    steps = told(transitions, mails)
    return {
        "job_id": row.job_id,
        "job_title": row.job.title,
        "company_name": row.candidate.company.name,
        "submitted_at": row.submitted_at,
        "status": steps[-1].status if steps else None,
        "timeline": [step._asdict() for step in steps],
        "name": row.candidate.name,
        "email": row.candidate.email,
        "phone": row.candidate.phone,
        "answers": row.answers,
        "cover_letter": row.cover_letter,
        "resume_id": row.resume_id,
        "source": row.source,
    }


@export.section("application_reads")
def application_reads_of(user: User) -> list[Any]:
    """When others read the person's applications."""
    keys = Application.objects.filter(candidate__user=user).order_by("-pk").values_list("pk", flat=True)
    targets = [str(key) for key in keys[:MOST_APPLICATIONS]]
    read = AuditEntry.objects.filter(target_type="Application", target_id__in=targets, act=applications.READ_ACT)
    entries = read.exclude(actor_id=user.pk).order_by("-id")
    return list(entries.values("at", application_id=F("target_id"))[: export.MOST_ACTS])


@export.section("application_drafts")
def drafts_of(user: User) -> list[Any]:
    """The applications that the person is writing."""
    rows = ApplicationDraft.objects.filter(user=user).order_by("pk")
    columns = ("job_id", "answers", "cover_letter", "resume_id", "created_at", "updated_at")
    return list(rows.values(*columns, job_title=F("job__title")))
