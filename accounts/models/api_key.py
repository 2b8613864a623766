"""API keys: how programs prove who they act for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.user import User
from kernel.models import Entity
from kernel.viewer import Scope

PREFIX_LENGTH = 8


class ApiKeyScope(models.TextChoices):
    """What an API key may do. Nothing that is not named in one of its scopes."""

    ACCOUNT_READ = Scope.ACCOUNT_READ, "Read the own account: address, memberships, sessions, keys"
    PROFILE_READ = Scope.PROFILE_READ, "Read the own profile, saved jobs and blocked employers"
    PROFILE_WRITE = Scope.PROFILE_WRITE, "Change the own profile, save jobs, block employers"
    JOBS_READ = Scope.JOBS_READ, "Read what the public does not see of the own companies' jobs: drafts, for example"
    JOBS_WRITE = Scope.JOBS_WRITE, "Write the own companies' jobs, as far as the role allows"
    APPLICATIONS_READ = Scope.APPLICATIONS_READ, "Read the own applications, and those for the own companies' jobs"
    APPLICATIONS_WRITE = Scope.APPLICATIONS_WRITE, "Apply, and move what is sent to the own companies' jobs"
    COMPANY_READ = Scope.COMPANY_READ, "Read the own companies' team, invitations and audit log"
    COMPANY_WRITE = Scope.COMPANY_WRITE, "Change the own companies, as far as the role allows"


class ApiKey(Entity):
    """A key of a person, or of the service user of a company. Of the key itself only a hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    company_id = models.UUIDField(null=True, help_text="The company that the key acts for, and no other.")
    name = models.CharField(max_length=100, help_text="What it is for, in its maker's words.")
    prefix = models.CharField(max_length=PREFIX_LENGTH, help_text="Its first characters, to tell it from others by.")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key, in hexadecimal digits.")
    scopes = ArrayField(models.CharField(max_length=32, choices=ApiKeyScope), help_text="What it may do.")
    expires_at = models.DateTimeField(null=True, help_text="Until when it is good; null: until it is revoked.")
    last_used_at = models.DateTimeField(null=True, help_text="When it was last used, to the minute; null: never.")
    revoked_at = models.DateTimeField(null=True, help_text="When it was revoked; null: it was not.")

    class Meta:
        verbose_name = "API key"
        indexes = [
            models.Index(fields=["user", "-id"], condition=models.Q(revoked_at__isnull=True), name="api_key_of_user"),
            models.Index(
                fields=["company_id", "-id"], condition=models.Q(company_id__isnull=False), name="api_key_of_company"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=ApiKeyScope.values), name="api_key_scopes_are_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
