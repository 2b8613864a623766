"""Where people are logged in, and the tokens by which they stay so."""

from django.db import models

from accounts.models.user import User
from kernel.ids import uuid7
from kernel.models import Entity

LONGEST_DEVICE = 200


class RevokeReason(models.TextChoices):
    """Why a session was ended before its time."""

    LOGGED_OUT = "logged_out", "The person logged out there"
    REVOKED = "revoked", "The person ended it from elsewhere"
    TOKEN_REUSED = "token_reused", "A refresh token came a second time: somebody else may have it"
    PASSWORD_CHANGED = "password_changed", "The password was changed or reset"
    ACCOUNT_CLOSED = "account_closed", "The account was deactivated or deleted"
    BY_STAFF = "by_staff", "The people who run the board ended it"


class Session(Entity):
    """A person who is logged in at one device. Every access token belongs to one, and is worth nothing without it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    method = models.CharField(max_length=32, help_text="How the person proved who they are: `password`, `google`.")
    device = models.CharField(max_length=LONGEST_DEVICE, blank=True, help_text="What the client calls itself.")
    address = models.GenericIPAddressField(null=True, help_text="Where the person logged in from.")
    authenticated_at = models.DateTimeField(help_text="When the person last proved who they are.")
    last_used_at = models.DateTimeField(help_text="When tokens were last given out, which is every five minutes.")
    expires_at = models.DateTimeField(help_text="When it ends, unless it is used before.")
    revoked_at = models.DateTimeField(null=True, help_text="When it was ended before its time.")
    revoke_reason = models.CharField(max_length=16, choices=RevokeReason, blank=True, help_text="Why.")

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], condition=models.Q(revoked_at__isnull=True), name="session_of_user"),
            models.Index(fields=["expires_at"], name="session_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoke_reason="")
                | models.Q(revoked_at__isnull=False, revoke_reason__in=RevokeReason.values),
                name="session_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("last_used_at")), name="session_ends_after_use"
            ),
        ]


class RefreshToken(models.Model):
    """One link of the chain by which a session goes on. Each is good once, and has at most one successor."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hexadecimal digits.")
    parent = models.OneToOneField(
        "self", null=True, on_delete=models.SET_NULL, related_name="child", help_text="The token that it replaced."
    )
    issued_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, help_text="When it was exchanged; null: it still may be.")
    expires_at = models.DateTimeField(help_text="Until when it may be exchanged.")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="refresh_token_end")]
