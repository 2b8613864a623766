"""What people keep for themselves: jobs to come back to, and employers who shall not see them."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from jobs.models.company import Company
from jobs.models.job import TITLE_LENGTH, Job
from kernel.models import Entity


class SavedJob(Entity):
    """A job that a person keeps for later. It stays when the job ends."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_jobs", db_index=False
    )
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=TITLE_LENGTH, help_text="The job's title when it was saved.")
    note = models.CharField(max_length=2000, blank=True, help_text="What the person wrote to it. Private.")
    saved_at = models.DateTimeField(default=timezone.now, help_text="Since when.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "job"], name="saved_job_is_unique")]
        indexes = [models.Index(fields=["user", "-saved_at", "-id"], name="saved_job_newest")]


class EmployerBlock(Entity):
    """A company whose people are not shown a person's profile. Nobody but the person is ever told."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="employer_blocks", db_index=False
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "company"], name="employer_block_is_unique")]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="employer_block_newest")]
