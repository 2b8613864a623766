"""The mail that tells people that they were declined."""

import contextlib
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from accounts.notifications.mail import one_line, send
from jobs import notifications
from jobs.events import RejectionMailDue
from jobs.models import RejectionMail
from jobs.services import rejection_mail
from kernel.subscribers import Telling, subscriber


@shared_task(soft_time_limit=55, time_limit=60)
def release_rejection_mails() -> None:
    """Have the mails sent whose time has come. What is not reached in time is for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        while rejection_mail.release_due() == rejection_mail.BATCH:
            pass


@subscriber(RejectionMailDue)
def mail_rejection(event: RejectionMailDue, telling: Telling) -> None:
    """The company's words, or ours, unless the rejection was taken back, or nobody knows any more who it was."""
    rows = RejectionMail.objects.select_related("application__job__company", "application__candidate__user", "template")
    mail = rows.filter(pk=event.mail_id).first()
    if mail is None or not mail.application.candidate.email or not rejection_mail.still_stands(mail):
        return
    candidate, job = mail.application.candidate, mail.application.job
    values = {"name": candidate.name, "job": job.title, "company": job.company.name}
    template, context = notifications.REJECTION, dict[str, Any](values)
    if words := rejection_mail.words_of(mail):
        # Nobody else writes templates of ours: places are filled in, and what comes of it is shown as it is.
        subject, body = (rejection_mail.filled_in(text, **values) for text in words)
        template = notifications.REJECTION_IN_WORDS
        context |= {"subject": subject, "lines": [one_line(line) for line in body.splitlines()]}
    user = candidate.user
    send(
        template,
        to=candidate.email,
        context=context,
        locale=user.locale if user else "en",
        timezone=user.timezone if user else "UTC",
        telling=telling,
    )
