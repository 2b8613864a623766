"""The board's tables as the Django peers see them: the columns that the works read, and no more than that declared."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import slugify


class Country(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        managed = False
        db_table = "jobs_country"


class Currency(models.Model):
    code = models.CharField(max_length=3, primary_key=True)
    digits = models.PositiveSmallIntegerField()

    class Meta:
        managed = False
        db_table = "jobs_currency"


class Place(models.Model):
    name = models.CharField(max_length=200)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")

    class Meta:
        managed = False
        db_table = "jobs_place"


class Skill(models.Model):
    name = models.CharField(max_length=120)

    class Meta:
        managed = False
        db_table = "jobs_skill"


class Company(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80)
    status = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "jobs_company"


class Job(models.Model):
    id = models.UUIDField(primary_key=True)
    public_id = models.CharField(max_length=16, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="jobs")
    title = models.CharField(max_length=300)
    lifecycle = models.CharField(max_length=16)
    moderation = models.CharField(max_length=16)
    visibility = models.CharField(max_length=16)
    employment_types = ArrayField(models.CharField(max_length=16))
    workplace = models.CharField(max_length=16)
    seniority = models.CharField(max_length=16)
    published_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "jobs_job"

    @property
    def slug(self) -> str:
        words = slugify(self.title)[:80].strip("-")
        return f"{words}-{self.public_id}" if words else self.public_id


class JobLocation(models.Model):
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="locations")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=300)
    is_primary = models.BooleanField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        managed = False
        db_table = "jobs_joblocation"


class JobSkill(models.Model):
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="job_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    necessity = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "jobs_jobskill"


class Compensation(models.Model):
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="compensations")
    kind = models.CharField(max_length=16)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=16)
    min_minor = models.BigIntegerField(null=True)
    max_minor = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "jobs_compensation"
