"""Writes to companies by the people who act for them: to open one, and to change what it says of itself."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit
from accounts.text import refuse_disguises, refuse_unreadable
from jobs import policies
from jobs.errors import CompanyChangedMeanwhile, TooManyCompanies
from jobs.events import CompanyCreated, CompanyUpdated
from jobs.models import (
    Company,
    CompanyKind,
    DescriptionFormat,
    Industry,
    Membership,
    MembershipRole,
    Place,
    SizeBand,
    SlugHistory,
)
from jobs.selectors import company as companies
from jobs.selectors import membership
from jobs.services import company_logo, description
from jobs.services.company import SLUG_LENGTH, slug_of
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.ids import public_id
from kernel.viewer import Viewer

MOST_OWNED = 10
LONGEST_WEBSITE = 500
MOST_ALIASES, LONGEST_ALIAS = 20, 200
MOST_BENEFITS, LONGEST_BENEFIT = 50, 100
MOST_SLUGS = 5

_is_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class _Column:
    """How a change is read into columns: `read(value, field)` gives them. Null clears, unless it `is_required`."""

    read: Callable[[Any, str], dict[str, Any]]
    cleared: Mapping[str, Any]
    is_required: bool = False


@transaction.atomic
def create(*, by: Viewer, name: str, details: Mapping[str, Any] | None = None) -> Company:
    """Open a company, whose owner is whoever creates it, and give it back. `details`: as the changes of `update`.

    Other companies may have the same name. Raises `TooManyCompanies` for the eleventh that one person would own, also
    where two are opened at once; `Forbidden` to keys, and `Invalid`.
    """
    if by.user_id is None or not policies.may_create_company(by):
        raise Forbidden
    values = dict(details or {})
    logo = values.pop("logo", None)
    columns = _read({"name": name}, within="") | _read(values, within="details.")
    # Whoever opens two at once opens one after the other.
    owner = User.objects.select_for_update(no_key=True).get(pk=by.user_id)
    if Membership.objects.filter(user=owner, role=MembershipRole.OWNER).count() >= MOST_OWNED:
        raise TooManyCompanies
    company = Company(**columns)
    if logo is not None:
        company.logo = company_logo.store(logo, field="details.logo")
    _save_under_free_slug(company)
    Membership.objects.create(company=company, user=owner, role=MembershipRole.OWNER)
    after = {"name": company.name, "slug": company.slug}
    audit.record("company.create", by=by, target=("Company", company.pk), company_id=company.pk, after=after)
    emit(CompanyCreated(company.pk), by=by)
    return company


@transaction.atomic
def update(*, by: Viewer, company_id: UUID, changes: Mapping[str, Any], version: int | None = None) -> Company:
    """Change what a company says of itself, and give it back. Its slug stays.

    `changes`: new values by field, of `EDITABLE` and `logo` (base64); None clears. With the `version` that the caller
    read, `CompanyChangedMeanwhile` where there is a newer one. Raises `NotFound`, `Forbidden` and `Invalid`.
    """
    visible = Company.objects.filter(companies.visible_to(by), pk=company_id).select_for_update(
        of=("self",), no_key=True
    )
    company = visible.first()
    if company is None:
        raise NotFound(field="id")
    if not policies.may_update_company(by, membership.roles(by), company):
        raise Forbidden
    if version is not None and version != company.version:
        raise CompanyChangedMeanwhile(field="version")
    values = dict(changes)
    columns = _read({name: value for name, value in values.items() if name != "logo"}, within="changes.")
    if "logo" in values:
        columns["logo"] = company_logo.replace(company.logo, values["logo"], field="changes.logo")
    before = {name: getattr(company, name) for name in columns}
    changed = {name: value for name, value in columns.items() if before[name] != value}
    if not changed:
        return company
    for name, value in changed.items():
        setattr(company, name, value)
    company.version += 1
    company.save(update_fields=[*changed, "version", "updated_at"])
    audit.record(
        "company.update",
        by=by,
        target=("Company", company.pk),
        company_id=company.pk,
        before=_told({name: before[name] for name in changed}),
        after=_told(changed),
    )
    emit(CompanyUpdated(company.pk), by=by)
    return company


def _read(changes: Mapping[str, Any], *, within: str) -> dict[str, Any]:
    """The columns of the changes. `within` stands before the name of a field at fault."""
    columns: dict[str, Any] = {}
    for name, value in changes.items():
        column, field = EDITABLE[name], f"{within}{name}"
        if value is not None:
            columns |= column.read(value, field)
        elif column.is_required:
            raise Invalid("This cannot be empty.", field=field)
        else:
            columns |= column.cleared
    return columns


def _save_under_free_slug(company: Company) -> None:
    """Of two who take a slug at once one gets it, and the other the next; an address that led to another is taken."""
    words = slug_of(company.name)
    tails = ("", *(f"-{public_id().lower()}" for _ in range(MOST_SLUGS)))
    for tail in tails:
        company.slug = words[: SLUG_LENGTH - len(tail)].strip("-") + tail
        if SlugHistory.objects.filter(slug=company.slug).exists():
            continue
        try:
            with transaction.atomic():
                company.save(force_insert=True)
        except IntegrityError:
            if not Company.objects.filter(slug=company.slug).exists():
                raise
        else:
            return
    raise RuntimeError(f"No slug is free for {words}.")


def _told(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps: of long texts their length."""
    return {
        name: len(value) if name.startswith("description_") else value
        for name, value in columns.items()
        if name not in ("description_html", "description_text")
    }


