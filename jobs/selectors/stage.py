"""Reads of the stages that applications go through, and of a company's words for those who are declined."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from jobs import policies
from jobs.models import EmailTemplate, Job, Stage, StageTemplate
from jobs.selectors import job as jobs
from jobs.selectors import membership
from kernel.reading import Reading
from kernel.viewer import Scope, Viewer

MOST_TEMPLATES = 100

_OF_JOBS = Reading(lambda: Stage.objects.order_by("position"), by="job_id")
_OF_COMPANIES = Reading(lambda: StageTemplate.objects.order_by("position"), by="company_id")


def _mails() -> QuerySet[EmailTemplate]:
    return EmailTemplate.objects.order_by("name")


_MAILS_OF_COMPANIES = Reading(_mails, by="company_id")


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Stage]]:
    """The stages of each job in their order, where the viewer works on it."""
    own = _own(viewer, keys)
    return _OF_JOBS.many([key for key in keys if key in own])


def by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Stage]:
    """Stages of jobs that the viewer works on."""
    found = Stage.objects.in_bulk(list(keys))
    own = _own(viewer, {row.job_id for row in found.values()})
    return {key: row for key, row in found.items() if row.job_id in own}


def _own(viewer: Viewer, job_ids: Collection[UUID]) -> set[UUID]:
    if not job_ids or not (viewer.allows(Scope.JOBS_READ) or viewer.allows(Scope.APPLICATIONS_READ)):
        return set()
    if policies.is_platform_admin(viewer):
        return set(job_ids)
    return set(Job.objects.filter(jobs.own_to(viewer), pk__in=list(job_ids)).values_list("pk", flat=True))


def templates_of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[StageTemplate]]:
    """The stages that each company's new jobs begin with, where the viewer sees its team; none where it set up none."""
    return _OF_COMPANIES.many(membership.team_readable(viewer, keys))


def template_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, StageTemplate]:
    """Stages of templates of companies whose team the viewer sees."""
    found = StageTemplate.objects.in_bulk(list(keys))
    shown = set(membership.team_readable(viewer, {row.company_id for row in found.values()}))
    return {key: row for key, row in found.items() if row.company_id in shown}


def mails_of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[EmailTemplate]]:
    """Each company's words for those who are declined, by name, where the viewer sees its team."""
    found = _MAILS_OF_COMPANIES.many(membership.team_readable(viewer, keys))
    return {key: rows[:MOST_TEMPLATES] for key, rows in found.items()}


def mail_by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, EmailTemplate]:
    """Words of companies whose team the viewer sees."""
    found = EmailTemplate.objects.in_bulk(list(keys))
    shown = set(membership.team_readable(viewer, {row.company_id for row in found.values()}))
    return {key: row for key, row in found.items() if row.company_id in shown}
