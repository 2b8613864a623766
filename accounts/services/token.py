"""Logging in with an e-mail address and a password."""

import unicodedata

from django.contrib.auth.backends import AllowAllUsersModelBackend
from django.db import transaction

from accounts.auth import throttles
from accounts.errors import InvalidCredentials
from accounts.models import User
from accounts.services import admission, session, totp
from accounts.services.session import Tokens
from accounts.text import email_address
from kernel.errors import Invalid
from kernel.viewer import ANONYMOUS, Viewer

# A person's own password is never longer; hashing an endless one is work for an attacker.
LONGEST_PASSWORD = 1024


def create(*, email: str, password: str, code: str | None = None, device: str = "", by: Viewer = ANONYMOUS) -> Tokens:
    """Log in. `code` is one of the second factor's, where that is on.

    Who is logged in already, as the same person, goes on in the same session, and has just proved who they are. Raises
    `InvalidCredentials`, after the same work whether the address is known or not, `EmailNotVerified`,
    `SecondFactorRequired`, `SecondFactorInvalid`, `TooManyAttempts` and `Invalid`.
    """
    throttles.hit("login", account=email, address=by.address)
    if len(password) > LONGEST_PASSWORD or "\x00" in email + password:
        raise InvalidCredentials
    user = authenticate(email, password)
    if user is None:
        admission.refuse_login(email=email, password=password)
    totp.require(user, code, by=by)
    with transaction.atomic():
        user = _locked(user, password)
        admission.admit(user, by=by)
        if by.session_id is not None and by.user_id == user.pk and by.impersonator_id is None:
            tokens = session.renew(by.session_id, by=by)
        else:
            tokens = session.open(user, method="password", device=device, address=by.address, request_id=by.request_id)
    throttles.passed("login", account=email, address=by.address)
    return tokens


def _locked(user: User, password: str) -> User:
    """The person whose password was right a moment ago, as they are now and stay until the transaction ends.

    Whoever changes the password ends all sessions: one that is opened by the former password must not come after that.
    """
    now = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if now.password != user.password and not now.check_password(password):
        raise InvalidCredentials
    return now


def authenticate(email: str, password: str) -> User | None:
    """Whose address and password these are, whether or not they may log in. Hashes once, whatever it finds."""
    try:
        known = email_address(email)
    except Invalid:
        known = ""
    typed = unicodedata.normalize("NFKC", password)
    # Whether an account may be used is asked afterwards, for there are several answers.
    user = AllowAllUsersModelBackend().authenticate(None, username=known, password=typed)
    return user if isinstance(user, User) else None
