"""What hangs on a posting: where, for whom, which skills, and what it used to say."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jobs.models.company import Company
from jobs.models.job import Job
from jobs.models.taxonomy import Country, Place, Skill


class JobLocation(models.Model):
    """One of the places where a job can be done, in the posting's words and, where recognised, as a place."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="locations")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The place's, or all that is known.",
    )
    text = models.CharField(max_length=300, blank=True, help_text="As the posting says it.")
    is_guessed = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The posting names neither the town's region nor its country, or no place as such.",
    )
    is_primary = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="job_location_position_is_unique"),
            models.UniqueConstraint(fields=["job"], condition=Q(is_primary=True), name="job_location_one_primary"),
            models.UniqueConstraint(
                fields=["job", "place"], condition=Q(place__isnull=False), name="job_location_is_unique"
            ),
            models.CheckConstraint(condition=Q(place__isnull=False) | ~Q(text=""), name="job_location_says_something"),
        ]
        indexes = [
            models.Index(fields=["place", "job"], condition=Q(place__isnull=False), name="job_location_place"),
            models.Index(fields=["country", "job"], condition=Q(country__isnull=False), name="job_location_country"),
        ]


class RemoteEligibility(models.Model):
    """A country, or a region of one, from which a remote job may or may not be done. None at all: from anywhere."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="remote_eligibility")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    region_code = models.CharField(
        max_length=20, blank=True, help_text="GeoNames admin1 code; empty for the whole country."
    )
    is_allowed = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "remote eligibility"
        constraints = [
            models.UniqueConstraint(fields=["job", "country", "region_code"], name="remote_eligibility_is_unique")
        ]


class Necessity(models.TextChoices):
    """How much a job insists on a skill."""

    REQUIRED = "required", "Needed"
    NICE = "nice", "Welcome, not needed"


class JobSkill(models.Model):
    """A skill that a job asks for."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="job_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="job_skills")
    necessity = models.CharField(
        max_length=16, choices=Necessity, default=Necessity.REQUIRED, help_text="How much the job insists on it."
    )
    level = models.PositiveSmallIntegerField(null=True, blank=True, help_text="From 1, basic, to 5, expert.")
    is_guessed = models.BooleanField(
        default=False, db_default=False, help_text="The posting mentions it without listing it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "skill"], name="job_skill_is_unique"),
            models.CheckConstraint(condition=Q(necessity__in=Necessity.values), name="job_skill_necessity_is_known"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 5)), name="job_skill_level_in_bounds"
            ),
        ]
        indexes = [models.Index(fields=["skill", "necessity", "job"], name="job_skill_lookup")]


class JobRevision(models.Model):
    """What a posting said at one time. Append-only; an application points at the one it answered."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="From 1, without gaps.")
    content = models.JSONField(help_text="Every field that the public was shown.")
    changed = ArrayField(
        models.CharField(max_length=40), default=list, help_text="Fields that differ from the revision before."
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_revision_is_unique")]


class SlugHistory(models.Model):
    """An address that a company or a job once had, so that old links still lead there."""

    slug = models.CharField(max_length=120, unique=True)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="old_slugs")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, null=True, related_name="old_slugs")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "slug history"
        constraints = [
            models.CheckConstraint(
                condition=Q(company__isnull=False, job__isnull=True) | Q(company__isnull=True, job__isnull=False),
                name="slug_history_has_one_owner",
            )
        ]
