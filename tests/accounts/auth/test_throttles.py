"""Throttles: who is stopped, for how long, and who is not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from accounts.auth import throttles
from accounts.auth.throttles import Limit, Throttle
from accounts.errors import TooManyAttempts
from kernel import caching
from tests.waiting import until

HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True, params=["shared", "alone"])
def _counted_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs with the cache server there, and with it away."""
    monkeypatch.setitem(
        throttles.THROTTLES, "try", Throttle(pair=Limit(3, 60), account=Limit(6, 60), address=Limit(9, 60))
    )
    if request.param == "alone":
        monkeypatch.setattr(caching, "_away_until", float("inf"))


def tries(most: int, **of: str) -> int:
    """How many of so many tries run."""
    done = 0
    for _ in range(most):
        try:
            throttles.hit("try", **of)
        except TooManyAttempts:
            continue
        done += 1
    return done


def test_a_pair_is_stopped_and_nobody_else() -> None:
    assert tries(5, account="ada@example.org", address=HERE) == 3
    assert tries(5, account="ada@example.org", address=THERE) == 3
    assert tries(5, account="bob@example.org", address=HERE) == 3


def test_an_account_is_stopped_wherever_it_is_tried_from() -> None:
    assert sum(tries(3, account="ada@example.org", address=f"192.0.2.{n}") for n in range(5)) == 6


def test_an_address_is_stopped_whichever_accounts_it_tries() -> None:
    assert sum(tries(1, account=f"person{n}@example.org", address=HERE) for n in range(20)) == 9


def test_another_spelling_is_no_other_account() -> None:
    spellings = ["ada@example.org", "ADA@example.org", " ada@Example.org ", "\uff41da@example.org"]
    assert sum(tries(1, account=spelling, address=HERE) for spelling in spellings) == 3


def test_ipv6_counts_by_the_network_of_a_customer() -> None:
    within = sum(tries(1, account="ada@example.org", address=f"2001:db8:1:2::{n:x}") for n in range(5))
    assert within == 3
    assert tries(5, account="ada@example.org", address="2001:db8:1:3::1") == 3


def test_ipv4_written_as_ipv6_is_the_same_address() -> None:
    assert tries(2, account="ada@example.org", address=HERE) == 2
    assert tries(2, account="ada@example.org", address=f"::ffff:{HERE}") == 1


def test_the_refusal_says_how_long_to_wait() -> None:
    tries(3, account="ada@example.org", address=HERE)
    with pytest.raises(TooManyAttempts, match=r"^This was tried too often\. Try again in (60|59) s\.$") as refusal:
        throttles.hit("try", account="ada@example.org", address=HERE)
    assert 58 < refusal.value.seconds <= 60
    assert refusal.value.is_retryable


def test_waiting_helps_and_refused_tries_do_not_make_it_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(throttles.THROTTLES, "try", Throttle(pair=Limit(1, 1)))
    assert tries(50, account="ada@example.org", address=HERE) == 1
    until(lambda: tries(1, account="ada@example.org", address=HERE) == 1, seconds=5)


def test_a_try_that_passed_gives_its_pair_a_new_count() -> None:
    assert tries(3, account="ada@example.org", address=HERE) == 3
    throttles.passed("try", account="ada@example.org", address=HERE)
    assert tries(3, account="ada@example.org", address=HERE) == 3


def test_of_parallel_tries_no_more_run_than_may() -> None:
    outcomes: list[int] = []
    start = threading.Barrier(8, timeout=10)

    def run() -> None:
        start.wait()
        outcomes.append(tries(5, account="ada@example.org", address=HERE))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(outcomes) == 3


def test_one_act_does_not_count_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(throttles.THROTTLES, "another", throttles.THROTTLES["try"])
    assert tries(3, account="ada@example.org", address=HERE) == 3
    throttles.hit("another", account="ada@example.org", address=HERE)


class TestShared:
    """What holds only while the cache server is there."""

    @pytest.fixture(autouse=True)
    def _server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(caching, "_away_until", 0.0)

    def test_strangers_cannot_stop_a_person_where_they_logged_in_before(self) -> None:
        throttles.hit("try", account="ada@example.org", address=HERE)
        throttles.passed("try", account="ada@example.org", address=HERE)
        for n in range(3):
            tries(3, account="ada@example.org", address=f"198.51.100.{n}")
        assert tries(1, account="ada@example.org", address=THERE) == 0
        assert tries(5, account="ada@example.org", address=HERE) == 3

    def test_no_address_of_a_person_stands_in_the_cache_server(self) -> None:
        throttles.hit("try", account="ada@example.org", address=HERE)
        throttles.passed("try", account="ada@example.org", address=HERE)
        with caching.reaching() as redis:
            keys = [key.decode() for key in redis.scan_iter(f"{settings.KEY_PREFIX}:{throttles.namespace}:*")]
        assert len(keys) == 3
        assert not [key for key in keys if "example" in key or HERE in key]


@contextmanager
def room_for(counts: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(throttles, "MOST_LOCAL", counts)
        patch.setattr(throttles, "_local", throttles._LocalCounts())
        patch.setattr(caching, "_away_until", float("inf"))
        yield


def test_a_process_without_room_refuses_what_it_could_not_count() -> None:
    with room_for(9):
        assert [tries(1, account=f"person{n}@example.org", address=f"192.0.2.{n}") for n in range(4)] == [1, 1, 1, 0]


def test_every_throttle_has_a_limit() -> None:
    assert [name for name, throttle in throttles.THROTTLES.items() if throttle == Throttle()] == []


@pytest.mark.parametrize("name", ["login", "second_factor"])
def test_guesses_at_one_account_stay_below_the_hundred_in_a_row(name: str) -> None:
    throttle = throttles.THROTTLES[name]
    assert throttle.pair is not None
    assert throttle.account is not None
    assert throttle.pair.most < throttle.account.most < 100
