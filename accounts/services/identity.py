"""Signing in with an identity provider: who a provider's subject is here, and the code that brings their tokens.

The browser comes back from the provider with a code that is good once, for two minutes, and only together with the
secret whose hash the client named when it set out (RFC 7636): whoever reads the address of the page has nothing.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.auth import links, throttles
from accounts.errors import EmailNotVerified, InvalidCredentials, SignInCodeInvalid, SignInRefused
from accounts.events import IdentityLinked
from accounts.models import Identity, SignInCode, User, UserStatus
from accounts.services import admission, audit, session, totp
from accounts.services.session import Tokens
from accounts.text import LONGEST_NAME, email_address, person_name
from kernel.errors import Invalid
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

CODE_LIFETIME = timedelta(minutes=2)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a provider says of a person."""

    provider: str
    subject: str
    email: str = ""
    is_email_verified: bool = False
    """Whether the provider says so, and is believed to have seen to it."""
    name: str = ""


def provider_name(word: str) -> str:
    """What a provider is called; its word where it is not configured any more."""
    return next((app["name"] for app in settings.SIGN_IN if app["provider_id"] == word), word)


def is_challenge(text: str) -> bool:
    """Whether this can be the SHA-256 of a client's secret: base64url without padding."""
    return bool(_CHALLENGE.fullmatch(text))


@transaction.atomic
def sign_in(claim: Claim, *, challenge: str, address: str = "") -> str:
    """The code for whoever the claim is about; somebody new gets an account, without a password.

    An address that the provider vouches for is that of the account which has it here: the identity is linked to it,
    and its owner is told by mail. An account that never proved the address loses its password: somebody else may have
    set it. Raises `SignInRefused`.
    """
    now = timezone.now()
    identity = Identity.objects.select_related("user").filter(provider=claim.provider, subject=claim.subject).first()
    if identity is None:
        identity = _linked(claim, address)
    if not _may_come_in(identity.user):
        raise SignInRefused("This account is not active.", reason="account_inactive")
    Identity.objects.filter(pk=identity.pk).update(last_used_at=now)
    code = secrets.token_urlsafe(32)
    SignInCode.objects.create(
        identity=identity, code_hash=links.hash_of(code), challenge=challenge, expires_at=now + CODE_LIFETIME
    )
    return code


def complete(*, code: str, verifier: str, second_factor: str | None, device: str, by: Viewer = ANONYMOUS) -> Tokens:
    """The tokens for a code: once, and only for whoever knows the secret that its challenge was made of.

    Raises `SignInCodeInvalid`, `TooManyAttempts`, `Invalid`, and what the second factor raises; with the latter two the
    code stays good.
    """
    throttles.hit("sign_in_code", address=by.address)
    with transaction.atomic():
        now = timezone.now()
        found = (
            SignInCode.objects.select_related("identity__user")
            .filter(code_hash=links.hash_of(code), used_at=None, expires_at__gt=now)
            .first()
        )
        if found is None or not _VERIFIER.fullmatch(verifier) or challenge_of(verifier) != found.challenge:
            raise SignInCodeInvalid
        user = found.identity.user
        try:
            admission.admit(user, by=by)
        except (InvalidCredentials, EmailNotVerified):
            raise SignInCodeInvalid from None
        totp.require(user, second_factor, by=by)
        # Of several at once the database lets one through.
        if not SignInCode.objects.filter(pk=found.pk, used_at=None).update(used_at=now):
            raise SignInCodeInvalid
        method = found.identity.provider
        return session.open(
            user, method=method, device=device, address=by.address, request_id=by.request_id, at=found.created_at
        )


def forget_codes() -> int:
    """Delete the codes that nobody can use any more; how many there were."""
    return SignInCode.objects.filter(expires_at__lt=timezone.now() - timedelta(days=1)).delete()[0]


def challenge_of(verifier: str) -> str:
    """What a client names when it sets out, made of the secret that it keeps: RFC 7636, method S256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _may_come_in(user: User) -> bool:
    left_at = user.deactivated_at
    is_coming_back = left_at is not None and timezone.now() - left_at <= admission.COMING_BACK
    return user.status == UserStatus.ACTIVE or is_coming_back


def _linked(claim: Claim, address: str) -> Identity:
    try:
        email = email_address(claim.email)
    except Invalid:
        email = ""
    if not email or not claim.is_email_verified:
        raise SignInRefused("The provider does not vouch for an e-mail address.", reason="email_not_verified")
    now = timezone.now()
    user = _owner(email, claim.name)
    identity, is_new = Identity.objects.get_or_create(
        provider=claim.provider, subject=claim.subject, defaults={"user": user, "last_used_at": now}
    )
    if is_new:
        by = Viewer(user_id=user.pk, address=address)
        audit.record("identity.link", by=by, target=("User", user.pk), after={"provider": claim.provider})
        emit(IdentityLinked(user_id=user.pk, identity_id=identity.pk), by=by)
    return identity


def _owner(email: str, name: str) -> User:
    """The account with this address, made where there is none; of several who make it at once, one does."""
    now = timezone.now()
    try:
        name = person_name(name[:LONGEST_NAME])
    except Invalid:
        name = ""
    fresh = User(email=email, name=name, email_verified_at=now)
    fresh.set_unusable_password()
    User.objects.bulk_create([fresh], ignore_conflicts=True)
    user = User.objects.select_for_update().get(email=email)
    if user.email_verified_at is None:
        user.set_unusable_password()
        user.email_verified_at = now
        user.save(update_fields=["password", "email_verified_at", "updated_at"])
    return user
