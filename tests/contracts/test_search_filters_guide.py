"""The guide to filters is followed to the letter: its example runs, and its command is one."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils import timezone

from jobs.models import FxRate
from jobs.search.where import JobFilter
from schema.job.inputs import JobWhere
from tests.door import send
from tests.factories import CompanyFactory, CurrencyFactory
from tests.search_board import live_job

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "search-filters.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_example_finds_what_it_asks_for() -> None:
    CurrencyFactory(code="USD", name="US dollar")
    FxRate.objects.create(currency_id="USD", on_date=timezone.now().date(), per_euro=Decimal("1.2"))
    good = {"workplace": "remote", "benefits": ["parental_leave", "bonus"], "remote_utc_from": 0, "remote_utc_to": 60}
    dollars = {"pay": (50_000_00, 80_000_00), "pay__currency": CurrencyFactory(code="USD")}
    live_job("Engineer", **good, pay=(50_000_00, 70_000_00))
    live_job("Engineer in dollars", **good, **dollars)
    live_job("Engineer far away", **good | {"remote_utc_from": 120, "remote_utc_to": 180}, **dollars)
    live_job("Engineer at a giant", **good, **dollars, company=CompanyFactory(size_band="5001+"))
    live_job("Engineer for less", **good, pay=(50_000_00, 59_999_00))
    live_job("Engineer for who knows", **good)
    live_job("Engineer without", **good | {"benefits": ["bonus"]}, **dollars)
    (example,) = re.findall(r"^```graphql\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    # In summer New York is four hours off, in winter five: both are within reach of a window from 0 to +1.
    found = send(example).data["jobSearch"]
    assert {job["title"] for job in found["nodes"]} == {"Engineer", "Engineer in dollars"}
    assert found["totalCount"] == {"value": 2, "precision": "EXACT"}


def test_the_guide_names_every_condition_and_the_command() -> None:
    said = set(re.findall(r"`(\w+)`", GUIDE))
    assert {"companies", "hours"} <= set(JobFilter.__slots__)
    missing = {_camel(name) for name in JobWhere._meta.fields} - said
    assert not missing, missing
    assert "fx_load" in get_commands()


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.title() for word in rest)
