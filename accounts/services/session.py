"""Sessions: log-ins at one device each, and the refresh tokens by which they go on.

A refresh token has 256 random bits, is kept as its hash, and is good once: it is exchanged for the next. One that comes
a second time was stolen, or was sent twice by a client that must not; nobody can tell which of the two who had it is
the thief, so that its session ends (RFC 9700 4.14.2).
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from graphql_jwt.shortcuts import get_token

from accounts.auth import jwt, principals, throttles
from accounts.auth.links import hash_of
from accounts.errors import RefreshTokenReused, TokenInvalid
from accounts.events import RefreshTokenWasReused
from accounts.models import RefreshToken, RevokeReason, Session, User, UserStatus
from accounts.models.session import LONGEST_DEVICE
from accounts.services import audit
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

# A session that is not used for so long ends, and one that is used ends after the second.
IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)
# What has ended is kept for so long, for those who ask what happened.
KEPT_FOR = timedelta(days=30)
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets: an access token for the `Authorization` header, and a refresh token for the next pair."""

    access: str
    expires_at: datetime
    refresh: str
    refresh_expires_at: datetime
    session: Session


@transaction.atomic
def open(  # noqa: A001 - one opens a session
    user: User,
    *,
    method: str,
    device: str = "",
    address: str = "",
    request_id: str = "",
    at: datetime | None = None,
) -> Tokens:
    """Log a person in who has just proved, `at` that moment, who they are. `method` says how."""
    device = device.strip()
    if len(device) > LONGEST_DEVICE or not device.isprintable():
        raise Invalid(f"At most {LONGEST_DEVICE} visible characters.", field="device")
    now = timezone.now()
    session = Session.objects.create(
        user=user,
        method=method,
        device=device,
        address=address or None,
        authenticated_at=at or now,
        last_used_at=now,
        expires_at=now + IDLE,
    )
    by = Viewer(user_id=user.pk, session_id=session.pk, address=address, request_id=request_id)
    audit.record("session.open", by=by, target=("Session", session.pk), after={"method": method})
    return _tokens(session, None)


@transaction.atomic
def renew(session_id: UUID, *, by: Viewer) -> Tokens:
    """New tokens for a session whose person has just proved again who they are; the refresh token from before is used.

    Raises `NotFound` where the session has ended meanwhile.
    """
    now = timezone.now()
    # The token first and then the session, as `refresh` has them: two who wait for each other wait in vain.
    parent = RefreshToken.objects.filter(session_id=session_id, used_at=None).order_by("-issued_at").first()
    if parent is not None and not RefreshToken.objects.filter(pk=parent.pk, used_at=None).update(used_at=now):
        parent = None
    session = _locked(session_id)
    if session is None or session.user_id != by.user_id:
        raise NotFound
    session.authenticated_at = now
    audit.record("session.renew", by=by, target=("Session", session.pk))
    return _prolonged(session, parent)


def refresh(token: str, *, by: Viewer = ANONYMOUS) -> Tokens:
    """The next tokens of a session, for its refresh token. Of several who bring the same at once, one gets them.

    Raises `TokenInvalid`; and `RefreshTokenReused`, after which the session has ended, and with it what the one got.
    """
    throttles.hit("token_refresh", address=by.address)
    outcome = _refreshed(token, by)
    # Raised out here, for what was written about it stays.
    if isinstance(outcome, Tokens):
        return outcome
    raise outcome


@transaction.atomic
def _refreshed(token: str, by: Viewer) -> Tokens | TokenInvalid | RefreshTokenReused:
    now = timezone.now()
    found = RefreshToken.objects.filter(hash=hash_of(token))
    # The one statement that decides who of several was first: the others wait for it, and then see it used.
    is_first = found.filter(used_at=None, expires_at__gt=now).update(used_at=now)
    row = found.first()
    if row is None or (not is_first and row.used_at is None):
        return TokenInvalid(field="refresh_token")
    session = _locked(row.session_id)
    if session is None:
        return TokenInvalid(field="refresh_token") if is_first else RefreshTokenReused(field="refresh_token")
    if is_first:
        return _prolonged(session, row)
    person = Viewer(user_id=session.user_id, session_id=session.pk, address=by.address, request_id=by.request_id)
    emit(RefreshTokenWasReused(session.user_id, session.pk), by=person)
    _end(session, RevokeReason.TOKEN_REUSED, by=person)
    principals.changed(session.pk)
    return RefreshTokenReused(field="refresh_token")


