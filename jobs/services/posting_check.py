"""Whether a posting that somebody hands over can be written: refused here by field, and not by the database."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone

from jobs.models import Category, Compensation, Country, Currency, Job, JobLocation, Occupation, Place, Skill
from jobs.services.incoming import Location, Pay, Posting
from kernel.errors import Invalid

MOST_LOCATIONS, MOST_SKILLS, MOST_COUNTRIES = 50, 100, 300
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
FURTHEST = timedelta(days=3650)
MOST_MINOR = 10**15  # more than anybody earns, in any currency
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_check_url = URLValidator(schemes=["http", "https"])

# Columns of a job that are checked as the model declares them, by the name that a posting has for them.
_COLUMNS = {
    "reference": "external_reference",
    "language": "language",
    "title": "title",
    "url": "apply_url",
    "description_format": "description_format",
    "employment_types": "employment_types",
    "workplace": "workplace",
    "seniority": "seniority",
    "education": "education",
    "benefits": "benefits",
    "visa": "visa",
}
_LISTS = ("employment_types", "benefits")


@dataclass(frozen=True, slots=True)
class Known:
    """Those keys of reference rows that postings name and that are there."""

    categories: Collection[int]
    occupations: Collection[int]
    skills: Collection[int]
    places: Collection[int]
    countries: Collection[str]
    currencies: Collection[str]


def known(postings: Iterable[Posting]) -> Known:
    """What of the rows that the postings point at is there. Six statements, however many postings."""
    postings = list(postings)
    countries = {location.country for posting in postings for location in posting.locations}
    countries |= {country for posting in postings for country, _ in posting.remote_from}
    return Known(
        there(Category, {posting.category_id for posting in postings}),
        there(Occupation, {posting.occupation_id for posting in postings}),
        there(Skill, {skill.skill_id for posting in postings for skill in posting.skills}),
        there(Place, {location.place_id for posting in postings for location in posting.locations}),
        there(Country, {country for country in countries if _is_text(country)}),
        there(
            Currency, {posting.pay.currency for posting in postings if posting.pay and _is_text(posting.pay.currency)}
        ),
    )


def check(posting: Posting, known: Known) -> None:
    """Raises `Invalid`, with the name of the posting's field, for the first thing that cannot be written."""
    _check_texts(posting)
    for field in ("reference", "title"):
        if not getattr(posting, field).strip():
            raise Invalid("This must not be empty.", field=field)
    if not _LANGUAGE.fullmatch(posting.language):
        raise Invalid("This is no language tag, such as en or pt-BR.", field="language")
    names = {column: field for field, column in _COLUMNS.items()}
    said = {column: getattr(posting, field) for field, column in _COLUMNS.items()}
    job = Job(**said | {column: list(said[column]) for column in _LISTS})
    _check_columns(job, names)
    if posting.url:
        check_web_address(posting.url, "url")
    for field, key, there in (
        ("category_id", posting.category_id, known.categories),
        ("occupation_id", posting.occupation_id, known.occupations),
    ):
        if key is not None and key not in there:
            raise Invalid(f"There is none with the key {key}.", field=field)
    _check_locations(posting.locations, known)
    _check_eligibility(posting.remote_from, known)
    _check_skills(posting, known)
    if posting.pay is not None:
        _check_pay(posting.pay, known)
    _check_dates(posting)


def there[Key: (int, str)](model: type[models.Model], keys: set[Key] | set[Key | None]) -> Collection[Key]:
    """Those of the keys that are there. One statement; none without keys."""
    named = [key for key in keys if key is not None and key != ""]
    return set(model._default_manager.filter(pk__in=named).values_list("pk", flat=True)) if named else ()


