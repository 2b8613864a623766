"""Jobs in JSON, and the values that it takes: what hangs on the jobs of a page is read for all of them at once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rest_framework import serializers

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
from jobs.selectors import company as companies
from jobs.selectors import import_source, posting, taxonomy
from jobs.selectors import job as jobs
from nexus.rest.asking import Asking
from nexus.rest.companies import CompanyNameShape, DescriptionShape, name_shown
from nexus.rest.shapes import CurrencyField, DecimalField, EnumField, IdField, InstantField, Shape
from nexus.rest.taxonomy import CategoryNameShape, CountryShape, PlaceShape, SkillNameShape, place_shown
from schema.job.revisions import JobAspect, aspects


class OccupationShape(Shape):
    """What people call a kind of work."""

    id = IdField("Occupation", help_text="Opaque, and the same as in GraphQL.")
    slug = serializers.CharField(help_text="Stands for the occupation in addresses.")
    title = serializers.CharField(help_text="In English.")


class AmountsShape(Shape):
    """From the least to the most, in units of the currency. At least one end is known."""

    min = DecimalField(allow_null=True, help_text="The least; null where only the most is said.")
    max = DecimalField(allow_null=True, help_text="The most; null where only the least is said.")


class PayShape(AmountsShape):
    """A component of what a job pays, as the posting says it."""

    kind = EnumField(CompensationKind, help_text="Which part of the pay this is.")
    period = EnumField(PayPeriod, help_text="What span of work the amounts pay for.")
    currency = CurrencyField(help_text="The currency it is paid in.")
    yearly = AmountsShape(allow_null=True, help_text="The same for a year of full-time work; null for a sum paid once.")
    text = serializers.CharField(allow_null=True, help_text="As the posting says it, where it does so in words.")
    is_guessed = serializers.BooleanField(help_text="Read out of words, or with a currency or period not stated.")


class JobPlaceShape(Shape):
    """One of the places where a job can be done."""

    text = serializers.CharField(allow_null=True, help_text="As the posting says it.")
    place = PlaceShape(allow_null=True, help_text="The town, where it was recognised.")
    country = CountryShape(allow_null=True, help_text="The country, where it was recognised.")
    is_guessed = serializers.BooleanField(help_text="The posting names neither the town's region nor its country.")
    is_primary = serializers.BooleanField(help_text="The place to show where there is room for one.")


class JobSkillShape(Shape):
    """A skill that a job asks for."""

    skill = SkillNameShape(help_text="The skill.")
    necessity = EnumField(Necessity, help_text="How much the job insists on it.")
    level = serializers.IntegerField(allow_null=True, help_text="From 1, basic, to 5, expert, where the posting says.")
    is_guessed = serializers.BooleanField(help_text="The posting mentions it without listing it.")


class RemoteRuleShape(Shape):
    """A country, or a region of one, from which a remote job may, or may not, be done."""

    country = CountryShape(help_text="The country.")
    region_code = serializers.CharField(allow_null=True, help_text="GeoNames admin1 code; null for the whole country.")
    is_allowed = serializers.BooleanField(help_text="May be done from there.")


class UtcRangeShape(Shape):
    """The UTC offsets at which a remote worker may live."""

    from_minutes = serializers.IntegerField(help_text="Westernmost offset, in minutes.")
    to_minutes = serializers.IntegerField(help_text="Easternmost offset, in minutes.")


class ApplyShape(Shape):
    """How to apply."""

    kind = EnumField(ApplyKind, help_text="Here, at an address, or by e-mail.")
    url = serializers.CharField(allow_null=True, help_text="Where to apply, when that is elsewhere.")
    email = serializers.CharField(allow_null=True, help_text="Where to write to, when applying is by e-mail.")


class JobShape(Shape):
    """A position that a company is hiring for."""

    id = IdField("Job", help_text="Opaque, and the same as in GraphQL.")
    slug = serializers.CharField(help_text="Words of the title, then an id: stands for the job in addresses.")
    title = serializers.CharField(help_text="Shown in listings.")
    language = serializers.CharField(help_text="BCP 47 tag of the language the posting is written in.")
    external_reference = serializers.CharField(allow_null=True, help_text="The company's own reference, if it has one.")
    lifecycle = EnumField(JobLifecycle, help_text="Where the posting stands.")
    company = CompanyNameShape(help_text="Who is hiring.")
    category = CategoryNameShape(allow_null=True, help_text="The field of work, where known.")
    occupation = OccupationShape(allow_null=True, help_text="The occupation, where recognised.")
    employment_types = serializers.ListField(child=EnumField(EmploymentType), help_text="On what terms.")
    workplace = EnumField(Workplace, allow_null=True, help_text="Where the work is done, where the posting says so.")
    seniority = EnumField(Seniority, allow_null=True, help_text="How much experience is asked for, where known.")
    education = EnumField(Education, allow_null=True, help_text="The least schooling asked for, where known.")
    benefits = serializers.ListField(child=EnumField(Benefit), help_text="What it gives beside its pay.")
    visa = EnumField(VisaSponsorship, allow_null=True, help_text="Whether the employer sees to a work permit.")
    salary = PayShape(allow_null=True, help_text="The base pay, where the posting says it.")
    compensation = PayShape(many=True, help_text="All components of the pay, the base first.")
    places = JobPlaceShape(many=True, help_text="Where it can be done, the primary place first.")
    skills = JobSkillShape(many=True, help_text="What it asks for, required skills first.")
    remote_rules = RemoteRuleShape(many=True, help_text="From where it may be done remotely; empty: from anywhere.")
    remote_hours = UtcRangeShape(allow_null=True, help_text="Which time zones a remote worker may live in; null: any.")
    apply = ApplyShape(help_text="How to apply.")
    guessed = serializers.ListField(child=EnumField(JobAspect), help_text="What no source states and was inferred.")
    first_published_at = InstantField(allow_null=True, help_text="The posting's true age.")
    published_at = InstantField(allow_null=True, help_text="When it last went live.")
    expires_at = InstantField(allow_null=True, help_text="Not live from this instant on.")
    closed_at = InstantField(allow_null=True, help_text="When it was closed.")
    close_reason = EnumField(CloseReason, allow_null=True, help_text="Why it was closed.")


class JobSourceShape(Shape):
    """Where a posting was found."""

    name = serializers.CharField(help_text="The source, as imports know it.")
    title = serializers.CharField(help_text="What to call the source beside the posting.")
    homepage = serializers.CharField(allow_null=True, help_text="Where that name leads, if a link back is asked for.")
    url = serializers.CharField(allow_null=True, help_text="The posting's own address there: credit and link to it.")
    first_seen_at = InstantField(help_text="When it was first met there.")
    last_seen_at = InstantField(help_text="When it was last met there.")
    vanished_at = InstantField(allow_null=True, help_text="Since when it is listed there no longer; null while it is.")


class JobDetailShape(JobShape):
    """A position with all that its posting says."""

    description = DescriptionShape(help_text="What the posting says.")
    sources = JobSourceShape(many=True, help_text="Where it was found, oldest first; empty for jobs written here.")
    canonical_url = serializers.CharField(
        allow_null=True, help_text="Its own address at the first source that still lists it."
    )


COLUMNS = (
    *("pk", "slug", "title", "language", "lifecycle", "employment_types", "workplace"),
    *("seniority", "education", "benefits", "visa", "first_published_at", "published_at", "expires_at", "closed_at"),
    "close_reason",
)


def jobs_shown(asking: Asking, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The values of `JobShape`: one statement for each kind of thing that hangs on jobs, however many there are."""
    viewer, keys = asking.viewer, [row.pk for row in rows]
    if not keys:
        return []
    owners = companies.of_jobs(viewer, {row.company_id for row in rows})
    categories = taxonomy.categories_by_id(viewer, {row.category_id for row in rows if row.category_id})
    occupations = taxonomy.occupations_by_id(viewer, {row.occupation_id for row in rows if row.occupation_id})
    asking.check()
    paid, placed = posting.compensations(viewer, keys), posting.locations(viewer, keys)
    asking.check()
    skilled, remote = posting.skills(viewer, keys), posting.remote_eligibility(viewer, keys)
    asking.check()
    shown = []
    for row in rows:
        components = [_pay(pay) for pay in paid.get(row.pk, ())]
        base = next((pay for pay in components if pay["kind"] == CompensationKind.BASE), None)
        shown.append(
            {name: getattr(row, name) for name in COLUMNS}
            | {
                "external_reference": row.external_reference or None,
                "company": name_shown(owners[row.company_id]),
                "category": categories.get(row.category_id),
                "occupation": occupations.get(row.occupation_id),
                "salary": base,
                "compensation": components,
                "places": [_place(location) for location in placed.get(row.pk, ())],
                "skills": skilled.get(row.pk, ()),
                "remote_rules": [_remote_rule(rule) for rule in remote.get(row.pk, ())],
                "remote_hours": _remote_hours(row),
                "apply": {"kind": row.apply_kind, "url": row.apply_url or None, "email": row.apply_email or None},
                "guessed": aspects(row.guessed),
            }
        )
    return shown


