from datetime import UTC, datetime

import pytest

from jobs.importers import values
from kernel.errors import Invalid


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-06-11", datetime(2026, 6, 11, tzinfo=UTC)),
        ("2025-12-05T13:14:04-05:00", datetime(2025, 12, 5, 18, 14, 4, tzinfo=UTC)),
        ("2026-06-30T11:55:42.370Z", datetime(2026, 6, 30, 11, 55, 42, 370000, tzinfo=UTC)),
        ("2026-06-30 11:55:42", datetime(2026, 6, 30, 11, 55, 42, tzinfo=UTC)),
        ("30.06.2026", datetime(2026, 6, 30, tzinfo=UTC)),
        ("June 30, 2026", datetime(2026, 6, 30, tzinfo=UTC)),
        ("30 Jun 2026", datetime(2026, 6, 30, tzinfo=UTC)),
        ("June 30, 2026 at 12:01 am EDT", datetime(2026, 6, 30, 4, 1, tzinfo=UTC)),
        (1714605534, datetime(2024, 5, 1, 23, 18, 54, tzinfo=UTC)),
        ("1714605534", datetime(2024, 5, 1, 23, 18, 54, tzinfo=UTC)),
        (1714605534000, datetime(2024, 5, 1, 23, 18, 54, tzinfo=UTC)),
    ],
)
def test_instants_are_read_in_utc(said, moment):
    assert values.instant({"posted_at": said}, "posted_at") == moment


def test_day_that_ends_something_is_over_when_it_is_over():
    assert values.instant({"expires_at": "2026-06-22"}, "expires_at", is_end=True) == datetime(2026, 6, 23, tzinfo=UTC)
    stated = values.instant({"expires_at": "2026-06-22T12:00:00Z"}, "expires_at", is_end=True)
    assert stated == datetime(2026, 6, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "soon",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-13-40",
        12,
        10**18,
        1e300,
        -5,
        True,
        [],
        {},
    ],
)
def test_what_is_no_date_is_refused_with_its_field(said):
    with pytest.raises(Invalid) as caught:
        values.instant({"posted_at": said}, "posted_at")
    assert caught.value.field == "posted_at"


@pytest.mark.parametrize("said", [None, "", "  ", "TBD", "N/A", "open until filled"])
def test_no_date_is_none(said):
    assert values.instant({"posted_at": said}, "posted_at") is None


def test_text_is_one_clean_line():
    assert values.text({"title": " Nurse\u2028\t(night\x07 shift)\n"}, "title", limit=50) == "Nurse (night shift)"


@pytest.mark.parametrize(("said", "read"), [(123, "123"), (123.0, "123"), ("0123", "0123")])
def test_number_may_stand_for_a_text(said, read):
    assert values.text({"id": said}, "id", limit=50) == read


@pytest.mark.parametrize("said", [1.5, 1e300, 2.0**60, True, ["a"], {"a": 1}, "a\x00b", "a\ud800"])
def test_what_is_no_text_is_refused(said):
    with pytest.raises(Invalid) as caught:
        values.text({"id": said}, "id", limit=50)
    assert caught.value.field == "id"


def test_too_long_text_is_refused():
    with pytest.raises(Invalid, match="Longer than 5"):
        values.text({"title": "123456"}, "title", limit=5)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (["SQL", " Python "], ["SQL", "Python"]),
        ("SQL, Python; Go|C#\nRust", ["SQL", "Python", "Go", "C#", "Rust"]),
        ("", []),
        (None, []),
    ],
)
def test_items_are_a_list_or_a_text_of_several(said, read):
    assert values.items({"skills": said}, "skills") == read


def test_too_many_items_are_refused():
    with pytest.raises(Invalid, match="More than 100"):
        values.items({"skills": ["x"] * 201}, "skills")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("https://acme.example/jobs/1", "https://acme.example/jobs/1"),
        ("www.acme.example/1", "https://www.acme.example/1"),
    ],
)
def test_addresses_on_the_web_are_kept(said, read):
    assert values.url({"url": said}, "url") == read


@pytest.mark.parametrize(
    "said",
    ["javascript:alert(1)", "APPLICATION URL", "//acme.example", "http://", "http://[::1", "https://a b.example/"],
)
def test_other_addresses_are_refused(said):
    with pytest.raises(Invalid, match="Not an address"):
        values.url({"url": said}, "url")
