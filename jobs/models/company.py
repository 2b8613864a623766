"""Employers and the people who act for them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from jobs.models.taxonomy import Industry, Place
from kernel.models import Entity


class CompanyKind(models.TextChoices):
    """What sort of organisation is hiring."""

    EMPLOYER = "employer", "Hires for itself"
    AGENCY = "agency", "Hires for others"
    PUBLIC = "public", "A public body"
    NONPROFIT = "nonprofit", "Works for a cause and not for profit"


class CompanyStatus(models.TextChoices):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class SizeBand(models.TextChoices):
    """How many people work there."""

    S1_10 = "1-10", "1 to 10 people"
    S11_50 = "11-50", "11 to 50 people"
    S51_200 = "51-200", "51 to 200 people"
    S201_500 = "201-500", "201 to 500 people"
    S501_1000 = "501-1000", "501 to 1,000 people"
    S1001_5000 = "1001-5000", "1,001 to 5,000 people"
    S5001_PLUS = "5001+", "More than 5,000 people"


class Company(Entity):
    """An employer."""

    name = models.CharField(max_length=200, help_text="Trading name.")
    slug = models.SlugField(max_length=80, unique=True, help_text="Stands for the company in addresses.")
    kind = models.CharField(
        max_length=16, choices=CompanyKind, default=CompanyKind.EMPLOYER, help_text="What sort of organisation this is."
    )
    status = models.CharField(
        max_length=16,
        choices=CompanyStatus,
        default=CompanyStatus.ACTIVE,
        help_text="Only an active company's jobs are live.",
    )
    aliases = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Other names the company goes by."
    )
    website = models.URLField(max_length=500, blank=True, help_text="The company's own site.")
    description_source = models.TextField(blank=True)
    description_html = models.TextField(blank=True)
    description_text = models.TextField(blank=True)
    size_band = models.CharField(max_length=16, choices=SizeBand, blank=True, help_text="How many people work there.")
    industry = models.ForeignKey(Industry, on_delete=models.PROTECT, null=True, blank=True, related_name="companies")
    headquarters = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    benefits = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="What everybody who works there gets."
    )
    logo = models.CharField(
        max_length=100, blank=True, default="", db_default="", editable=False, help_text="Its file in the public store."
    )
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When the company proved that it is who it says."
    )
    version = models.PositiveIntegerField(
        default=1,
        db_default=1,
        editable=False,
        help_text="Grows with each edit; whoever edits says which one they read.",
    )

    class Meta:
        verbose_name_plural = "companies"
        indexes = [
            models.Index(fields=["name", "id"], condition=models.Q(status="active"), name="company_by_name"),
            models.Index(fields=["-created_at", "-id"], condition=models.Q(status="active"), name="company_by_age"),
            models.Index(fields=["industry", "name"], name="company_industry"),
            # Whom somebody works for, as they write it.
            models.Index(Lower("name"), name="company_folded_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=CompanyKind.values), name="company_kind_is_known"),
            models.CheckConstraint(condition=models.Q(status__in=CompanyStatus.values), name="company_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(size_band__in=["", *SizeBand.values]), name="company_size_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="company_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class DomainMethod(models.TextChoices):
    """How a company proves that a domain is its own."""

    DNS = "dns", "A TXT record in the domain"
    EMAIL = "email", "A link in a mail to an address at the domain"


class CompanyDomain(Entity):
    """A domain that a company says is its own. One that is verified belongs to one company."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="domains", db_index=False)
    domain = models.CharField(max_length=253, help_text="In lower case; letters beyond ASCII in their IDNA form.")
    method = models.CharField(max_length=8, choices=DomainMethod, help_text="How it is proved.")
    email = models.EmailField(blank=True, help_text="The address at the domain that the proof was mailed to.")
    token_hash = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When it was proved; null: not yet, or lost.")
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When the proof was last looked for.")
    missed_checks = models.PositiveSmallIntegerField(default=0, help_text="How often in a row it was not there.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "domain"], name="company_domain_is_unique"),
            models.UniqueConstraint(
                fields=["domain"],
                condition=models.Q(verified_at__isnull=False),
                name="company_domain_has_one_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(method=DomainMethod.DNS, email="")
                | (models.Q(method=DomainMethod.EMAIL) & ~models.Q(email="")),
                name="company_domain_method_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(domain=Lower("domain")) & ~models.Q(domain=""), name="company_domain_is_lower_case"
            ),
        ]
        indexes = [
            models.Index(
                fields=["checked_at"], condition=models.Q(verified_at__isnull=False), name="company_domain_to_check"
            ),
        ]

    def __str__(self) -> str:
        return self.domain


class Follow(models.Model):
    """A person who wants to hear of a company."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "company"], name="follow_is_unique")]
        indexes = [models.Index(fields=["user", "-id"], name="follow_of_user")]
