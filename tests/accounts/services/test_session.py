"""Sessions: opened, gone on with, ended."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.utils import timezone

from accounts.auth.authentication import authenticate
from accounts.errors import NotAuthenticated, RefreshTokenReused, TokenInvalid
from accounts.models import AuditEntry, RefreshToken, RevokeReason, Session, User, UserStatus
from accounts.services import session as sessions
from accounts.services.session import IDLE, LONGEST, Tokens
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import SessionFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db


def opened(user: User | None = None) -> Tokens:
    return sessions.open(user or UserFactory(), method="password", device=" Ada's laptop ", address="192.0.2.1")


def is_let_in(tokens: Tokens) -> bool:
    try:
        return authenticate(f"Bearer {tokens.access}").session_id == tokens.session.pk
    except NotAuthenticated:
        return False


def own(tokens: Tokens) -> Viewer:
    return Viewer(user_id=tokens.session.user_id, session_id=tokens.session.pk)


def test_a_session_knows_what_the_person_has_to_recognise_it_by() -> None:
    session = opened().session
    assert (session.device, session.address, session.method) == ("Ada's laptop", "192.0.2.1", "password")
    assert session.expires_at - session.last_used_at == IDLE
    assert AuditEntry.objects.get(act="session.open").target_id == str(session.pk)


@pytest.mark.parametrize("device", ["x" * 201, "a\x00b", "a\nb"])
def test_a_device_that_nobody_can_read_is_refused(device: str) -> None:
    with pytest.raises(Invalid) as refusal:
        sessions.open(UserFactory(), method="password", device=device)
    assert refusal.value.field == "device"


def test_no_token_is_kept_in_clear() -> None:
    tokens = opened()
    assert len(tokens.refresh) == 43
    row = RefreshToken.objects.get()
    assert row.hash == sha256(tokens.refresh.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_refreshtoken t UNION ALL SELECT s::text FROM accounts_session s")
        assert not any(tokens.refresh in text for (text,) in cursor.fetchall())


def test_a_refresh_token_is_exchanged_for_the_next() -> None:
    first = opened()
    second = sessions.refresh(first.refresh)
    assert second.session.pk == first.session.pk
    assert len({first.refresh, second.refresh, first.access, second.access}) == 4
    assert is_let_in(second)
    used, fresh = RefreshToken.objects.order_by("pk")
    assert used.used_at is not None
    assert (fresh.parent_id, fresh.used_at) == (used.pk, None)


def test_a_refresh_token_that_comes_again_ends_the_family() -> None:
    first = opened()
    second = sessions.refresh(first.refresh)
    third = sessions.refresh(second.refresh)
    with pytest.raises(RefreshTokenReused):
        sessions.refresh(first.refresh)
    assert Session.objects.get().revoke_reason == RevokeReason.TOKEN_REUSED
    assert not any(map(is_let_in, (first, second, third)))
    with pytest.raises(TokenInvalid):
        sessions.refresh(third.refresh)
    assert AuditEntry.objects.get(act="session.revoke").after == {"reason": "token_reused"}
    assert OutboxEvent.objects.filter(kind="RefreshTokenWasReused").count() == 1


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 100_000, "a\x00b", "\ud800"])
def test_what_was_never_given_out_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        sessions.refresh(token)


def test_an_old_refresh_token_is_refused_and_ends_nothing() -> None:
    tokens = opened()
    RefreshToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(TokenInvalid):
        sessions.refresh(tokens.refresh)
    assert Session.objects.get().revoked_at is None


def test_a_session_in_use_ends_all_the_same() -> None:
    tokens = opened()
    begun = timezone.now() - LONGEST + timedelta(hours=1)
    Session.objects.update(created_at=begun)
    assert sessions.refresh(tokens.refresh).refresh_expires_at == begun + LONGEST


def test_somebody_who_was_deactivated_goes_on_with_nothing() -> None:
    tokens = opened()
    User.objects.update(status=UserStatus.DEACTIVATED)
    assert not is_let_in(tokens)
    with pytest.raises(TokenInvalid):
        sessions.refresh(tokens.refresh)


def test_an_ended_session_lets_nobody_in() -> None:
    tokens = opened()
    assert sessions.revoke(tokens.session.pk, by=own(tokens)).revoke_reason == RevokeReason.LOGGED_OUT
    assert not is_let_in(tokens)
    with pytest.raises(TokenInvalid):
        sessions.refresh(tokens.refresh)


def test_to_end_a_session_again_changes_nothing() -> None:
    tokens = opened()
    ended_at = sessions.revoke(tokens.session.pk, by=viewer_of(tokens.session.user)).revoked_at
    again = sessions.revoke(tokens.session.pk, by=own(tokens))
    assert (again.revoked_at, again.revoke_reason) == (ended_at, RevokeReason.REVOKED)
    assert AuditEntry.objects.filter(act="session.revoke").count() == 1


def test_nobody_ends_another_persons_session() -> None:
    tokens = opened()
    with pytest.raises(NotFound):
        sessions.revoke(tokens.session.pk, by=viewer_of(UserFactory(platform_admin=True)))
    assert is_let_in(tokens)


def test_all_sessions_end_but_the_one_to_keep() -> None:
    person = UserFactory()
    kept, *others = opened(person), opened(person), opened(person)
    stranger = opened()
    ended = sessions.revoke_all(person.pk, by=own(kept), reason=RevokeReason.PASSWORD_CHANGED, keep=kept.session.pk)
    assert ended == 2
    assert [is_let_in(tokens) for tokens in (kept, *others, stranger)] == [True, False, False, True]
    assert set(Session.objects.exclude(revoked_at=None).values_list("revoke_reason", flat=True)) == {"password_changed"}


def test_a_refresh_token_logs_out() -> None:
    tokens = opened()
    assert sessions.log_out(tokens.refresh, by=Viewer()).revoke_reason == RevokeReason.LOGGED_OUT
    assert not is_let_in(tokens)


def test_nobody_has_nothing_to_log_out_of() -> None:
    with pytest.raises(Forbidden):
        sessions.log_out(None, by=viewer_of(UserFactory()))
    with pytest.raises(TokenInvalid):
        sessions.log_out("nonsense", by=Viewer())


def test_to_log_in_again_renews_the_session() -> None:
    tokens = opened()
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Session.objects.update(authenticated_at=an_hour_ago)
    renewed = sessions.renew(tokens.session.pk, by=own(tokens))
    assert renewed.session.authenticated_at > an_hour_ago
    sessions.refresh(renewed.refresh)
    with pytest.raises(RefreshTokenReused):
        sessions.refresh(tokens.refresh)


def test_a_session_that_has_ended_is_not_renewed() -> None:
    tokens = opened()
    sessions.revoke(tokens.session.pk, by=own(tokens))
    with pytest.raises(NotFound):
        sessions.renew(tokens.session.pk, by=own(tokens))


def test_what_ended_long_ago_is_forgotten() -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=31)
    going_on = opened()
    RefreshToken.objects.create(session=going_on.session, hash="old", expires_at=now - timedelta(days=1))
    SessionFactory(last_used_at=long_ago - IDLE, expires_at=long_ago)
    SessionFactory(revoked_at=long_ago, revoke_reason="logged_out")
    recent = SessionFactory(revoked_at=now, revoke_reason="logged_out")
    assert sessions.forget_old() == 3
    assert set(Session.objects.all()) == {going_on.session, recent}
    assert is_let_in(sessions.refresh(going_on.refresh))


def test_whoever_holds_a_token_is_told_whose_it_is() -> None:
    tokens = opened()
    assert sessions.verify(tokens.access) == (tokens.session.user, tokens.expires_at)
    for wrong in ("nonsense", tokens.refresh):
        with pytest.raises(TokenInvalid):
            sessions.verify(wrong)
    sessions.revoke(tokens.session.pk, by=own(tokens))
    with pytest.raises(DomainError):
        sessions.verify(tokens.access)
