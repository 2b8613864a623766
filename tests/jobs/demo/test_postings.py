"""The demo board's postings agree with the reference data, with each other and with the calendar."""

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from jobs.demo.companies import COMPANIES
from jobs.demo.postings import postings

DATA = Path(__file__).parents[3] / "jobs" / "data"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLAIN_SHAPE = {
    "id", "company", "title", "location", "description", "description_format", "language", "salary_min", "salary_max",
    "salary_currency", "salary_period", "employment_type", "posted_at", "expires_at", "url", "skills", "nice_skills",
    "workplace", "remote_countries", "seniority", "category", "education", "visa",
}  # fmt: skip


@cache
def board() -> tuple[dict[str, Any], ...]:
    return tuple(postings(seed=1, count=2000, now=NOW))


def column(name: str, key: str) -> set[str]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return {row[key] for row in csv.DictReader(file)}


def share(matching: int) -> float:
    return matching / len(board())


def test_same_seed_and_moment_give_the_same_rows() -> None:
    assert list(postings(seed=7, count=50, now=NOW)) == list(postings(seed=7, count=50, now=NOW))
    assert list(postings(seed=7, count=50, now=NOW)) != list(postings(seed=8, count=50, now=NOW))


def test_shorter_run_is_the_beginning_of_a_longer_one() -> None:
    assert list(postings(count=20, now=NOW)) == list(board()[:20])


def test_two_thousand_rows_take_less_than_a_second_of_the_processor() -> None:
    started = process_time()  # other processes do not count
    assert sum(1 for _ in postings(count=2000, now=NOW)) == 2000
    assert process_time() - started < 1


def test_identifiers_and_addresses_are_unique() -> None:
    assert len({row["id"] for row in board()}) == len(board())
    assert len({row["url"] for row in board()}) == len(board())
    assert all(".example.com/jobs/" in row["url"] for row in board())


def test_rows_have_only_the_keys_of_the_plain_shape_and_no_empty_values() -> None:
    for row in board():
        assert set(row) <= PLAIN_SHAPE
        assert all(value not in ("", None) for value in row.values())


def test_companies_categories_and_skills_exist() -> None:
    skills = column("skills.csv", "name")
    assert {row["company"] for row in board()} == {company.slug for company in COMPANIES}
    assert {row["category"] for row in board()} <= column("categories.csv", "slug")
    assert {skill for row in board() for skill in row["skills"] + row["nice_skills"]} <= skills


def test_skills_are_three_or_more_and_never_both_required_and_nice() -> None:
    for row in board():
        assert len(row["skills"]) >= 3
        assert len(set(row["skills"])) == len(row["skills"])
        assert not set(row["skills"]) & set(row["nice_skills"])


def test_every_location_is_a_place_of_the_company() -> None:
    with gzip.open(DATA / "places.csv.gz", "rt", encoding="utf-8", newline="") as file:
        places = {(row["name"], row["country"]) for row in csv.DictReader(file)}
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
        countries = {row["name"]: row["code"] for row in csv.DictReader(file)}
    offices = {company.slug: {office.location for office in company.offices} for company in COMPANIES}
    for row in board():
        locations = row["location"].split("; ") if "location" in row else []
        assert len(set(locations)) == len(locations)
        assert set(locations) <= offices[row["company"]]
        for location in locations:
            parts = location.split(", ")
            assert (parts[0], countries[parts[-1]]) in places, location


def test_remote_postings_name_countries_and_the_others_a_location() -> None:
    countries = column("countries.csv", "code")
    for row in board():
        remote = row["workplace"] == "remote"
        assert ("remote_countries" in row) == remote
        assert ("location" in row) == (not remote)
        assert set(row.get("remote_countries", [])) <= countries


def test_pay_is_a_range_in_a_known_currency_and_fits_its_period() -> None:
    currencies = column("currencies.csv", "code")
    bounds = {"hour": (11, 80), "month": (800, 15_000), "year": (15_000, 12_000_000)}
    for row in board():
        keys = {"salary_min", "salary_max", "salary_currency", "salary_period"} & set(row)
        assert len(keys) in (0, 4)
        if keys:
            least, most = bounds[row["salary_period"]]
            assert least <= row["salary_min"] < row["salary_max"] <= most, row["title"]
            assert row["salary_max"] < 1.6 * row["salary_min"]
            assert row["salary_currency"] in currencies


