"""Cases of the tables of files, résumés and companies' exports."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.db import models
from django.utils import timezone

from accounts.models import User
from jobs.models import Company, CompanyExport, File, Resume
from tests.contracts.constraint_cases import change, share
from tests.factories import CompanyFactory, UserFactory


def file(owner: User | None = None) -> File:
    owner = owner or UserFactory()
    return File.objects.create(owner=owner, purpose="resume", name="cv", size=1, stored_as=f"files/{uuid4().hex}")


def resume(user: User | None = None, *, is_default: bool = False) -> Resume:
    made = file(user)
    return Resume.objects.create(user=made.owner, file=made, is_default=is_default)


def export(company: Company | None = None) -> CompanyExport:
    return CompanyExport.objects.create(
        company=company or CompanyFactory(),
        requested_by=UserFactory(),
        kind="jobs",
        format="csv",
        expires_at=timezone.now() + timedelta(days=1),
    )


def two_defaults() -> None:
    person = UserFactory()
    for _ in range(2):
        resume(person, is_default=True)


def two_exports() -> None:
    company = CompanyFactory()
    export(company)
    export(company)


VIOLATIONS: dict[str, Callable[[], object]] = {
    "file_purpose_is_known": lambda: change(file(), purpose="joke"),
    "file_state_is_known": lambda: change(file(), state="lost"),
    "file_ready_is_whole": lambda: change(file(), state="ready", mime="text/plain"),
    "resume_one_default": two_defaults,
    "company_export_kind_is_known": lambda: change(export(), kind="people"),
    "company_export_format_is_known": lambda: change(export(), format="xls"),
    "company_export_status_is_known": lambda: change(export(), status="lost"),
    "company_export_ready_has_a_file": lambda: change(export(), status="ready", size=1),
    "company_export_one_under_way": two_exports,
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (File, "stored_as"): lambda: share(file(), file(), "stored_as"),
    (Resume, "file"): lambda: share(resume(), resume(), "file"),
}
