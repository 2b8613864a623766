"""What people look for, and what they can do."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jobs.models.job import EmploymentType, Seniority, Workplace
from jobs.models.pay import MAX_MINOR, YEARLY_FACTORS, PayPeriod
from jobs.models.taxonomy import Category, Currency, Occupation, Place, Skill
from kernel.models import Entity


class ProfileVisibility(models.TextChoices):
    """Who finds a profile."""

    PRIVATE = "private", "Only the person"
    RECRUITERS = "recruiters", "Recruiters of verified companies that the person has not blocked"


class ProfileSection(models.TextChoices):
    """A part of a profile that the person shows to those who find it, or keeps back."""

    NAME = "name", "The person's name"
    SUMMARY = "summary", "Headline, summary and seniority"
    HOME = "home", "Where the person lives, and how far is not too far"
    EXPERIENCE = "experience", "Where the person worked"
    EDUCATION = "education", "What the person studied"
    SKILLS = "skills", "What the person can do"
    LANGUAGES = "languages", "What the person speaks"
    LINKS = "links", "Where else the person is found"
    WORK_AUTHORISATION = "work_authorisation", "In which countries the person may work"
    NOTICE = "notice", "How soon the person can start"
    PREFERENCES = "preferences", "What work the person wants"


LONGEST_NOTICE_DAYS = 730


class Profile(Entity):
    """A person looking for work, or open to it. Private unless the person says otherwise."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    headline = models.CharField(max_length=200, blank=True, help_text="What the person does, in a line.")
    summary = models.TextField(blank=True, help_text="What the person does, in a few sentences.")
    home = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    radius_km = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How far from home, in kilometres; none: anywhere in the country."
    )
    categories = models.ManyToManyField(Category, blank=True, related_name="+", help_text="Wanted fields of work.")
    occupations = models.ManyToManyField(Occupation, blank=True, related_name="+", help_text="Wanted kinds of work.")
    seniority = models.CharField(max_length=16, choices=Seniority, blank=True, help_text="Where the person stands.")
    workplaces = ArrayField(
        models.CharField(max_length=16, choices=Workplace),
        default=list,
        blank=True,
        help_text="Where the person would work; none named: all the same.",
    )
    employment_types = ArrayField(
        models.CharField(max_length=16, choices=EmploymentType),
        default=list,
        blank=True,
        help_text="On what terms the person would work; none named: all the same.",
    )
    languages = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, help_text="BCP 47 tags of languages to work in."
    )
    # Nobody but the person is ever shown these.
    salary_floor_minor = models.BigIntegerField(null=True, blank=True, help_text="Least pay, in minor units. Private.")
    salary_floor_currency = models.ForeignKey(
        Currency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Private."
    )
    salary_floor_period = models.CharField(
        max_length=16, choices=PayPeriod, blank=True, help_text="What span of work the floor pays for. Private."
    )
    is_open = models.BooleanField(default=False, help_text="Open to offers.")
    visibility = models.CharField(
        max_length=16,
        choices=ProfileVisibility,
        default=ProfileVisibility.PRIVATE,
        help_text="Who finds the profile.",
    )
    shown_sections = ArrayField(
        models.CharField(max_length=24, choices=ProfileSection),
        default=list,
        db_default=[],
        blank=True,
        help_text="What those who find the profile are shown; nothing unless named.",
    )
    notice_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many days after an agreement the person can start; 0: at once."
    )
    version = models.PositiveIntegerField(
        default=1, db_default=1, help_text="Grows with every change, so that nobody overwrites what they have not read."
    )
    json_resume = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="What of an imported JSON Resume document no column holds."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_sections__contained_by=ProfileSection.values), name="profile_sections_are_known"
            ),
            models.CheckConstraint(
                condition=Q(notice_days__isnull=True) | Q(notice_days__lte=LONGEST_NOTICE_DAYS),
                name="profile_notice_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(seniority__in=["", *Seniority.values]), name="profile_seniority_is_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=ProfileVisibility.values), name="profile_visibility_is_known"
            ),
            models.CheckConstraint(
                condition=Q(workplaces__contained_by=Workplace.values), name="profile_workplaces_are_known"
            ),
            models.CheckConstraint(
                condition=Q(employment_types__contained_by=EmploymentType.values),
                name="profile_employment_types_are_known",
            ),
            models.CheckConstraint(
                condition=Q(radius_km__isnull=True) | Q(radius_km__range=(1, 1000)), name="profile_radius_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(salary_floor_minor__isnull=True, salary_floor_currency__isnull=True, salary_floor_period="")
                | Q(
                    salary_floor_minor__isnull=False,
                    salary_floor_minor__range=(0, MAX_MINOR),
                    salary_floor_currency__isnull=False,
                    salary_floor_period__in=[period.value for period in YEARLY_FACTORS],
                ),
                name="profile_salary_floor_is_whole",
            ),
        ]


class ProfileSkill(models.Model):
    """A skill that a person has."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="profile_skills", db_index=False)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="profile_skills")
    level = models.PositiveSmallIntegerField(null=True, blank=True, help_text="From 1, basic, to 5, expert.")
    years = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Years of practice.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "skill"], name="profile_skill_is_unique"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 5)), name="profile_skill_level_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(years__isnull=True) | Q(years__lte=80), name="profile_skill_years_in_bounds"
            ),
        ]
