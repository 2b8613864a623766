"""Reads of companies' audit logs, for those who may."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import AuditEntry
from accounts.selectors import audit
from accounts.selectors.audit import AuditFilter
from jobs import policies
from jobs.selectors import membership
from kernel.rows import Page, Slice
from kernel.viewer import Viewer


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """The companies whose log the viewer may read, each with a True. One query; none for nobody."""
    roles = membership.roles(viewer)
    return {key: True for key in keys if policies.may_read_audit(viewer, roles, key)}


def of_companies(
    viewer: Viewer, keys: Collection[UUID], *, where: AuditFilter | None, wanted: Slice
) -> dict[UUID, Page[AuditEntry]]:
    """A page of each company's log, the newest entry first; none of a company whose log the viewer may not read."""
    return audit.pages_of_companies(readable(viewer, keys), where, wanted)


def counts_of_companies(viewer: Viewer, keys: Collection[UUID], *, where: AuditFilter | None) -> dict[UUID, int]:
    """How many entries each company's log has, where the viewer may read it."""
    return audit.counts_of_companies(readable(viewer, keys), where)
