"""Reads of files and résumés: the own ones, and those of applications that the viewer may read in full."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from jobs import policies
from jobs.models import Application, File, FileState, HiringTeam, Membership, Resume
from kernel.reading import Given, Reading
from kernel.viewer import Scope, Viewer

MOST_RESUMES = 100


def using(owner: Any, file: Any) -> list[QuerySet[Application]]:
    """The applications that have a file, by résumé and by answers: `owner` and `file` are keys, or lead to them."""
    # Answers name files by their id; of what a person answered there is little.
    answered = Application.objects.filter(candidate__user=owner).annotate(_answers=Cast("answers", TextField()))
    return [
        Application.objects.filter(resume=file),
        answered.filter(_answers__contains=Cast(file, TextField())),
    ]


def _shown() -> QuerySet[File]:
    viewer_id = Given("viewer_id")
    acting = Membership.objects.filter(user=viewer_id, suspended_at__isnull=True)
    everywhere = acting.filter(company=OuterRef("job__company_id"), role__in=policies.READS_APPLICATIONS)
    on_team = HiringTeam.objects.filter(job=OuterRef("job_id"), user=viewer_id)
    of_team = acting.filter(company=OuterRef("job__company_id"), role__in=policies.READS_TEAM_APPLICATIONS)
    readable = Q(Exists(everywhere)) | (Q(Exists(on_team)) & Q(Exists(of_team)))
    used = Q(owner=viewer_id)
    for applications in using(OuterRef("owner_id"), OuterRef("pk")):
        used |= Q(Exists(applications.filter(readable)))
    return File.objects.defer("text").filter(used)


def _own() -> QuerySet[Resume]:
    return Resume.objects.filter(user=Given("viewer_id"))


def companies_reading(file: File, user_id: UUID) -> list[UUID]:
    """The companies for which a person may read the file, as they stand now."""
    acting = Membership.objects.filter(user=user_id, suspended_at__isnull=True).values("company_id")
    found: set[UUID] = set()
    for applications in using(Value(file.owner_id), Value(file.pk)):
        found.update(applications.filter(job__company__in=acting).values_list("job__company_id", flat=True)[:100])
    return sorted(found)


def is_awaited(file_id: UUID) -> bool:
    """Whether the file may still be brought."""
    return File.objects.filter(pk=file_id, state=FileState.AWAITED, expires_at__gt=timezone.now()).exists()


_BY_ID = Reading(_shown)
_RESUMES_BY_ID = Reading(_own)
_RESUMES = Reading(lambda: Resume.objects.order_by("-pk"), by="user_id")


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, File]:
    """Files by id."""
    return _BY_ID.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.APPLICATIONS_READ) else {}


def resumes_by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Resume]:
    """The own résumés by id."""
    return _RESUMES_BY_ID.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.APPLICATIONS_READ) else {}


def resumes_of_users(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Resume]]:
    """The résumés of people, the newest first; a person sees only the own ones."""
    if viewer.user_id is None or viewer.user_id not in keys or not viewer.allows(Scope.APPLICATIONS_READ):
        return {}
    return {viewer.user_id: _RESUMES.rows([viewer.user_id])}
