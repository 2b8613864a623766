import pytest

from jobs.importers import plain
from kernel.errors import Invalid


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ({"headline": "Acme | Baker"}, "Acme | Baker"),
        ({"title": "Acme | Baker | Bonn"}, "Acme | Baker | Bonn"),
        ({"title": "Baker | Bonn"}, ""),
        ({"title": "Acme | Baker | Bonn", "location": "Bonn"}, ""),
        ({"title": ["Acme | Baker | Bonn"]}, ""),
        ({}, ""),
    ],
)
def test_headline_is_said_or_is_a_title_with_bars(row, line):
    assert plain.headline(row) == line


@pytest.mark.parametrize(
    ("row", "texts"),
    [
        ({"location": "Bonn"}, ["Bonn"]),
        (
            {"locations": ["Bonn", {"city": "Paris", "country": "FR"}], "location": "Lyon"},
            ["Bonn", "Paris, FR", "Lyon"],
        ),
        ({"city": "Bonn", "country": "DE"}, ["Bonn, DE"]),
        ({"country": "DE"}, ["DE"]),
        ({"locations": [None, "", {}]}, []),
    ],
)
def test_places_are_texts(row, texts):
    assert plain.places(row) == texts


@pytest.mark.parametrize(
    ("said", "tag"), [("en", "en"), ("PT_br", "pt-BR"), ("zh-hant", "zh-Hant"), ("", ""), (None, "")]
)
def test_language_is_a_tag(said, tag):
    assert plain.language({"language": said}) == tag


def test_reference_without_an_id_tells_rows_apart():
    row = {"title": "Baker", "location": "Bonn", "description": "Bread"}
    assert plain.reference(row, "Acme") == plain.reference(dict(row), "ACME")
    for change in ({"title": "Nurse"}, {"location": "Lyon"}, {"description": "Rolls"}):
        assert plain.reference(row | change, "Acme") != plain.reference(row, "Acme")
    with pytest.raises(Invalid) as caught:
        plain.reference({"url": "nowhere"}, "Acme")
    assert caught.value.field == "url"


def test_words_of_interpreted_values_are_cut():
    row = {"workplace": " remote  work ", "seniority": "x" * 300, "education": 5, "skills": "SQL"}
    assert plain.said(row) == (("seniority", "x" * 200), ("workplace", "remote work"))
