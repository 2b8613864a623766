"""The table of events in docs/events.md is what the code makes."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from nexus.environment import BASE_DIR
from nexus.management.commands.events_table import table


def test_the_committed_table_is_up_to_date() -> None:
    call_command("events_table", check=True)


def test_a_table_that_lacks_an_event_fails_the_check_and_is_mended(settings: LazySettings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    path = tmp_path / "docs" / "events.md"
    path.parent.mkdir()
    path.write_text((BASE_DIR / "docs" / "events.md").read_text())
    call_command("events_table", stdout=StringIO())
    text = path.read_text()
    path.write_text(text.replace("| `AccountRegistered` |", "| `AccountForgotten` |"))
    with pytest.raises(CommandError, match=r"run `python manage\.py events_table`"):
        call_command("events_table", check=True)
    call_command("events_table", stdout=StringIO())
    assert path.read_text() == text


def test_events_of_tests_are_not_in_the_table() -> None:
    assert "`AccountRegistered`" in table()
    assert "BallThrown" not in table()
