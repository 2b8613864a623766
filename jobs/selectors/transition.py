"""Reads of how applications came where they are."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from jobs.models import ApplicationTransition
from kernel.reading import Reading
from kernel.viewer import Viewer

MOST_STEPS = 200


def _steps() -> QuerySet[ApplicationTransition]:
    age = Window(RowNumber(), partition_by=F("application_id"), order_by=F("seq").desc())
    return ApplicationTransition.objects.annotate(age=age).filter(age__lte=MOST_STEPS).order_by("-seq")


_OF_APPLICATIONS = Reading(_steps, by="application_id")


def of_applications(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[ApplicationTransition]]:
    """The last steps of each application, the newest first. The caller has seen to it who may."""
    return _OF_APPLICATIONS.many(keys)
