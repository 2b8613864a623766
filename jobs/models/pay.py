"""What a job pays, as it was said, and what that comes to in a year."""

from django.db import models
from django.db.models import Case, F, GeneratedField, Q, Value, When
from django.db.models.functions import Coalesce

from jobs.models.job import Job
from jobs.models.taxonomy import Currency


class CompensationKind(models.TextChoices):
    """Which part of the pay this is."""

    BASE = "base", "Wage or salary"
    BONUS = "bonus", "Paid on top, for results"
    COMMISSION = "commission", "A share of sales"
    EQUITY = "equity", "Shares or options, at their stated worth"
    SIGNING = "signing", "Paid once, for joining"
    ALLOWANCE = "allowance", "For expenses"


class PayPeriod(models.TextChoices):
    """What span of work an amount pays for."""

    HOUR = "hour", "An hour"
    DAY = "day", "A day"
    WEEK = "week", "A week"
    MONTH = "month", "A month"
    YEAR = "year", "A year"
    ONCE = "once", "Nothing: paid once"


# How many of a period make a year of full-time work: 40 hours and 5 days a week for 52 weeks, holidays paid.
# 2,080 hours is what the US Bureau of Labor Statistics multiplies an hourly wage by (Occupational Employment and
# Wage Statistics, technical notes). A sum paid once has no yearly equivalent.
YEARLY_FACTORS = {PayPeriod.HOUR: 2080, PayPeriod.DAY: 260, PayPeriod.WEEK: 52, PayPeriod.MONTH: 12, PayPeriod.YEAR: 1}
MAX_MINOR = 10**15


def _yearly(amount: F | Coalesce) -> Case:
    return Case(
        *(When(period=period, then=amount * Value(factor)) for period, factor in YEARLY_FACTORS.items()), default=None
    )


class Compensation(models.Model):
    """One component of a job's pay: a range in minor units of a currency, for a period."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="compensations")
    kind = models.CharField(
        max_length=16,
        choices=CompensationKind,
        default=CompensationKind.BASE,
        help_text="Which part of the pay this is.",
    )
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=16, choices=PayPeriod, help_text="What span of work the amounts pay for.")
    min_minor = models.BigIntegerField(null=True, blank=True, help_text="Least, in minor units.")
    max_minor = models.BigIntegerField(null=True, blank=True, help_text="Most, in minor units.")
    text = models.CharField(
        max_length=200,
        default="",
        blank=True,
        db_default="",
        help_text="As the posting says it, where it does so in words.",
    )
    is_guessed = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Read out of words, or with a currency or period that the posting does not state.",
    )
    # The database computes these, so that no writer can get them wrong and the original stays untouched.
    bottom_yearly_minor = GeneratedField(
        expression=_yearly(Coalesce("min_minor", "max_minor")), output_field=models.BigIntegerField(), db_persist=True
    )
    top_yearly_minor = GeneratedField(
        expression=_yearly(Coalesce("max_minor", "min_minor")), output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "kind"], name="compensation_kind_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=CompensationKind.values), name="compensation_kind_is_known"),
            models.CheckConstraint(condition=Q(period__in=PayPeriod.values), name="compensation_period_is_known"),
            models.CheckConstraint(
                condition=Q(min_minor__isnull=False) | Q(max_minor__isnull=False), name="compensation_says_something"
            ),
            models.CheckConstraint(
                condition=(Q(min_minor__isnull=True) | Q(min_minor__range=(0, MAX_MINOR)))
                & (Q(max_minor__isnull=True) | Q(max_minor__range=(0, MAX_MINOR))),
                name="compensation_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(min_minor__isnull=True) | Q(max_minor__isnull=True) | Q(min_minor__lte=F("max_minor")),
                name="compensation_min_below_max",
            ),
        ]
        indexes = [
            models.Index(
                fields=["currency", "-top_yearly_minor", "-job"],
                condition=Q(kind="base"),
                name="compensation_top_yearly",
            ),
        ]
