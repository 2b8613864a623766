import pytest

from jobs.importers.addresses import parsed
from jobs.importers.paging import Step, arbeitnow, smartrecruiters

LIST = parsed("https://api.example/v1/companies/acme/postings?limit=2&offset=2&q=")


def test_arbeitnow_names_its_next_page():
    assert arbeitnow(LIST, {"data": [{}], "links": {"next": "https://x/2"}}) == Step("https://x/2")


@pytest.mark.parametrize("links", [None, {}, {"next": None}, {"next": 3}, [], "next"])
def test_arbeitnow_without_a_link_ends(links):
    assert arbeitnow(LIST, {"data": [{}], "links": links}) == Step()


def test_smartrecruiters_goes_on_behind_what_it_gave():
    page = {"offset": 2, "totalFound": 9, "content": [{"id": "a1"}, {"id": "b2"}]}
    base = "/v1/companies/acme/postings"
    assert smartrecruiters(LIST, page) == Step(f"{base}?limit=2&q=&offset=4", (f"{base}/a1", f"{base}/b2"))


def test_smartrecruiters_ends_with_the_total():
    page = {"offset": 2, "totalFound": 3, "content": [{"id": "a1"}]}
    assert smartrecruiters(LIST, page) == Step("", ("/v1/companies/acme/postings/a1",))


@pytest.mark.parametrize("change", [{"content": None}, {"offset": "2"}, {"totalFound": None}, {"content": []}])
def test_smartrecruiters_of_another_shape_is_one_document(change):
    assert smartrecruiters(LIST, {"offset": 0, "totalFound": 9, "content": [{"id": "a"}]} | change) == Step()
