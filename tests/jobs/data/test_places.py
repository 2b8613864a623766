"""The places, regions, countries and currencies hold together, and agree with what everybody knows."""

import csv
import gzip
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

import pytest

DATA = Path(__file__).parents[3] / "jobs" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def places() -> tuple[dict[str, str], ...]:
    with gzip.open(DATA / "places.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, strict=True))


def place(key: int) -> dict[str, str]:
    return next(row for row in places() if row["id"] == str(key))


def test_places_are_all_cities_over_15_000_people_in_under_two_megabytes() -> None:
    assert (DATA / "places.csv.gz").stat().st_size < 2_000_000
    assert len(places()) > 30_000
    ids = [int(row["id"]) for row in places()]
    assert ids == sorted(set(ids))
    # GeoNames keeps a few capitals and seats of government below the line.
    assert sum(1 for row in places() if int(row["population"]) < 15_000) < 0.1 * len(places())


def test_places_lie_on_earth_in_a_known_country_and_time_zone() -> None:
    countries = {row["code"] for row in rows("countries.csv")}
    zones = available_timezones()
    for row in places():
        assert row["name"]
        assert row["ascii"].isascii()
        assert row["country"] in countries, row
        assert row["timezone"] in zones, row
        assert -90 <= float(row["latitude"]) <= 90
        assert -180 <= float(row["longitude"]) <= 180


def test_alternates_are_few_useful_and_only_for_large_places() -> None:
    named = 0
    for row in places():
        alternates = row["alternates"].split("|") if row["alternates"] else []
        named += bool(alternates)
        assert len(alternates) <= 12
        assert len(set(alternates)) == len(alternates)
        assert row["name"] not in alternates
        assert not alternates or int(row["population"]) > 50_000
    assert named > 200


@pytest.mark.parametrize(
    ("key", "name", "country", "admin1", "alternate"),
    [
        (2867714, "Munich", "DE", "02", "München"),
        (2886242, "Köln", "DE", "07", "Cologne"),
        (5128581, "New York City", "US", "NY", "NYC"),
        (5391959, "San Francisco", "US", "CA", "SF"),
        (1277333, "Bengaluru", "IN", "19", "Bangalore"),
        (3530597, "Mexico City", "MX", "09", "CDMX"),
        (2761369, "Vienna", "AT", "09", "Wien"),
        (703448, "Kyiv", "UA", "12", "Kiev"),
    ],
)
def test_well_known_place_has_its_other_name(key: int, name: str, country: str, admin1: str, alternate: str) -> None:
    row = place(key)
    assert (row["name"], row["country"], row["admin1"]) == (name, country, admin1)
    assert alternate in row["alternates"].split("|")


@pytest.mark.parametrize(
    ("key", "plain"), [(3448439, "Sao Paulo"), (3093133, "Lodz"), (2886242, "Koln"), (311046, "Izmir")]
)
def test_ascii_name_has_no_accents(key: int, plain: str) -> None:
    assert place(key)["ascii"] == plain


def test_every_hand_written_name_is_of_a_known_place() -> None:
    known = {(row["country"], row["name"]) for row in places()}
    assert {(row["country"], row["name"]) for row in rows("place_names.csv")} <= known


def test_every_region_is_one_that_places_name() -> None:
    named = {(row["country"], row["admin1"]) for row in places()}
    found = [(row["country"], row["code"]) for row in rows("regions.csv")]
    assert len(set(found)) == len(found)
    assert [region for region in found if region not in named] == []


@pytest.mark.parametrize(
    ("country", "count"), [("US", 51), ("CA", 12), ("DE", 16), ("AU", 8), ("GB", 4), ("BR", 27), ("JP", 47)]
)
def test_country_has_all_its_regions(country: str, count: int) -> None:
    assert len([row for row in rows("regions.csv") if row["country"] == country]) == count


def test_region_abbreviations_are_unambiguous_within_a_country() -> None:
    found = [(row["country"], row["abbreviation"]) for row in rows("regions.csv") if row["abbreviation"]]
    assert len(set(found)) == len(found)
    assert ("US", "CA") in found
    assert ("CA", "ON") in found


@pytest.mark.parametrize(
    ("key", "region"),
    [
        (5368361, "California"),
        (6167865, "Ontario"),
        (2911298, "Hamburg"),
        (2879139, "Saxony"),
        (2996944, "Auvergne-Rhône-Alpes"),
        (3128760, "Catalonia"),
        (2158177, "Victoria"),
        (1850147, "Tokyo"),
        (3094802, "Lesser Poland"),
        (2650225, "Scotland"),
    ],
)
def test_place_lies_in_its_region(key: int, region: str) -> None:
    names = {(row["country"], row["code"]): row["name"] for row in rows("regions.csv")}
    assert names[place(key)["country"], place(key)["admin1"]] == region


def test_countries_have_iso_codes_names_continents_and_a_listed_currency() -> None:
    currencies = {row["code"] for row in rows("currencies.csv")}
    countries = rows("countries.csv")
    assert 245 <= len(countries) <= 252
    for column in ("code", "alpha3", "name"):
        assert len({row[column] for row in countries}) == len(countries), column
    for row in countries:
        assert row["code"].isalpha()
        assert (len(row["code"]), len(row["alpha3"])) == (2, 3)
        assert row["code"] == row["code"].upper()
        assert row["continent"] in {"AF", "AN", "AS", "EU", "NA", "OC", "SA"}
        # Antarctica has no money.
        assert row["currency"] in currencies or row["code"] == "AQ", row


def test_no_two_countries_share_a_name() -> None:
    owners: dict[str, str] = {}
    for row in rows("countries.csv"):
        for name in {row["name"], *row["alternates"].split("|")} - {""}:
            assert owners.setdefault(name.casefold(), row["code"]) == row["code"], name


@pytest.mark.parametrize(
    ("code", "name", "currency", "alternate"),
    [
        ("US", "United States", "USD", "USA"),
        ("GB", "United Kingdom", "GBP", "UK"),
        ("DE", "Germany", "EUR", "Deutschland"),
        ("CZ", "Czechia", "CZK", "Czech Republic"),
        ("CH", "Switzerland", "CHF", "Schweiz"),
        ("NL", "Netherlands", "EUR", "The Netherlands"),
    ],
)
def test_well_known_country(code: str, name: str, currency: str, alternate: str) -> None:
    row = next(row for row in rows("countries.csv") if row["code"] == code)
    assert (row["name"], row["currency"]) == (name, currency)
    assert alternate in row["alternates"].split("|")


def test_currencies_have_iso_codes_and_sensible_decimals() -> None:
    currencies = {row["code"]: row for row in rows("currencies.csv")}
    assert 145 <= len(currencies) <= 170
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in currencies)
    digits = {code: int(row["digits"]) for code, row in currencies.items()}
    assert set(digits.values()) == {0, 2, 3}
    assert (digits["USD"], digits["EUR"], digits["JPY"], digits["KWD"], digits["INR"]) == (2, 2, 0, 3, 2)
