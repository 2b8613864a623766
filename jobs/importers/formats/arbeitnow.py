"""Arbeitnow: https://www.arbeitnow.com/api/job-board-api."""

from jobs.importers.formats.fields import markup, plain
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record


class Arbeitnow:
    """Jobs of many companies, most of them in Germany."""

    name = "arbeitnow"
    reader: Reader = JsonItems("data")

    def posting(self, record: Record) -> Record | None:
        return {
            "id": record.get("slug"),
            "company": plain(record.get("company_name")),
            "title": plain(record.get("title")),
            "location": record.get("location"),
            "workplace": "remote" if record.get("remote") is True else None,
            "description": markup(record.get("description")),
            "description_format": "html",
            "employment_type": record.get("job_types"),
            "posted_at": record.get("created_at"),
            "url": record.get("url"),
        }
