"""Remote OK: https://remoteok.com/api."""

from jobs.importers.formats.fields import first, markup, plain
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record


class RemoteOk:
    """Remote jobs of many companies. The first entry of the list is a legal notice: no posting."""

    name = "remoteok"
    reader: Reader = JsonItems()

    def posting(self, record: Record) -> Record | None:
        if "legal" in record and "position" not in record:
            return None
        is_paid = bool(record.get("salary_min") or record.get("salary_max"))
        return {
            "id": record.get("id"),
            "company": plain(record.get("company")),
            "title": plain(record.get("position")),
            "workplace": "remote",
            "location": record.get("location"),
            "description": markup(record.get("description")),
            "description_format": "html",
            # Dollars a year; 0 where nothing is known.
            "salary_min": record.get("salary_min"),
            "salary_max": record.get("salary_max"),
            "salary_currency": "USD" if is_paid else None,
            "salary_period": "year" if is_paid else None,
            "posted_at": first(record, "date", "epoch"),
            "url": record.get("url"),
        }
