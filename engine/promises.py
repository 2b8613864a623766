"""Running what promises have queued, in the open: in rounds, on this thread, and never by waiting.

The `promise` library keeps its callbacks in thread-local queues and runs them as soon as one is added, which would load
every key alone. An executor therefore holds the queues while it resolves, and then runs them a round at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from promise import Promise
from promise.promise import async_instance

# A chain of loads takes one round a link. A chain longer than this is taken for one without an end.
MAX_ROUNDS = 1000


@contextmanager
def held_queues() -> Iterator[None]:
    """Promise callbacks of this thread wait for `run_round` inside the block.

    Those that nobody waited for run at its end; loads that nobody waited for are not made.
    """
    nested = async_instance.is_tick_used
    async_instance.is_tick_used = True
    try:
        yield
        if not nested:
            _run_callbacks()
    finally:
        if not nested:
            # Nothing of this request may run inside the next one of this thread.
            async_instance.normal_queue.clear()
            async_instance.late_queue.clear()
        async_instance.is_tick_used = nested


def hold_again() -> None:
    """Restore the hold that a resolver breaks when it blocks on a promise with `.get()`."""
    async_instance.is_tick_used = True


def run_round() -> bool:
    """Run the queued callbacks, then the batches that waited for them, then the callbacks of those.

    False when nothing was queued: then nothing is left that could settle a promise of this thread.
    """
    progressed = _run_callbacks()
    batches, late_queue = [], async_instance.late_queue
    while late_queue:
        batches.append(late_queue.popleft())
    for dispatch in batches:
        dispatch()
    _run_callbacks()
    return progressed or bool(batches)


def run_later(dispatch: Callable[[], None]) -> None:
    """Queue `dispatch`, once, until no callback is left to run; outside an executor that is at once."""
    if dispatch not in async_instance.late_queue:
        async_instance.late_queue.append(dispatch)
        async_instance.queue_tick(_SCHEDULER)


def run_to_rest(dispatch: Callable[[], None]) -> None:
    """Run `dispatch`, and all that follows from it unless an executor holds the queues and does so itself."""
    if async_instance.is_tick_used:
        dispatch()
        return
    with held_queues():
        dispatch()
        while run_round():
            pass


def _run_callbacks() -> bool:
    queue = async_instance.normal_queue
    if not queue:
        return False
    async_instance.drain_queue(queue)
    return True


def outcome_of(promise: "Promise[Any]") -> Any:
    """The value of a settled promise, or the exception that it was rejected with."""
    return promise.reason if promise.is_rejected else promise.value


class _Scheduler:
    """Runs the queues where they are, and lets exceptions out instead of swallowing them."""

    def call(self, run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException:
            async_instance.reset()
            raise


_SCHEDULER = _Scheduler()