def test_pay_grows_with_seniority() -> None:
    """At the headquarters of one company, in one category and currency."""
    tops: dict[str, list[float]] = {}
    for row in postings(count=8000, now=NOW):
        if row["category"] == "backend-development" and row.get("salary_currency") == "USD":
            tops.setdefault(row["seniority"], []).append(row["salary_max"])
    averages = [sum(tops[level]) / len(tops[level]) for level in ("entry", "mid", "senior", "lead")]
    assert averages == sorted(averages)


def test_postings_are_from_the_last_45_days_and_live_now() -> None:
    for row in board():
        posted, expires = datetime.fromisoformat(row["posted_at"]), datetime.fromisoformat(row["expires_at"])
        assert NOW - timedelta(days=45, minutes=1) <= posted <= NOW
        assert expires > NOW
    weeks = Counter((NOW - datetime.fromisoformat(row["posted_at"])).days // 7 for row in board())
    assert set(weeks) >= {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("least", "most", "key", "values"),
    [
        (0.24, 0.36, "workplace", {"hybrid", "remote"}),
        (0.06, 0.15, "workplace", {"remote"}),
        (0.11, 0.19, "salary_min", {None}),
        (0.02, 0.07, "language", {"de"}),
        (0.02, 0.07, "language", {"fr"}),
        (0.02, 0.07, "language", {"es"}),
        (0.15, 0.35, "salary_period", {"hour"}),
        (0.40, 0.65, "seniority", {"mid"}),
        (0.05, 0.20, "employment_type", {"part_time"}),
    ],
)
def test_share(least: float, most: float, key: str, values: set[str | None]) -> None:
    assert least <= share(sum(1 for row in board() if row.get(key) in values)) <= most


def test_some_postings_are_in_several_places() -> None:
    assert 0.05 <= share(sum(1 for row in board() if ";" in row.get("location", ""))) <= 0.2


def test_every_level_and_many_categories_and_titles_occur() -> None:
    assert {row["seniority"] for row in board()} == {"intern", "entry", "mid", "senior", "lead", "executive"}
    assert len({row["category"] for row in board()}) >= 50
    assert len({row["title"] for row in board()}) >= 500


def test_descriptions_are_distinct_and_neighbours_unlike() -> None:
    texts = [row["description"] for row in board()]
    assert len(set(texts)) >= 0.99 * len(texts)
    for one, other in pairwise(texts):
        lines, more = (set(filter(None, text.splitlines())) for text in (one, other))
        assert len(lines & more) < 0.8 * min(len(lines), len(more))


def test_descriptions_are_markdown_prose_with_sections_and_lists() -> None:
    for row in board():
        text = row["description"]
        assert 500 <= len(text) <= 4000
        assert text.count("\n## ") == 5
        assert text.count("\n- ") >= 7
        assert "{" not in text
        assert "  " not in text
        assert ".." not in text


def test_text_names_the_place_and_the_pay_that_the_fields_say() -> None:
    row = next(row for row in board() if row["company"] == "cascadia-county" and row["salary_period"] == "year")
    assert f"${row['salary_min']:,} to ${row['salary_max']:,} a year" in row["description"]
    on_site = next(row for row in board() if row["workplace"] == "on_site" and row["language"] == "en")
    assert on_site["location"].split(",")[0] in on_site["description"]


@pytest.mark.parametrize(
    ("language", "words"), [("de", {" und ", " Sie "}), ("fr", {" et ", " vous "}), ("es", {" y ", " de "})]
)
def test_other_languages_are_spoken_throughout(language: str, words: set[str]) -> None:
    texts = [row["description"] for row in board() if row["language"] == language]
    assert texts
    for text in texts:
        assert any(word in text.replace("Vous ", "vous ") for word in words)
        assert " the " not in text


def test_title_keeps_its_gender_note_at_the_end() -> None:
    for row in board():
        if row["language"] != "en":
            assert row["title"].endswith(")"), row["title"]
