"""SmartRecruiters: https://developers.smartrecruiters.com/docs/posting-api."""

from jobs.importers.formats.fields import at, html
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record

SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


class SmartRecruiters:
    """A page of a company's list, which has no descriptions, or one posting in full."""

    name = "smartrecruiters"
    reader: Reader = JsonItems("content", lone="name")

    def posting(self, record: Record) -> Record | None:
        if record.get("active") is False or record.get("visibility") not in (None, "PUBLIC"):
            return None
        country = at(record, "location", "country")
        city = at(record, "location", "city")
        place = {
            "city": None if city == "Remote" else city,
            "region": at(record, "location", "region"),
            "country": country.upper() if isinstance(country, str) else None,
        }
        # Neither flag set says nothing: both are off unless somebody thought of them.
        workplaces = [kind for kind in ("remote", "hybrid") if at(record, "location", kind) is True]
        sections = [at(record, "jobAd", "sections", name) for name in SECTIONS]
        level = at(record, "experienceLevel", "id")
        identifier = at(record, "company", "identifier")
        address = f"https://jobs.smartrecruiters.com/{identifier}/{record.get('id')}" if identifier else None
        return {
            "id": record.get("id"),
            "company": at(record, "company", "name"),
            "title": record.get("name"),
            "locations": [place] if any(place.values()) else [],
            "workplace": workplaces[0] if workplaces else None,
            "description": html((at(section, "title"), at(section, "text")) for section in sections),
            "description_format": "html",
            "employment_type": at(record, "typeOfEmployment", "label"),
            "seniority": at(record, "experienceLevel", "label") if level != "not_applicable" else None,
            "category": at(record, "function", "label"),
            "language": at(record, "language", "code"),
            "posted_at": record.get("releasedDate"),
            "url": record.get("postingUrl") or address,
        }
