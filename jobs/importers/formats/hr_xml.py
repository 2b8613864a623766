"""HR-XML 0.99, JobPositionPosting: https://hropenstandards.org (its archive)."""

from typing import Any

from jobs.importers.files import Unreadable
from jobs.importers.formats.fields import at, objects, texts
from jobs.importers.port import Reader, Record
from jobs.importers.xml_items import XmlItems
from kernel.errors import Invalid

MARKUP = ("JobPositionPurpose", "SummaryText")
PAY = {"SalaryAnnual": "year", "SalaryMonthly": "month", "RatePerDay": "day", "RatePerHour": "hour"}


class HrXml:
    """Postings, each bare or as the payload of a request, which may hold it as a text (CDATA).

    A request to delete is refused: it says that a posting is gone, and since when it does not say.
    """

    name = "hr-xml"
    reader: Reader = XmlItems("JobPositionPosting", "HRXMLRequest", markup=MARKUP)

    def posting(self, record: Record) -> Record | None:
        posting = _unpacked(record) if "Payload" in record or "Action" in record else record
        information = at(posting, "JobPositionInformation")
        description = at(information, "JobPositionDescription")
        summary = at(description, "JobPositionLocation", "LocationSummary")
        place = {
            "city": at(summary, "Municipality"),
            "region": at(summary, "Region"),
            "country": at(summary, "CountryCode"),
        }
        pay = at(description, "CompensationDescription", "Pay")
        stated = next((key for key in PAY if at(pay, key)), None)
        required = at(information, "JobPositionRequirements", "QualificationsRequired", "Qualification")
        schedule = at(description, "Classification", "Schedule")
        web = at(posting, "HowToApply", "ApplicationMethods", "ByWeb", "URL")
        urls = [entry if isinstance(entry, str) else at(entry, "#text") for entry in _listed(web)]
        return {
            "id": _text(at(posting, "JobPositionPostingId")),
            "company": _text(at(posting, "HiringOrg", "HiringOrgName")),
            "title": _text(at(information, "JobPositionTitle")),
            "locations": [place] if any(place.values()) else [],
            "description": at(description, "JobPositionPurpose") or at(description, "SummaryText"),
            "salary_min": at(pay, "MinimumPay"),
            "salary_max": at(pay, "MaximumPay"),
            "salary": _text(at(pay, stated)) if stated else at(pay, "SummaryText"),
            "salary_currency": at(pay, stated, "@currency") if stated else None,
            "salary_period": PAY[stated] if stated else None,
            "education": next(iter(texts(required)), None),
            "employment_type": [kind for kind in ("FullTime", "PartTime") if at(schedule, kind) is not None],
            "language": at(posting, "@lang"),
            "posted_at": _date(at(posting, "PostDetail", "StartDate")),
            "expires_at": _date(at(posting, "PostDetail", "EndDate")),
            "url": next(iter(texts(urls)), None),
        }


def _unpacked(request: Record) -> Record:
    """The posting in a request."""
    action = _text(request.get("Action"))
    if isinstance(action, str) and action.lower() == "delete":
        raise Invalid(
            "The request is to delete the posting, which an import does not do: leave it out of the whole list and "
            "import that with --sync, which closes what is gone.",
            field="Action",
        )
    payloads = request.get("Payload")
    if isinstance(payloads, list):
        raise Invalid("The request holds several payloads; one posting is expected in each request.", field="Payload")
    inner = at(payloads, "JobPositionPosting")
    text = _text(payloads)
    if inner is None and isinstance(text, str) and text.strip():
        try:
            inner = XmlItems("JobPositionPosting", markup=MARKUP).parsed(text)
        except Unreadable as error:
            raise Invalid(f"The payload cannot be read. {error}", field="Payload") from None
    postings = objects(inner)
    if len(postings) != 1:
        raise Invalid(f"One posting is expected in each request, not {len(postings)}.", field="Payload")
    return postings[0]


def _text(value: Any) -> Any:
    """The text of an element, whether or not it has attributes."""
    return value if isinstance(value, str) else at(value, "#text")


def _date(value: Any) -> Any:
    """The text of a date, which may stand in an element of its own."""
    return _text(value) or _text(at(value, "Date"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