def _line(longest: int) -> Callable[[Any, str], str]:
    def read(value: str, field: str) -> str:
        refuse_unreadable(value, field=field)
        line = unicodedata.normalize("NFC", " ".join(value.split()))
        if not line:
            raise Invalid("This cannot be empty.", field=field)
        if len(line) > longest:
            raise Invalid(f"At most {longest} characters.", field=field)
        refuse_disguises(line, field=field)
        return line

    return read


def _lines(most: int, longest: int) -> Callable[[Any, str], list[str]]:
    line = _line(longest)

    def read(values: list[str], field: str) -> list[str]:
        if len(values) > most:
            raise Invalid(f"At most {most} of them.", field=field)
        return list(dict.fromkeys(line(value, field) for value in values))

    return read


def _website(value: str, field: str) -> str:
    refuse_unreadable(value, field=field)
    address = value.strip()
    if len(address) > LONGEST_WEBSITE:
        raise Invalid(f"At most {LONGEST_WEBSITE} characters.", field=field)
    try:
        _is_address(address)
    except ValidationError:
        raise Invalid("Give the whole address, as https://example.com.", field=field) from None
    return address


def _description(value: str, field: str) -> dict[str, Any]:
    try:
        rendered = description.render(value, DescriptionFormat.MARKDOWN)
    except Invalid as refusal:
        raise Invalid(str(refusal), field=field) from None
    return {
        "description_source": value,
        "description_html": rendered.html,
        "description_text": rendered.text,
    }


def _among(choices: type[CompanyKind | SizeBand]) -> Callable[[Any, str], str]:
    def read(value: str, field: str) -> str:
        if value not in choices.values:
            raise Invalid(f"One of: {', '.join(choices.values)}.", field=field)
        return value

    return read


def _row(model: type[Industry | Place]) -> Callable[[Any, str], int]:
    def read(key: int, field: str) -> int:
        if not model._default_manager.filter(pk=key).exists():
            raise Invalid("There is none with this id.", field=field)
        return key

    return read


def _as(column: str, read: Callable[[Any, str], Any]) -> Callable[[Any, str], dict[str, Any]]:
    return lambda value, field: {column: read(value, field)}


_NO_TEXT = {"description_source": "", "description_html": "", "description_text": ""}
EDITABLE: dict[str, _Column] = {
    "name": _Column(_as("name", _line(200)), {}, is_required=True),
    "kind": _Column(_as("kind", _among(CompanyKind)), {}, is_required=True),
    "website": _Column(_as("website", _website), {"website": ""}),
    "description": _Column(_description, _NO_TEXT),
    "aliases": _Column(_as("aliases", _lines(MOST_ALIASES, LONGEST_ALIAS)), {"aliases": []}),
    "benefits": _Column(_as("benefits", _lines(MOST_BENEFITS, LONGEST_BENEFIT)), {"benefits": []}),
    "size_band": _Column(_as("size_band", _among(SizeBand)), {"size_band": ""}),
    "industry": _Column(_as("industry_id", _row(Industry)), {"industry_id": None}),
    "headquarters": _Column(_as("headquarters_id", _row(Place)), {"headquarters_id": None}),
}
"""What of a company can be changed, by the name that it has outside."""
