"""Ashby: https://developers.ashbyhq.com/docs/public-job-posting-api."""

from typing import Any

from jobs.importers.formats.fields import at, first, objects, texts
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record

PERIODS = {"1 YEAR": "year", "1 MONTH": "month", "1 WEEK": "week", "1 DAY": "day", "1 HOUR": "hour"}


class Ashby:
    """The list of a job board. It does not name the company; postings that are not listed are none."""

    name = "ashby"
    reader: Reader = JsonItems("jobs", lone="title")

    def posting(self, record: Record) -> Record | None:
        if record.get("isListed") is False:
            return None
        components = objects(at(record, "compensation", "summaryComponents"))
        pay = next((entry for entry in components if entry.get("compensationType") == "Salary"), {})
        period = PERIODS.get(str(pay.get("interval")))
        pay = pay if period else {}
        summaries = ("scrapeableCompensationSalarySummary", "compensationTierSummary")
        words = next(iter(texts([at(record, "compensation", name) for name in summaries])), None)
        is_remote = record.get("isRemote") is True
        return {
            "id": record.get("id"),
            "title": record.get("title"),
            "locations": [_place(entry) for entry in (record, *objects(record.get("secondaryLocations")))],
            # "isRemote" is also said of hybrid work.
            "workplace": record.get("workplaceType") or ("remote" if is_remote else None),
            "description": first(record, "descriptionHtml", "descriptionPlain"),
            "description_format": "html" if record.get("descriptionHtml") else "text",
            "salary_min": pay.get("minValue"),
            "salary_max": pay.get("maxValue"),
            "salary_currency": pay.get("currencyCode"),
            "salary_period": period if pay else None,
            "salary": None if pay else words,
            "employment_type": record.get("employmentType"),
            "posted_at": record.get("publishedAt"),
            "url": record.get("jobUrl"),
        }


def _place(entry: Record) -> Any:
    """The address, where it says at least the town; else the words."""
    address = at(entry, "address", "postalAddress")
    if not at(address, "addressLocality"):
        return entry.get("location")
    return {
        "city": at(address, "addressLocality"),
        "region": at(address, "addressRegion"),
        "country": at(address, "addressCountry"),
    }
