"""The second factor of a log-in: codes that an app on the person's telephone shows, and codes on paper without it."""

from django.db import models
from django.db.models.functions import Now

from accounts.models.user import User


class Totp(models.Model):
    """What a person and their app share. It asks for nothing until the first code has confirmed it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="totp")
    secret = models.TextField(help_text="The shared secret, sealed under SECRET_KEY.")
    last_step = models.BigIntegerField(default=0, help_text="The 30 seconds of the newest code that was used.")
    enabled_at = models.DateTimeField(
        null=True, help_text="Since when log-ins need a code; null until it is confirmed."
    )
    created_at = models.DateTimeField(db_default=Now())

    @property
    def is_enabled(self) -> bool:
        return self.enabled_at is not None


class RecoveryCode(models.Model):
    """A code on paper, good for one log-in in place of the app's. Only its hash is kept."""

    totp = models.ForeignKey(Totp, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64, help_text="SHA-256 of the code, in hexadecimal digits.")
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["totp", "hash"], name="recovery_code_is_unique"),
        ]
