import pytest

from kernel.errors import Invalid
from tests.jobs.importers.formats.reading import posting, postings

POSTING = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Baker",
    "hiringOrganization": {"@type": "Organization", "name": "Acme"},
}


def place(city, country):
    return {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": city, "addressCountry": country}}


def amount(value, **more):
    return {"@type": "MonetaryAmount", "currency": "EUR", "value": value} | more


def said(**more):
    return posting("jobposting-jsonld", POSTING | more)


def test_other_things_are_no_postings():
    assert postings("jobposting-jsonld", [{"@type": "Organization", "name": "Acme"}]) == [None]


def test_object_without_a_type_is_refused():
    with pytest.raises(Invalid, match="no @type"):
        postings("jobposting-jsonld", [{"title": "Baker"}])


@pytest.mark.parametrize("kind", ["JobPosting", ["Thing", "JobPosting"], "http://schema.org/JobPosting"])
def test_type_is_told_in_every_spelling(kind):
    assert said(**{"@type": kind})["title"] == "Baker"


@pytest.mark.parametrize(
    ("organization", "company"),
    [
        ({"name": "Acme &amp; Sons"}, "Acme & Sons"),
        ("Acme", "Acme"),
        ([{"@type": "Organization"}, {"name": "Acme"}], "Acme"),
        ({"legalName": "Acme AG"}, "Acme AG"),
        ({"@id": "#acme"}, None),
    ],
)
def test_company_is_the_name_of_the_organization(organization, company):
    assert said(hiringOrganization=organization).get("company") == company


@pytest.mark.parametrize(
    ("identifier", "reference"),
    [({"@type": "PropertyValue", "name": "Acme", "value": 17}, 17), ("x-17", "x-17"), ([{"value": "a"}, "b"], "a")],
)
def test_identifier_is_a_value_or_a_property(identifier, reference):
    assert said(identifier=identifier)["id"] == reference


@pytest.mark.parametrize(
    ("location", "places"),
    [
        (place("Oslo", "NO"), [{"city": "Oslo", "region": None, "country": "NO"}]),
        (
            [place("Oslo", {"@type": "Country", "name": "Norway"}), "Bergen"],
            [{"city": "Oslo", "region": None, "country": "Norway"}, "Bergen"],
        ),
        ({"@type": "Place", "address": "Oslo, Norway"}, ["Oslo, Norway"]),
        ({"@type": "Place", "name": "Oslo"}, ["Oslo"]),
        ({"@type": "PostalAddress", "addressRegion": "WA"}, [{"city": None, "region": "WA", "country": None}]),
    ],
)
def test_locations_are_places_addresses_or_words(location, places):
    assert said(jobLocation=location)["locations"] == places


def test_telecommuting_is_remote_from_where_applicants_may_be():
    countries = [{"@type": "Country", "name": "Norway"}, {"@type": "State", "name": "Michigan, USA"}]
    found = said(
        jobLocationType="TELECOMMUTE", applicantLocationRequirements=countries, jobLocation=place("Oslo", "NO")
    )
    assert (found["workplace"], found["remote_countries"]) == ("remote", ["Norway", "Michigan, USA"])


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (amount({"@type": "QuantitativeValue", "minValue": 40, "maxValue": 50, "unitText": "HOUR"}), (40, 50, "HOUR")),
        (amount({"value": "40.5", "unitText": "MONTH"}), ("40.5", None, "MONTH")),
        (amount({"minValue": 40, "unitCode": "ANN"}), (40, None, "year")),
        (amount(40, unitText="DAY"), (40, None, "day")),
        (amount(None, minValue=40, maxValue=50), (40, 50, None)),
        (amount({"value": 40, "unitText": "fortnight"}), (40, None, None)),
    ],
)
def test_amount_of_money_is_the_pay(base, expected):
    found = said(baseSalary=base)
    assert tuple(found.get(f"salary_{key}") for key in ("min", "max", "period")) == expected
    assert found["salary_currency"] == "EUR"


def test_number_is_the_pay_in_the_currency_beside_it():
    found = said(baseSalary="100000", salaryCurrency="USD")
    assert (found["salary_min"], found["salary_currency"]) == ("100000", "USD")


def test_words_for_the_pay_stay_words():
    assert said(baseSalary="$50k a year")["salary"] == "$50k a year"
    assert said(baseSalary=amount("$50k a year"))["salary"] == "$50k a year"


def test_kinds_of_employment_that_say_nothing_are_left_out():
    assert said(employmentType=["FULL_TIME", "OTHER"])["employment_type"] == ["FULL_TIME"]
    assert said(employmentType="CONTRACTOR")["employment_type"] == ["CONTRACTOR"]


@pytest.mark.parametrize(
    ("skills", "names"),
    [
        ("Python, Django", ["Python", " Django"]),
        (["Python", {"@type": "DefinedTerm", "name": "Django"}], ["Python", "Django"]),
        ("Web application development using Java, or familiarity with one of the dynamic languages", None),
    ],
)
def test_skills_are_names_not_prose(skills, names):
    assert said(skills=skills).get("skills") == names


def test_description_that_is_escaped_as_a_whole_is_unescaped():
    assert said(description="&lt;p&gt;Bake&lt;/p&gt;")["description"] == "<p>Bake</p>"
    assert said(description="<p>a &lt; b</p>")["description"] == "<p>a &lt; b</p>"


def test_dates_education_and_address_are_read():
    found = said(
        datePosted="2026-01-05",
        validThrough="2026-02-05T00:00",
        educationRequirements={"@type": "EducationalOccupationalCredential", "credentialCategory": "bachelor degree"},
        url="https://acme.example/7",
    )
    assert (found["posted_at"], found["expires_at"]) == ("2026-01-05", "2026-02-05T00:00")
    assert (found["education"], found["url"]) == ("bachelor degree", "https://acme.example/7")
