from datetime import UTC, datetime, timedelta

from jobs.market.timeline import DAYS, Timeline
from tests.jobs.market.conftest import NOW


def moments(jobs: int) -> list[datetime]:
    timeline = Timeline(jobs, NOW)
    return [datetime.fromtimestamp(timeline.moment(number) / 1000, UTC) for number in range(jobs)]


def test_moments_are_in_order_and_within_ninety_days() -> None:
    found = moments(5000)
    assert found == sorted(found)
    assert NOW - timedelta(days=DAYS) <= found[0] < found[-1] < NOW


def test_one_posting_has_a_moment_too() -> None:
    assert NOW - timedelta(days=DAYS) < moments(1)[0] < NOW


def test_nights_and_weekends_are_quiet_and_lately_there_is_more() -> None:
    found = moments(20_000)
    assert sum(moment.weekday() >= 5 for moment in found) < 0.06 * len(found)
    assert sum(moment.hour < 5 for moment in found) < 0.06 * len(found)
    middle = NOW - timedelta(days=DAYS / 2)
    assert sum(moment > middle for moment in found) > 0.54 * len(found)
