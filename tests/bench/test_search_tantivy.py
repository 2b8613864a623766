"""The library that search is measured against finds what it should, so that its times are those of the same work."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

pytest.importorskip("tantivy")
from bench.search_tantivy import Tantivy

AT = datetime(2026, 11, 1, tzinfo=UTC)


def row(title: str, text: str, skills: str | None, *, workplace: str = "remote") -> tuple[Any, ...]:
    return title, "Acme", text, skills, [1, 2], ["DE"], 7, ["full_time"], workplace, "", [3, 4], uuid4(), AT


@pytest.fixture
def library(tmp_path: Path) -> Tantivy:
    rows = [
        row("Nurse", "Works on the ward", "Triage"),
        row("Senior Nurse", "Leads the ward's nurses", None, workplace="on_site"),
        row("Baker", "Bakes bread", "Baking"),
    ]
    return Tantivy(tmp_path, iter(rows))


def test_all_words_have_to_be_there_in_whichever_fields(library: Tantivy) -> None:
    assert library.count("nurse") == 2
    assert library.count("nurse ward") == 2
    assert library.count("nurse triage") == 1
    assert library.count("nurse bread") == 0
    assert library.count("acme") == 3


def test_the_best_are_found_up_to_twenty(library: Tantivy) -> None:
    assert library.top("nurse") == 2


def test_facets_count_all_that_match(library: Tantivy) -> None:
    found = library.facets("nurse", 10)

    counts = {bucket["key"]: bucket["doc_count"] for bucket in found["workplace"]["buckets"]}
    assert counts == {"remote": 1, "on_site": 1}
    assert [bucket["doc_count"] for bucket in found["place"]["buckets"]] == [2, 2]
