"""The stages that applications go through. Companies name them; each is of a fixed kind."""

from django.db import models
from django.db.models import Deferrable, Q

from jobs.models.company import Company
from jobs.models.job import Job
from kernel.models import Entity


class StageKind(models.TextChoices):
    """What a stage is, whatever the company calls it: all that the person who applied is shown."""

    APPLIED = "applied", "Received"
    SCREEN = "screen", "Being looked at"
    INTERVIEW = "interview", "Interviews"
    OFFER = "offer", "An offer is being made"
    HIRED = "hired", "Hired"


class StageTemplate(models.Model):
    """A stage that a company's new postings begin with."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="stage_templates", db_index=False)
    kind = models.CharField(max_length=16, choices=StageKind, help_text="What it is.")
    name = models.CharField(max_length=80, help_text="What the company calls it.")
    position = models.PositiveSmallIntegerField(help_text="From 0, in the order in which they are gone through.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "position"],
                name="stage_template_position_is_unique",
                deferrable=Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["company"], condition=Q(kind="applied"), name="stage_template_one_applied"),
            models.UniqueConstraint(fields=["company"], condition=Q(kind="hired"), name="stage_template_one_hired"),
            models.UniqueConstraint(fields=["company", "name"], name="stage_template_name_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=StageKind.values), name="stage_template_kind_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="stage_template_has_a_name"),
        ]


class Stage(models.Model):
    """A stage of one posting."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="stages", db_index=False)
    kind = models.CharField(max_length=16, choices=StageKind, help_text="What it is.")
    name = models.CharField(max_length=80, help_text="What the company calls it; those who apply never see it.")
    position = models.PositiveSmallIntegerField(help_text="From 0, in the order in which they are gone through.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "position"], name="stage_position_is_unique", deferrable=Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["job"], condition=Q(kind="applied"), name="stage_one_applied"),
            models.UniqueConstraint(fields=["job"], condition=Q(kind="hired"), name="stage_one_hired"),
            models.UniqueConstraint(fields=["job", "name"], name="stage_name_is_unique"),
            # What the application's foreign key of two columns points at.
            models.UniqueConstraint(fields=["job", "id"], name="stage_of_job"),
            models.CheckConstraint(condition=Q(kind__in=StageKind.values), name="stage_kind_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="stage_has_a_name"),
        ]


class EmailTemplate(Entity):
    """A company's own words for a mail to somebody who was declined."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="email_templates")
    name = models.CharField(max_length=80, help_text="What the company calls it.")
    subject = models.CharField(max_length=200, help_text="May name {job} and {company}.")
    body = models.TextField(help_text="Plain text; may name {name}, {job} and {company}.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="email_template_name_is_unique")]
