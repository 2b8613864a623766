"""What a feed is made with: its weights, what people say of it, and what is counted of the postings that it shows."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from jobs.models.job import Job
from jobs.models.taxonomy import Occupation, Skill
from kernel.models import Entity


class RankingModel(models.Model):
    """Weights of a feed, as they were decided once. A row is never changed: another decision is another version."""

    version = models.PositiveIntegerField(unique=True)
    weights = models.JSONField(help_text="The weight of each feature by its name; the whole of a score.")
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the weights as canonical JSON.")
    note = models.CharField(max_length=500, blank=True, help_text="Why it is as it is.")
    is_active = models.BooleanField(default=False, help_text="The one that feeds are ranked with.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="ranking_model_one_is_active"
            ),
        ]


class FeedSettings(models.Model):
    """How a person wants their feed made. Without a row it is made as usual."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="feed_settings"
    )
    is_profiled = models.BooleanField(
        default=True, db_default=True, help_text="Whether what the person does changes what is shown."
    )
    weights = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="By a main feature's name: how much it counts, 0 to 2."
    )
    wanted_titles = ArrayField(
        models.CharField(max_length=200), default=list, db_default=[], blank=True, help_text="Roles, in own words."
    )
    would_relocate = models.BooleanField(
        default=False, db_default=False, help_text="Jobs in other countries too, where the person may work."
    )
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="Grows with every change.")


class DismissReason(models.TextChoices):
    """Why somebody does not want to be shown a job."""

    NOT_INTERESTED = "not_interested", "It says nothing to the person"
    WRONG_ROLE = "wrong_role", "Another kind of work"
    WRONG_PLACE = "wrong_place", "Too far, or in the wrong place"
    PAY_TOO_LOW = "pay_too_low", "Too little pay"
    WRONG_LEVEL = "wrong_level", "Too senior, or not senior enough"
    COMPANY = "company", "Not this company"
    ALREADY_APPLIED = "already_applied", "Applied elsewhere already"
    SUSPICIOUS = "suspicious", "It does not look honest"
    OTHER = "other", "Something else"


class JobDismissal(Entity):
    """A job that a person does not want to be shown any more, nor, unless its place was wrong, what says the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(
        max_length=24, choices=DismissReason, default=DismissReason.NOT_INTERESTED, help_text="Why."
    )
    likeness = models.BigIntegerField(null=True, help_text="The index's, of the job as it was: equal says the same.")
    dismissed_at = models.DateTimeField(default=timezone.now, help_text="Since when.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "job"], name="job_dismissal_is_unique"),
            models.CheckConstraint(condition=Q(reason__in=DismissReason.values), name="job_dismissal_reason_is_known"),
        ]
        indexes = [models.Index(fields=["user", "-dismissed_at", "-id"], name="job_dismissal_newest")]


class JobHeat(models.Model):
    """What people did with a job lately, as numbers that fade by themselves. Made from signals; never the truth."""

    job = models.OneToOneField(Job, primary_key=True, on_delete=models.CASCADE, related_name="+")
    heat = models.FloatField(help_text="Logarithm of the weighted signals, each grown by its instant.")
    exposure = models.FloatField(default=0, help_text="Impressions of late, as of `exposed_at`; a week halves them.")
    exposed_at = models.DateTimeField(default=timezone.now)
    signals = models.PositiveIntegerField(default=0, help_text="What people did beside seeing it, ever.")

    class Meta:
        db_table = "job_heat"
        indexes = [models.Index(F("heat").desc(), F("job").desc(), name="job_heat_hottest")]


class FeedCell(models.Model):
    """Two cells whose jobs the same people liked. A cell is an occupation and one of the skills that its jobs ask for.

    Postings are gone too soon to learn from each; cells stay. Rebuilt by night.
    """

    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="+", db_index=False)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+", db_index=False, null=True)
    near_occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="+", db_index=False)
    near_skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+", db_index=False, null=True)
    likeness = models.FloatField(help_text="Shrunk cosine of who liked them, above 0 and at most 1.")

    class Meta:
        db_table = "feed_cell"
        constraints = [
            models.UniqueConstraint(
                fields=["occupation", "skill", "near_occupation", "near_skill"],
                name="feed_cell_is_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(likeness__gt=0, likeness__lte=1), name="feed_cell_likeness_in_bounds"),
        ]