def job_shown(asking: Asking, row: Any) -> dict[str, Any]:
    """The values of `JobDetailShape`."""
    viewer, key = asking.viewer, row.pk
    [shown] = jobs_shown(asking, [row])
    found = posting.sources(viewer, [key]).get(key, [])
    titles = import_source.attributions(viewer, {source.source for source in found}) if found else {}
    return {
        **shown,
        "description": jobs.descriptions(viewer, [key])[key],
        "sources": [
            {
                "name": source.source,
                "title": titles[source.source].title,
                "homepage": titles[source.source].homepage or None,
                "url": source.url or None,
                "first_seen_at": source.first_seen_at,
                "last_seen_at": source.last_seen_at,
                "vanished_at": source.vanished_at,
            }
            for source in found
        ],
        "canonical_url": next((source.url for source in found if source.url and source.vanished_at is None), None),
    }


def amount(minor: int | None, digits: int) -> Decimal | None:
    """An amount in units of its currency."""
    return None if minor is None else Decimal(minor).scaleb(-digits)


def _pay(pay: Any) -> dict[str, Any]:
    digits = pay.currency.digits
    yearly = None
    if pay.top_yearly_minor is not None:
        yearly = {
            "min": amount(pay.bottom_yearly_minor if pay.min_minor is not None else None, digits),
            "max": amount(pay.top_yearly_minor if pay.max_minor is not None else None, digits),
        }
    return {
        "kind": pay.kind,
        "period": pay.period,
        "currency": pay.currency_id,
        "min": amount(pay.min_minor, digits),
        "max": amount(pay.max_minor, digits),
        "yearly": yearly,
        "text": pay.text or None,
        "is_guessed": pay.is_guessed,
    }


def _place(location: Any) -> dict[str, Any]:
    return {
        "text": location.text or None,
        "place": place_shown(location.place),
        "country": location.country,
        "is_guessed": location.is_guessed,
        "is_primary": location.is_primary,
    }


def _remote_rule(rule: Any) -> dict[str, Any]:
    return {"country": rule.country, "region_code": rule.region_code or None, "is_allowed": rule.is_allowed}


def _remote_hours(job: Any) -> dict[str, Any] | None:
    if job.remote_utc_from is None:
        return None
    return {"from_minutes": job.remote_utc_from, "to_minutes": job.remote_utc_to}
