from collections.abc import Mapping
from operator import add
from threading import Thread

import pytest
from django.db import DatabaseError

from kernel.write_behind import WriteBehind

pytestmark = pytest.mark.django_db(transaction=True)


class Written:
    """Adds up what it is given, or fails as a database that is away."""

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.calls = 0
        self.is_away = False

    def __call__(self, noted: Mapping[str, int]) -> None:
        if self.is_away:
            raise DatabaseError("the database is away\nand more")
        self.calls += 1
        for key, value in noted.items():
            self.sums[key] = self.sums.get(key, 0) + value


def test_values_are_added_up_and_written_together() -> None:
    written = Written()
    behind = WriteBehind(written, add, seconds=3600)
    for key in ("a", "b", "a"):
        behind.note(key, 1)
    assert written.sums == {}
    behind.write()
    behind.write()
    assert (written.sums, written.calls) == ({"a": 2, "b": 1}, 1)


def test_what_could_not_be_written_is_written_the_next_time() -> None:
    written = Written()
    behind = WriteBehind(written, add, seconds=3600)
    behind.note("a", 1)
    written.is_away = True
    behind.write()
    written.is_away = False
    behind.note("a", 1)
    behind.write()
    assert (written.sums, written.calls) == ({"a": 2}, 1)


def test_it_is_written_in_time_without_another_note() -> None:
    written = Written()
    behind = WriteBehind(written, add, seconds=0.05)
    for _ in range(5):
        behind.note("a", 1)
    writer = behind._timer
    assert writer is not None
    writer.join(10)
    assert written.sums == {"a": 5}
    behind.note("a", 1)
    assert behind._timer is not writer
    assert behind._timer is not None
    behind._timer.join(10)
    assert written.sums == {"a": 6}


def test_past_the_most_keys_known_ones_go_on() -> None:
    written = Written()
    behind = WriteBehind(written, add, seconds=3600, most=2)
    for key in ("a", "b", "c", "a"):
        behind.note(key, 1)
    behind.write()
    assert written.sums == {"a": 2, "b": 1}


def test_nothing_is_lost_between_threads() -> None:
    written = Written()
    behind = WriteBehind(written, add, seconds=3600)

    def note() -> None:
        for number in range(500):
            behind.note(str(number % 7), 1)
            if number % 100 == 0:
                behind.write()

    threads = [Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    behind.write()
    assert sum(written.sums.values()) == 2_000
