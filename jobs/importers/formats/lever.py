"""Lever: https://github.com/lever/postings-api."""

from jobs.importers.formats.fields import at, html, objects, texts
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record

PERIODS = {
    "per-year-salary": "year",
    "per-month-salary": "month",
    "per-week-salary": "week",
    "per-day-wage": "day",
    "per-hour-wage": "hour",
    "one-time": "once",
}


class Lever:
    """The list of a site, or one posting of it. It does not name the company."""

    name = "lever"
    reader: Reader = JsonItems("data", lone="text")

    def posting(self, record: Record) -> Record | None:
        places = texts(at(record, "categories", "allLocations")) or texts(at(record, "categories", "location"))
        pay = at(record, "salaryRange") or at(record, "salary")
        interval = at(pay, "interval")
        # Half a month and two weeks are no periods of ours: such pay is not kept rather than misstated.
        is_known = interval is None or interval in PERIODS
        lists = [(entry.get("text"), f"<ul>{entry.get('content')}</ul>") for entry in objects(record.get("lists"))]
        body = html([("", record.get("description")), *lists, ("", record.get("additional"))])
        workplace = record.get("workplaceType")
        return {
            "id": record.get("id"),
            "title": record.get("text"),
            "locations": places,
            # Of several places it is the country of the first only.
            "country": record.get("country") if len(places) < 2 else None,
            "workplace": workplace if workplace != "unspecified" else None,
            "description": body if record.get("description") else record.get("descriptionPlain"),
            "description_format": "html" if record.get("description") else "text",
            "salary_min": at(pay, "min") if is_known else None,
            "salary_max": at(pay, "max") if is_known else None,
            "salary_currency": at(pay, "currency") if is_known else None,
            "salary_period": PERIODS.get(interval) if isinstance(interval, str) else None,
            "employment_type": at(record, "categories", "commitment"),
            "posted_at": record.get("createdAt"),
            "url": record.get("hostedUrl"),
        }
