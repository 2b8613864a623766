"""The speed part of the feed's bench: what it tells of figures, and which targets they meet."""

import copy
import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.__main__ import main
from bench.feed import told
from bench.feed_look import looked
from bench.feed_measure import TITLES
from jobs.feed import candidates
from jobs.feed.ways import SMALL
from tests.factories import UserFactory
from tests.jobs.feed.test_ranking import counted, nurse
from tests.search_board import live_jobs

FIGURES: dict[str, Any] = {
    "jobs": 1_000,
    "people": 50,
    "titles": TITLES,
    "milliseconds": {"list": 4.0, "nobody": 5.0, "page": 6.0, "made": 60.0, "built": 54.0},
    "statements": {"list": 9, "nobody": 10, "page": 6, "made": 17, "built": 12},
    "look": {"people": 40, "recall": 0.968, "score": 0.9985},
    "signals": {
        "seconds": 10.0,
        "taken": 20_000,
        "written": 20_000,
        "behind": 2_100,
        "rate": 2_000.0,
        "list": {"quiet": 5.0, "busy": 5.2},
        "page": {"quiet": 8.0, "busy": 8.6},
    },
}


def test_all_targets_are_met_by_figures_that_meet_them() -> None:
    text, targets, figures = told([FIGURES])

    assert [target.is_met for target in targets] == [True] * 5
    assert figures == {"1000 jobs": FIGURES}
    assert "| the first page of a feed that is there | 6.00 | 1.50 | 6 |" in text
    assert "Of the 20 that score best among all that any way leads to, 97% are in the feed; its own best 20" in text


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("milliseconds", "page"), 8.1, 0),
        (("milliseconds", "built"), 61.0, 1),
        (("statements", "built"), 13, 2),
        (("signals", "rate"), 1_900.0, 3),
        (("signals", "page", "busy"), 9.0, 4),
    ],
)
def test_a_figure_beyond_its_bound_misses_its_target(path: tuple[str, ...], value: float, place: int) -> None:
    figures = copy.deepcopy(FIGURES)
    into: Any = figures
    for name in path[:-1]:
        into = into[name]
    into[path[-1]] = value

    _, targets, _ = told([figures])

    assert [number for number, target in enumerate(targets) if not target.is_met] == [place]


@pytest.mark.django_db
def test_how_much_of_the_best_a_feed_misses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = nurse()
    live_jobs("Nurse Zqa", "Nurse Zqb", "Nurse Zqc", "Nurse Zqd")
    counted(**{"": 20 * SMALL})
    whole = looked([profile.user_id, UserFactory().pk])
    assert whole == {"people": 1, "recall": 1.0, "score": 1.0}
    monkeypatch.setattr(candidates, "MOST_OF_MANY", 2)
    monkeypatch.setattr(candidates, "MOST_RANKED", 0)
    half = looked([profile.user_id])
    assert half is not None
    assert half["recall"] == 0.5
    assert half["score"] < 1
    assert looked([UserFactory().pk]) is None


def test_what_signals_do_is_left_out_where_none_were_taken() -> None:
    text, targets, _ = told([{name: value for name, value in FIGURES.items() if name != "signals"}])

    assert [target.is_met for target in targets] == [True] * 3
    assert "signals" not in text


def test_figures_that_were_printed_are_told_without_a_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "small.json", tmp_path / "large.json"]
    for path, jobs in zip(files, (1_000, 5_000), strict=True):
        path.write_text(json.dumps(FIGURES | {"jobs": jobs}))
    page = tmp_path / "performance.md"
    page.write_text("Before.\n<!-- feed: written by the bench -->\nold\n<!-- /feed -->\nAfter.\n")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "FOLDER", tmp_path / "var")
    monkeypatch.setattr(sys, "argv", ["bench", "--parts", "feed", "--feed-figures", *map(str, files), "--record"])

    main()

    text = page.read_text()
    assert text.startswith("Before.\n<!-- feed: written by the bench -->\n")
    assert text.endswith("<!-- /feed -->\nAfter.\n")
    assert "old" not in text
    assert "### The feed among 5,000 live jobs, of 50 people" in text
    assert "1,000 live jobs" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_what_are_no_figures_of_a_board_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "figures.json"
    path.write_text(content)

    with pytest.raises(ArgumentTypeError, match=str(path)):
        report.printed(str(path))


def test_boards_are_told_from_the_smallest_on() -> None:
    text, targets, _ = told([FIGURES | {"jobs": 5_000}, FIGURES])

    assert text.index("1,000 live jobs") < text.index("5,000 live jobs")
    assert len(targets) == 10
