"""Who acts for a company, who is asked to, and who works on which of its jobs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from jobs.models.company import Company
from jobs.models.job import Job
from kernel.models import Entity


class MembershipRole(models.TextChoices):
    """What a person may do for a company."""

    INTERVIEWER = "interviewer", "Interviews candidates of the jobs assigned"
    HIRING_MANAGER = "hiring_manager", "Decides on the jobs assigned"
    RECRUITER = "recruiter", "Runs all of the company's jobs"
    ADMIN = "admin", "Runs all jobs and the team"
    OWNER = "owner", "Answers for the company"


class Membership(models.Model):
    """A person acting for a company, in one role."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=MembershipRole, help_text="The person's role there.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="Since when.")
    suspended_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the person may do nothing for the company; null: may."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "company"], name="membership_is_unique"),
            models.CheckConstraint(condition=Q(role__in=MembershipRole.values), name="membership_role_is_known"),
        ]
        indexes = [models.Index(fields=["company", "id"], name="membership_of_company")]

    def __str__(self) -> str:
        return f"{self.role} of {self.company_id}"


class InvitationStatus(models.TextChoices):
    """Where an invitation stands."""

    OPEN = "open", "Can be accepted"
    ACCEPTED = "accepted", "The person joined"
    DECLINED = "declined", "The person said no"
    REVOKED = "revoked", "The company took it back"
    EXPIRED = "expired", "Nobody answered in time"


class Invitation(Entity):
    """An offer of a role in a company to whoever reads mail at an address. It ends in one way."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    email = models.EmailField(help_text="Whom it is for, in lower case.")
    role = models.CharField(max_length=16, choices=MembershipRole, help_text="The role that is offered.")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(help_text="Until when it can be accepted.")
    accepted_at = models.DateTimeField(null=True, blank=True, help_text="When the person joined.")
    declined_at = models.DateTimeField(null=True, blank=True, help_text="When the person said no.")
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="When the company took it back.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"],
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True)
                | Q(accepted_at__isnull=True, revoked_at__isnull=True)
                | Q(declined_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_outcome",
            ),
            models.CheckConstraint(condition=Q(role__in=MembershipRole.values), name="invitation_role_is_known"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_is_lower_case"),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="invitation_of_company"),
            models.Index(
                fields=["email", "-id"],
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_of_email",
            ),
        ]

    @property
    def status(self) -> InvitationStatus:
        """Where it stands now."""
        if self.accepted_at:
            return InvitationStatus.ACCEPTED
        if self.declined_at:
            return InvitationStatus.DECLINED
        if self.revoked_at:
            return InvitationStatus.REVOKED
        return InvitationStatus.OPEN if self.expires_at > timezone.now() else InvitationStatus.EXPIRED


class HiringRole(models.TextChoices):
    """What a member does for one job."""

    INTERVIEWER = "interviewer", "Interviews its candidates"
    HIRING_MANAGER = "hiring_manager", "Decides on it"
    RECRUITER = "recruiter", "Runs it"


class HiringTeam(models.Model):
    """A member who works on one job. It gives rights only while the membership does."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="hiring_team", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=HiringRole, help_text="What the person does for the job.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "user"], name="hiring_team_is_unique"),
            models.CheckConstraint(condition=Q(role__in=HiringRole.values), name="hiring_team_role_is_known"),
        ]
