from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.auth.authentication import authenticate
from accounts.errors import TooManyKeys
from accounts.models import ApiKey, AuditEntry, User
from accounts.services import api_key
from kernel.errors import Invalid, RecentLoginRequired
from kernel.models import OutboxEvent
from kernel.viewer import Scope, Viewer
from tests.factories import ApiKeyFactory, UserFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def just_in(user: User) -> Viewer:
    return Viewer(user_id=user.pk, authenticated_at=timezone.now())


def make(user: User, **values: Any) -> api_key.MadeKey:
    return api_key.create(by=just_in(user), **{"name": "CI", "scopes": ["jobs:read"], **values})


def test_a_new_key_works_and_is_shown_once() -> None:
    user = UserFactory()
    made = make(user, name="  Nightly\n import ", scopes=["jobs:write", "account:read", "jobs:write"])
    assert (made.key.name, made.key.scopes) == ("Nightly import", ["account:read", "jobs:write"])
    assert authenticate(f"Bearer {made.secret}").user_id == user.pk
    entry = AuditEntry.objects.get(act="api_key.create")
    assert (entry.actor_id, entry.target_id) == (user.pk, str(made.key.pk))
    event = OutboxEvent.objects.get(kind="ApiKeyCreated")
    for kept in (entry.after, event.payload):
        assert made.secret not in str(kept)
        assert made.key.hash not in str(kept)


@pytest.mark.parametrize("authenticated_at", [None, timedelta(minutes=11)])
def test_a_key_needs_a_recent_login(authenticated_at: timedelta | None) -> None:
    user = UserFactory()
    by = replace(just_in(user), authenticated_at=authenticated_at and timezone.now() - authenticated_at)
    with pytest.raises(RecentLoginRequired):
        api_key.create(by=by, name="CI", scopes=["jobs:read"])


def test_a_key_makes_no_key() -> None:
    user = UserFactory()
    by = Viewer(user_id=user.pk, key_id=user.pk, scopes=frozenset(Scope), authenticated_at=timezone.now())
    with pytest.raises(RecentLoginRequired):
        api_key.create(by=by, name="CI", scopes=["jobs:read"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
        ({"expires_at": datetime(2999, 1, 1)}, "expires_at"),  # noqa: DTZ001 - the case
        ({"expires_at": datetime(9999, 12, 31, tzinfo=UTC)}, "expires_at"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(UserFactory(), **values)
    assert refusal.value.field == field
    assert not ApiKey.objects.exists()


def test_nobody_has_more_than_fifty() -> None:
    user = UserFactory()
    keys = [ApiKeyFactory(user=user) for _ in range(50)]
    with pytest.raises(TooManyKeys):
        make(user)
    make(UserFactory())
    api_key.revoke(by=just_in(user), key_id=keys[0].pk)
    make(user)


def test_revoking_twice_is_revoking_once() -> None:
    key = ApiKeyFactory()
    first = api_key.revoke(by=just_in(key.user), key_id=key.pk)
    again = api_key.revoke(by=just_in(key.user), key_id=key.pk)
    assert first.revoked_at == again.revoked_at
    assert AuditEntry.objects.filter(act="api_key.revoke").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_the_last_one_at_once_one_does() -> None:
    user = UserFactory()
    for _ in range(49):
        ApiKeyFactory(user=user)
    assert sorted(at_once(*[lambda: make(user)] * 6)) == ["TOO_MANY_KEYS"] * 5 + ["done"]
    assert ApiKey.objects.filter(user=user).count() == 50
