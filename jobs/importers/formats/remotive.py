"""Remotive: https://remotive.com/api-documentation."""

from jobs.importers.formats.fields import markup, plain
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record


class Remotive:
    """Remote jobs of many companies. "Worldwide" is no list of countries: it restricts nobody."""

    name = "remotive"
    reader: Reader = JsonItems("jobs")

    def posting(self, record: Record) -> Record | None:
        where = record.get("candidate_required_location")
        kind = record.get("job_type")
        return {
            "id": record.get("id"),
            "company": plain(record.get("company_name")),
            "title": plain(record.get("title")),
            "workplace": "remote",
            "remote_countries": where if where not in ("Worldwide", "Anywhere") else None,
            "description": markup(record.get("description")),
            "description_format": "html",
            "salary": record.get("salary"),
            "employment_type": kind if kind != "other" else None,
            "category": record.get("category"),
            "posted_at": record.get("publication_date"),
            "url": record.get("url"),
        }
