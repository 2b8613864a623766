"""What people say of themselves: where they worked and learned, what they speak, and where they may work."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobs.models.person import Profile
from jobs.models.taxonomy import Country

_MONTH = "The first day of the month; no finer than that is known."
_BESIDE = "Members of the JSON Resume object that it was imported from which the columns could not give back."


class ExperienceKind(models.TextChoices):
    """On what terms somebody worked somewhere."""

    EMPLOYMENT = "employment", "Paid work"
    VOLUNTEERING = "volunteering", "Unpaid, for a cause"


class Experience(models.Model):
    """A position that a person held, or holds."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="experiences", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(
        max_length=16,
        choices=ExperienceKind,
        default=ExperienceKind.EMPLOYMENT,
        help_text="Whether it was work for pay.",
    )
    title = models.CharField(max_length=200, blank=True, help_text="What the person was there.")
    organisation = models.CharField(max_length=200, blank=True, help_text="For whom the person worked.")
    place = models.CharField(max_length=200, blank=True, help_text="Where, in the person's words.")
    started_on = models.DateField(null=True, blank=True, help_text=_MONTH)
    ended_on = models.DateField(null=True, blank=True, help_text=_MONTH)
    is_current = models.BooleanField(default=False, help_text="The person still works there.")
    summary = models.TextField(blank=True, help_text="What the person did there, in a few sentences.")
    highlights = ArrayField(
        models.CharField(max_length=1000), default=list, blank=True, help_text="What is worth telling of it, in lines."
    )
    beside = models.JSONField(default=dict, blank=True, help_text=_BESIDE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "position"], name="experience_position_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=ExperienceKind.values), name="experience_kind_is_known"),
            models.CheckConstraint(condition=~Q(title="") | ~Q(organisation=""), name="experience_says_something"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(started_on__isnull=True) | Q(started_on__lte=F("ended_on")),
                name="experience_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(ended_on__isnull=True), name="experience_current_has_no_end"
            ),
        ]


class ProfileEducation(models.Model):
    """Something that a person studied, or studies."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="educations", db_index=False)
    position = models.PositiveSmallIntegerField()
    institution = models.CharField(max_length=200, blank=True, help_text="Where the person studied.")
    area = models.CharField(max_length=200, blank=True, help_text="What the person studied.")
    study_type = models.CharField(max_length=200, blank=True, help_text="Towards which degree or certificate.")
    started_on = models.DateField(null=True, blank=True, help_text=_MONTH)
    ended_on = models.DateField(null=True, blank=True, help_text=_MONTH)
    score = models.CharField(max_length=100, blank=True, help_text="How well the person did, in the school's own way.")
    courses = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Courses that are worth telling of."
    )
    beside = models.JSONField(default=dict, blank=True, help_text=_BESIDE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "position"], name="profile_education_position_is_unique"),
            models.CheckConstraint(
                condition=~Q(institution="") | ~Q(area="") | ~Q(study_type=""),
                name="profile_education_says_something",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(started_on__isnull=True) | Q(started_on__lte=F("ended_on")),
                name="profile_education_ends_after_start",
            ),
        ]


class LanguageLevel(models.TextChoices):
    """How well somebody speaks a language: a level of the Common European Framework of Reference, or native."""

    A1 = "a1", "Says and understands simple things"
    A2 = "a2", "Manages everyday situations"
    B1 = "b1", "Manages most situations at work and on journeys"
    B2 = "b2", "Talks fluently with native speakers about most things"
    C1 = "c1", "Uses it at work with ease"
    C2 = "c2", "Understands and says practically everything"
    NATIVE = "native", "Grew up with it"


class ProfileLanguage(models.Model):
    """A language that a person speaks."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="spoken_languages", db_index=False)
    position = models.PositiveSmallIntegerField()
    tag = models.CharField(max_length=35, help_text="Its BCP 47 tag: `en`, `pt-BR`.")
    level = models.CharField(max_length=16, choices=LanguageLevel, blank=True, help_text="How well, where known.")
    beside = models.JSONField(default=dict, blank=True, help_text=_BESIDE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "position"], name="profile_language_position_is_unique"),
            models.UniqueConstraint(fields=["profile", "tag"], name="profile_language_is_unique"),
            models.CheckConstraint(
                condition=Q(level__in=["", *LanguageLevel.values]), name="profile_language_level_is_known"
            ),
        ]


class LinkKind(models.TextChoices):
    """What an address of a person leads to."""

    WEBSITE = "website", "The person's own site"
    LINKEDIN = "linkedin", "LinkedIn"
    XING = "xing", "XING"
    GITHUB = "github", "GitHub"
    GITLAB = "gitlab", "GitLab"
    STACK_OVERFLOW = "stack_overflow", "Stack Overflow"
    BEHANCE = "behance", "Behance"
    DRIBBBLE = "dribbble", "Dribbble"
    ORCID = "orcid", "ORCID"
    MASTODON = "mastodon", "Mastodon"
    X = "x", "X, formerly Twitter"
    OTHER = "other", "Something else"


class ProfileLink(models.Model):
    """Where else a person is found."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="links", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=LinkKind, help_text="What it leads to.")
    url = models.URLField(max_length=500, help_text="The address.")
    beside = models.JSONField(default=dict, blank=True, help_text=_BESIDE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "position"], name="profile_link_position_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="profile_link_kind_is_known"),
        ]


class WorkPermission(models.TextChoices):
    """By what right somebody may work in a country."""

    CITIZEN = "citizen", "By citizenship, also of a country with free movement to it"
    PERMIT = "permit", "By a permit that allows any employer"
    NEEDS_SPONSORSHIP = "needs_sponsorship", "Only with an employer who sponsors a permit"


class WorkAuthorisation(models.Model):
    """Whether a person may work in a country."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="work_authorisations", db_index=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    permission = models.CharField(max_length=24, choices=WorkPermission, help_text="By what right.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "country"], name="work_authorisation_is_unique"),
            models.CheckConstraint(
                condition=Q(permission__in=WorkPermission.values), name="work_authorisation_is_known"
            ),
        ]
