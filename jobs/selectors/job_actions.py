"""Which acts a viewer is offered upon postings."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from jobs.machines.job import LIFECYCLE
from jobs.models import Job
from jobs.selectors import membership
from kernel.reading import Reading
from kernel.viewer import Viewer


def _rows() -> QuerySet[Job]:
    read = ("company_id", "lifecycle", "moderation", "is_template", "title", "description_text", "expires_at")
    return Job.objects.select_related("company").only(*read, "company__status", "company__verified_at")


_ROWS = Reading(_rows)


def available(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[str]]:
    """The `JobAct`s that the viewer may do to each of the jobs as it stands, in the order of the table.

    Jobs upon which there are none are left out. Three statements at most; none for nobody.
    """
    if not viewer.is_authenticated:
        return {}
    standing = membership.standing(viewer)
    if not standing.roles and not viewer.is_staff:
        return {}
    now = timezone.now()
    return {key: LIFECYCLE.offered(job, viewer, standing, now) for key, job in _ROWS.one(keys).items()}
