"""Adzuna: https://developer.adzuna.com/docs/search."""

import re

from jobs.importers.formats.fields import at, plain, texts
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record

_HIGHLIGHT = re.compile(r"</?strong>")  # around the words that were searched for


class Adzuna:
    """A page of a search. Descriptions are the first sentences only. Pay that Adzuna predicts is not kept."""

    name = "adzuna"
    reader: Reader = JsonItems("results")

    def posting(self, record: Record) -> Record | None:
        title = plain(record.get("title"))
        is_predicted = str(record.get("salary_is_predicted")) == "1"
        is_paid = not is_predicted and bool(record.get("salary_min") or record.get("salary_max"))
        kinds = [record.get("contract_time"), record.get("contract_type")]
        area = texts(at(record, "location", "area"))  # from the country inwards
        return {
            "id": record.get("id"),
            "company": at(record, "company", "display_name"),
            "title": _HIGHLIGHT.sub("", title) if isinstance(title, str) else title,
            "location": at(record, "location", "display_name"),
            "country": area[0] if area else None,
            "description": record.get("description"),
            "salary_min": record.get("salary_min") if is_paid else None,
            "salary_max": record.get("salary_max") if is_paid else None,
            "salary_period": "year" if is_paid else None,
            "employment_type": [kind for kind in texts(kinds) if kind != "permanent"],
            "category": at(record, "category", "label"),
            "posted_at": record.get("created"),
            "url": record.get("redirect_url"),
        }
