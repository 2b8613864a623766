"""Types of jobs and what hangs on them."""

from decimal import Decimal as Number
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from jobs.models import (
    ApplyKind,
    CloseReason,
    CompensationKind,
    Education,
    EmploymentType,
    JobLifecycle,
    Necessity,
    PayPeriod,
    Seniority,
    Workplace,
)
from jobs.models import (
    Compensation as CompensationRow,
)
from jobs.models import (
    Job as JobRow,
)
from jobs.models import (
    JobLocation as JobLocationRow,
)
from jobs.models import (
    JobRevision as JobRevisionRow,
)
from jobs.models import (
    RemoteEligibility as RemoteEligibilityRow,
)
from jobs.models import (
    SourcePosting as SourcePostingRow,
)
from jobs.models.pay import YEARLY_FACTORS
from jobs.selectors import company as companies
from jobs.selectors import duplicate, import_source, posting, taxonomy
from jobs.selectors import job as jobs
from jobs.selectors.import_source import Attribution
from schema.core.connections import connection_of
from schema.core.loading import many, one
from schema.core.scalars import HTML, URL, CurrencyCode, DateTime, Decimal
from schema.core.types import ModelType, enum_of
from schema.job.revisions import JobAspect, aspects
from schema.taxonomy.types import Category, Country, Occupation, Place, Skill

_FACTORS = ", ".join(f"{factor:,} × {period}" for period, factor in YEARLY_FACTORS.items() if factor > 1)


class Money(graphene.ObjectType):
    """An exact amount of a currency."""

    amount = Decimal(required=True, description="In units of the currency.")
    currency = CurrencyCode(required=True, description="The currency.")


class PayRange(graphene.ObjectType):
    """From the least to the most. At least one end is known."""

    min = graphene.Field(Money, description="The least; null where only the most is said.")
    max = graphene.Field(Money, description="The most; null where only the least is said.")


class Pay(graphene.ObjectType):
    """A component of what a job pays, as the posting says it."""

    kind = enum_of(CompensationKind)(required=True, description="Which part of the pay this is.")
    period = enum_of(PayPeriod)(required=True, description="What span of work the amounts pay for.")
    currency = graphene.Field(CurrencyCode, required=True, description="The currency it is paid in.")
    min = graphene.Field(Money, description="The least; null where only the most is said.")
    max = graphene.Field(Money, description="The most; null where only the least is said.")
    yearly = graphene.Field(
        PayRange, description=f"What that comes to in a year of full-time work: {_FACTORS}. Null for a sum paid once."
    )
    text = graphene.String(description="As the posting says it, where it does so in words.")
    is_guessed = graphene.Boolean(
        required=True, description="Read out of words, or with a currency or period that the posting does not state."
    )

    @staticmethod
    def resolve_currency(pay: CompensationRow, info: GraphQLResolveInfo) -> str:
        return pay.currency_id

    @staticmethod
    def resolve_text(pay: CompensationRow, info: GraphQLResolveInfo) -> str | None:
        return pay.text or None

    @staticmethod
    def resolve_min(pay: CompensationRow, info: GraphQLResolveInfo) -> Money | None:
        return _money(pay, pay.min_minor)

    @staticmethod
    def resolve_max(pay: CompensationRow, info: GraphQLResolveInfo) -> Money | None:
        return _money(pay, pay.max_minor)

    @staticmethod
    def resolve_yearly(pay: CompensationRow, info: GraphQLResolveInfo) -> PayRange | None:
        if pay.top_yearly_minor is None:
            return None
        return PayRange(
            min=_money(pay, pay.bottom_yearly_minor if pay.min_minor is not None else None),
            max=_money(pay, pay.top_yearly_minor if pay.max_minor is not None else None),
        )


def _money(pay: CompensationRow, minor: int | None) -> Money | None:
    if minor is None:
        return None
    return Money(amount=Number(minor).scaleb(-pay.currency.digits), currency=pay.currency_id)


