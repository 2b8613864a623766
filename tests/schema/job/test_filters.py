"""What can be asked of jobs beside title, place and terms: employers, benefits, permits, hours, pay in any currency."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from jobs.models import FxRate, PayPeriod, Workplace
from schema.core import ids
from tests.door import send
from tests.factories import CompanyFactory, CurrencyFactory, JobFactory

pytestmark = pytest.mark.django_db

TITLES = "query Titles($where: JobWhere) { jobs(where: $where, first: 100) { totalCount nodes { title } } }"


def kept(**where: Any) -> set[str]:
    jobs = send(TITLES, {"where": where}).data["jobs"]
    found = {job["title"] for job in jobs["nodes"]}
    assert jobs["totalCount"] == len(found)
    return found


def refused(**where: Any) -> tuple[str, str]:
    """Which argument is at fault, and why."""
    (error,) = send(TITLES, {"where": where}).errors
    assert error["extensions"]["code"] == "BAD_REQUEST"
    return error["extensions"]["argument"], error["message"]


def test_companies_are_left_out_or_told_apart_by_size_and_proof() -> None:
    small = CompanyFactory(size_band="1-10", verified_at=timezone.now())
    large = CompanyFactory(size_band="5001+")
    for title, company in (("small", small), ("large", large), ("unknown", CompanyFactory())):
        JobFactory(title=title, company=company)
    assert kept(excludedCompanies=[ids.encode("Company", small.pk)]) == {"large", "unknown"}
    assert kept(excludedCompanies=[]) == {"small", "large", "unknown"}
    assert kept(companySizes=["S1_10", "S11_50"]) == {"small"}
    assert kept(isCompanyVerified=True) == {"small"}
    assert kept(isCompanyVerified=False) == {"large", "unknown"}
    assert kept(**{"not": {"companySizes": ["S1_10"]}}) == {"large", "unknown"}


def test_all_benefits_and_one_of_the_permits_are_asked_for() -> None:
    JobFactory(title="both", benefits=["bonus", "meals"], visa="offered")
    JobFactory(title="one", benefits=["bonus"], visa="not_offered")
    JobFactory(title="none")
    assert kept(benefits=["BONUS", "MEALS"]) == {"both"}
    assert kept(benefits=["BONUS"]) == {"both", "one"}
    assert kept(benefits=[]) == {"both", "one", "none"}
    assert kept(visa=["OFFERED"]) == {"both"}
    assert kept(visa=["OFFERED", "NOT_OFFERED"]) == {"both", "one"}
    assert kept(**{"not": {"visa": ["NOT_OFFERED"]}}) == {"both", "none"}


def test_what_a_job_gives_is_shown() -> None:
    JobFactory(benefits=["bonus", "meals"], visa="offered", guessed=["benefits", "visa"])
    JobFactory()
    nodes = send("{ jobs { nodes { benefits visa guessed } } }").data["jobs"]["nodes"]
    assert {"benefits": ["BONUS", "MEALS"], "visa": "OFFERED", "guessed": ["BENEFITS", "VISA"]} in nodes
    assert {"benefits": [], "visa": None, "guessed": []} in nodes


@pytest.mark.parametrize(
    ("instant", "zone", "overlap", "found"),
    [
        ("2026-01-15T12:00Z", "Europe/Berlin", 8, {"anywhere", "+1"}),
        ("2026-07-15T12:00Z", "Europe/Berlin", 8, {"anywhere"}),  # summer time
        ("2026-07-15T12:00Z", "Europe/Berlin", 7, {"anywhere", "+1"}),
        ("2026-01-15T12:00Z", "America/New_York", 2, {"anywhere", "+1", "-8 to -5", "-10"}),
        ("2026-01-15T12:00Z", "America/New_York", 4, {"anywhere", "-8 to -5"}),
        ("2026-01-15T12:00Z", "Pacific/Kiritimati", 8, {"anywhere", "-10"}),  # +14, a day further round
        ("2026-01-15T12:00Z", "Asia/Kolkata", 4, {"anywhere"}),  # +5:30
        ("2026-01-15T12:00Z", "Asia/Kolkata", 3, {"anywhere", "+1"}),
    ],
)
def test_hours_are_shared_with_the_zones_that_a_job_names(
    instant: str, zone: str, overlap: int, found: set[str]
) -> None:
    with time_machine.travel(instant):
        JobFactory(title="anywhere", workplace=Workplace.REMOTE)
        JobFactory(title="+1", workplace=Workplace.REMOTE, remote_utc_from=60, remote_utc_to=60)
        JobFactory(title="-8 to -5", workplace=Workplace.REMOTE, remote_utc_from=-480, remote_utc_to=-300)
        JobFactory(title="-10", workplace=Workplace.REMOTE, remote_utc_from=-600, remote_utc_to=-600)
        JobFactory(title="in an office", workplace=Workplace.ON_SITE)
        assert kept(hours={"timezone": zone, "overlapHours": overlap}) == found


def pay(amount: str, currency: str, **more: Any) -> dict[str, Any]:
    return {"atLeast": amount, "currency": currency, "includeUnspecified": False, **more}


def test_a_pay_floor_is_compared_across_currencies_by_the_newest_rates() -> None:
    for code, digits, per_euro in (("USD", 2, "1.25"), ("JPY", 0, "150")):
        CurrencyFactory(code=code, name=code, digits=digits)
        FxRate.objects.create(currency_id=code, on_date=date(2100, 1, 1), per_euro=9)
        FxRate.objects.create(currency_id=code, on_date=date(2100, 1, 2), per_euro=per_euro)
    unrated = CurrencyFactory(code="XTS", name="No rate")
    JobFactory(title="euros", pay=(1, 60_000_00))
    JobFactory(title="dollars", pay=(1, 75_000_00), pay__currency_id="USD", pay__currency=None)
    JobFactory(
        title="yen an hour", pay=(1, 4_327), pay__currency_id="JPY", pay__currency=None, pay__period=PayPeriod.HOUR
    )
    JobFactory(title="unrated", pay=(1, 60_000_00), pay__currency=unrated)
    JobFactory(title="silent")
    assert kept(pay=pay("60000", "EUR")) == {"euros", "dollars", "yen an hour"}  # 4,327 × 2,080 / 150 is 60,001.07
    assert kept(pay=pay("60000.01", "EUR")) == {"yen an hour"}
    assert kept(pay=pay("75000", "USD")) == {"euros", "dollars", "yen an hour"}
    assert kept(pay=pay("75001", "USD")) == {"yen an hour"}
    assert kept(pay=pay("9000000", "JPY")) == {"euros", "dollars", "yen an hour"}
    assert kept(pay=pay("60000", "XTS")) == {"unrated"}
    assert kept(pay=pay("60001.08", "EUR", includeUnspecified=True)) == {"silent"}


def test_a_rate_that_came_meanwhile_counts_in_the_next_request() -> None:
    CurrencyFactory(code="USD", name="US dollar")
    JobFactory(title="dollars", pay=(1, 75_000_00), pay__currency_id="USD", pay__currency=None)
    FxRate.objects.create(currency_id="USD", on_date=date(2100, 1, 1), per_euro="1.25")
    assert kept(pay=pay("60000", "EUR")) == {"dollars"}
    FxRate.objects.create(currency_id="USD", on_date=date(2100, 1, 2), per_euro="1.26")
    assert kept(pay=pay("60000", "EUR")) == set()


@pytest.mark.parametrize(
    ("hours", "argument", "reason"),
    [
        ({"timezone": "Europe/Atlantis"}, "timezone", "no such time zone"),
        ({"timezone": ""}, "timezone", "no such time zone"),
        ({"timezone": "../../etc/passwd"}, "timezone", "no such time zone"),
        ({"timezone": "x" * 10_000}, "timezone", "no such time zone"),
        ({"timezone": "Europe/\x00"}, "timezone", "no such time zone"),
        ({"timezone": "Europe/Berlin", "overlapHours": 0}, "overlapHours", "from 1 to 8"),
        ({"timezone": "Europe/Berlin", "overlapHours": 9}, "overlapHours", "from 1 to 8"),
        ({"timezone": "Europe/Berlin", "overlapHours": -(2**31)}, "overlapHours", "from 1 to 8"),
    ],
)
def test_hours_that_are_none_are_refused(hours: dict[str, Any], argument: str, reason: str) -> None:
    at, message = refused(hours=hours)
    assert at == f"where.hours.{argument}"
    assert reason in message


def test_too_many_companies_and_ids_of_something_else_are_refused() -> None:
    many = [ids.encode("Company", CompanyFactory.build().pk) for _ in range(101)]
    assert refused(excludedCompanies=many) == ("where.excludedCompanies", "At most 100 values.")
    assert refused(excludedCompanies=[ids.encode("Skill", 1)])[0] == "where.excludedCompanies"
    assert refused(**{"and": [{"hours": {"timezone": "Nowhere"}}]})[0] == "where.and.0.hours.timezone"
