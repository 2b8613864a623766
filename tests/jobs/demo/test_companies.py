"""The demo companies and accounts fit the reference data and promise nothing outside the demo board."""

import csv
import gzip
from pathlib import Path

from jobs.demo.accounts import ACCOUNTS
from jobs.demo.companies import COMPANIES
from jobs.demo.prose import phrases
from jobs.demo.roles import staffing

DATA = Path(__file__).parents[3] / "jobs" / "data"
SIZE_BANDS = {"1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001+"}


def test_there_are_ten_companies_of_different_industries_sizes_and_countries() -> None:
    assert len(COMPANIES) == 10
    assert len({company.slug for company in COMPANIES}) == 10
    assert len({company.industry for company in COMPANIES}) == 10
    assert len({company.size_band for company in COMPANIES}) >= 5
    assert len({company.offices[0].country for company in COMPANIES}) >= 7
    assert sum(company.share for company in COMPANIES) == 2000


def test_companies_use_known_industries_kinds_and_sizes() -> None:
    with (DATA / "industries.csv").open(encoding="utf-8", newline="") as file:
        industries = {row["slug"] for row in csv.DictReader(file)}
    for company in COMPANIES:
        assert company.industry in industries, company.slug
        assert company.kind in {"employer", "agency", "public", "nonprofit"}
        assert company.size_band in SIZE_BANDS
        assert company.website.endswith(".example.com")
        assert len(company.description) > 300
        assert 5 <= len(company.benefits) <= 8


def test_office_names_the_place_that_its_id_stands_for() -> None:
    with gzip.open(DATA / "places.csv.gz", "rt", encoding="utf-8", newline="") as file:
        places = {int(row["id"]): row for row in csv.DictReader(file)}
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
        countries = {row["code"]: row for row in csv.DictReader(file)}
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = {(row["country"], row["code"]): row["name"] for row in csv.DictReader(file)}
    for company in COMPANIES:
        assert company.headquarters == company.offices[0].place
        for office in company.offices:
            place = places[office.place]
            parts = office.location.split(", ")
            assert (parts[0], place["country"]) == (place["name"], office.country)
            assert parts[-1] == countries[office.country]["name"]
            assert countries[office.country]["currency"] == office.currency
            if len(parts) == 3:
                assert parts[1] == regions[office.country, place["admin1"]]


def test_every_company_hires_and_speaks_every_language_that_its_roles_are_written_in() -> None:
    assert [employer.company for employer in staffing()] == list(COMPANIES)
    for employer in staffing():
        assert len(employer.roles) >= 6, employer.company.slug
        for role in employer.roles:
            assert employer.hooks[role.language]
            assert len(employer.benefits_in(role.language)) >= 4
            assert len(role.duties) >= 4
            assert len(role.brings) >= 3
            assert sum(role.work) == 100
            assert role.period in {"hour", "month", "year"}
            assert not set(role.skills) & set(role.nice)


def test_phrases_cover_every_level_period_and_remote_country() -> None:
    for employer in staffing():
        for role in employer.roles:
            words = phrases(role.language)
            assert set(role.titles) <= set(words["experience"])
            assert role.period in words["period"]
            if role.work[2]:
                countries = {office.country for office in employer.company.offices}
                wanted = countries if role.language == "en" else {employer.company.offices[0].country}
                assert wanted <= set(words["countries"])


def test_accounts_show_each_role_and_live_on_reserved_addresses() -> None:
    assert [account.role for account in ACCOUNTS] == ["staff", "owner", "recruiter", "seeker"]
    assert {account.platform_role for account in ACCOUNTS} == {"admin", "user"}
    companies = {company.slug for company in COMPANIES}
    for account in ACCOUNTS:
        assert account.email.endswith("@example.com")
        assert "demo" in account.password
        assert (account.company in companies) == (account.role in {"owner", "recruiter"})
    assert len({account.email for account in ACCOUNTS}) == len(ACCOUNTS)
