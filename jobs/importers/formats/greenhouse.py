"""Greenhouse: https://developers.greenhouse.io/job-board.html."""

from jobs.importers.formats.fields import at, objects, plain, texts
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record


class Greenhouse:
    """The list of a board, or one job of it. Older answers do not name the company."""

    name = "greenhouse"
    reader: Reader = JsonItems("jobs", lone="title")

    def posting(self, record: Record) -> Record | None:
        # An office is a unit of the company. It says where the job is only if nothing else does.
        offices = objects(record.get("offices"))
        elsewhere = [at(office, "location", "name") or office.get("location") for office in offices]
        ranges = objects(record.get("pay_input_ranges"))
        currency = ranges[0].get("currency_type") if ranges else None
        # A range each for several regions. Those in another currency than the first are left to the description.
        ranges = [entry for entry in ranges if entry.get("currency_type") == currency]
        return {
            "id": record.get("id"),
            "company": record.get("company_name"),
            "title": record.get("title"),
            "locations": texts(at(record, "location", "name")) or texts(elsewhere),
            "description": plain(record.get("content")),  # HTML that is itself escaped
            "description_format": "html",
            "salary_min": min(_units(ranges, "min_cents"), default=None),
            "salary_max": max(_units(ranges, "max_cents"), default=None),
            "salary_currency": currency,
            "posted_at": record.get("first_published"),
            "updated_at": record.get("updated_at"),
            "expires_at": record.get("application_deadline"),
            "url": record.get("absolute_url"),
            "language": record.get("language"),
        }


def _units(ranges: list[Record], key: str) -> list[float]:
    return [entry[key] / 100 for entry in ranges if isinstance(entry.get(key), int)]
