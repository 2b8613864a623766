"""schema.org's JobPosting in JSON-LD: https://schema.org/JobPosting."""

from typing import Any

from jobs.importers import vocabulary
from jobs.importers.formats.fields import at, first, markup, plain, texts
from jobs.importers.json_ld import JsonLd
from jobs.importers.port import Reader, Record
from kernel.errors import Invalid

# UN/CEFACT's codes of units, by which unitCode names a period.
PERIODS = {"ANN": "year", "MON": "month", "WEE": "week", "DAY": "day", "HUR": "hour"}
MAX_SKILL = 40  # characters; what is longer is prose


class JobPosting:
    """Postings as pages carry them for search engines. Other things than a JobPosting are no postings."""

    name = "jobposting-jsonld"
    reader: Reader = JsonLd()

    def posting(self, record: Record) -> Record | None:
        if "@type" not in record:
            raise Invalid("Not JSON-LD: the object has no @type.", field="@type")
        if not any(kind.endswith("JobPosting") for kind in texts(record["@type"])):
            return None
        locations = [place for entry in _listed(record.get("jobLocation")) if (place := _place(entry))]
        eligible = [name for entry in _listed(record.get("applicantLocationRequirements")) if (name := _name(entry))]
        is_remote = "TELECOMMUTE" in texts(record.get("jobLocationType")) or (eligible and not locations)
        kinds = [kind for kind in texts(record.get("employmentType")) if kind not in ("OTHER", "PER_DIEM")]
        return {
            "id": next(filter(None, map(_identifier, _listed(record.get("identifier")))), None),
            "company": next(filter(None, map(_name, _listed(record.get("hiringOrganization")))), None),
            "title": plain(first(record, "title", "name")),
            "locations": locations,
            "workplace": "remote" if is_remote else None,
            "remote_countries": eligible,
            "description": markup(record.get("description")),
            **_pay(record),
            "employment_type": kinds,
            "skills": _skills(record.get("skills")),
            "education": next(filter(None, map(_education, _listed(record.get("educationRequirements")))), None),
            "benefits": texts(first(record, "jobBenefits", "benefits")),
            "posted_at": record.get("datePosted"),
            "updated_at": record.get("dateModified"),
            "expires_at": record.get("validThrough"),
            "url": next(iter(texts(first(record, "url", "sameAs", "mainEntityOfPage"))), None),
        }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(entry: Any) -> Any:
    """The name of a thing, or the text that stands for it."""
    return plain(entry if isinstance(entry, str) else at(entry, "name") or at(entry, "legalName"))


def _identifier(entry: Any) -> Any:
    """The value of a PropertyValue, or the identifier itself."""
    return at(entry, "value") if isinstance(entry, dict) else entry


def _place(entry: Any) -> Any:
    """A Place with its address, or its name, or the words that stand for it."""
    if isinstance(entry, str):
        return entry
    address = at(entry, "address") or (entry if at(entry, "@type") == "PostalAddress" else None)
    address = next(iter(_listed(address)), None)
    if isinstance(address, str):
        return address
    place = {
        "city": at(address, "addressLocality"),
        "region": at(address, "addressRegion"),
        "country": _name(at(address, "addressCountry")),
    }
    return place if any(place.values()) else at(entry, "name")


def _pay(record: Record) -> dict[str, Any]:
    """What is said of the pay: a MonetaryAmount, a number, or words."""
    base = next(iter(_listed(record.get("baseSalary"))), None)
    currency = at(base, "currency") or record.get("salaryCurrency")
    amount = at(base, "value") if isinstance(base, dict) else base
    amount = next(iter(_listed(amount)), None)
    if isinstance(amount, str) and not amount.strip().replace(".", "", 1).isdecimal():
        return {"salary": amount}
    if not isinstance(amount, dict):
        amount = {**base, "value": amount} if isinstance(base, dict) else {"value": amount}
    unit = first(amount, "unitText", "unitCode") or at(base, "unitText")
    unit = PERIODS.get(unit, unit) if isinstance(unit, str) else None
    least, most = first(amount, "minValue", "value"), first(amount, "maxValue")
    if not least and not most:
        return {}
    return {
        "salary_min": least,
        "salary_max": most,
        "salary_currency": currency,
        "salary_period": unit if unit and vocabulary.period(unit) else None,
    }


def _skills(value: Any) -> list[str] | None:
    """Names of skills; None where a text is said instead of names."""
    parts = value.split(",") if isinstance(value, str) else [_name(entry) for entry in _listed(value)]
    names = texts(parts)
    return names if all(len(name) <= MAX_SKILL for name in names) else None


def _education(entry: Any) -> Any:
    return entry if isinstance(entry, str) else at(entry, "credentialCategory")
