"""The bench of search: which words it asks for, whose turn it is, and what its figures say."""

import json
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import apart_measured
from bench.report import printed
from bench.search import told
from bench.search_filters import Filter
from bench.search_requests import tasks
from bench.search_rounds import Task, medians, take_turns
from bench.search_targets import search_targets
from bench.search_words import Words, nearest, swapped
from jobs.search.where import JobFilter


def test_words_of_a_class_are_those_whose_shares_come_nearest_to_it() -> None:
    shares = {"everywhere": 1.0, "half": 0.5, "third": 0.33, "tenth": 0.1, "once": 0.0001}

    assert nearest(shares, 0.4, 2) == ["third", "half"]
    assert nearest(shares, 1.0, 1) == ["everywhere"]
    assert nearest(shares, 0.0005, 1) == ["once"]


def test_equal_shares_go_by_the_alphabet() -> None:
    assert nearest({"b": 0.5, "c": 0.5, "a": 0.5}, 0.5, 2) == ["a", "b"]


def test_every_task_has_its_turn_before_any_has_its_second() -> None:
    turns: list[str] = []
    tasks = [Task("group", "work", way, [way], turns.append) for way in ("ours", "theirs")]

    take_turns(tasks, rounds=2, most_seconds=60)

    assert turns == ["ours", "theirs"] * 3
    assert [len(task.took) for task in tasks] == [2, 2]


def test_a_task_goes_through_its_questions() -> None:
    asked: list[int] = []

    take_turns([Task("group", "work", "ours", [1, 2, 3], asked.append)], rounds=4, most_seconds=60)

    assert asked == [1, 1, 2, 3, 1]


def test_a_task_that_has_had_its_time_rests_and_has_been_measured() -> None:
    calls = {"slow": 0, "quick": 0}

    def run(name: str) -> None:
        calls[name] += 1

    tasks = [Task("group", "work", name, [name], run) for name in calls]
    take_turns(tasks[:1], rounds=9, most_seconds=0)
    take_turns(tasks[1:], rounds=9, most_seconds=60)

    assert calls == {"slow": 1, "quick": 10}
    assert [len(task.took) for task in tasks] == [1, 9]


def test_what_is_prepared_is_not_timed_and_comes_before_each_run() -> None:
    order: list[str] = []
    task = Task("group", "work", "ours", ["run"], order.append, prepare=lambda: order.append("prepare"))

    take_turns([task], rounds=1, most_seconds=60)

    assert order == ["prepare", "run"] * 2


def test_the_figure_of_a_task_is_the_median_of_its_rounds() -> None:
    task = Task("search", "rare word", "ours", [], lambda question: None, took=[9.0, 1.0, 2.0])

    assert medians([task]) == {"search": {"rare word": {"ours": 2.0}}}


def figures(documents: int, **milliseconds: Any) -> dict[str, Any]:
    """What a board of so many documents is measured with, in times that meet every target."""
    found: dict[str, Any] = {
        "search": {
            "very common word": {"ours": 2.0, "naive": 3000.0, "tantivy": 16.0},
            "two common words": {"ours": 9.0, "naive": 3900.0, "tantivy": 20.0},
            "medium word": {"ours": 20.0, "naive": 200.0, "tantivy": 2.0},
        },
        "count": {"very common word": {"ours": 1.0, "exact": 60.0}},
        "facets": {"very common word": {"ours": 30.0, "exact": 4000.0, "tantivy": 90.0}},
        "lists": {
            "twenty rows by primary key": {"floor": 0.2},
            "newest, no words": {"ours": 0.1},
            "newest, no words, page 500": {"ours": 0.1},
        },
        "lookups": {
            "one row by primary key": {"floor": 0.1},
            "did you mean: two letters swapped": {"ours": 0.2},
            "suggestions for 3 letters": {"ours": 0.3},
        },
        "requests": {
            "feed of 20": {"floor": 4.0},
            "20 found: rare word": {"ours": 6.0},
            "20 found, 8 facets, highlights: rare word": {"ours": 24.0},
        },
        "writes": {"a job": {"alone": 3.0, "in batches of 500": 0.8}},
    }
    return {
        "documents": documents,
        "words": {"very common word": ["team"], "two common words": ["team work"], "medium word": ["nurse"]},
        "shares": {"team": 0.9, "work": 0.5, "nurse": 0.06},
        "sizes": {"job_search": 2**30, "search_term": 100},
        "tantivy seconds": 40.0,
        "milliseconds": found | milliseconds,
    }


def test_figures_that_keep_every_bound_meet_every_target() -> None:
    targets = search_targets(figures(1_000_000), figures(1_000_000))

    assert {target.title: target.is_met for target in targets} == {target.title: True for target in targets}
    assert len(targets) == 15


