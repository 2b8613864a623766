from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.services import search_use
from jobs.services.search_use import Tally, Use
from kernel.write_behind import WriteBehind
from tests.door import send
from tests.factories import UserFactory
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db

INSIGHT = """
query($kind: SearchInsightKind, $days: Int, $first: Int) {
  searchInsight(kind: $kind, days: $days, first: $first) {
    query filters searches corrected broadened averageMilliseconds slowestMilliseconds
  }
}
"""


def insight(**variables: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = send(INSIGHT, variables, by=UserFactory(platform_role="support")).data["searchInsight"]
    return told


@pytest.fixture
def noted() -> None:
    today = timezone.now().date()
    earlier, long_ago = today - timedelta(days=3), today - timedelta(days=30)
    search_use.write(
        {
            Use(today, "nurse", "", "many"): Tally(5, 1, 0, 50, 20),
            Use(earlier, "nurse", "", "many"): Tally(5, 0, 2, 50, 30),
            Use(today, "zeppelinist", "", "none"): Tally(3, 0, 0, 6, 2),
            Use(today, "", "countries near", "few"): Tally(1, 0, 0, 900, 900),
            Use(long_ago, "baker", "", "few"): Tally(99, 0, 0, 99, 1),
        }
    )


@pytest.mark.usefixtures("noted")
def test_the_commonest_searches_of_the_last_days() -> None:
    told = insight()
    assert [one["query"] for one in told] == ["nurse", "zeppelinist", None]
    assert told[0] == {
        "query": "nurse",
        "filters": [],
        "searches": 10,
        "corrected": 1,
        "broadened": 2,
        "averageMilliseconds": 10.0,
        "slowestMilliseconds": 30,
    }
    assert told[2]["filters"] == ["countries", "near"]
    assert insight(days=31)[0]["query"] == "baker"
    assert insight(days=1)[0]["searches"] == 5
    assert len(insight(first=1)) == 1


@pytest.mark.usefixtures("noted")
def test_what_found_nothing_and_what_took_long() -> None:
    assert [one["query"] for one in insight(kind="ZERO_RESULT")] == ["zeppelinist"]
    assert [one["slowestMilliseconds"] for one in insight(kind="SLOW")] == [900, 30, 2]


@pytest.mark.parametrize("variables", [{"days": 0}, {"days": 91}, {"first": -1}, {"first": 101}])
def test_what_makes_no_sense_is_refused(variables: dict[str, int]) -> None:
    answered = send(INSIGHT, variables, by=UserFactory(platform_role="support"))
    assert answered.codes == ["BAD_REQUEST"]


def test_a_search_through_the_door_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_use, "uses", WriteBehind(search_use.write, search_use._add))
    live_jobs("Nurse")
    for _ in range(2):
        found = send('{ jobSearch(query: "Nurse ann@mail.example", isBroadened: false) { nodes { title } } }')
        assert found.data
    search_use.uses.write()
    (told,) = insight()
    assert (told["query"], told["searches"]) == ("nurse", 2)
