"""Himalayas: https://himalayas.app/api."""

from jobs.importers import vocabulary
from jobs.importers.formats.fields import markup, objects, plain, texts
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Reader, Record


class Himalayas:
    """Remote jobs of many companies, from countries or from anywhere. Time zones are not kept."""

    name = "himalayas"
    reader: Reader = JsonItems("jobs")

    def posting(self, record: Record) -> Record | None:
        company, slug = record.get("companyName"), record.get("companySlug")
        if company in (None, "", "name") and isinstance(slug, str):
            # For a while in 2026 the API gave the word "name" for every company's name.
            company = slug.replace("-", " ").title()
        page = record.get("guid")
        restrictions = record.get("locationRestrictions")
        levels = texts(record.get("seniority"))
        period = record.get("salaryPeriod")
        is_paid = bool(record.get("minSalary") or record.get("maxSalary"))
        return {
            "id": page.removeprefix("https://himalayas.app/companies/") if isinstance(page, str) else page,
            "company": plain(company),
            "title": plain(record.get("title")),
            "workplace": "remote",
            # Names of countries; in older answers objects that have one.
            "remote_countries": texts(restrictions) or texts([entry.get("name") for entry in objects(restrictions)]),
            "description": markup(record.get("description")),
            "description_format": "html",
            "salary_min": record.get("minSalary"),
            "salary_max": record.get("maxSalary"),
            "salary_currency": record.get("currency") if is_paid else None,
            "salary_period": period if is_paid and isinstance(period, str) and vocabulary.period(period) else None,
            "employment_type": record.get("employmentType"),
            "seniority": levels[0] if len(levels) == 1 else None,  # several are no level
            "posted_at": record.get("pubDate"),
            "expires_at": record.get("expiryDate"),
            "url": record.get("applicationLink"),
        }
