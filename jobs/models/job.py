"""A position that a company is hiring for."""

from datetime import datetime
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify

from jobs.models.company import Company, CompanyStatus
from jobs.models.taxonomy import Category, Occupation
from kernel.ids import public_id
from kernel.models import Entity
from kernel.reading import Given


class JobLifecycle(models.TextChoices):
    """Where a posting stands between being written and being put away."""

    DRAFT = "draft", "Being written"
    IN_REVIEW = "in_review", "Waiting for approval"
    APPROVED = "approved", "May be published"
    SCHEDULED = "scheduled", "Will go live at a set time"
    PUBLISHED = "published", "Live, unless moderation or its end says otherwise"
    PAUSED = "paused", "Taken down for a while"
    EXPIRED = "expired", "Its time is over"
    CLOSED = "closed", "Ended, for a stated reason"
    ARCHIVED = "archived", "Put away"


class JobModeration(models.TextChoices):
    """What the platform thinks of a posting, apart from its lifecycle."""

    CLEAR = "clear", "Nothing speaks against it"
    FLAGGED = "flagged", "Moderators are asked to look at it; shown until they decide"
    FROZEN = "frozen", "Moderators took it from public view"
    REMOVED = "removed", "Moderators took it from public view for good"


class JobVisibility(models.TextChoices):
    """Who finds a live posting: everybody, or those who have its address."""

    PUBLIC = "public"
    UNLISTED = "unlisted"


class ApplyKind(models.TextChoices):
    """How to apply: here, at an address, or by e-mail."""

    NATIVE = "native", "Here"
    URL = "url", "At an address elsewhere"
    EMAIL = "email", "By e-mail"


class EmploymentType(models.TextChoices):
    """On what terms somebody is hired. A posting may name several."""

    FULL_TIME = "full_time", "A full working week"
    PART_TIME = "part_time", "Part of a working week"
    CONTRACT = "contract", "As a contractor or freelancer"
    TEMPORARY = "temporary", "For a limited time"
    INTERNSHIP = "internship", "As an intern"
    APPRENTICESHIP = "apprenticeship", "To learn a trade"
    VOLUNTEER = "volunteer", "Unpaid, for a cause"


class Workplace(models.TextChoices):
    """Where the work is done."""

    ON_SITE = "on_site", "Where the employer is"
    HYBRID = "hybrid", "Partly where the employer is"
    REMOTE = "remote", "From anywhere that the posting allows"


class Seniority(models.TextChoices):
    """How much experience is asked for."""

    INTERN = "intern", "Still learning"
    ENTRY = "entry", "No experience needed"
    MID = "mid", "Some years of experience"
    SENIOR = "senior", "Much experience"
    LEAD = "lead", "Leads others"
    EXECUTIVE = "executive", "Leads the organisation or a large part of it"


class Education(models.TextChoices):
    """The least schooling asked for."""

    NONE = "none", "None asked for"
    SECONDARY = "secondary", "Secondary school"
    VOCATIONAL = "vocational", "Vocational training"
    BACHELOR = "bachelor", "Bachelor's degree"
    MASTER = "master", "Master's degree"
    DOCTORATE = "doctorate", "Doctorate"


class Benefit(models.TextChoices):
    """What a job gives beside its pay."""

    HEALTH_INSURANCE = "health_insurance", "Health, dental or vision insurance"
    RETIREMENT = "retirement", "A pension, or money towards one"
    EQUITY = "equity", "Shares or options"
    BONUS = "bonus", "A bonus"
    PAID_LEAVE = "paid_leave", "Paid holidays beyond the usual"
    PARENTAL_LEAVE = "parental_leave", "Paid leave for parents"
    FLEXIBLE_HOURS = "flexible_hours", "Hours of one's own choice, or a shorter week"
    LEARNING = "learning", "Money or time to learn"
    RELOCATION = "relocation", "Help with moving"
    TRANSPORT = "transport", "Travel to work, or a car"
    MEALS = "meals", "Food"
    CHILDCARE = "childcare", "Help with childcare"
    WELLNESS = "wellness", "Sport, or health beyond insurance"


class VisaSponsorship(models.TextChoices):
    """Whether the employer sees to a work permit."""

    OFFERED = "offered", "The employer sees to it"
    NOT_OFFERED = "not_offered", "Only for people who may work there already"


class CloseReason(models.TextChoices):
    """Why a posting was closed."""

    FILLED = "filled", "Somebody was hired"
    WITHDRAWN = "withdrawn", "The company took it back"
    CANCELLED = "cancelled", "The position is not to be filled any more"
    DUPLICATE = "duplicate", "It stood on the board twice"
    MODERATION = "moderation", "The platform closed it"


