"""Types of jobs and what hangs on them."""

from decimal import Decimal as Number
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import graphene

from jobs.models import (
    ApplyKind,
    Benefit,
    CloseReason,
    CompensationKind,
    Education,
    EmploymentType,
    JobLifecycle,
    Necessity,
    PayPeriod,
    Seniority,
    VisaSponsorship,
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
    SourcePosting as SourcePostingRow,
)
from jobs.models.pay import YEARLY_FACTORS
from jobs.selectors import company as companies
from jobs.selectors import duplicate, import_source, posting, taxonomy
from jobs.selectors import job as jobs
from jobs.selectors import saved_job as saved_jobs
from jobs.selectors.import_source import Attribution
from jobs.services import apply_click
from schema.application.board import board_of_job
from schema.application.form import form_of_apply, form_of_job
from schema.application.queries import (
    applications_of_job,
    own_application_of_job,
    referral_token_of_job,
    source_token_of_job,
)
from schema.application.stages import stages_of_job
from schema.core.connections import connection_of
from schema.core.loading import Computed, Relation, many, one
from schema.core.scalars import HTML, URL, CurrencyCode, DateTime, Decimal
from schema.core.types import ModelType, enum_of
from schema.feed.why_not import why_not
from schema.job import inside
from schema.job.moderation import moderation_decision_of_job, moderation_of_job
from schema.job.revisions import JobAspect, aspects, changes_of_revision
from schema.job.similar import also_viewed_jobs, similar_jobs
from schema.taxonomy.types import Category, Country, Occupation, Place, Skill
from schema.team.types import hiring_team_of_job

_FACTORS = ", ".join(f"{factor:,} × {period}" for period, factor in YEARLY_FACTORS.items() if factor > 1)


class Money(graphene.ObjectType):
    """An exact amount of a currency."""

    amount = Decimal(required=True, description="In units of the currency.")
    currency = CurrencyCode(required=True, description="The currency.")


class PayRange(graphene.ObjectType):
    """From the least to the most. At least one end is known."""

    min = graphene.Field(Money, description="The least; null where only the most is said.")
    max = graphene.Field(Money, description="The most; null where only the least is said.")


class Amount(NamedTuple):
    """The values of a `Money`."""

    amount: Number
    currency: str


class Range(NamedTuple):
    """The values of a `PayRange`."""

    min: Amount | None
    max: Amount | None


def _money(pay: CompensationRow, minor: int | None) -> Amount | None:
    if minor is None:
        return None
    return Amount(Number(minor).scaleb(-pay.currency.digits), pay.currency_id)


def _yearly(pay: CompensationRow) -> Range | None:
    if pay.top_yearly_minor is None:
        return None
    return Range(
        _money(pay, pay.bottom_yearly_minor if pay.min_minor is not None else None),
        _money(pay, pay.top_yearly_minor if pay.max_minor is not None else None),
    )


def _text(row: CompensationRow | JobLocationRow) -> str | None:
    return row.text or None


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

    resolve_currency = Computed(attrgetter("currency_id"))
    resolve_text = Computed(_text)
    resolve_min = Computed(lambda pay: _money(pay, pay.min_minor))
    resolve_max = Computed(lambda pay: _money(pay, pay.max_minor))
    resolve_yearly = Computed(_yearly)


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

    resolve_text = Computed(_text)


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

    resolve_region_code = Computed(lambda rule: rule.region_code or None)


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
    tracked_url = URL(
        description="Leads on to where to apply, when that is elsewhere, and counts that somebody went there. Takes a "
        "`source` parameter."
    )
    form = form_of_apply()


def _homepage(attribution: Attribution) -> str | None:
    return attribution.homepage or None


class JobSource(graphene.ObjectType):
    """Where a posting was found."""

    name = graphene.String(required=True, description="The source, as imports know it.")
    title = graphene.String(required=True, description="What to call the source beside the posting.")
    homepage = URL(description="Where that name leads, for sources that ask for a link back.")
    url = URL(description="The posting's own address there: the one to credit and link to.")
    first_seen_at = DateTime(required=True, description="When it was first met there.")
    last_seen_at = DateTime(required=True, description="When it was last met there.")
    vanished_at = DateTime(description="Since when it is listed there no longer; null while it is.")

    resolve_name = Computed(attrgetter("source"))
    resolve_title = Relation(import_source.attributions, "source", then=attrgetter("title"))
    resolve_homepage = Relation(import_source.attributions, "source", then=_homepage)
    resolve_url = Computed(lambda source: source.url or None)


