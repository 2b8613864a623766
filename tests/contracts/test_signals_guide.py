"""docs/signals.md says what is so: kinds, refusals, weights and bounds."""

import re

import pytest
from django.conf import settings

from jobs.feed import cells, similar
from jobs.services import heat, interaction, signal
from jobs.services.signal import SignalKind, SignalRefusal
from nexus.environment import BASE_DIR

GUIDE = re.sub(r"\s+", " ", (BASE_DIR / "docs" / "signals.md").read_text(encoding="utf-8"))


def test_kinds_and_refusals_are_those_of_the_code() -> None:
    client, board = re.findall(r"\| ((?:`[A-Z_]+`(?:, )?)+) \|", GUIDE)[:2]
    assert {name.strip("`") for name in client.split(", ")} == set(SignalKind.names)
    assert {name.strip("`") for name in board.split(", ")} == {"SAVE", "HIDE", "APPLY"}
    assert set(re.findall(r"\| `([A-Z_]+)` \|", GUIDE)) == set(SignalRefusal.names)


@pytest.mark.parametrize(
    "sentence",
    [
        f"up to {signal.MOST_SIGNALS} signals",
        f"more than {signal.OLDEST.days} days ago",
        f"more than {signal.AHEAD.seconds // 60} minutes from now",
        f"up to {signal.BATCH:,} at a time",
        f"At most {signal.MOST_WAITING:,} signals wait",
        "a view is worth {view}, a save {save}, a way to an application {apply_click}, an application {apply}".format(
            **heat.WEIGHTS
        ),
        f"each halves every {heat.HALF_LIFE.days} days",
        f"impressions, and halves every {heat.EXPOSURE_HALF_LIFE.days} days",
        f"in the last {cells.REACH.days} days",
        f"the {cells.MOST_LIKED} jobs and {cells.MOST_CELLS} cells",
        f"times n / (n + {cells.SHRINK})",
        f"the {cells.MOST_NEAR} nearest are kept",
        f"fewer than {cells.LEAST_PEOPLE} people",
        f"opened {similar.LEAST_EVENTS} times or more",
        f"the last {similar.MOST_PEOPLE} who did",
        f"more than {settings.INTERACTION_MONTHS} months (`INTERACTION_MONTHS`",
        f"deleted {interaction.FORGOTTEN_AT_ONCE:,} rows at a time",
        f"more than {interaction.PATIENCE.removesuffix('s')} seconds",
    ],
)
def test_figures_are_those_of_the_code(sentence: str) -> None:
    assert sentence in GUIDE


def test_the_months_that_are_made_are_said() -> None:
    assert interaction.MONTHS_AHEAD == 3
    assert "the present month and three to come" in GUIDE