def _is_text(value: str) -> bool:
    """What a database of UTF-8 can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


def _check_texts(posting: Posting) -> None:
    said = {field: getattr(posting, field) for field in (*_COLUMNS, "description") if field not in _LISTS}
    texts = [*said.items(), *(("locations", location.text) for location in posting.locations)]
    texts += [("remote_from", region) for _, region in posting.remote_from]
    if posting.pay:
        texts.append(("pay", posting.pay.text))
    for field, text in texts:
        if not _is_text(text):
            raise Invalid("This holds a character that is none.", field=field)


def _check_columns(row: models.Model, names: dict[str, str]) -> None:
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - names.keys())
    except ValidationError as refusal:
        column, told = min(refusal.message_dict.items())
        raise Invalid(" ".join(told), field=names[column]) from None


def check_web_address(url: str, field: str) -> None:
    """Raises `Invalid` for what is no address on the web."""
    try:
        _check_url(url)
    except ValidationError:
        raise Invalid("This is no web address.", field=field) from None


def _check_locations(locations: Collection[Location], known: Known) -> None:
    if len(locations) > MOST_LOCATIONS:
        raise Invalid(f"At most {MOST_LOCATIONS} places.", field="locations")
    _refuse_repeats([location.place_id for location in locations if location.place_id is not None], "locations")
    for location in locations:
        if location.place_id is not None and location.place_id not in known.places:
            raise Invalid(f"There is no place with the key {location.place_id}.", field="locations")
        if location.country and location.country not in known.countries:
            raise Invalid(f"There is no country {location.country!r}.", field="locations")
        if location.place_id is None and not location.text:
            raise Invalid("A place says where it is, or in words.", field="locations")
        _check_columns(JobLocation(text=location.text), {"text": "locations"})


def _check_eligibility(remote_from: Collection[tuple[str, str]], known: Known) -> None:
    if len(remote_from) > MOST_COUNTRIES:
        raise Invalid(f"At most {MOST_COUNTRIES} countries and regions.", field="remote_from")
    _refuse_repeats(list(remote_from), "remote_from")
    for country, region in remote_from:
        if country not in known.countries:
            raise Invalid(f"There is no country {country!r}.", field="remote_from")
        if len(region) > 20:
            raise Invalid("A region's code has at most 20 characters.", field="remote_from")


def _check_skills(posting: Posting, known: Known) -> None:
    if len(posting.skills) > MOST_SKILLS:
        raise Invalid(f"At most {MOST_SKILLS} skills.", field="skills")
    _refuse_repeats([skill.skill_id for skill in posting.skills], "skills")
    for skill in posting.skills:
        if skill.skill_id not in known.skills:
            raise Invalid(f"There is no skill with the key {skill.skill_id}.", field="skills")


def _check_pay(pay: Pay, known: Known) -> None:
    if pay.currency not in known.currencies:
        raise Invalid(f"There is no currency {pay.currency!r}.", field="pay")
    _check_columns(Compensation(period=pay.period), {"period": "pay"})
    ends = [end for end in (pay.min_minor, pay.max_minor) if end is not None]
    if not ends:
        raise Invalid("Pay says at least one end.", field="pay")
    if not all(0 <= end <= MOST_MINOR for end in ends):
        raise Invalid("Pay is between nothing and a quadrillion.", field="pay")
    if ends != sorted(ends):
        raise Invalid("The least is more than the most.", field="pay")


def _check_dates(posting: Posting) -> None:
    now = timezone.now()
    for field in ("published_at", "expires_at"):
        at: datetime | None = getattr(posting, field)
        if at is None:
            continue
        if timezone.is_naive(at):
            raise Invalid("This needs a time zone.", field=field)
        if not EARLIEST <= at <= now + FURTHEST:
            raise Invalid("This is before 1970, or more than ten years away.", field=field)
    if posting.published_at and posting.expires_at and posting.expires_at <= posting.published_at:
        raise Invalid("The end is not after the beginning.", field="expires_at")


def _refuse_repeats(keys: Collection[object], field: str) -> None:
    if len(set(keys)) < len(keys):
        raise Invalid("The same one is named twice.", field=field)
