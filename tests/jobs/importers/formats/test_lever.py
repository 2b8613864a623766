import pytest

from tests.jobs.importers.formats.reading import posting

POSTING = {
    "id": "a1",
    "text": "Baker",
    "categories": {"location": "Toronto", "commitment": "Full-time", "team": "Bakery"},
    "hostedUrl": "https://jobs.lever.example/acme/a1",
    "createdAt": 1_786_000_000_000,
    "workplaceType": "on-site",
}
LISTS = {
    "description": "<div>Bake.</div>",
    "lists": [{"text": "You bring", "content": "<li>Flour</li>"}],
    "additional": "<div>Equal opportunity</div>",
}


def test_description_holds_lists_and_closing():
    found = posting("lever", [POSTING | LISTS])
    assert found["description"] == (
        "<div>Bake.</div>\n<h3>You bring</h3>\n<ul><li>Flour</li></ul>\n<div>Equal opportunity</div>"
    )
    assert found["description_format"] == "html"


def test_plain_description_is_text():
    found = posting("lever", [POSTING | {"descriptionPlain": "Bake & sell."}])
    assert (found["description"], found["description_format"]) == ("Bake & sell.", "text")


def test_posting_of_its_own_is_read():
    assert posting("lever", POSTING)["title"] == "Baker"


def test_all_locations_count_and_the_country_of_one_only():
    several = POSTING["categories"] | {"allLocations": ["Toronto", "London"]}
    found = posting("lever", [POSTING | {"categories": several, "country": "CA"}])
    assert found["locations"] == ["Toronto", "London"]
    assert "country" not in found
    assert posting("lever", [POSTING | {"country": "CA"}])["country"] == "CA"


@pytest.mark.parametrize(("said", "kept"), [("remote", "remote"), ("hybrid", "hybrid"), ("unspecified", None)])
def test_workplace_is_kept_unless_unspecified(said, kept):
    assert posting("lever", [POSTING | {"workplaceType": said}]).get("workplace") == kept


@pytest.mark.parametrize(
    ("interval", "period"),
    [("per-year-salary", "year"), ("per-month-salary", "month"), ("per-hour-wage", "hour"), ("one-time", "once")],
)
def test_pay_has_a_period(interval, period):
    pay = {"min": 40, "max": 50, "currency": "CAD", "interval": interval}
    found = posting("lever", [POSTING | {"salaryRange": pay}])
    assert [found[f"salary_{key}"] for key in ("min", "max", "currency", "period")] == [40, 50, "CAD", period]


def test_pay_for_half_a_month_is_not_misstated():
    pay = {"min": 2000, "max": 2500, "currency": "USD", "interval": "semi-month-salary"}
    assert not any(key.startswith("salary") for key in posting("lever", [POSTING | {"salaryRange": pay}]))