@pytest.mark.parametrize(
    ("group", "work", "slow", "title"),
    [
        ("search", "two common words", 300.0, "ts_rank_cd"),
        ("search", "two common words", 300.0, "against tantivy, two common words"),
        ("search", "medium word", 300.0, "against tantivy, medium word"),
        ("count", "very common word", 50.0, "probe"),
        ("facets", "very common word", 500.0, "facets against exact"),
        ("facets", "very common word", 500.0, "facets against tantivy"),
        ("lists", "newest, no words", 0.5, "newest page against twenty rows"),
        ("lists", "newest, no words, page 500", 0.5, "newest, page 500"),
        ("lookups", "did you mean: two letters swapped", 9.0, "did you mean"),
        ("lookups", "suggestions for 3 letters", 9.0, "suggestions"),
        ("requests", "20 found: rare word", 50.0, "request, 20 found: rare word"),
        ("requests", "20 found, 8 facets, highlights: rare word", 99.0, "request, 20 found, 8 facets"),
        ("requests", "20 found: rare word", 101.0, "the dearest request"),
    ],
)
def test_each_target_sees_its_own_work_grow_slow(group: str, work: str, slow: float, title: str) -> None:
    found = figures(1_000_000)
    found["milliseconds"][group][work]["ours"] = slow

    missed = [target.title for target in search_targets(found, found) if not target.is_met]

    assert [one for one in missed if title in one]


@pytest.mark.parametrize(("way", "title"), [("alone", "indexed alone"), ("in batches of 500", "in a batch")])
def test_slow_writing_is_seen(way: str, title: str) -> None:
    found = figures(1_000_000)
    found["milliseconds"]["writes"]["a job"][way] = 40.0

    assert [target.title for target in search_targets(found, found) if not target.is_met and title in target.title]


def test_classes_of_few_hits_are_not_held_against_ranking_everything() -> None:
    found = figures(50_000)
    found["milliseconds"]["search"]["very common word"]["naive"] = 2.0

    (target,) = [target for target in search_targets(found, found) if "ts_rank_cd" in target.title]

    assert target.measured is None
    assert target.is_met is None


def test_growth_is_that_of_the_class_that_grows_most() -> None:
    few, many = figures(100_000), figures(1_000_000)
    many["milliseconds"]["search"]["medium word"]["ours"] = 120.0

    (target,) = [target for target in search_targets(many, few) if "grows most" in target.title]

    assert "medium word" in target.title
    assert target.measured == 6
    assert not target.is_met


def test_the_text_has_a_table_for_each_group_and_growth_where_boards_are_two() -> None:
    alone, _, _ = told([figures(1_000_000)])
    both, _, content = told([figures(1_000_000), figures(100_000)])

    assert "Search among 1,000,000 live jobs" in both
    for heading in ("The best twenty", "Eight facets", "Whole requests", "Indexing"):
        assert heading in alone
        assert heading in both
    assert "÷ that at 100,000" in both
    assert "÷ that at" not in alone
    assert "| very common word | 2.00 | 3,000 | 16.00 | 1,500 | 8.00 | 1.00 |" in both
    assert list(content) == ["100000 jobs", "1000000 jobs"]


def test_a_run_without_the_library_and_without_writes_is_told_as_well() -> None:
    found = figures(20_000)
    del found["milliseconds"]["writes"]
    found["tantivy seconds"] = None
    for ways in found["milliseconds"]["search"].values():
        del ways["tantivy"]

    text, targets, _ = told([found])

    assert "tantivy read" not in text
    assert [target for target in targets if target.measured is None]


def test_whole_requests_are_asked_for_with_filters_with_mistakes_and_while_somebody_types() -> None:
    words = Words({"rare word": ["nurse"], "medium word": ["team"]}, {}, typed=["company"])
    place = Filter("one place", JobFilter(places=(7,)), "AND FALSE", {"places": ["UGxhY2U6Nw"]})

    asked = {task.work: [variables for _, variables in task.questions] for task in tasks(words, [place])}

    for page in ("20 found", "20 found, 8 facets, highlights"):
        assert asked[f"{page}: rare word"] == [{"query": "nurse"}]
        assert asked[f"{page}: medium word, one place"] == [{"query": "team", "where": {"places": ["UGxhY2U6Nw"]}}]
        assert asked[f"{page}: two letters swapped"] == [{"query": "copmany"}]
    assert asked["suggestions for 3 letters"] == [{"prefix": "com"}]
    assert asked["suggestions, two letters swapped"] == [{"prefix": "copman"}]


def test_the_dearest_request_may_be_any_of_them() -> None:
    found = figures(1_000_000)
    found["milliseconds"]["requests"]["suggestions for 3 letters"] = {"ours": 150.0}

    (target,) = [target for target in search_targets(found, found) if "the dearest request" in target.title]

    assert "suggestions for 3 letters" in target.title
    assert target.measured == 1.5


def test_swapped_letters_are_those_in_the_middle() -> None:
    assert swapped("company") == "copmany"


def test_figures_that_were_printed_are_told_without_a_board(tmp_path: Path) -> None:
    files = []
    for documents in (100_000, 1_000_000):
        files.append(tmp_path / f"{documents}.json")
        files[-1].write_text(json.dumps(figures(documents)))
    options = Namespace(parts=["search"], search_figures=[printed(str(file)) for file in files], search_jobs=None)
    options.feed_figures = options.feed_jobs = None

    ((name, (text, targets, _)),) = apart_measured(options)

    assert name == "search"
    assert "Search among 1,000,000 live jobs" in text
    assert "÷ that at 100,000" in text
    assert [target for target in targets if "grows most" in target.title]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"milliseconds": {}}'])
def test_what_are_no_figures_is_said(content: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    file.write_text(content)

    with pytest.raises(ArgumentTypeError, match=r"figures\.json"):
        printed(str(file))
    with pytest.raises(ArgumentTypeError, match="nowhere"):
        printed(str(tmp_path / "nowhere.json"))
