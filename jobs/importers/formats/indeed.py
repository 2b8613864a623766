"""Indeed's XML feed: https://docs.indeed.com/indeed-apply/xml-feed."""

from jobs.importers.formats.fields import markup, moment, plain
from jobs.importers.port import Reader, Record
from jobs.importers.xml_items import XmlItems


class Indeed:
    """A feed of jobs, each a <job> in a <source>; most aggregators read and write it."""

    name = "indeed-xml"
    reader: Reader = XmlItems("job", markup=("description",))

    def posting(self, record: Record) -> Record | None:
        place = {"city": record.get("city"), "region": record.get("state"), "country": record.get("country")}
        remote = str(record.get("remotetype") or "").lower()
        return {
            "id": record.get("referencenumber") or record.get("requisitionid"),
            "company": plain(record.get("company")),
            "title": plain(record.get("title")),
            "locations": [place] if any(place.values()) else [],
            "workplace": "hybrid" if "hybrid" in remote else "remote" if "remote" in remote else None,
            "description": markup(record.get("description")),
            "salary": record.get("salary"),
            "employment_type": record.get("jobtype"),
            "education": record.get("education"),
            "category": plain(record.get("category")),
            "posted_at": moment(record.get("date")),
            "expires_at": moment(record.get("expirationdate")),
            "url": record.get("url"),
        }
