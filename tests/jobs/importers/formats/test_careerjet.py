import pytest

from tests.jobs.importers.formats.reading import posting

LOCATION = "<location><city>London</city><region>Greater London</region><country>United Kingdom</country></location>"


def feed(extra: str) -> bytes:
    return f"<jobs><job><title>Baker</title><company>Acme</company>{extra}</job></jobs>".encode()


def test_job_in_the_present_shape_is_read():
    found = posting(
        "careerjet-xml",
        feed(
            f"{LOCATION}<url>https://acme.example/view?id=7</url><job_reference>FX-7</job_reference>"
            "<contract_type>permanent</contract_type><working_hours>full-time</working_hours>"
            "<salary>£30000 - 33000</salary><apply_url>https://acme.example/apply?id=7</apply_url>"
        ),
    )
    assert found == {
        "id": "FX-7",
        "company": "Acme",
        "title": "Baker",
        "locations": [{"city": "London", "region": "Greater London", "country": "United Kingdom"}],
        "salary": "£30000 - 33000",
        "employment_type": ["full-time"],
        "url": "https://acme.example/view?id=7",
    }


@pytest.mark.parametrize("url", ["www.acme.example", "https://acme.example/", "http://www.acme.example"])
def test_address_of_the_whole_site_gives_way_to_that_of_the_form(url):
    assert posting("careerjet-xml", feed(f"<url>{url}</url><apply_url>https://a.example/7</apply_url>"))["url"] == (
        "https://a.example/7"
    )
    assert posting("careerjet-xml", feed(f"<url>{url}</url>"))["url"] == url


@pytest.mark.parametrize(
    ("said", "kept"), [("contract", ["contract"]), ("Training", ["internship"]), ("voluntary", ["volunteer"])]
)
def test_kind_of_contract_is_read_under_its_old_name(said, kept):
    assert posting("careerjet-xml", feed(f"<contracttype>{said}</contracttype>"))["employment_type"] == kept


def test_location_may_be_words():
    assert posting("careerjet-xml", feed("<location>Opole</location>"))["locations"] == ["Opole"]
