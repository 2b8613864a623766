"""Positions as they are written into cursors and read from them."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.search.broadening import BroadeningKind
from jobs.search.positions import SearchPosition, Stage

AT = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
KEY = UUID(int=7)
POSITIONS = [
    SearchPosition(AT, Stage.RANKED),
    SearchPosition(AT, Stage.RANKED, 3, (0.1 + 0.2, KEY), (UUID(int=1), UUID(int=2)), ("literal",), (1.5, KEY)),
    SearchPosition(AT, Stage.REST, 9, (AT, KEY), (), ("newest heads", AT.isoformat(), KEY.hex), (2.5, KEY), True),
    SearchPosition(AT, Stage.REST, 9, (None, KEY)),
    SearchPosition(AT, Stage.BROADER, 1, (12_345_678_901, KEY), how=BroadeningKind.RADIUS),
]


@pytest.mark.parametrize("position", POSITIONS)
def test_what_is_written_is_read(position: SearchPosition) -> None:
    assert SearchPosition.read(json.loads(json.dumps(position.written()))) == position


@pytest.mark.parametrize("number", range(9))
@pytest.mark.parametrize("value", [None, 1.5, "x", [], {}, [1, 2, 3], -1, 2**70, ["x" * 9] * 9, [[]], float("nan")])
def test_anything_else_is_refused_or_harmless(number: int, value: Any) -> None:
    written = POSITIONS[1].written()
    written[number] = value
    try:
        position = SearchPosition.read(written)
    except ValueError:
        return
    assert position.written()[number] == value


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=20))
def test_garbage_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="No position"):
        SearchPosition.read(written)
