"""Access tokens: one form is believed, and nothing else."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import LazySettings
from django.test import RequestFactory
from django.utils import timezone
from graphql_jwt.exceptions import JSONWebTokenError
from graphql_jwt.shortcuts import get_token, get_user_by_token
from graphql_jwt.utils import jwt_decode

from accounts.auth import jwt as tokens
from accounts.models import Session
from accounts.services import session as sessions
from tests.door import send, token_for
from tests.factories import SessionFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db

VIEWER = "{ viewer { user { email } } }"
type Forge = Callable[[dict[str, Any], str, str], str]


def claims_of(session: Session, **changes: Any) -> dict[str, Any]:
    """The claims of a good token, changed; None takes one away."""
    claims = {**tokens.payload(session.user, session), **changes}
    return {name: value for name, value in claims.items() if value is not None}


def sign(claims: dict[str, Any], key: str, kid: Any, algorithm: str = "HS256", **headers: Any) -> str:
    return pyjwt.encode(claims, key, algorithm, headers={"kid": kid, **headers})


def without_signature(claims: dict[str, Any], kid: str) -> str:
    """As an attacker writes it who hopes that `alg: none` is believed."""
    times = {name: int(value.timestamp()) for name, value in claims.items() if name in ("iat", "exp")}
    parts = [{"alg": "none", "typ": "JWT", "kid": kid}, {**claims, **times}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def signed_by_rsa(claims: dict[str, Any], kid: str) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return sign(claims, pem.decode(), kid, "RS256")


LATER = timedelta(hours=1)
CHANGED: dict[str, dict[str, Any]] = {
    "expired": {"exp": -1},
    "issued in the future": {"iat": LATER},
    "another type": {"typ": "refresh"},
    "another issuer": {"iss": "elsewhere"},
    "another audience": {"aud": "elsewhere"},
    "a list of audiences": {"aud": ["elsewhere", "another"]},
    "nobody": {"sub": "1"},
    "no string for a subject": {"sub": 7},
    "no session": {"sid": "1"},
    "a number for a session": {"sid": 7},
    "a login beyond all time": {"auth_time": 10**30},
    "a word for a login": {"auth_time": "yesterday"},
    "an end beyond all time": {"exp": 10**400},
    "a word for an end": {"exp": "never"},
    **{f"no {claim}": {claim: None} for claim in tokens.REQUIRED_CLAIMS},
}
FORGED: dict[str, Forge] = {
    "no signature": lambda claims, key, kid: without_signature(claims, kid),
    "an algorithm of the token's choice": lambda claims, key, kid: sign(claims, key, kid, "HS512"),
    "an RSA key": lambda claims, key, kid: signed_by_rsa(claims, kid),
    "another key": lambda claims, key, kid: sign(claims, "x" * 64, kid),
    "an unknown key's name": lambda claims, key, kid: sign(claims, key, "unknown"),
    "no key's name": lambda claims, key, kid: pyjwt.encode(claims, key, "HS256"),
    "a number for a key's name": lambda claims, key, kid: raw({"alg": "HS256", "kid": 7}),
    "a list for a key's name": lambda claims, key, kid: raw({"alg": "HS256", "kid": []}),
    "a header that is no object": lambda claims, key, kid: raw([]),
    "a cut signature": lambda claims, key, kid: sign(claims, key, kid)[:-4],
    "three dots": lambda claims, key, kid: "...",
    "letters of every alphabet": lambda claims, key, kid: "tökén.ü.ß",
    "a lone surrogate": lambda claims, key, kid: "\ud800.a.b",
    "a megabyte": lambda claims, key, kid: "a." * 500_000,
    "a token with more behind": lambda claims, key, kid: sign(claims, key, kid) + " more",
}


def raw(header: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode() + ".e30.c2ln"


def assert_refused(token: str) -> None:
    sent = send(VIEWER, authorization=f"Bearer {token}")
    assert (sent.response.status, sent.codes) == (401, ["UNAUTHENTICATED"])


def test_a_good_token_says_who_asks(settings: LazySettings) -> None:
    session = SessionFactory()
    kid, key = settings.JWT_KEYS[0]
    token = sign(claims_of(session), key, kid)
    assert send(VIEWER, authorization=f"Bearer {token}").data == {"viewer": {"user": {"email": session.user.email}}}


@pytest.mark.parametrize("case", CHANGED)
def test_a_token_that_says_otherwise_is_refused(case: str, settings: LazySettings) -> None:
    kid, key = settings.JWT_KEYS[0]
    now = timezone.now()
    changes = {
        name: now + value if isinstance(value, timedelta) else now - timedelta(seconds=5) if value == -1 else value
        for name, value in CHANGED[case].items()
    }
    claims = claims_of(SessionFactory(), **changes)
    try:
        token = sign(claims, key, kid)
    except (TypeError, pyjwt.PyJWTError):
        # The library signs no such thing; somebody who has the key could.
        token = pyjwt.api_jws.encode(json.dumps(claims, default=_seconds).encode(), key, headers={"kid": kid})
    assert_refused(token)


def _seconds(value: Any) -> int:
    return int(value.timestamp())


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_token_is_refused(case: str, settings: LazySettings) -> None:
    kid, key = settings.JWT_KEYS[0]
    assert_refused(FORGED[case](claims_of(SessionFactory()), key, kid))


def test_a_token_of_another_persons_session_is_refused(settings: LazySettings) -> None:
    kid, key = settings.JWT_KEYS[0]
    assert_refused(sign(claims_of(SessionFactory(), sub=str(UserFactory().pk)), key, kid))


def test_a_key_is_changed_without_anybody_noticing(settings: LazySettings) -> None:
    person = UserFactory()
    old, new = ("2026", "o" * 20 + "ld-key-of-the-year-before-and-long-enough"), ("2027", "n" * 20 + "ew-key" * 6)
    settings.JWT_KEYS = (old,)
    before = token_for(person)
    settings.JWT_KEYS = (new, old)
    after = token_for(person)
    assert pyjwt.get_unverified_header(after)["kid"] == "2027"
    assert [tokens.read(token) is not None for token in (before, after)] == [True, True]
    settings.JWT_KEYS = (new,)
    assert [tokens.read(token) is not None for token in (before, after)] == [False, True]


def test_a_token_is_good_for_five_minutes() -> None:
    claims = tokens.decode(token_for(UserFactory()))
    assert claims["exp"] - claims["iat"] == 300


def test_a_remembered_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(UserFactory())
    assert tokens.read(token)
    now = time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 301)
    assert tokens.read(token) is None


def test_no_more_tokens_are_remembered_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_REMEMBERED", 2)
    verified = tokens.Verified()
    person = UserFactory()
    assert all(verified.read(token_for(person)) for _ in range(4))
    assert len(verified._known) == 2


# What django-graphql-jwt does by itself, and what it does here.


def test_a_token_without_an_end_is_refused(settings: LazySettings) -> None:
    settings.GRAPHQL_JWT = {"JWT_SECRET_KEY": "k" * 32}
    endless = pyjwt.encode({"email": "ada@example.org"}, "k" * 32, "HS256")
    assert jwt_decode(endless) == {"email": "ada@example.org"}, "the library has mended it"
    kid, key = settings.JWT_KEYS[0]
    with pytest.raises(pyjwt.MissingRequiredClaimError):
        tokens.decode(sign(claims_of(SessionFactory(), exp=None), key, kid))


def test_the_librarys_shortcuts_know_of_sessions() -> None:
    session = SessionFactory()
    token = get_token(session.user, session)
    assert get_user_by_token(token) == session.user
    sessions.revoke(session.pk, by=viewer_of(session.user))
    with pytest.raises(JSONWebTokenError):
        get_user_by_token(token)
    with pytest.raises(JSONWebTokenError, match="belongs to a session"):
        get_token(session.user)


def test_a_cookie_of_the_librarys_is_not_believed() -> None:
    from django.contrib.auth import authenticate
    from graphql_jwt.backends import JSONWebTokenBackend

    session = SessionFactory()
    request = RequestFactory().get("/")
    request.COOKIES["JWT"] = get_token(session.user, session)
    assert JSONWebTokenBackend().authenticate(request) == session.user, "the library has mended it"
    assert authenticate(request) is None
    assert send(VIEWER, cookie=f"JWT={request.COOKIES['JWT']}").data == {"viewer": None}


def test_a_bearer_is_believed_wherever_django_asks() -> None:
    from django.contrib.auth import authenticate

    session = SessionFactory()
    token = get_token(session.user, session)
    assert authenticate(RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})) == session.user
    assert authenticate(RequestFactory().get("/", headers={"authorization": "Bearer nonsense"})) is None
