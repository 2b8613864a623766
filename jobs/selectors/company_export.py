"""Reads of the files that companies asked for, for those who may have them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from jobs import policies
from jobs.models import CompanyExport, ExportKind
from jobs.selectors import membership
from kernel.reading import Reading
from kernel.viewer import Viewer

MOST_SHOWN = 20


def _newest() -> QuerySet[CompanyExport]:
    place = Window(RowNumber(), partition_by=F("company_id"), order_by=F("pk").desc())
    return CompanyExport.objects.annotate(place=place).filter(place__lte=MOST_SHOWN).order_by("company_id", "-pk")


_BY_ID = Reading(CompanyExport.objects.all)
_OF_COMPANY = Reading(_newest, by="company_id")


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """The companies of whose exports the viewer may know, each with a True."""
    roles = membership.roles(viewer)
    return {key: True for key in keys if any(policies.may_export(viewer, roles, key, kind) for kind in ExportKind)}


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, CompanyExport]:
    """Exports by id."""
    roles = membership.roles(viewer)
    found = _BY_ID.one(keys).items()
    return {key: row for key, row in found if policies.may_export(viewer, roles, row.company_id, row.kind)}


def of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[CompanyExport]]:
    """What was asked for of each company, the newest first."""
    roles = membership.roles(viewer)
    found = _OF_COMPANY.many(list(readable(viewer, keys)))
    return {
        key: [row for row in rows if policies.may_export(viewer, roles, key, row.kind)] for key, rows in found.items()
    }
