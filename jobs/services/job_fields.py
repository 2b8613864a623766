"""What people write into a posting, checked value by value, for one posting or for many.

`read` gives columns and rows that are not saved yet. Every refusal is an `Invalid` that names the field by its path
within what was written: `pay.0.min`.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone

from accounts.text import email_address, refuse_disguises, refuse_unreadable
from jobs.models import (
    ApplyKind,
    Benefit,
    Category,
    Country,
    DescriptionFormat,
    Education,
    EmploymentType,
    JobVisibility,
    Occupation,
    Place,
    Seniority,
    Skill,
    VisaSponsorship,
    Workplace,
)
from jobs.models.job import TITLE_LENGTH
from jobs.services import description
from jobs.services import profile_values as values
from jobs.services.job_lists import LISTS, Fields, Known
from kernel.errors import Invalid

LONGEST_LIFETIME = timedelta(days=3650)
LONGEST_REFERENCE, LONGEST_LANGUAGE = 200, 10
WESTERNMOST, EASTERNMOST = -720, 840
_check_url = URLValidator(schemes=["http", "https"])

type Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A posting as it was written: columns, and unsaved rows by the name of the relation; what was left out is in
    neither.
    """

    columns: Columns
    rows: Mapping[str, Sequence[models.Model]]


def known(written: Iterable[Fields]) -> Known:
    """What of the rows that these postings point at is there. At most five statements, however many postings."""
    postings = list(written)
    places: set[int] = {entry["place"] for entry in _entries(postings, "places") if entry.get("place") is not None}
    return Known(
        _there(Category, {posting.get("category") for posting in postings}),
        _there(Occupation, {posting.get("occupation") for posting in postings}),
        _there(Skill, {entry["skill"] for entry in _entries(postings, "skills")}),
        dict(Place.objects.filter(pk__in=places).values_list("pk", "country_id")) if places else {},
        _there(Country, {entry["country"] for entry in _entries(postings, "remote_rules")}),
    )


def read(written: Fields, known: Known, *, within: str) -> Said:
    """The posting that was written. `within` is the path that stands before the name of a field at fault."""
    columns: Columns = {}
    rows: dict[str, Sequence[models.Model]] = {}
    for name, value in written.items():
        path = f"{within}.{name}"
        if name in LISTS:
            most, relation, read_list = LISTS[name]
            entries = value or ()
            if len(entries) > most:
                raise Invalid(f"At most {most} entries.", field=path)
            rows[relation] = read_list(entries, path, known)
        elif name in _COLUMNS:
            columns |= _COLUMNS[name](value, path, known)
        else:
            raise Invalid("A job has no such field.", field=path)
    return Said(columns, rows)


def end(wanted: datetime, path: str, *, after: datetime) -> datetime:
    """When a posting ends. Raises `Invalid` for what is not after, or too far away."""
    if timezone.is_naive(wanted):
        raise Invalid("The end needs a time zone.", field=path)
    if wanted <= after:
        raise Invalid(
            "The end lies in the past." if after <= timezone.now() else "It ends before it begins.", field=path
        )
    if wanted - after > LONGEST_LIFETIME:
        raise Invalid("The end is more than ten years away.", field=path)
    return wanted


def _there[Key: (int, str)](model: type[models.Model], keys: set[Key] | set[Key | None]) -> Collection[Key]:
    """Those of the keys that are there. One statement; none without keys."""
    named = [key for key in keys if key is not None and key != ""]
    return set(model._default_manager.filter(pk__in=named).values_list("pk", flat=True)) if named else ()


def _check_web_address(url: str, field: str) -> None:
    try:
        _check_url(url)
    except ValidationError:
        raise Invalid("This is no web address.", field=field) from None


def _entries(postings: Iterable[Fields], name: str) -> Iterable[Fields]:
    return (entry for posting in postings for entry in posting.get(name) or ())


def _required(value: Any, path: str) -> Any:
    if value is None:
        raise Invalid("This cannot be empty.", field=path)
    return value


def _title(value: str | None, path: str, known: Known) -> Columns:
    text = _required(value, path)
    refuse_unreadable(text, field=path)
    title = unicodedata.normalize("NFC", " ".join(text.split()))
    if not title:
        raise Invalid("This cannot be empty.", field=path)
    if len(title) > TITLE_LENGTH:
        raise Invalid(f"At most {TITLE_LENGTH} characters.", field=path)
    refuse_disguises(title, field=path)
    return {"title": title}


