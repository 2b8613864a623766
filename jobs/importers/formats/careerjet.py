"""Careerjet's XML feed: https://www.careerjet.com/partners/feeds/xml."""

from typing import Any
from urllib.parse import urlsplit

from jobs.importers.formats.fields import at, first, markup, moment, plain
from jobs.importers.port import Reader, Record
from jobs.importers.xml_items import XmlItems

KINDS = {"permanent": None, "training": "internship", "voluntary": "volunteer"}


class Careerjet:
    """A feed of jobs, each a <job> in <jobs>."""

    name = "careerjet-xml"
    reader: Reader = XmlItems("job", markup=("description",))

    def posting(self, record: Record) -> Record | None:
        location = record.get("location")
        kinds = [first(record, "contract_type", "contracttype"), first(record, "working_hours", "workinghours")]
        return {
            "id": first(record, "id", "job_reference"),
            "company": plain(record.get("company")),
            "title": plain(record.get("title")),
            "locations": [_place(location)] if location else [],
            "description": markup(record.get("description")),
            "salary": record.get("salary"),
            "employment_type": [kind for kind in map(_kind, kinds) if kind],
            "posted_at": moment(record.get("date")),
            "expires_at": moment(first(record, "expiration_date", "expire_date")),
            "url": _address(record),
        }


def _place(location: Any) -> Any:
    """Words, or town, region and country apart."""
    if isinstance(location, str):
        return location
    return {key: at(location, key) for key in ("city", "region", "country")}


def _kind(said: Any) -> Any:
    return KINDS.get(said.lower(), said) if isinstance(said, str) else None


def _address(record: Record) -> Any:
    """The posting's own page. Some feeds give that of the whole site: then the form to apply is all it has."""
    url = record.get("url")
    if isinstance(url, str) and record.get("apply_url"):
        try:
            parts = urlsplit(url if "//" in url else f"//{url}")
        except ValueError:
            return url
        if parts.path in ("", "/") and not parts.query:
            return record["apply_url"]
    return url
