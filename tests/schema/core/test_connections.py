"""Cursors: written by this server, checked when they come back."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.core.connections import CursorCodec, slice_of
from schema.core.errors import BadRequest

EARLIEST = datetime(1900, 1, 1)  # noqa: DTZ001 - hypothesis adds the time zone
JOBS = CursorCodec("jobs", value=datetime, key=UUID)
SKILLS = CursorCodec("skills", value=str, key=int)


def written(content: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


@given(st.datetimes(min_value=EARLIEST, timezones=st.just(UTC)), st.uuids())
def test_a_position_survives_being_written_and_read(instant: datetime, key: UUID) -> None:
    assert JOBS.decode(JOBS.encode((instant, key)), argument="after") == (instant, key)


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50), st.integers(0, 2**31))
def test_text_survives_too(name: str, key: int) -> None:
    assert SKILLS.decode(SKILLS.encode((name, key)), argument="after") == (name, key)


@given(st.text(max_size=600))
def test_any_other_text_is_refused(cursor: str) -> None:
    with pytest.raises(BadRequest):
        JOBS.decode(cursor, argument="after")


@pytest.mark.parametrize(
    "content",
    [
        ["jobs"],
        ["jobs", None, None],
        ["jobs", "2026-01-01T00:00:00+00:00", None],
        ["jobs", None, "01890a5d-ac96-774b-bcce-b302099a8057"],
        ["jobs", None],
        ["jobs", "2026-01-01T00:00:00", "01890a5d-ac96-774b-bcce-b302099a8057"],
        ["jobs", "2026-01-01T00:00:00+00:00", "not a key"],
        ["jobs", "2026-01-01T00:00:00+00:00", 7],
        ["jobs", 7, "01890a5d-ac96-774b-bcce-b302099a8057"],
        ["jobs", {"a": 1}, "01890a5d-ac96-774b-bcce-b302099a8057"],
        {"jobs": 1},
        "jobs",
        7,
    ],
)
def test_a_forged_cursor_is_refused(content: Any) -> None:
    with pytest.raises(BadRequest):
        JOBS.decode(written(content), argument="after")


@pytest.mark.parametrize(
    "content", [["skills", "a\x00", 1], ["skills", 1, 1], ["skills", "a", 2**63], ["skills", "a", True]]
)
def test_values_that_no_row_has_are_refused(content: Any) -> None:
    with pytest.raises(BadRequest):
        SKILLS.decode(written(content), argument="after")


def test_sizes_are_bounded() -> None:
    assert slice_of(JOBS, {}).size == 20
    assert slice_of(JOBS, {"first": 0}).size == 0
    assert slice_of(JOBS, {"last": 100}).is_backward
    for arguments in ({"first": -1}, {"first": 101}, {"last": -1}, {"first": 1, "last": 1}):
        with pytest.raises(BadRequest):
            slice_of(JOBS, arguments)
