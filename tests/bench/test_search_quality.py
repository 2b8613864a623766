"""The bench of search quality: its measures, its rules, and the gate that search has to pass on a small part of it."""

import csv
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from bench.judgments import (
    KINDS,
    PARTLY,
    Corpus,
    Judged,
    corpus,
    is_unseen,
    judgments,
    mistaken,
    singular,
    truth,
    write_corpus,
    write_seen,
)
from bench.search_measures import ndcg, recall, reciprocal_rank
from bench.search_quality import OF_JUDGED, measured
from jobs.search.correction import mistakes
from jobs.text import fold
from tests.requirements import data_folder

RIGHT = {"a": 2, "b": 1, "c": 1}
# Of 1 posting in 20, with the taxonomies: below what was seen, and above what any of the others reaches.
GATE = {"typos": 0.9, "abbreviations": 0.75, "exact titles": 0.9}


def test_the_best_order_is_worth_one_and_any_other_less() -> None:
    assert ndcg(["a", "b", "c"], RIGHT) == 1
    assert 0 < ndcg(["b", "a", "c"], RIGHT) < 1
    assert ndcg(["x", "a"], RIGHT) < ndcg(["a", "x"], RIGHT)
    assert ndcg([], RIGHT) == ndcg(["x"], RIGHT) == 0


def test_what_stands_behind_ten_is_not_found() -> None:
    others = [f"x{n}" for n in range(10)]

    assert ndcg([*others, "a"], RIGHT) == recall([*others, "a"], RIGHT) == reciprocal_rank([*others, "a"], RIGHT) == 0


def test_recall_and_reciprocal_rank() -> None:
    assert recall(["a", "x", "c"], RIGHT) == pytest.approx(2 / 3)
    assert recall([f"r{n}" for n in range(10)], {f"r{n}": 1 for n in range(40)}) == 1
    assert reciprocal_rank(["x", "c", "a"], RIGHT) == 0.5


def test_what_no_rule_judges_is_wrong_or_left_out() -> None:
    one = Judged("alternate titles", "nurse", True, RIGHT, known={"a", "b", "c", "d"})

    def values(*found: str) -> dict[str, float]:
        return dict(measured(lambda _: found, [one])["alternate titles", True].values)

    assert values("x", "a", "b", "c")["NDCG@10"] == ndcg(["x", "a", "b", "c"], RIGHT) < 1
    assert values("x", "a", "y", "b", "c")[OF_JUDGED] == 1
    assert values("d", "a", "b", "c")[OF_JUDGED] == ndcg(["d", "a", "b", "c"], RIGHT) < 1
    assert values("x", "y")[OF_JUDGED] == 0


@pytest.mark.needs("data")
def test_what_is_right_is_among_what_is_judged() -> None:
    part = corpus(data_folder(), 0.05)
    found = [one for one in judgments(part, truth(data_folder()), 12) if one.known is not None]
    assert {one.kind for one in found} == set(PARTLY)
    for one in found:
        assert one.known is not None
        assert one.right.keys() <= one.known
        assert len(one.known) < len(part.postings)


@pytest.mark.parametrize("word", ["nurse", "engineer", "accountant", "aaaaa", "supervisor"])
def test_a_mistake_is_one(word: str) -> None:
    assert mistakes(mistaken(word), word, 2)[0] <= 1
    assert mistaken(word) == mistaken(word)


def test_only_the_last_word_has_a_plural() -> None:
    assert singular(["sales", "managers"]) == "sales manager"
    assert singular(["bus", "attendants"]) == "bus attendant"
    assert singular(["secretaries"]) == "secretary"


def test_about_a_fifth_is_unseen() -> None:
    assert 0.17 < sum(is_unseen(f"title {n}") for n in range(2_000)) / 2_000 < 0.23


@pytest.mark.needs("data")
def test_nothing_unseen_is_loaded(tmp_path: Path) -> None:
    write_seen(data_folder(), tmp_path)

    with (tmp_path / "onet_alternate_titles_70pct.csv").open(newline="") as file:
        titles = [re.sub(r"\s*\([^)]*\)$", "", row["alternate_title"]) for row in csv.DictReader(file)]
    with (tmp_path / "esco_skills.csv").open(newline="") as file:
        names = [name for row in csv.DictReader(file) for name in row["alt_labels"].split("|") if fold(name)]

    assert len(titles) > 20_000
    assert len(names) > 50_000
    assert not [title for title in titles if fold(title) and is_unseen(singular(fold(title).split()))]
    assert not [name for name in names if is_unseen(singular(fold(name).split()))]


@pytest.mark.needs("data")
@pytest.mark.django_db
def test_search_finds_what_is_right(tmp_path: Path) -> None:
    from bench.search_contenders import contenders

    data = data_folder()
    part: Corpus = corpus(data, 0.05)
    judged = judgments(part, truth(data), 12)
    write_corpus(part, tmp_path / "postings.jsonl")
    write_seen(data, tmp_path / "taxonomies")
    call_command("taxonomy_load", str(tmp_path / "taxonomies"), verbosity=0)
    call_command("jobs_import", str(tmp_path / "postings.jsonl"), source="judged", live_days=30, verbosity=0)
    call_command("search_rebuild", verbosity=0)

    asked = contenders()
    ours = measured(asked["Nexus"], judged)
    words = measured(asked["BM25 (tantivy)"], judged)

    for kind in KINDS:
        for unseen in (False, True):
            if (kind, unseen) in ours:
                found = ours[kind, unseen].values["NDCG@10"]
                assert found >= GATE.get(kind, 0), (kind, unseen, found)
                assert found >= words[kind, unseen].values["NDCG@10"] - 0.02, (kind, unseen, found)
