"""The second factor of a log-in: switching it on and off, and asking for it."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.auth import one_time_code, sealing, throttles
from accounts.errors import SecondFactorInvalid, SecondFactorOff, SecondFactorOn, SecondFactorRequired
from accounts.events import RecoveryCodeUsed, SecondFactorSwitched
from accounts.models import RecoveryCode, Totp, User
from accounts.services import audit
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

log = structlog.get_logger("nexus.accounts")

ISSUER = "Nexus"
LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person's app is to be told."""

    secret: str
    """Base32, to be typed in."""
    address: str
    """The same as an `otpauth` address, to be shown as a square code."""


@transaction.atomic
def enable(*, by: Viewer) -> Enrolment:
    """Begin to set up a second factor. Log-ins ask for it only once `confirm` has seen a code.

    To begin again makes another secret. Raises `RecentLoginRequired` and `SecondFactorOn`.
    """
    by.require_recent_login()
    assert by.user_id is not None
    user = User.objects.select_for_update().get(pk=by.user_id)
    if Totp.objects.filter(user=user, enabled_at__isnull=False).exists():
        raise SecondFactorOn
    secret = one_time_code.new_secret()
    Totp.objects.update_or_create(user=user, defaults={"secret": sealing.seal(secret), "last_step": 0})
    audit.record("totp.enable", by=by, target=("User", user.pk))
    return Enrolment(secret, one_time_code.address(secret, account=user.email, issuer=ISSUER))


def confirm(*, by: Viewer, code: str) -> list[str]:
    """Switch the second factor on with a first code of the app, and give ten recovery codes: now, and never again.

    Raises `SecondFactorOff` where nothing was begun, `SecondFactorOn`, `SecondFactorInvalid` and `TooManyAttempts`.
    """
    throttles.hit("second_factor", account=str(by.user_id), address=by.address)
    with transaction.atomic():
        totp = Totp.objects.select_for_update().filter(pk=by.user_id).first()
        if totp is None:
            raise SecondFactorOff
        if totp.is_enabled:
            raise SecondFactorOn
        if not _use_code(totp, one_time_code.as_typed(code)):
            raise SecondFactorInvalid(field="code")
        Totp.objects.filter(pk=totp.pk).update(enabled_at=timezone.now())
        codes = one_time_code.new_recovery_codes()
        RecoveryCode.objects.bulk_create([RecoveryCode(totp=totp, hash=_hash(code)) for code in codes])
        _say_switched(totp.pk, by=by, is_on=True)
    return codes


def disable(*, by: Viewer, code: str) -> None:
    """Switch the second factor off with a code of the app or a recovery code. A set-up that was begun is dropped.

    Raises `RecentLoginRequired`, `SecondFactorOff`, `SecondFactorInvalid` and `TooManyAttempts`.
    """
    by.require_recent_login()
    throttles.hit("second_factor", account=str(by.user_id), address=by.address)
    with transaction.atomic():
        totp = Totp.objects.select_for_update().filter(pk=by.user_id, enabled_at__isnull=False).first()
        if totp is None:
            raise SecondFactorOff
        if not _use(totp, code, by=by):
            raise SecondFactorInvalid(field="code")
        _say_switched(totp.pk, by=by, is_on=False)
        totp.delete()


def require(user: User, code: str | None, *, by: Viewer = ANONYMOUS) -> None:
    """Ask for the second factor of somebody whose password was right; nothing where it is off.

    `code` is one of the app's or a recovery code, each good once. `by` says where the request came from. Raises
    `SecondFactorRequired` where there is none, `SecondFactorInvalid`, and `TooManyAttempts`.
    """
    totp = Totp.objects.filter(pk=user.pk, enabled_at__isnull=False).first()
    if totp is None:
        return
    if not code:
        raise SecondFactorRequired(field="code")
    throttles.hit("second_factor", account=str(user.pk), address=by.address)
    with transaction.atomic():
        if not _use(totp, code, by=replace(by, user_id=user.pk)):
            raise SecondFactorInvalid(field="code")
    throttles.passed("second_factor", account=str(user.pk), address=by.address)


def is_on(user_id: UUID) -> bool:
    """Whether log-ins of this person ask for a second factor."""
    return Totp.objects.filter(pk=user_id, enabled_at__isnull=False).exists()


def _use(totp: Totp, code: str, *, by: Viewer) -> bool:
    """Use a code up; False where it is none of this person's, or was used before."""
    if len(code) > LONGEST_CODE:
        return False
    typed = one_time_code.as_typed(code)
    if one_time_code.is_code(typed):
        return _use_code(totp, typed)
    return len(typed) == one_time_code.RECOVERY_LENGTH and _use_recovery_code(totp, typed, by=by)


def _use_code(totp: Totp, typed: str) -> bool:
    """A code is good once, and none before it is any longer: of two who send it at once, one writes the row."""
    if not one_time_code.is_code(typed):
        return False
    try:
        secret = sealing.unseal(totp.secret)
    except sealing.Unsealable:
        # Its recovery codes are good still, and lead to a new set-up.
        log.warning("totp_secret_unreadable", user_id=str(totp.pk), hint="Is a former SECRET_KEY missing?")
        return False
    step = one_time_code.step_of(secret, typed, timezone.now())
    if step is None:
        return False
    unused = Totp.objects.filter(pk=totp.pk, secret=totp.secret, last_step__lt=step)
    return bool(unused.update(last_step=step, secret=sealing.resealed(totp.secret)))


def _use_recovery_code(totp: Totp, typed: str, *, by: Viewer) -> bool:
    unused = RecoveryCode.objects.filter(totp_id=totp.pk, used_at=None)
    if not unused.filter(hash=_hash(typed)).update(used_at=timezone.now()):
        return False
    left = unused.count()
    audit.record("totp.recovery_code", by=by, target=("User", totp.pk), after={"codes_left": left})
    emit(RecoveryCodeUsed(totp.pk, left), by=by)
    return True


def _say_switched(user_id: UUID, *, by: Viewer, is_on: bool) -> None:
    audit.record("totp.confirm" if is_on else "totp.disable", by=by, target=("User", user_id))
    emit(SecondFactorSwitched(user_id, is_on), by=by)


def _hash(code: str) -> str:
    return sha256(one_time_code.as_typed(code).encode(errors="surrogatepass")).hexdigest()
