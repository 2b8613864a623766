"""What lists of jobs, and searches, may be filtered by: the conditions of `JobWhere` as flat parameters."""

from typing import Any

from rest_framework import serializers

from jobs.models import (
    Benefit,
    Education,
    EmploymentType,
    Necessity,
    PayPeriod,
    Seniority,
    SizeBand,
    VisaSponsorship,
    Workplace,
)
from jobs.search.where import MAX_RADIUS_KM
from jobs.selectors.job import JobOrderField
from nexus.rest.companies import DIRECTIONS
from nexus.rest.reading import PagingWithTotal
from nexus.rest.shapes import (
    CountryField,
    CurrencyField,
    DecimalField,
    EnumField,
    FlagField,
    InstantField,
    Parameters,
    TextField,
    list_of,
)

DEFAULT_RADIUS_KM = 50.0
MAX_CENTRES = 5
# Conditions that are called the same in `JobWhere`.
_SAME = (
    *("categories", "companies", "places", "countries", "remote_for", "workplaces", "employment_types", "seniorities"),
    *("education", "published_since", "excluded_companies", "company_sizes", "is_company_verified", "benefits", "visa"),
)


class NearField(serializers.CharField):
    """A circle: `latitude,longitude` or a place's id, and after another comma the kilometres, if they are not 50."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        parts = [part.strip() for part in super().to_internal_value(data).split(",")]
        numbers = [_number(part) for part in parts]
        if len(parts) <= 2 and numbers[0] is None and None not in numbers[1:]:
            return {"place": parts[0], "radius_km": (numbers[1:] or [DEFAULT_RADIUS_KM])[0]}
        if len(parts) in (2, 3) and None not in numbers:
            latitude, longitude, radius = (*numbers, DEFAULT_RADIUS_KM)[:3]
            return {"latitude": latitude, "longitude": longitude, "radius_km": radius}
        raise serializers.ValidationError("Expected latitude,longitude or a place's id, and perhaps ,kilometres.")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    # Not a number is not between any two.
    return number if abs(number) < 1e9 else None


class JobConditions(Parameters):
    """Which jobs. All that is given must hold; of a repeated parameter's values one, unless it says otherwise."""

    categories = list_of(TextField(), "In one of these categories, or below, by id.")
    companies = list_of(TextField(), "Of one of these companies, by id.")
    excluded_companies = list_of(TextField(), "Of none of these companies, by id.")
    company_sizes = list_of(EnumField(SizeBand), "Of a company of one of these sizes.")
    is_company_verified = FlagField(required=False, help_text="Of a company that proved who it is, or has not yet.")
    places = list_of(TextField(), "In one of these places, by id.")
    countries = list_of(CountryField(), "Located in one of these countries.")
    near = serializers.ListField(
        child=NearField(max_length=200),
        required=False,
        max_length=MAX_CENTRES,
        help_text="Within a radius: `52.52,13.41,30` (latitude, longitude, kilometres) or `<place id>,30`. 50 km "
        f"unless given, at most {MAX_RADIUS_KM}; at most {MAX_CENTRES} centres.",
    )
    or_remote_for = CountryField(required=False, help_text="With `near`: also remote jobs open to this country.")
    remote_for = CountryField(required=False, help_text="Remote, and can be done from this country.")
    timezone = TextField(required=False, help_text="Remote, for somebody in this IANA time zone.")
    overlap_hours = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=8,
        help_text="With `timezone`: hours of the day to share; 8 unless given.",
    )
    workplaces = list_of(EnumField(Workplace), "The work is done in one of these ways.")
    employment_types = list_of(EnumField(EmploymentType), "On one of these terms.")
    seniorities = list_of(EnumField(Seniority), "For one of these levels of experience.")
    education = list_of(EnumField(Education), "Asks for one of these as the least schooling.")
    benefits = list_of(EnumField(Benefit), "Gives all of these.")
    visa = list_of(EnumField(VisaSponsorship), "Says one of these about work permits.")
    skills = serializers.ListField(
        child=TextField(), required=False, max_length=20, help_text="Asks for all of these skills, by id."
    )
    any_skills = list_of(TextField(), "Asks for one of these skills, by id.")
    skill_necessity = EnumField(Necessity, required=False, help_text="Count only skills that it asks for so.")
    pay_at_least = DecimalField(
        required=False, help_text="Pays this much at the top of its range. Needs `payCurrency`."
    )
    pay_currency = CurrencyField(required=False, help_text="The currency of `payAtLeast`.")
    pay_period = EnumField(PayPeriod, required=False, help_text="What `payAtLeast` pays for; a year unless given.")
    pay_include_unspecified = FlagField(required=False, help_text="Keep jobs that do not say what they pay; true.")
    published_since = InstantField(required=False, help_text="Went live at or after this instant.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name, needed in _NEEDS:
            if name in attrs and needed not in attrs:
                written = {"pay_at_least": "payAtLeast", "pay_currency": "payCurrency"}.get(needed, needed)
                raise serializers.ValidationError({_WRITTEN[name]: f"Needs `{written}` beside it."})
        return attrs


_NEEDS = (
    ("pay_at_least", "pay_currency"),
    ("pay_currency", "pay_at_least"),
    ("pay_period", "pay_at_least"),
    ("pay_include_unspecified", "pay_at_least"),
    ("overlap_hours", "timezone"),
    ("or_remote_for", "near"),
)
_WRITTEN = {
    "pay_at_least": "payAtLeast",
    "pay_currency": "payCurrency",
    "pay_period": "payPeriod",
    "pay_include_unspecified": "payIncludeUnspecified",
    "overlap_hours": "overlapHours",
    "or_remote_for": "orRemoteFor",
}


class JobListParameters(JobConditions, PagingWithTotal):
    """Which jobs, in which order, and which page of them."""

    order_by = EnumField(JobOrderField, required=False, help_text="What to order by: when it went live unless given.")
    direction = serializers.ChoiceField(
        DIRECTIONS, required=False, help_text="Which end comes first: DESC unless given."
    )
    currency = CurrencyField(required=False, help_text="Needed to order by pay, which is compared within it.")


def where_of(asked: dict[str, Any]) -> dict[str, Any]:
    """The conditions but for `near`, as `schema.job.inputs.job_filter` reads them."""
    where = {name: asked[name] for name in _SAME if name in asked}
    skills = {
        name: asked[parameter]
        for name, parameter in (("all_of", "skills"), ("any_of", "any_skills"), ("necessity", "skill_necessity"))
        if parameter in asked
    }
    if skills:
        where["skills"] = skills
    if "pay_at_least" in asked:
        where["pay"] = {
            "at_least": asked["pay_at_least"],
            "currency": asked["pay_currency"],
            "period": asked.get("pay_period"),
            "include_unspecified": asked.get("pay_include_unspecified"),
        }
    if "timezone" in asked:
        where["hours"] = {"timezone": asked["timezone"], "overlap_hours": asked.get("overlap_hours", 8)}
    return where


def centres_of(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The circles, as `schema.job.inputs.near_of` reads them."""
    also = {"or_remote_for": asked["or_remote_for"]} if "or_remote_for" in asked else {}
    return [{**near, **also} for near in asked.get("near", ())]


def where_with_centres(asked: dict[str, Any]) -> dict[str, Any]:
    """The conditions; near one of the centres, where some are given."""
    where, centres = where_of(asked), centres_of(asked)
    if len(centres) == 1:
        return {**where, "near": centres[0]}
    return {**where, "or_": [{"near": centre} for centre in centres]} if centres else where
