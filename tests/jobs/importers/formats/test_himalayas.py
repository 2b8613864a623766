import pytest

from tests.jobs.importers.formats.reading import posting

JOB = {
    "title": "Baker",
    "companyName": "Acme",
    "companySlug": "acme-group",
    "seniority": ["Mid-level"],
    "locationRestrictions": ["Norway", "Sweden"],
    "timezoneRestrictions": [1, 2],
    "pubDate": 1_786_813_232,
    "expiryDate": 1_791_997_231,
    "applicationLink": "https://himalayas.app/companies/acme-group/jobs/baker",
    "guid": "https://himalayas.app/companies/acme-group/jobs/baker",
}


def document(**job):
    return {"offset": 0, "limit": 20, "totalCount": 1, "jobs": [JOB | job]}


def test_job_is_remote_from_its_countries():
    found = posting("himalayas", document())
    assert (found["workplace"], found["remote_countries"]) == ("remote", ["Norway", "Sweden"])
    assert (found["id"], found["company"]) == ("acme-group/jobs/baker", "Acme")
    assert (found["posted_at"], found["expires_at"]) == (1_786_813_232, 1_791_997_231)


def test_countries_may_be_objects():
    countries = [{"alpha2": "NO", "name": "Norway", "slug": "norway"}]
    assert posting("himalayas", document(locationRestrictions=countries))["remote_countries"] == ["Norway"]


def test_placeholder_for_the_company_gives_way_to_its_slug():
    assert posting("himalayas", document(companyName="name"))["company"] == "Acme Group"


def test_several_levels_are_none():
    assert "seniority" not in posting("himalayas", document(seniority=["Mid-level", "Senior"]))


@pytest.mark.parametrize(("said", "kept"), [("annual", "annual"), ("hourly", "hourly"), ("fortnightly", None)])
def test_period_of_pay_is_kept_where_it_is_known(said, kept):
    found = posting("himalayas", document(minSalary=10, maxSalary=20, currency="NOK", salaryPeriod=said))
    assert (found["salary_min"], found["salary_max"], found["salary_currency"]) == (10, 20, "NOK")
    assert found.get("salary_period") == kept
