"""Cases of candidates, applications, drafts and forms."""

from collections.abc import Callable

from django.db import models
from django.utils import timezone

from jobs.models import Application, ApplicationDraft, FormVersion
from tests.contracts.constraint_cases import change, share, twice
from tests.factories import JobFactory, UserFactory
from tests.hiring_board import application


def two_live() -> None:
    job, user = JobFactory(), UserFactory()
    twice(lambda: application(job, user))


def two_drafts() -> None:
    job, user = JobFactory(), UserFactory()
    twice(lambda: ApplicationDraft.objects.create(job=job, user=user))


def two_versions() -> None:
    job = JobFactory()
    twice(lambda: FormVersion.objects.create(job=job, number=1))


def two_of_one_company() -> None:
    share(application().candidate, application().candidate, "company_id", "user_id")


def two_lead_to_one() -> None:
    target = application()
    for source in (application(), application()):
        change(source, transferred_to=target)


VIOLATIONS: dict[str, Callable[[], object]] = {
    "application_draft_is_unique": two_drafts,
    "application_ended_has_time": lambda: application(decided_at=timezone.now()),
    "application_one_live": two_live,
    "application_rejected_has_reason": lambda: application(status="rejected", reject_reason=""),
    "application_status_is_known": lambda: application(status="forgotten"),
    "application_transferred_leads_on": lambda: application(status="transferred"),
    "candidate_anonymised_is_nobody": lambda: change(application().candidate, anonymised_at=timezone.now()),
    "candidate_is_unique": two_of_one_company,
    "form_version_is_unique": two_versions,
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (Application, "transferred_to"): two_lead_to_one,
}