class JobPlace(graphene.ObjectType):
    """One of the places where a job can be done."""

    text = graphene.String(description="As the posting says it.")
    place = graphene.Field(Place, description="The town, where it was recognised.")
    country = graphene.Field(Country, description="The country, where it was recognised.")
    is_guessed = graphene.Boolean(
        required=True,
        description="The posting names neither the town's region nor its country, or no place as such.",
    )
    is_primary = graphene.Boolean(required=True, description="The place to show where there is room for one.")

    @staticmethod
    def resolve_text(location: JobLocationRow, info: GraphQLResolveInfo) -> str | None:
        return location.text or None


class JobSkill(graphene.ObjectType):
    """A skill that a job asks for."""

    skill = graphene.Field(Skill, required=True, description="The skill.")
    necessity = enum_of(Necessity)(required=True, description="How much the job insists on it.")
    level = graphene.Int(description="From 1, basic, to 5, expert, where the posting says so.")
    is_guessed = graphene.Boolean(required=True, description="The posting mentions it without listing it.")


class RemoteRule(graphene.ObjectType):
    """A country, or a region of one, from which a remote job may, or may not, be done."""

    country = graphene.Field(Country, required=True, description="The country.")
    region_code = graphene.String(description="GeoNames admin1 code of the region; null for the whole country.")
    is_allowed = graphene.Boolean(required=True, description="May be done from there.")

    @staticmethod
    def resolve_region_code(rule: RemoteEligibilityRow, info: GraphQLResolveInfo) -> str | None:
        return rule.region_code or None


class UtcRange(graphene.ObjectType):
    """The UTC offsets at which a remote worker may live."""

    from_minutes = graphene.Int(required=True, description="Westernmost offset, in minutes.")
    to_minutes = graphene.Int(required=True, description="Easternmost offset, in minutes.")


class JobDescription(graphene.ObjectType):
    """What a posting says."""

    html = HTML(required=True, description="Sanitised; safe to show.")
    text = graphene.String(required=True, description="Without mark-up.")


class JobApply(graphene.ObjectType):
    """How to apply."""

    kind = enum_of(ApplyKind)(required=True, description="Here, at an address, or by e-mail.")
    url = URL(description="Where to apply, when that is elsewhere.")
    email = graphene.String(description="Where to write to, when applying is by e-mail.")


class JobSource(graphene.ObjectType):
    """Where a posting was found."""

    name = graphene.String(required=True, description="The source, as imports know it.")
    title = graphene.String(required=True, description="What to call the source beside the posting.")
    homepage = URL(description="Where that name leads, for sources that ask for a link back.")
    url = URL(description="The posting's own address there: the one to credit and link to.")
    first_seen_at = DateTime(required=True, description="When it was first met there.")
    last_seen_at = DateTime(required=True, description="When it was last met there.")
    vanished_at = DateTime(description="Since when it is listed there no longer; null while it is.")

    @staticmethod
    def resolve_name(source: SourcePostingRow, info: GraphQLResolveInfo) -> str:
        return source.source

    @staticmethod
    def resolve_title(source: SourcePostingRow, info: GraphQLResolveInfo) -> Any:
        return info.context.load(import_source.attributions, source.source).then(_title)

    @staticmethod
    def resolve_homepage(source: SourcePostingRow, info: GraphQLResolveInfo) -> Any:
        return info.context.load(import_source.attributions, source.source).then(_homepage)

    @staticmethod
    def resolve_url(source: SourcePostingRow, info: GraphQLResolveInfo) -> str | None:
        return source.url or None


def _title(attribution: Attribution) -> str:
    return attribution.title


def _homepage(attribution: Attribution) -> str | None:
    return attribution.homepage or None


class JobRevision(graphene.ObjectType):
    """One time that a posting changed."""

    number = graphene.Int(required=True, description="From 1, without gaps.")
    changed = graphene.List(
        graphene.NonNull(enum_of(JobAspect)),
        required=True,
        description="What differs from the revision before; all for the first.",
    )
    created_at = DateTime(required=True, description="When.")

    @staticmethod
    def resolve_changed(revision: JobRevisionRow, info: GraphQLResolveInfo) -> list[str]:
        return aspects(revision.changed)


