"""What identity providers vouch for: the people behind their subjects, and the codes of sign-ins on their way."""

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from kernel.models import Entity


class Identity(Entity):
    """A person as an identity provider knows them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=64, help_text="The provider's word: `google`.")
    subject = models.CharField(max_length=255, help_text="The person's id there, which never changes.")
    last_used_at = models.DateTimeField(help_text="When the person last signed in with it.")

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="identity_is_unique"),
            models.CheckConstraint(condition=~Q(subject=""), name="identity_has_a_subject"),
        ]


class SignInCode(Entity):
    """What the browser brings back from a provider, to be exchanged for tokens once, by whoever set out with it."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the code, in hexadecimal digits.")
    challenge = models.CharField(max_length=43, help_text="SHA-256 of what the client keeps, as RFC 7636 writes it.")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, help_text="When it was exchanged.")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="sign_in_code_age")]
