"""The speed part of hiring's bench: what it tells of figures, and which targets they meet."""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.__main__ import main
from bench.hiring import told

OF_ONE_SIZE: dict[str, Any] = {
    "milliseconds": {
        "apply": {"cpu": 3.0, "clock": 4.0},
        "bare": {"cpu": 0.5, "clock": 0.8},
        "board": {"cpu": 50.0, "clock": 60.0},
    },
    "statements": {"apply": 7, "board": 8},
}
FIGURES: dict[str, Any] = {
    "sizes": {"1000": OF_ONE_SIZE, "10000": copy.deepcopy(OF_ONE_SIZE)},
    "sustained": {
        "seconds": 10.0,
        "taken": 2_000,
        "rate": 200.0,
        "lag": 0.5,
        "caught up": 0.2,
        "cpu": {"who applies": 2.0, "the relay": 1.0},
    },
}


def test_all_targets_are_met_by_figures_that_meet_them() -> None:
    text, targets, figures = told(FIGURES)

    assert [target.is_met for target in targets] == [True] * 7
    assert figures == FIGURES
    assert "| applying, among 1,000 applications | 3.00 | 4.00 | 6.00 | 7 |" in text
    assert "| all | 3.00 |" in text


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("sizes", "10000", "statements", "apply"), 13, 0),
        (("sizes", "10000", "milliseconds", "apply", "clock"), 5.0, 1),
        (("sizes", "10000", "milliseconds", "apply", "cpu"), 3.1, 2),
        (("sizes", "10000", "statements", "board"), 9, 3),
        (("sizes", "10000", "milliseconds", "board", "cpu"), 66.0, 4),
        (("sustained", "rate"), 190.0, 5),
        (("sustained", "lag"), 2.1, 6),
    ],
)
def test_a_figure_beyond_its_bound_misses_its_target(path: tuple[str, ...], value: float, place: int) -> None:
    figures = copy.deepcopy(FIGURES)
    into: Any = figures
    for name in path[:-1]:
        into = into[name]
    into[path[-1]] = value

    _, targets, _ = told(figures)
    assert [number for number, target in enumerate(targets) if not target.is_met] == [place]


def test_figures_that_were_printed_are_written_into_their_part_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, printed = tmp_path / "performance.md", tmp_path / "figures.json"
    page.write_text("# Before\n<!-- hiring: written by the bench -->\nold\n<!-- /hiring -->\n# After\n")
    printed.write_text(json.dumps(FIGURES))
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["bench", "--parts", "hiring", "--hiring-figures", str(printed), "--record"])
    main()
    text = page.read_text()
    assert text.startswith("# Before\n<!-- hiring: written by the bench -->\n")
    assert text.endswith("<!-- /hiring -->\n# After\n")
    assert "2,000 people applied in 10.0 s, 200 a second" in text
    assert "\nold\n" not in text
