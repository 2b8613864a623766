"""Postings that stand on the board more than once: what they are recognised by, and what people said about it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from jobs.models.job import Job


class DuplicateCluster(models.Model):
    """Postings that are all duplicates of one of them, the oldest, which leads. There are at least two."""

    leader = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class JobFingerprint(models.Model):
    """What a posting is recognised by: made of it, and made anew whenever it says something else."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="fingerprint")
    content_hash = models.CharField(max_length=64, blank=True, help_text="That of the job when this was made.")
    bands = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="Keys that duplicates are likely to share; empty for those who follow another in a cluster.",
    )
    cluster = models.ForeignKey(
        DuplicateCluster,
        on_delete=models.SET_NULL,
        null=True,
        db_index=False,  # the index below serves
        related_name="fingerprints",
        help_text="None: no twin.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["cluster", "job"], name="job_fingerprint_by_cluster"),
            # Without the list of pending entries: every look-up would read all of it.
            GinIndex(fields=["bands"], name="job_fingerprint_bands", fastupdate=False),
        ]


class DuplicateVerdict(models.Model):
    """Somebody has said that two postings, the older one first, are not duplicates."""

    job_a = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    job_b = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job_a", "job_b"], name="duplicate_verdict_is_unique"),
            models.CheckConstraint(condition=Q(job_a__lt=F("job_b")), name="duplicate_verdict_in_order"),
        ]
