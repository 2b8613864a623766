"""Who writes a market's rows: this process, or several at once with a connection each.

Imported by fresh interpreters before Django is set up, so it imports nothing of Django at the top.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from jobs.market.market import Market
    from jobs.market.order import Order

# In one transaction, and in memory, at once: some nine kilobytes each.
STRETCH = 500
WAITING_PER_PROCESS = 2

_market: "Market | None" = None


class Crew(Protocol):
    """Takes stretches of rows to write."""

    def run(self, task: str, total: int, done: Callable[[int], None], *arguments: Any) -> bytes:
        """Have the market's `task` done for all numbers below `total`; what it returned, in their order.

        `done` is called with how many are done. The first error ends it.
        """

    def close(self) -> None: ...


class Alone:
    """This process, in the connection and the transaction it has."""

    def __init__(self, market: "Market") -> None:
        self._market = market

    def run(self, task: str, total: int, done: Callable[[int], None], *arguments: Any) -> bytes:
        results = []
        for start, stop in _stretches(total):
            results.append(getattr(self._market, task)(start, stop, *arguments))
            done(stop)
        return b"".join(results)

    def close(self) -> None:
        return


class Processes:
    """Several processes. While one waits for the database, another makes rows."""

    def __init__(self, order: "Order", number: int) -> None:
        from django.conf import settings

        self._number = number
        self._pool = ProcessPoolExecutor(
            number,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(settings.SETTINGS_MODULE, order),
        )

    def run(self, task: str, total: int, done: Callable[[int], None], *arguments: Any) -> bytes:
        stretches = _stretches(total)
        waiting: dict[Future[bytes], tuple[int, int]] = {}
        results: dict[int, bytes] = {}
        finished = 0
        while True:
            while len(waiting) < self._number * WAITING_PER_PROCESS and (stretch := next(stretches, None)):
                with _without_interrupts():
                    waiting[self._pool.submit(_do, task, *stretch, *arguments)] = stretch
            if not waiting:
                return b"".join(results[start] for start in sorted(results))
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                start, stop = waiting.pop(future)
                results[start] = future.result()
                finished += stop - start
            done(finished)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def crew(market: "Market", processes: int) -> Crew:
    """Who writes that market. It is only kept here where it is written here."""
    return Alone(market) if processes == 1 else Processes(market.order, processes)


def _stretches(total: int) -> Iterator[tuple[int, int]]:
    return ((start, min(total, start + STRETCH)) for start in range(0, total, STRETCH))


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes that are started meanwhile never see Ctrl-C; here it comes at the end.

    It is for the command: it ends the pool.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(settings: str, order: "Order") -> None:
    global _market  # noqa: PLW0603  # one market a process, for all its stretches
    # A command that was killed cannot end its pool, and would leave this behind.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()
    from jobs.market.market import Market

    _market = Market(order)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(task: str, start: int, stop: int, *arguments: Any) -> bytes:
    assert _market is not None
    result: bytes = getattr(_market, task)(start, stop, *arguments)
    return result
