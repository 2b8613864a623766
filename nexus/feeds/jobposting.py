"""`/jobs/<slug>.jsonld`: a posting as schema.org's JobPosting has it, for search engines and whoever embeds it."""

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings
from django.utils.html import escape

from jobs.models import ApplyKind, Benefit, CompensationKind, Education, EmploymentType, PayPeriod, Workplace
from jobs.selectors import company as companies
from jobs.selectors import job as jobs
from jobs.selectors import outward, posting, taxonomy
from kernel.errors import NotFound
from kernel.viewer import ANONYMOUS
from nexus.graphql.http import HttpError

MEDIA_TYPE = "application/ld+json"

# The words of https://developers.google.com/search/docs/appearance/structured-data/job-posting, which schema.org leaves
# open.
_EMPLOYMENT_TYPES = {
    EmploymentType.FULL_TIME: "FULL_TIME",
    EmploymentType.PART_TIME: "PART_TIME",
    EmploymentType.CONTRACT: "CONTRACTOR",
    EmploymentType.TEMPORARY: "TEMPORARY",
    EmploymentType.INTERNSHIP: "INTERN",
    EmploymentType.APPRENTICESHIP: "OTHER",
    EmploymentType.VOLUNTEER: "VOLUNTEER",
}
_CREDENTIALS = {
    Education.SECONDARY: "high school",
    Education.VOCATIONAL: "professional certificate",
    Education.BACHELOR: "bachelor degree",
    Education.MASTER: "postgraduate degree",
    Education.DOCTORATE: "postgraduate degree",
}
_UNITS = {
    PayPeriod.HOUR: "HOUR",
    PayPeriod.DAY: "DAY",
    PayPeriod.WEEK: "WEEK",
    PayPeriod.MONTH: "MONTH",
    PayPeriod.YEAR: "YEAR",
}
# JSON without what could end a script element, or a line of JavaScript, that holds it.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def document(slug: str) -> bytes:
    """The posting of a slug, safe to stand in a script element. Raises `NotFound`, and `HttpError` 410 for one that has
    ended; one that is hidden and one that never was look the same.
    """
    job = outward.public_job(slug)
    if job is None:
        if outward.has_ended(slug):
            raise HttpError(410, "This posting has ended.")
        raise NotFound("There is no such posting.")
    text = orjson.dumps(job_posting(job)).decode()
    return "".join(_UNSAFE.get(char, char) for char in text).encode()


def job_posting(job: Any) -> dict[str, Any]:
    """The JobPosting of a job that is live and public."""
    company = companies.of_jobs(ANONYMOUS, [job.company_id])[job.company_id]
    locations = _of(job, posting.locations)
    found = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": job.title,
        "description": jobs.descriptions(ANONYMOUS, [job.pk])[job.pk].html or f"<p>{escape(job.title)}</p>",
        "datePosted": _instant(job.first_published_at or job.published_at),
        "validThrough": _instant(job.expires_at),
        "identifier": {
            "@type": "PropertyValue",
            "name": company.name,
            "value": job.external_reference or job.public_id,
        },
        "url": f"{settings.CLIENT_URL}/jobs/{job.slug}",
        "hiringOrganization": _organisation(company),
        "jobLocation": [_place(location) for location in locations],
        "jobLocationType": "TELECOMMUTE" if job.workplace == Workplace.REMOTE else None,
        "applicantLocationRequirements": _open_to(job),
        "employmentType": [_EMPLOYMENT_TYPES[EmploymentType(value)] for value in job.employment_types],
        "baseSalary": _salary(_of(job, posting.compensations)),
        "directApply": job.apply_kind == ApplyKind.NATIVE,
        "skills": ", ".join(row.skill.name for row in _of(job, posting.skills)),
        "educationRequirements": _education(job.education),
        "jobBenefits": ", ".join(str(Benefit(value).label) for value in job.benefits),
        "occupationalCategory": _name(taxonomy.occupations_by_id, job.occupation_id, "title"),
        "industry": company.industry.name if company.industry else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _of(job: Any, batch: Callable[..., dict[Any, list[Any]]]) -> list[Any]:
    return batch(ANONYMOUS, [job.pk]).get(job.pk, [])


def _name(batch: Callable[[Any, Collection[Any]], dict[Any, Any]], key: Any, attribute: str) -> str | None:
    found = batch(ANONYMOUS, [key]).get(key) if key is not None else None
    return getattr(found, attribute) if found else None


def _instant(instant: Any) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None


def _organisation(company: Any) -> dict[str, Any]:
    found = {
        "@type": "Organization",
        "name": company.name,
        "sameAs": company.website,
        "logo": companies.logo_url(company),
        "url": f"{settings.CLIENT_URL}/companies/{company.slug}",
    }
    return {name: value for name, value in found.items() if value}


def _place(location: Any) -> dict[str, Any]:
    place, country = location.place, location.country
    address: dict[str, Any] = {"@type": "PostalAddress"}
    if place is not None:
        address["addressLocality"] = place.name
        if place.region_name:
            address["addressRegion"] = place.region_name
        country = place.country
    elif location.text:
        address["addressLocality"] = location.text
    if country is not None:
        address["addressCountry"] = country.code
    found: dict[str, Any] = {"@type": "Place", "address": address}
    if place is not None:
        found["geo"] = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    return found


def _open_to(job: Any) -> list[dict[str, str]]:
    """The countries from which a remote job may be done; none where it says none, which is anywhere."""
    if job.workplace != Workplace.REMOTE:
        return []
    countries = {rule.country.name for rule in _of(job, posting.remote_eligibility) if rule.is_allowed}
    return [{"@type": "Country", "name": name} for name in sorted(countries)]


def _salary(components: list[Any]) -> dict[str, Any] | None:
    base = next((pay for pay in components if pay.kind == CompensationKind.BASE and pay.period in _UNITS), None)
    if base is None or not (base.min_minor or base.max_minor):
        return None
    least, most = (_number(minor, base.currency.digits) for minor in (base.min_minor, base.max_minor))
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": _UNITS[PayPeriod(base.period)]}
    if base.min_minor == base.max_minor:
        value["value"] = least
    else:
        value |= {name: end for name, end in (("minValue", least), ("maxValue", most)) if end is not None}
    return {"@type": "MonetaryAmount", "currency": base.currency_id, "value": value}


def _number(minor: int | None, digits: int) -> Any:
    """An exact amount, as JSON writes numbers."""
    return None if minor is None else orjson.Fragment(f"{Decimal(minor).scaleb(-digits):f}")


def _education(education: str) -> dict[str, str] | str | None:
    if education == Education.NONE:
        return "no requirements"
    credential = _CREDENTIALS.get(Education(education)) if education else None
    return {"@type": "EducationalOccupationalCredential", "credentialCategory": credential} if credential else None