class Job(ModelType):
    """A position that a company is hiring for."""

    class Meta:
        model = JobRow
        columns = (
            "title",
            "external_reference",
            "language",
            "lifecycle",
            "employment_types",
            "workplace",
            "seniority",
            "education",
            "first_published_at",
            "published_at",
            "expires_at",
            "closed_at",
            "close_reason",
        )
        choices = {
            "lifecycle": JobLifecycle,
            "employment_types": EmploymentType,
            "workplace": Workplace,
            "seniority": Seniority,
            "education": Education,
            "close_reason": CloseReason,
        }
        batch = jobs.by_id

    slug = graphene.String(
        required=True, description="Words of the title, then an id: stands for the job in addresses."
    )
    company = one(
        "schema.company.types.Company",
        key="company_id",
        batch=companies.of_jobs,
        required=True,
        description="Who is hiring.",
    )
    category = one(
        Category, key="category_id", batch=taxonomy.categories_by_id, description="The field of work, where known."
    )
    occupation = one(
        Occupation,
        key="occupation_id",
        batch=taxonomy.occupations_by_id,
        description="The occupation, where recognised.",
    )
    salary = graphene.Field(Pay, description="The base pay, where the posting says it.")
    compensation = many(
        Pay, batch=posting.compensations, description="All components of the pay, the base first; at most 6."
    )
    places = many(
        JobPlace, batch=posting.locations, description="Where it can be done, the primary place first; at most 50."
    )
    skills = many(JobSkill, batch=posting.skills, description="What it asks for, required skills first; at most 100.")
    remote_rules = many(
        RemoteRule,
        batch=posting.remote_eligibility,
        description="From where a remote job may be done; empty: from anywhere. At most 300.",
    )
    remote_hours = graphene.Field(UtcRange, description="Which time zones a remote worker may live in; null: any.")
    description = graphene.Field(JobDescription, required=True, description="What the posting says.")
    apply = graphene.Field(JobApply, required=True, description="How to apply.")
    guessed = graphene.List(
        graphene.NonNull(enum_of(JobAspect)),
        required=True,
        description="What no source states and was inferred from title and text. Pay, places and skills say it each.",
    )
    sources = many(
        JobSource,
        batch=posting.sources,
        description="Where it was found, oldest first; empty for jobs written here. At most 20.",
    )
    canonical_url = URL(
        description="The posting's own address at the first source that still lists it: the one to credit and link to."
    )
    revisions = many(
        JobRevision, batch=posting.revisions, description="What changed and when, newest first; the last 50."
    )

    duplicates = many(
        lambda: Job,
        batch=duplicate.of_jobs,
        description="The same posting over again, in other towns or from other sources, the oldest first; at most 50.",
    )

    @staticmethod
    def resolve_salary(job: JobRow, info: GraphQLResolveInfo) -> Any:
        return info.context.load(posting.compensations, job.pk).then(_base)

    @staticmethod
    def resolve_guessed(job: JobRow, info: GraphQLResolveInfo) -> list[str]:
        return aspects(job.guessed)

    @staticmethod
    def resolve_canonical_url(job: JobRow, info: GraphQLResolveInfo) -> Any:
        return info.context.load(posting.sources, job.pk).then(_canonical)

    @staticmethod
    def resolve_description(job: JobRow, info: GraphQLResolveInfo) -> Any:
        return info.context.load(jobs.descriptions, job.pk)

    @staticmethod
    def resolve_remote_hours(job: JobRow, info: GraphQLResolveInfo) -> UtcRange | None:
        if job.remote_utc_from is None:
            return None
        return UtcRange(from_minutes=job.remote_utc_from, to_minutes=job.remote_utc_to)

    @staticmethod
    def resolve_apply(job: JobRow, info: GraphQLResolveInfo) -> JobApply:
        return JobApply(kind=job.apply_kind, url=job.apply_url or None, email=job.apply_email or None)


def _base(components: list[CompensationRow] | None) -> CompensationRow | None:
    return next((pay for pay in components or () if pay.kind == CompensationKind.BASE), None)


def _canonical(sources: list[SourcePostingRow] | None) -> str | None:
    return next((source.url for source in sources or () if source.url and source.vanished_at is None), None)


JobConnection = connection_of("Job", Job, "jobs")
