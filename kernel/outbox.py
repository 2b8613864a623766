"""Who hears of events, and how an event is delivered to each of them.

    @subscriber(AccountRegistered)
    def send_verification(event: AccountRegistered, delivery: Telling) -> None: ...

A subscriber is a Celery task that runs in one transaction with the note that it is done: what it does in the database
is done exactly once. What it does outside may, if the process dies between that and the commit, be done twice, and is
then done under the same `delivery.id`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class Telling:
    """One delivery of an event, as its subscriber sees it."""

    id: UUID
    """The same at every attempt: the name of an outside effect."""
    attempt: int
    """1 at the first."""
    occurred_at: datetime
    actor_id: UUID | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A function that hears of some kinds of events."""

    name: str
    kinds: tuple[type[Event], ...]
    handle: Callable[[Any, Telling], None]
    most_attempts: int
    seconds: int


subscribers: dict[str, Subscriber] = {}
"""Every subscriber, by name."""


def subscriber(
    *kinds: type[Event], most_attempts: int = 10, seconds: int = 60
) -> Callable[[Callable[[Any, Telling], None]], Callable[[Any, Telling], None]]:
    """Make a function hear of these events. It is tried `most_attempts` times, each no longer than `seconds`."""

    def register(handle: Callable[[Any, Telling], None]) -> Callable[[Any, Telling], None]:
        name = f"{handle.__module__}.{handle.__name__}"
        subscribers[name] = Subscriber(name, kinds, handle, most_attempts, seconds)
        return handle

    return register