class DescriptionFormat(models.TextChoices):
    """What a description was written in."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"


TITLE_LENGTH = 300
# Everything that has been shown to the public at least once and can be shown again.
DATED = ["published", "paused", "expired"]
ENDED = ["closed", "archived"]
SHOWN = Q(lifecycle="published", moderation__in=["clear", "flagged"])


class Job(Entity):
    """A position that a company is hiring for."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="jobs")
    external_reference = models.CharField(
        max_length=200, blank=True, help_text="The company's own reference; unique per company and language."
    )
    language = models.CharField(
        max_length=10, default="en", help_text="BCP 47 tag of the language the posting is written in."
    )
    title = models.CharField(
        max_length=TITLE_LENGTH, help_text=f"Shown in listings; at most {TITLE_LENGTH} characters."
    )
    occupation = models.ForeignKey(Occupation, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")

    lifecycle = models.CharField(
        max_length=16, choices=JobLifecycle, default=JobLifecycle.DRAFT, help_text="Where the posting stands."
    )
    moderation = models.CharField(max_length=16, choices=JobModeration, default=JobModeration.CLEAR)
    visibility = models.CharField(max_length=16, choices=JobVisibility, default=JobVisibility.PUBLIC)

    apply_kind = models.CharField(max_length=16, choices=ApplyKind, default=ApplyKind.NATIVE, help_text="How to apply.")
    apply_url = models.URLField(max_length=2000, blank=True, help_text="Where to apply, when that is elsewhere.")
    apply_email = models.EmailField(blank=True)
    employment_types = ArrayField(
        models.CharField(max_length=16, choices=EmploymentType),
        default=list,
        blank=True,
        help_text="On what terms somebody is hired.",
    )
    workplace = models.CharField(
        max_length=16, choices=Workplace, blank=True, help_text="Where the work is done, where the posting says so."
    )
    remote_utc_from = models.SmallIntegerField(
        null=True, blank=True, help_text="Westernmost UTC offset a remote worker may live at, in minutes."
    )
    remote_utc_to = models.SmallIntegerField(
        null=True, blank=True, help_text="Easternmost UTC offset a remote worker may live at, in minutes."
    )
    seniority = models.CharField(
        max_length=16, choices=Seniority, blank=True, help_text="How much experience is asked for, where known."
    )
    education = models.CharField(
        max_length=16, choices=Education, blank=True, help_text="The least schooling asked for, where known."
    )

    benefits = ArrayField(
        models.CharField(max_length=20, choices=Benefit),
        default=list,
        db_default=[],
        blank=True,
        help_text="What it gives beside its pay.",
    )
    visa = models.CharField(
        max_length=16,
        choices=VisaSponsorship,
        blank=True,
        default="",
        db_default="",
        help_text="Whether the employer sees to a work permit, where the posting says so.",
    )

    description_source = models.TextField(blank=True, help_text="As it came.")
    description_format = models.CharField(max_length=16, choices=DescriptionFormat, default=DescriptionFormat.MARKDOWN)
    description_html = models.TextField(blank=True, help_text="Sanitised; safe to show.")
    description_text = models.TextField(blank=True, help_text="Without mark-up.")

    first_published_at = models.DateTimeField(null=True, blank=True, help_text="Written once: the posting's true age.")
    published_at = models.DateTimeField(null=True, blank=True, help_text="When it last went live.")
    scheduled_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Not live from this instant on.")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When it was closed.")
    close_reason = models.CharField(max_length=16, choices=CloseReason, blank=True, help_text="Why it was closed.")

    guessed = ArrayField(
        models.CharField(max_length=20),
        default=list,
        db_default=[],
        blank=True,
        help_text="Fields that no source states and that were inferred from title and text.",
    )
    is_template = models.BooleanField(
        default=False, db_default=False, help_text="Others are begun from it; it is never published itself."
    )
    review_comment = models.CharField(
        max_length=1000,
        blank=True,
        default="",
        db_default="",
        help_text="Why it was sent back, or could not go live at its time; until it goes on.",
    )
    reminded_of = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The end that its company was reminded of."
    )
    content_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of what the posting says."
    )
    current_revision = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(
        default=1, editable=False, help_text="Grows with every write; for optimistic locking."
    )

    class Meta:
        indexes = [
            models.Index(fields=["-published_at", "-id"], condition=SHOWN, name="job_newest"),
            models.Index(fields=["category", "-published_at", "-id"], condition=SHOWN, name="job_newest_in_category"),
            models.Index(fields=["company", "-published_at", "-id"], condition=SHOWN, name="job_newest_of_company"),
            models.Index(fields=["workplace", "-published_at", "-id"], condition=SHOWN, name="job_newest_at_workplace"),
            models.Index(fields=["seniority", "-published_at", "-id"], condition=SHOWN, name="job_newest_of_seniority"),
            GinIndex(fields=["employment_types"], name="job_employment_types"),
            models.Index(fields=["expires_at"], condition=Q(lifecycle="published"), name="job_expiry"),
            models.Index(fields=["expires_at"], condition=Q(lifecycle="paused"), name="job_expiry_of_paused"),
            models.Index(fields=["scheduled_at"], condition=Q(lifecycle="scheduled"), name="job_schedule"),
            models.Index(fields=["company", "-id"], name="job_of_company"),
            models.Index(fields=["updated_at", "id"], condition=Q(lifecycle="in_review"), name="job_review_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "external_reference", "language"],
                condition=~Q(external_reference=""),
                name="job_reference_is_unique",
            ),
            models.CheckConstraint(condition=Q(lifecycle__in=JobLifecycle.values), name="job_lifecycle_is_known"),
            models.CheckConstraint(condition=Q(moderation__in=JobModeration.values), name="job_moderation_is_known"),
            models.CheckConstraint(condition=Q(visibility__in=JobVisibility.values), name="job_visibility_is_known"),
            models.CheckConstraint(condition=Q(workplace__in=["", *Workplace.values]), name="job_workplace_is_known"),
            models.CheckConstraint(condition=Q(seniority__in=["", *Seniority.values]), name="job_seniority_is_known"),
            models.CheckConstraint(condition=Q(education__in=["", *Education.values]), name="job_education_is_known"),
            models.CheckConstraint(
                condition=Q(employment_types__contained_by=EmploymentType.values), name="job_employment_types_are_known"
            ),
            models.CheckConstraint(condition=Q(benefits__contained_by=Benefit.values), name="job_benefits_are_known"),
            models.CheckConstraint(condition=Q(visa__in=["", *VisaSponsorship.values]), name="job_visa_is_known"),
            models.CheckConstraint(condition=~Q(title=""), name="job_has_a_title"),
            models.CheckConstraint(
                condition=Q(is_template=False) | Q(lifecycle="draft"), name="job_template_stays_a_draft"
            ),
            models.CheckConstraint(
                condition=~Q(lifecycle="scheduled") | Q(scheduled_at__isnull=False), name="job_scheduled_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(lifecycle__in=DATED)
                | Q(first_published_at__isnull=False, published_at__isnull=False, expires_at__isnull=False),
                name="job_published_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("published_at")), name="job_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(lifecycle__in=ENDED, close_reason__in=CloseReason.values, closed_at__isnull=False)
                | (~Q(lifecycle__in=ENDED) & Q(close_reason="", closed_at__isnull=True)),
                name="job_closed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(apply_kind="native")
                | (Q(apply_kind="url") & ~Q(apply_url=""))
                | (Q(apply_kind="email") & ~Q(apply_email="")),
                name="job_can_be_applied_to",
            ),
            models.CheckConstraint(
                condition=Q(remote_utc_from__isnull=True, remote_utc_to__isnull=True)
                | Q(
                    remote_utc_from__isnull=False,
                    remote_utc_to__isnull=False,
                    remote_utc_from__gte=-720,
                    remote_utc_to__lte=840,
                    remote_utc_from__lte=F("remote_utc_to"),
                ),
                name="job_remote_hours_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def slug(self) -> str:
        """Words of the title, then the public id, by which alone the posting is found."""
        words = _words_of(self.title)
        return f"{words}-{self.public_id}" if words else self.public_id


def live(now: datetime | Given | None = None) -> Q:
    """The one rule of what the public is shown. Everything that lists jobs asks this, and nothing else."""
    now = now or timezone.now()
    return Q(
        lifecycle=JobLifecycle.PUBLISHED,
        moderation__in=[JobModeration.CLEAR, JobModeration.FLAGGED],
        published_at__lte=now,
        expires_at__gt=now,
        company__status=CompanyStatus.ACTIVE,
    )


@lru_cache(maxsize=10_000)
def _words_of(title: str) -> str:
    """A title as an address has it. Titles repeat, and working one out takes longer than reading the row it is in."""
    return slugify(title)[:80].strip("-")
