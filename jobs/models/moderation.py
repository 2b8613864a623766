"""What people report, and what moderators make of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.models.job import Job
from kernel.models import Entity


class ReportReason(models.TextChoices):
    """What somebody finds wrong with a posting."""

    SCAM = "scam", "It wants money, or is a fraud"
    FAKE = "fake", "There is no such job"
    MISLEADING = "misleading", "It says what is not true"
    DISCRIMINATION = "discrimination", "It shuts people out unlawfully"
    OFFENSIVE = "offensive", "It offends"
    EXPIRED = "expired", "The job is taken, or the posting is out of date"
    DUPLICATE = "duplicate", "It stands on the board twice"
    NOT_A_JOB = "not_a_job", "It advertises something else"
    PRIVACY = "privacy", "It gives somebody's personal data away"
    OTHER = "other", "Something else, stated in words"


class CaseDecision(models.TextChoices):
    """What a moderator decided."""

    CLEARED = "cleared", "Nothing is wrong"
    FROZEN = "frozen", "It was taken from public view"
    REMOVED = "removed", "It was taken from public view for good"


class ModerationCase(Entity):
    """A posting that moderators are to look at, or looked at. At most one is open for each."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="moderation_cases", db_index=False)
    reports = models.PositiveIntegerField(default=0, help_text="How many people reported it in this case.")
    decision = models.CharField(max_length=16, choices=CaseDecision, blank=True, help_text="What was decided.")
    comment = models.CharField(max_length=1000, blank=True, help_text="Why, in words; the company reads it.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True, help_text="When.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job"], condition=Q(decided_at__isnull=True), name="moderation_case_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="moderation_case_decided_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["job", "-id"], name="moderation_case_of_job"),
            models.Index(fields=["created_at", "id"], condition=Q(decided_at__isnull=True), name="moderation_queue"),
        ]


class JobReport(Entity):
    """What somebody told moderators of a posting. One of each person and case."""

    case = models.ForeignKey(ModerationCase, on_delete=models.CASCADE, related_name="job_reports", db_index=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=16, choices=ReportReason, help_text="What is wrong.")
    text = models.CharField(max_length=1000, blank=True, help_text="In the person's words.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reporter"], condition=Q(reporter__isnull=False), name="job_report_is_unique"
            ),
            models.CheckConstraint(condition=Q(reason__in=ReportReason.values), name="job_report_reason_is_known"),
        ]
        indexes = [models.Index(fields=["case", "-id"], name="job_report_of_case")]