def _language(value: str | None, path: str, known: Known) -> Columns:
    tag = values.language_tag(_required(value, path), path)
    if len(tag) > LONGEST_LANGUAGE:
        raise Invalid(f"At most {LONGEST_LANGUAGE} characters.", field=path)
    return {"language": tag}


def _description(value: Fields | None, path: str, known: Known) -> Columns:
    source = value["text"] if value else ""
    form = values.choice(
        value.get("format") if value else None,
        f"{path}.format",
        among=DescriptionFormat.values,
        default=DescriptionFormat.MARKDOWN,
    )
    try:
        rendered = description.render(source, form)
    except Invalid as refusal:
        raise Invalid(str(refusal), field=f"{path}.text") from None
    return {
        "description_source": source,
        "description_format": form,
        "description_html": rendered.html,
        "description_text": rendered.text,
    }


def _apply(value: Fields | None, path: str, known: Known) -> Columns:
    given = _required(value, path)
    kind = values.choice(given.get("kind"), f"{path}.kind", among=ApplyKind.values, default=ApplyKind.NATIVE)
    url, email = given.get("url"), given.get("email")
    for name, of in (("url", ApplyKind.URL), ("email", ApplyKind.EMAIL)):
        if given.get(name) and kind != of:
            raise Invalid("This is not how to apply.", field=f"{path}.{name}")
        if kind == of and not given.get(name):
            raise Invalid("Say where to apply.", field=f"{path}.{name}")
    if url:
        url = values.address(url, f"{path}.url", longest=2000)
        _check_web_address(url, f"{path}.url")
        if "@" in urlsplit(url).netloc:
            # Readers take what stands before it for the host that they are led to.
            raise Invalid("An address where one applies names no user.", field=f"{path}.url")
    email = email_address(email, field=f"{path}.email") if email else ""
    return {"apply_kind": kind, "apply_url": url or "", "apply_email": email}


def _remote_hours(value: Fields | None, path: str, known: Known) -> Columns:
    if value is None:
        return {"remote_utc_from": None, "remote_utc_to": None}
    first, last = value["from_minutes"], value["to_minutes"]
    for name, minutes in (("from_minutes", first), ("to_minutes", last)):
        values.number(minutes, f"{path}.{name}", least=WESTERNMOST, most=EASTERNMOST)
    if first > last:
        raise Invalid("This is east of the other end.", field=f"{path}.from_minutes")
    return {"remote_utc_from": first, "remote_utc_to": last}


def _expires_at(value: datetime | None, path: str, known: Known) -> Columns:
    return {"expires_at": value if value is None else end(value, path, after=timezone.now())}


def _flag(value: bool | None, path: str, known: Known) -> Columns:
    return {"is_template": _required(value, path)}


def _reference(value: str | None, path: str, known: Known) -> Columns:
    return {"external_reference": values.text(value, path, longest=LONGEST_REFERENCE)}


def _visibility(value: str | None, path: str, known: Known) -> Columns:
    return {"visibility": values.choice(_required(value, path), path, among=JobVisibility.values)}


def _one(column: str, among: Sequence[str]) -> Callable[[str | None, str, Known], Columns]:
    return lambda value, path, known: {column: values.choice(value, path, among=among)}


def _some(column: str, among: Sequence[str]) -> Callable[[list[str] | None, str, Known], Columns]:
    return lambda value, path, known: {column: values.choices(value, path, among=among)}


def _row(column: str, there: Callable[[Known], Collection[int]]) -> Callable[[int | None, str, Known], Columns]:
    def read(value: int | None, path: str, known: Known) -> Columns:
        if value is not None and value not in there(known):
            raise Invalid("There is none with this id.", field=path)
        return {column: value}

    return read


_COLUMNS: Mapping[str, Callable[[Any, str, Known], Columns]] = {
    "title": _title,
    "language": _language,
    "description": _description,
    "category": _row("category_id", lambda known: known.categories),
    "occupation": _row("occupation_id", lambda known: known.occupations),
    "employment_types": _some("employment_types", EmploymentType.values),
    "workplace": _one("workplace", Workplace.values),
    "remote_hours": _remote_hours,
    "seniority": _one("seniority", Seniority.values),
    "education": _one("education", Education.values),
    "benefits": _some("benefits", Benefit.values),
    "visa": _one("visa", VisaSponsorship.values),
    "apply": _apply,
    "external_reference": _reference,
    "visibility": _visibility,
    "is_template": _flag,
    "expires_at": _expires_at,
}
