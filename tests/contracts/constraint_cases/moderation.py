"""Cases of what people report, and of what moderators make of postings."""

from collections.abc import Callable

from django.utils import timezone

from jobs.models import JobReport, ModerationCase
from tests.contracts.constraint_cases import change, share
from tests.factories import JobFactory, UserFactory


def case(**values: object) -> ModerationCase:
    made: ModerationCase = ModerationCase.objects.create(job=JobFactory(), **values)
    return made


def job_report() -> JobReport:
    return JobReport.objects.create(
        case=case(reports=1), reporter=UserFactory(), reason="scam", text="They want money."
    )


VIOLATIONS: dict[str, Callable[[], object]] = {
    "moderation_case_one_open": lambda: share(case(), case(), "job_id"),
    "moderation_case_decided_is_whole": lambda: change(case(), decided_at=timezone.now()),
    "job_report_is_unique": lambda: share(job_report(), job_report(), "case_id", "reporter_id"),
    "job_report_reason_is_known": lambda: change(job_report(), reason="envy"),
    # Written to a row that is there, these are no step of the machine either.
    "job_lifecycle_is_known": lambda: JobFactory(lifecycle="forgotten"),
    "job_moderation_is_known": lambda: JobFactory(moderation="adored"),
    "job_scheduled_has_a_time": lambda: change(JobFactory(scheduled=True), scheduled_at=None),
}
