import pytest

from tests.jobs.importers.formats.reading import posting, postings

POSTING = {
    "id": "744000135080134",
    "name": "Baker",
    "company": {"identifier": "AcmeGroup", "name": "Acme Group"},
    "releasedDate": "2026-06-30T17:49:03.000Z",
    "location": {"city": "Oslo", "country": "no", "remote": False, "hybrid": False},
    "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
}


def test_entry_of_a_list_has_the_address_of_its_page():
    found = posting("smartrecruiters", {"offset": 0, "limit": 100, "totalFound": 1, "content": [POSTING]})
    assert found["url"] == "https://jobs.smartrecruiters.com/AcmeGroup/744000135080134"
    assert found["locations"] == [{"city": "Oslo", "region": None, "country": "NO"}]
    assert "workplace" not in found
    assert "description" not in found


def test_posting_in_full_has_its_sections_under_their_titles():
    sections = {
        "qualifications": {"title": "What you bring", "text": "<p>Flour</p>"},
        "companyDescription": {"title": "About us", "text": "<p>Bakers</p>"},
        "jobDescription": {"title": "", "text": ""},
    }
    address = {"postingUrl": "https://jobs.example/baker"}
    found = posting("smartrecruiters", POSTING | address | {"jobAd": {"sections": sections}})
    assert found["description"] == "<h3>About us</h3>\n<p>Bakers</p>\n<h3>What you bring</h3>\n<p>Flour</p>"
    assert found["url"] == "https://jobs.example/baker"


@pytest.mark.parametrize("kind", ["remote", "hybrid"])
def test_flag_of_the_location_is_the_workplace(kind):
    location = {"city": "Remote", "country": "us", kind: True}
    found = posting("smartrecruiters", POSTING | {"location": location})
    assert found["workplace"] == kind
    assert found["locations"] == [{"city": None, "region": None, "country": "US"}]


@pytest.mark.parametrize("gone", [{"active": False}, {"visibility": "INTERNAL"}])
def test_posting_that_is_not_public_is_none(gone):
    assert postings("smartrecruiters", POSTING | gone) == [None]


def test_level_that_does_not_apply_is_none():
    level = {"experienceLevel": {"id": "not_applicable", "label": "Not Applicable"}}
    assert "seniority" not in posting("smartrecruiters", POSTING | level)
