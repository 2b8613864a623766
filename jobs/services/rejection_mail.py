"""The mail that tells somebody that they were declined: some hours later, so that it can be taken back until then."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.services.notification import after_quiet_hours
from accounts.text import refuse_unreadable
from jobs.events import RejectionMailDue
from jobs.models import Application, ApplicationStatus, EmailTemplate, RejectionMail
from kernel.errors import Invalid
from kernel.events import emit_all

USUAL_HOURS, MOST_HOURS = 24, 168
LONGEST_MESSAGE = 10_000
BATCH = 200
_PLACE = re.compile(r"\{(name|job|company)\}")


@dataclass(frozen=True, slots=True)
class MailWords:
    """What a rejection is told in: a template of the company's, or a message, or neither for the board's own words."""

    template_id: UUID | None = None
    message: str = ""
    send_after_hours: int = USUAL_HOURS


def template_of(words: MailWords) -> EmailTemplate | None:
    """The template, if one is named and there. Raises `Invalid` for words that cannot be sent.

    The caller sees to it that the template is the company's.
    """
    if not 0 <= words.send_after_hours <= MOST_HOURS:
        raise Invalid(f"From 0 to {MOST_HOURS} hours.", field="mail.send_after_hours")
    refuse_unreadable(words.message, field="mail.message")
    if len(words.message) > LONGEST_MESSAGE:
        raise Invalid(f"At most {LONGEST_MESSAGE} characters.", field="mail.message")
    if words.message and not words.message.strip():
        raise Invalid("Say something, or leave it out for the board's own words.", field="mail.message")
    if words.template_id is None:
        return None
    if words.message:
        raise Invalid("A template or a message, not both.", field="mail.message")
    return EmailTemplate.objects.filter(pk=words.template_id).first()


def plan(declined: Sequence[Application], words: MailWords, *, at: datetime) -> None:
    """Have each of the people told, after the hours and not in their quiet ones. Two statements."""
    due = at + timedelta(hours=words.send_after_hours)
    later = after_quiet_hours({application.candidate.user_id for application in declined}, due)
    RejectionMail.objects.bulk_create(
        RejectionMail(
            application=application,
            template_id=words.template_id,
            message=words.message.strip(),
            due_at=later.get(application.candidate.user_id, due),
        )
        for application in declined
    )


def cancel(application: Application, *, at: datetime) -> None:
    """Never send the mail that still waits, if one does."""
    waiting = RejectionMail.objects.filter(application=application, released_at=None, cancelled_at=None)
    waiting.update(cancelled_at=at, updated_at=at)


@transaction.atomic
def release_due(at: datetime | None = None) -> int:
    """Have the mails sent whose time has come, some at a time; how many. From now on the person is shown the outcome.

    Several may do so at once: each takes mails that nobody else is at.
    """
    now = at or timezone.now()
    waiting = RejectionMail.objects.filter(due_at__lte=now, released_at=None, cancelled_at=None)
    due = list(
        waiting.select_related("application__job")
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))[:BATCH]
    )
    RejectionMail.objects.filter(pk__in=[mail.pk for mail in due]).update(released_at=now, updated_at=now)
    emit_all(
        RejectionMailDue(
            application_id=mail.application_id,
            job_id=mail.application.job_id,
            company_id=mail.application.job.company_id,
            mail_id=mail.pk,
        )
        for mail in due
    )
    return len(due)


def still_stands(mail: RejectionMail) -> bool:
    """Whether it is to be told: not if the rejection was taken back after all, nor if a later mail tells of another."""
    if mail.application.status != ApplicationStatus.REJECTED:
        return False
    return not RejectionMail.objects.filter(application=mail.application_id, pk__gt=mail.pk).exists()


def words_of(mail: RejectionMail) -> tuple[str, str] | None:
    """The company's subject and text; None where it leaves the words to the board, or its template is gone."""
    if mail.message:
        return "{job}, {company}", mail.message
    return (mail.template.subject, mail.template.body) if mail.template else None


def filled_in(words: str, *, name: str, job: str, company: str) -> str:
    """The company's words with {name}, {job} and {company} in their places. Whatever else is in braces stays so."""
    values = {"name": name, "job": job, "company": company}
    return _PLACE.sub(lambda place: values[place[1]], words)
