from datetime import UTC, datetime

import pytest

from jobs.importers import dates


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-06-11", datetime(2026, 6, 11, tzinfo=UTC)),
        ("2026-06-11T10:00:00+02:00", datetime(2026, 6, 11, 8, tzinfo=UTC)),
        ("2026-06-11 10:00:00 UTC", datetime(2026, 6, 11, 10, tzinfo=UTC)),
        ("20260611", datetime(2026, 6, 11, tzinfo=UTC)),
        ("2024-07", datetime(2024, 7, 1, tzinfo=UTC)),
        ("February 6, 2023 at 12:01 am EDT", datetime(2023, 2, 6, 4, 1, tzinfo=UTC)),
        ("February 6, 2023 11:59 pm ET", datetime(2023, 2, 7, 4, 59, tzinfo=UTC)),
        ("July 6, 2023 11:59 pm ET", datetime(2023, 7, 7, 3, 59, tzinfo=UTC)),
        ("February 6, 2023 at 12:01 am NST", datetime(2023, 2, 6, tzinfo=UTC)),
        ("Mon, 30 Jan 2017 10:00:00 GMT", datetime(2017, 1, 30, 10, tzinfo=UTC)),
        ("Mon, 30 Jan 2017 10:00:00 +0100", datetime(2017, 1, 30, 9, tzinfo=UTC)),
        ("Friday, January 30, 2026", datetime(2026, 1, 30, tzinfo=UTC)),
        ("Jan 31st, 2026", datetime(2026, 1, 31, tzinfo=UTC)),
        ("31.01.2026", datetime(2026, 1, 31, tzinfo=UTC)),
        ("31.01.2026 14:30", datetime(2026, 1, 31, 14, 30, tzinfo=UTC)),
        ("2026/01/31 10:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("31. Januar 2026", datetime(2026, 1, 31, tzinfo=UTC)),
        ("5 de marzo de 2026", datetime(2026, 3, 5, tzinfo=UTC)),
        ("13/02/2026", datetime(2026, 2, 13, tzinfo=UTC)),
        ("02/13/2026", datetime(2026, 2, 13, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_utc(said, moment):
    assert dates.written_time(said) == moment


@pytest.mark.parametrize(("country", "month"), [("US", 1), ("GB", 2), ("DE", 2)])
def test_country_tells_day_from_month(country, month):
    assert dates.written_time("01/02/2026", country=country).month == month


@pytest.mark.parametrize("country", ["", "CA", "PH"])
def test_day_that_may_be_a_month_is_refused(country):
    with pytest.raises(dates.NotADate, match="Day or month first"):
        dates.written_time("01/02/2026", country=country)


@pytest.mark.parametrize("said", ["3 days ago", "yesterday", "Posted today", "30+d", "vor 3 Tagen"])
def test_time_that_depends_on_the_reader_is_refused(said):
    with pytest.raises(dates.NotADate, match="how long ago"):
        dates.written_time(said)


@pytest.mark.parametrize("said", ["", "soon", "2026-13-40", "February 30, 2026", "99.99.2026", "2026-13", "x" * 10_000])
def test_what_is_no_moment_is_refused(said):
    with pytest.raises(dates.NotADate):
        dates.written_time(said)


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("2026-06-22", datetime(2026, 6, 23, tzinfo=UTC)),
        ("31.12.2026", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
        ("June 22, 2026 at 11:59 pm UTC", datetime(2026, 6, 22, 23, 59, tzinfo=UTC)),
    ],
)
def test_what_ends_on_a_day_is_over_after_it(said, end):
    assert dates.written_time(said, is_end=True) == end


@pytest.mark.parametrize("said", [1714605534, "1714605534", 1714605534000, 1714605534.0])
def test_unix_time_is_in_seconds_or_milliseconds(said):
    assert dates.unix_time(said) == datetime(2024, 5, 1, 23, 18, 54, tzinfo=UTC)
