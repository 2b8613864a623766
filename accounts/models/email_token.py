"""The links that prove that somebody reads the mail of an address."""

from django.db import models

from accounts.models.user import User
from kernel.models import Entity


class EmailTokenPurpose(models.TextChoices):
    """What following the link does."""

    REGISTER = "register", "Makes the account that was asked for"
    CHANGE = "change", "Gives the account this address"
    RESET = "reset", "Lets the person set a new password"


class EmailToken(Entity):
    """A link mailed to an address: good once, until it expires. The token itself is kept nowhere.

    It stands for the address, and not for what is known of it: one is made for every address that is asked for, so
    that nobody can tell from outside whether there is an account. A registration is kept here, too, until it is
    confirmed: with a password of its own, so that whoever else registers the address changes nothing of it.
    """

    purpose = models.CharField(max_length=16, choices=EmailTokenPurpose)
    email = models.EmailField(help_text="Where it is sent.")
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hexadecimal digits.")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    user = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="email_tokens", help_text="Of a change: whose it is."
    )
    from_email = models.EmailField(blank=True, help_text="Of a change: the address that it is to replace.")

    password = models.CharField(max_length=128, blank=True, help_text="Of a registration: the hash of its password.")
    name = models.CharField(max_length=200, blank=True, help_text="Of a registration: what others will see.")
    locale = models.CharField(max_length=10, default="en", help_text="Of a registration: a BCP 47 tag.")
    timezone = models.CharField(max_length=64, default="UTC", help_text="Of a registration: an IANA time zone.")

    class Meta:
        indexes = [
            models.Index(
                fields=["email", "purpose", "-id"], condition=models.Q(used_at__isnull=True), name="email_token_open"
            ),
            models.Index(fields=["expires_at"], name="email_token_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=EmailTokenPurpose.values), name="email_token_purpose_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(models.Q(purpose="change") & models.Q(user__isnull=False) & ~models.Q(from_email=""))
                | models.Q(~models.Q(purpose="change") & models.Q(user__isnull=True) & models.Q(from_email="")),
                name="email_token_change_has_a_user",
            ),
            models.CheckConstraint(
                condition=models.Q(models.Q(purpose="register") & ~models.Q(password=""))
                | models.Q(~models.Q(purpose="register") & models.Q(password="")),
                name="email_token_registration_has_a_password",
            ),
        ]
