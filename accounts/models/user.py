"""People. A person is known by an e-mail address; there is no user name."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.text import email_address
from kernel.models import Entity


class PlatformRole(models.TextChoices):
    """What a person may do on the platform as a whole. Roles in a company are apart."""

    USER = "user", "Nothing beyond the own account and companies"
    MODERATOR = "moderator", "Reads all postings and freezes them"
    SUPPORT = "support", "Helps people with their accounts"
    ADMIN = "admin", "Runs the platform"


class UserStatus(models.TextChoices):
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    DELETED = "deleted", "Forgotten: only the row is left, for what points at it"


class UserKind(models.TextChoices):
    """Who is behind an account."""

    PERSON = "person"
    SERVICE = "service", "A company's program, which has keys and no password"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email_address(email), **fields)
        user.set_password(password)
        user.full_clean(validate_unique=False, validate_constraints=False)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An admin, whose address whoever runs the command vouches for."""
        fields.setdefault("email_verified_at", timezone.now())
        return self.create_user(email, password, platform_role=PlatformRole.ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(Entity, AbstractBaseUser):
    """A person with an account."""

    email = models.EmailField(
        unique=True, help_text="How the person logs in. Kept in lower case, so that it is unique in any case."
    )
    name = models.CharField(max_length=200, blank=True, help_text="What others see.")
    email_verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody showed that they read its mail; null: nobody has."
    )
    locale = models.CharField(max_length=10, default="en", help_text="BCP 47 tag of the language to be addressed in.")
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA time zone.")
    platform_role = models.CharField(
        max_length=16,
        choices=PlatformRole,
        default=PlatformRole.USER,
        help_text="What the person may do on the platform as a whole.",
    )
    status = models.CharField(max_length=16, choices=UserStatus, default=UserStatus.ACTIVE)
    deactivated_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person deactivated the account; null where staff did."
    )
    kind = models.CharField(max_length=16, choices=UserKind, default=UserKind.PERSON)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(platform_role__in=PlatformRole.values), name="user_platform_role_is_known"
            ),
            models.CheckConstraint(condition=models.Q(status__in=UserStatus.values), name="user_status_is_known"),
            models.CheckConstraint(condition=models.Q(kind__in=UserKind.values), name="user_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(deactivated_at__isnull=True) | models.Q(status="deactivated"),
                name="user_active_is_not_deactivated",
            ),
        ]

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's attribute; here a fact of `status`
        return self.status == UserStatus.ACTIVE

    @property
    def is_staff(self) -> bool:
        """May enter the admin."""
        return self.platform_role == PlatformRole.ADMIN

    def set_password(self, raw_password: str | None) -> None:
        """Set it in one form (NFKC, as NIST SP 800-63B asks), so that it is the same from every keyboard."""
        super().set_password(None if raw_password is None else unicodedata.normalize("NFKC", raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password. One that was hashed with weaker parameters than today's is hashed anew."""
        return super().check_password(None if raw_password is None else unicodedata.normalize("NFKC", raw_password))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """The admin's question; a platform admin may do all, nobody else anything."""
        return self.is_active and self.platform_role == PlatformRole.ADMIN

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(app_label)
