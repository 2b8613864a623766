"""Reads of sessions. A person sees the own ones."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import Session
from kernel.reading import Given, Reading
from kernel.viewer import Scope, Viewer

MAX_SESSIONS = 100


def _going_on() -> QuerySet[Session]:
    return Session.objects.filter(revoked_at=None, expires_at__gt=Given("now"))


def _newest() -> QuerySet[Session]:
    place = Window(RowNumber(), partition_by=F("user_id"), order_by="-pk")
    return _going_on().annotate(place=place).filter(place__lte=MAX_SESSIONS).order_by("place")


_BY_ID = Reading(lambda: Session.objects.filter(user_id=Given("viewer_id")))
_OF_USERS = Reading(_newest, by="user_id")


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Session]:
    """The viewer's own sessions by id, ended ones as well."""
    if viewer.user_id is None or not viewer.allows(Scope.ACCOUNT_READ):
        return {}
    return _BY_ID.one(keys, viewer_id=viewer.user_id)


def of_users(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Session]]:
    """The viewer's own sessions that go on, the newest first; nobody else's."""
    if viewer.user_id is None or viewer.user_id not in keys or not viewer.allows(Scope.ACCOUNT_READ):
        return {}
    return _OF_USERS.many([viewer.user_id], now=timezone.now())
