"""Logging in with a password: what is asked in which order, and what it tells to whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils import timezone

from accounts.errors import EmailNotVerified, InvalidCredentials, TooManyAttempts
from accounts.models import AuditEntry, Session, UserStatus
from accounts.services import token as tokens
from kernel.viewer import ANONYMOUS, Viewer
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

HERE = Viewer(address="192.0.2.1", request_id="a-request")


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every hash that is made or compared; each takes the same time."""
    made: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, name)

        def counted(self: Any, *given: Any, name: str = name, original: Any = original) -> Any:
            made.append(name)
            return original(self, *given)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return made


def test_a_login_is_audited_with_where_it_came_from() -> None:
    user = UserFactory(password=PASSWORD)
    given = tokens.create(email=user.email, password=PASSWORD, by=HERE)
    entry = AuditEntry.objects.get(act="session.open")
    assert (entry.actor_id, entry.address, entry.request_id) == (user.pk, "192.0.2.1", "a-request")
    assert entry.target_id == str(given.session.pk)
    assert given.session.address == "192.0.2.1"


def test_known_and_unknown_addresses_take_the_same_work(hashed: list[str]) -> None:
    known, without_password = UserFactory(password=PASSWORD), UserFactory()
    off = UserFactory(password=PASSWORD, status=UserStatus.DEACTIVATED)
    counts = []
    for email in (known.email, "nobody@example.org", without_password.email, off.email, "no address"):
        hashed.clear()
        with pytest.raises(InvalidCredentials):
            tokens.create(email=email, password="wrong", by=HERE)
        counts.append(len(hashed))
    assert counts == [2] * 5


def test_nobody_without_the_password_hears_of_an_unverified_address() -> None:
    user = UserFactory(password=PASSWORD, unverified=True)
    with pytest.raises(InvalidCredentials):
        tokens.create(email=user.email, password="wrong", by=HERE)
    with pytest.raises(EmailNotVerified):
        tokens.create(email=user.email, password=PASSWORD, by=HERE)
    assert not Session.objects.exists()


def test_the_right_password_is_not_looked_at_after_too_many_wrong_ones() -> None:
    user = UserFactory(password=PASSWORD)
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            tokens.create(email=user.email, password="wrong", by=HERE)
    with pytest.raises(TooManyAttempts):
        tokens.create(email=user.email, password=PASSWORD, by=HERE)


def test_a_password_is_the_same_in_every_unicode_form() -> None:
    user = UserFactory(password="fine caf\u00e9 au lait")
    typed = "\ufb01ne cafe\u0301 au lait"
    assert tokens.create(email=user.email, password=typed, by=HERE).session.user == user


def test_staff_in_anothers_name_renews_no_session() -> None:
    user, staff = UserFactory(password=PASSWORD), UserFactory()
    first = tokens.create(email=user.email, password=PASSWORD, by=HERE)
    acting = replace(HERE, user_id=user.pk, session_id=first.session.pk, impersonator_id=staff.pk)
    assert tokens.create(email=user.email, password=PASSWORD, by=acting).session.pk != first.session.pk


def test_a_login_in_a_session_renews_it() -> None:
    user = UserFactory(password=PASSWORD)
    first = tokens.create(email=user.email, password=PASSWORD, by=ANONYMOUS)
    Session.objects.update(authenticated_at=timezone.now() - timedelta(hours=1))
    by = Viewer(user_id=user.pk, session_id=first.session.pk)
    again = tokens.create(email=user.email, password=PASSWORD, by=by)
    assert again.session.pk == first.session.pk
    assert timezone.now() - again.session.authenticated_at < timedelta(minutes=1)