class JobRevision(graphene.ObjectType):
    """One time that a posting changed."""

    number = graphene.Int(required=True, description="From 1, without gaps.")
    changed = graphene.List(
        graphene.NonNull(enum_of(JobAspect)),
        required=True,
        description="What differs from the revision before; all for the first.",
    )
    created_at = DateTime(required=True, description="When.")
    changes = changes_of_revision()

    resolve_changed = Computed(lambda revision: aspects(revision.changed))


def _base(components: list[CompensationRow]) -> CompensationRow | None:
    return next((pay for pay in components if pay.kind == CompensationKind.BASE), None)


def _canonical(sources: list[SourcePostingRow]) -> str | None:
    return next((source.url for source in sources if source.url and source.vanished_at is None), None)


def _remote_hours(job: JobRow) -> UtcRange | None:
    if job.remote_utc_from is None:
        return None
    return UtcRange(from_minutes=job.remote_utc_from, to_minutes=job.remote_utc_to)


class Applying(NamedTuple):
    """The values of a `JobApply`."""

    job_id: UUID
    kind: str
    url: str | None
    email: str | None
    tracked_url: str | None


def _apply(job: JobRow) -> Applying:
    tracked = None if job.apply_kind == ApplyKind.NATIVE else apply_click.tracked_url(job)
    return Applying(job.pk, job.apply_kind, job.apply_url or None, job.apply_email or None, tracked)


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
            "benefits",
            "visa",
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
            "benefits": Benefit,
            "visa": VisaSponsorship,
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
        Pay, batch=posting.compensations, at_most=6, description="All components of the pay, the base first."
    )
    places = many(
        JobPlace, batch=posting.locations, at_most=50, description="Where it can be done, the primary place first."
    )
    skills = many(JobSkill, batch=posting.skills, at_most=100, description="What it asks for, required skills first.")
    remote_rules = many(
        RemoteRule,
        batch=posting.remote_eligibility,
        at_most=300,
        description="From where a remote job may be done; empty: from anywhere.",
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
        at_most=20,
        description="Where it was found, oldest first; empty for jobs written here.",
    )
    canonical_url = URL(
        description="The posting's own address at the first source that still lists it: the one to credit and link to."
    )
    revisions = many(
        JobRevision, batch=posting.revisions, at_most=50, description="What changed and when, newest first."
    )

    duplicates = many(
        lambda: Job,
        batch=duplicate.of_jobs,
        at_most=50,
        description="The same posting over again, in other towns or from other sources, the oldest first.",
    )

    similar = similar_jobs(lambda: Job)
    also_viewed = also_viewed_jobs(lambda: Job)
    why_not = why_not()
    hiring_team = hiring_team_of_job()
    available_actions = inside.available_actions()
    version = inside.version()
    scheduled_at = inside.scheduled_at()
    review_comment = inside.review_comment()
    visibility = inside.job_visibility()
    is_template = inside.is_template()
    description_source = inside.description_source()
    moderation = moderation_of_job()
    moderation_decision = moderation_decision_of_job()
    form = form_of_job()
    applications = applications_of_job()
    stages = stages_of_job()
    board = board_of_job()
    viewer_application = own_application_of_job()
    source_token = source_token_of_job()
    referral_token = referral_token_of_job()
    is_saved = graphene.Boolean(required=True, description="Whether the person who asks keeps it for later.")
    viewer_saved_job = one(
        "schema.profile.kept.SavedJob",
        key="pk",
        batch=saved_jobs.of_jobs,
        description="What the person who asks keeps of it; null where that is nothing.",
    )

    resolve_is_saved = Relation(saved_jobs.flags, "pk")
    resolve_salary = Relation(posting.compensations, "pk", then=_base)
    resolve_guessed = Computed(lambda job: aspects(job.guessed))
    resolve_canonical_url = Relation(posting.sources, "pk", then=_canonical)
    resolve_description = Relation(jobs.descriptions, "pk")
    resolve_remote_hours = Computed(_remote_hours)
    resolve_apply = Computed(_apply)


JobConnection = connection_of("Job", Job, "jobs")
