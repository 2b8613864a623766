import pytest

from tests.jobs.importers.formats.reading import posting, postings

JOB = {"id": "j1", "title": "Baker", "location": "Berlin HQ", "isListed": True, "jobUrl": "https://jobs.example/j1"}


def board(**job):
    return {"apiVersion": "1", "jobs": [JOB | job]}


def pay(interval, **component):
    salary = {"compensationType": "Salary", "interval": interval, "currencyCode": "EUR", "minValue": 1, "maxValue": 2}
    equity = {"compensationType": "EquityPercentage", "interval": "NONE", "minValue": 0.1, "maxValue": 0.2}
    return {
        "compensationTierSummary": "€1 – €2 • Offers Equity",
        "scrapeableCompensationSalarySummary": "€1 - €2",
        "summaryComponents": [equity, salary | component],
    }


def test_posting_that_is_not_listed_is_none():
    assert postings("ashby", board(isListed=False)) == [None]


def test_address_counts_where_it_says_the_town_else_the_words():
    berlin = {"postalAddress": {"addressLocality": "Berlin", "addressRegion": "Berlin", "addressCountry": "Germany"}}
    anywhere = {"location": "Remote - EU", "address": {"postalAddress": {"addressCountry": "Germany"}}}
    found = posting("ashby", board(address=berlin, secondaryLocations=[anywhere]))
    assert found["locations"] == [{"city": "Berlin", "region": "Berlin", "country": "Germany"}, "Remote - EU"]


def test_remote_flag_counts_only_without_a_workplace():
    assert posting("ashby", board(isRemote=True, workplaceType="Hybrid"))["workplace"] == "Hybrid"
    assert posting("ashby", board(isRemote=True, workplaceType=None))["workplace"] == "remote"
    assert "workplace" not in posting("ashby", board(isRemote=False))


@pytest.mark.parametrize(("interval", "period"), [("1 YEAR", "year"), ("1 MONTH", "month"), ("1 HOUR", "hour")])
def test_salary_is_read_from_its_component(interval, period):
    found = posting("ashby", board(compensation=pay(interval)))
    assert [found[f"salary_{key}"] for key in ("min", "max", "currency", "period")] == [1, 2, "EUR", period]
    assert "salary" not in found


@pytest.mark.parametrize("interval", ["2 WEEK", "NONE", None])
def test_salary_of_another_interval_is_left_to_its_words(interval):
    found = posting("ashby", board(compensation=pay(interval)))
    assert found["salary"] == "€1 - €2"
    assert "salary_min" not in found


def test_plain_description_is_text():
    found = posting("ashby", board(descriptionPlain="Bake."))
    assert (found["description"], found["description_format"]) == ("Bake.", "text")
