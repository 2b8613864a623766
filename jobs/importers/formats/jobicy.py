"""Jobicy: https://jobicy.com/jobs-rss-feed."""

from typing import Any

from jobs.importers import vocabulary
from jobs.importers.formats.fields import first, markup, plain, texts
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record


class Jobicy:
    """Remote jobs of many companies. Titles and names are escaped as in HTML."""

    name = "jobicy"
    reader: Reader = JsonItems("jobs")

    def posting(self, record: Record) -> Record | None:
        industries = texts(record.get("jobIndustry"))
        least, most = first(record, "salaryMin", "annualSalaryMin"), first(record, "salaryMax", "annualSalaryMax")
        is_paid = bool(least or most)
        period = first(record, "salaryPeriod") or "year"
        return {
            "id": record.get("id"),
            "company": plain(record.get("companyName")),
            "title": plain(record.get("jobTitle")),
            "workplace": "remote",
            "remote_countries": _unless(record.get("jobGeo"), "Anywhere"),
            "description": markup(record.get("jobDescription")),
            "description_format": "html",
            "salary_min": least,
            "salary_max": most,
            "salary_currency": record.get("salaryCurrency") if is_paid else None,
            "salary_period": period if is_paid and isinstance(period, str) and vocabulary.period(period) else None,
            "employment_type": record.get("jobType"),
            "seniority": _unless(record.get("jobLevel"), "Any"),
            "category": plain(industries[0]) if len(industries) == 1 else None,
            "posted_at": record.get("pubDate"),
            "url": record.get("url"),
        }


def _unless(value: Any, nothing: str) -> Any:
    return None if value == nothing else value