@transaction.atomic
def revoke(session_id: UUID, *, by: Viewer) -> Session:
    """End a session of the viewer's, and give it back. One that has ended already stays as it is. Raises `NotFound`."""
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None or session.user_id != by.user_id:
        raise NotFound(field="id")
    if session.revoked_at is None:
        is_own = session.pk == by.session_id
        _end(session, RevokeReason.LOGGED_OUT if is_own else RevokeReason.REVOKED, by=by)
        principals.changed(session.pk)
    return session


@transaction.atomic
def log_out(refresh_token: str | None, *, by: Viewer) -> Session:
    """End the session of a refresh token, or else the one by which the viewer asks, and give it back.

    Raises `TokenInvalid` for a token that was never given out, and `Forbidden` where there is no session.
    """
    if refresh_token is not None:
        row = RefreshToken.objects.filter(hash=hash_of(refresh_token)).select_related("session").first()
        if row is None:
            raise TokenInvalid(field="refresh_token")
        owner, session_id = row.session.user_id, row.session_id
        person = Viewer(user_id=owner, session_id=session_id, address=by.address, request_id=by.request_id)
        return revoke(session_id, by=person)
    if by.session_id is None:
        raise Forbidden("There is no session here to end. Send its access token, or `refreshToken`.")
    return revoke(by.session_id, by=by)


@transaction.atomic
def revoke_all(user_id: UUID, *, by: Viewer, reason: str = RevokeReason.REVOKED, keep: UUID | None = None) -> int:
    """End all sessions of a person, but the one to `keep`; how many they were. `reason` is a `RevokeReason`.

    Whoever may do this to whom, the caller has asked.
    """
    sessions = Session.objects.select_for_update().filter(user_id=user_id, revoked_at=None).order_by("pk")
    found = list(sessions.exclude(pk=keep) if keep else sessions)
    for session in found:
        _end(session, RevokeReason(reason), by=by)
    principals.changed(user_id)
    return len(found)


def verify(token: str) -> tuple[User, datetime]:
    """Whose a valid access token is, and until when it is good. Raises `TokenInvalid`."""
    claims = jwt.read(token)
    principal = principals.of("session", claims.session_id) if claims else None
    if claims is None or principal is None or principal.user_id != claims.user_id:
        raise TokenInvalid(field="token")
    return User.objects.get(pk=claims.user_id), datetime.fromtimestamp(claims.expires_at, UTC)


def forget_old() -> int:
    """Delete what ended more than `KEPT_FOR` ago, and refresh tokens that nobody can exchange; how many rows."""
    now = timezone.now()
    ended_before = now - KEPT_FOR
    deleted = 0
    for old in (
        RefreshToken.objects.filter(expires_at__lt=now),
        Session.objects.filter(expires_at__lt=ended_before),
        Session.objects.filter(revoked_at__lt=ended_before),
    ):
        while keys := list(old.values_list("pk", flat=True)[:_BATCH]):
            deleted += old.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted


def _locked(session_id: UUID) -> Session | None:
    """The session, locked until the transaction ends, unless it or its person may not go on."""
    sessions = Session.objects.select_for_update(of=("self",)).select_related("user")
    session = sessions.filter(pk=session_id, revoked_at=None, expires_at__gt=timezone.now()).first()
    return session if session is not None and session.user.status == UserStatus.ACTIVE else None


def _prolonged(session: Session, parent: RefreshToken | None) -> Tokens:
    session.last_used_at = timezone.now()
    session.expires_at = min(session.last_used_at + IDLE, session.created_at + LONGEST)
    session.save(update_fields=["authenticated_at", "last_used_at", "expires_at", "updated_at"])
    return _tokens(session, parent)


def _tokens(session: Session, parent: RefreshToken | None) -> Tokens:
    secret = secrets.token_urlsafe(32)
    RefreshToken.objects.create(session=session, hash=hash_of(secret), parent=parent, expires_at=session.expires_at)
    access = get_token(session.user, session)
    expires_at = datetime.fromtimestamp(jwt.decode(access)["exp"], UTC)
    return Tokens(access, expires_at, secret, session.expires_at, session)


def _end(session: Session, reason: RevokeReason, *, by: Viewer) -> None:
    session.revoked_at, session.revoke_reason = timezone.now(), reason
    session.save(update_fields=["revoked_at", "revoke_reason", "updated_at"])
    audit.record("session.revoke", by=by, target=("Session", session.pk), after={"reason": reason})
