"""Cases of the tables of accounts."""

from collections.abc import Callable

from django.db import models
from django.db.models import F
from django.utils import timezone

from accounts.models import (
    ApiKey,
    AuditEntry,
    DataRequest,
    EmailSuppression,
    EmailToken,
    Identity,
    RecoveryCode,
    RefreshToken,
    SignInCode,
    Totp,
    User,
)
from kernel.ids import uuid7
from tests.contracts.constraint_cases import change, share, twice
from tests.factories import ApiKeyFactory, SessionFactory, UserFactory


def email_token(**values: object) -> EmailToken:
    given = {"purpose": "reset", "email": "ada@example.org", "token_hash": "x", "expires_at": timezone.now(), **values}
    return EmailToken.objects.create(**given)


def data_request(**values: object) -> DataRequest:
    given = {"user": values.get("user") or UserFactory(), "expires_at": timezone.now(), **values}
    return DataRequest.objects.create(**given)


def identity(subject: str = "1") -> Identity:
    return Identity.objects.create(user=UserFactory(), provider="test", subject=subject, last_used_at=timezone.now())


def suppression(**values: str) -> EmailSuppression:
    return EmailSuppression.objects.create(**{"email": "ada@example.org", **values})


def twice_the_same_code(user: User) -> None:
    totp = Totp.objects.create(user=user, secret="sealed")
    twice(lambda: RecoveryCode.objects.create(totp=totp, hash="x"))


def refresh_token(**values: object) -> RefreshToken:
    given = {"session": SessionFactory(), "hash": uuid7().hex, "expires_at": timezone.now(), **values}
    return RefreshToken.objects.create(**given)


VIOLATIONS: dict[str, Callable[[], object]] = {
    "session_revoked_has_reason": lambda: change(SessionFactory(), revoked_at=timezone.now()),
    "session_ends_after_use": lambda: change(SessionFactory(), expires_at=F("last_used_at")),
    "suppression_email_is_lower_case": lambda: suppression(email="Ada@example.org"),
    "suppression_reason_is_known": lambda: suppression(reason="boredom"),
    "user_active_is_not_deactivated": lambda: change(UserFactory(), deactivated_at=timezone.now()),
    "email_token_purpose_is_known": lambda: email_token(purpose="love"),
    "email_token_change_has_a_user": lambda: email_token(purpose="change", from_email="bob@example.org"),
    "email_token_registration_has_a_password": lambda: email_token(purpose="register"),
    "data_request_status_is_known": lambda: change(data_request(), status="lost"),
    "data_request_ready_has_a_file": lambda: data_request(status="ready", ready_at=timezone.now(), size=1),
    "data_request_one_open": lambda: [data_request(user=user) for user in [UserFactory()] * 2],
    "api_key_scopes_are_known": lambda: change(ApiKeyFactory(), scopes=["everything"]),
    "recovery_code_is_unique": lambda: twice_the_same_code(UserFactory()),
    "user_kind_is_known": lambda: change(UserFactory(), kind="robot"),
    "audit_entry_kind_is_known": lambda: AuditEntry.objects.create(
        act="a", target_type="t", target_id="1", kind="dream"
    ),
    "identity_is_unique": lambda: twice(identity),
    "identity_has_a_subject": lambda: identity(subject=""),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (RefreshToken, "hash"): lambda: share(refresh_token(), refresh_token(), "hash"),
    (RefreshToken, "parent"): lambda: [refresh_token(parent=parent) for parent in [refresh_token()] * 2],
    (ApiKey, "hash"): lambda: share(ApiKeyFactory(), ApiKeyFactory(), "hash"),
    (EmailToken, "token_hash"): lambda: twice(email_token),
    (EmailSuppression, "email"): lambda: twice(suppression),
    (SignInCode, "code_hash"): lambda: [
        SignInCode.objects.create(identity=one, code_hash="x", challenge="y", expires_at=timezone.now())
        for one in [identity()] * 2
    ],
}
