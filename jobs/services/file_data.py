"""The files of a person: told to them as data, and gone with their account, and so is what they exported."""

from typing import Any

from accounts.models import User
from accounts.services import erasure, export
from jobs.models import CompanyExport, File, Resume
from jobs.services import company_export, file_store


@erasure.eraser
def forget_files(user: User) -> None:
    """Delete all files, those included that companies were sent; the store's part goes once it has committed."""
    rows = File.objects.filter(owner=user)
    file_store.drop(rows.defer("text"))
    rows.delete()
    company_export.delete_of(user.pk)


@export.section("files")
def files_of(user: User) -> list[Any]:
    """What files the person handed in. The files themselves can be had while the account is there."""
    columns = ("name", "purpose", "state", "reason", "mime", "size", "sha256", "created_at", "expires_at")
    return list(File.objects.filter(owner=user).order_by("pk").values(*columns))


@export.section("resumes")
def resumes_of(user: User) -> list[Any]:
    """Which of the files are résumés that the person keeps."""
    return list(Resume.objects.filter(user=user).order_by("pk").values("file__name", "is_default", "created_at"))


@export.section("company_exports")
def company_exports_of(user: User) -> list[Any]:
    """What the person asked for of companies' data."""
    rows = CompanyExport.objects.filter(requested_by=user).order_by("pk")
    return list(rows.values("company_id", "kind", "format", "status", "created_at"))
