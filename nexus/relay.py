"""The relay: brings what happened from the outbox to the queue. Any number of them may run; one is enough.

It asks the database over and over, so that a pooler of connections may stand between, and it alone puts deliveries into
the queue: web processes never talk to the broker. While that is away everything waits in the database.
"""

import contextlib
import random
import signal
import threading
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils.module_loading import autodiscover_modules
from kombu import Connection, Producer
from kombu.exceptions import KombuError

from kernel import outbox
from kernel.subscribers import subscribers
from nexus.celery import app, dead_letters

log = structlog.get_logger("nexus.relay")

# Seconds between two looks: the first when there was something to do, twice as long after each look in vain. What comes
# up meanwhile goes together, and then costs less.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 0.5
# The same while the database or the broker is away; the first is doubled with each failure.
FIRST_OUTAGE_PAUSE, LONGEST_OUTAGE_PAUSE = 0.2, 5.0
# Seconds that the broker may take to say that it is there, or that it has a message.
BROKER_SECONDS = 10


class BrokerAway(Exception):
    """The broker did not take a message."""


def load() -> None:
    """Make every event and every subscriber known to this process."""
    autodiscover_modules("events")
    app.loader.import_default_modules()


class Relay:
    """One relay. `run` goes on until `stop` is called, by a signal or another thread."""

    def __init__(self) -> None:
        load()
        self._stopping = threading.Event()
        self._broker: Connection | None = None
        self._producer: Producer | None = None
        self._failures = 0

    def stop(self, *_: Any) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Relay, however long the database or the broker is away."""
        pause = SHORTEST_PAUSE
        while not self._stopping.is_set():
            try:
                relayed = self.relay()
                self._note_success()
                pause = SHORTEST_PAUSE if relayed else min(LONGEST_PAUSE, pause * 2)
            except (DatabaseError, InterfaceError, BrokerAway) as error:
                pause = self._note_failure(error)
            self._stopping.wait(pause)
        self._disconnect()

    def relay(self) -> int:
        """Make the deliveries of new events, and put into the queue what is due; how many it was in all.

        Raises `BrokerAway`: what did not reach the queue waits again.
        """
        close_old_connections()
        events = outbox.fan_out()
        taken = outbox.take()
        for position, message in enumerate(taken):
            try:
                self._send(message)
            except self._errors as error:
                self._disconnect()
                outbox.put_back(pk for unsent in taken[position:] for pk in unsent.ids)
                raise BrokerAway(f"{type(error).__name__}: {error}") from error
        return events + len(taken)

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        """What says that the broker did not take a message, by whichever library speaks with it."""
        if self._broker is None:
            return OSError, KombuError
        return OSError, KombuError, *self._broker.connection_errors, *self._broker.channel_errors

    def _send(self, message: outbox.Message) -> None:
        """Returns when the broker has the message."""
        if self._producer is None:
            self._producer = self._connect()
        app.tasks[message.subscriber].apply_async(
            tuple(map(str, message.ids)), producer=self._producer, retry=False, confirm_timeout=BROKER_SECONDS
        )

    def _connect(self) -> Producer:
        is_amqp = settings.CELERY_BROKER_URL.startswith("amqp")
        self._broker = app.connection_for_write(
            connect_timeout=BROKER_SECONDS,
            transport_options={} if is_amqp else {"socket_timeout": BROKER_SECONDS},
        )
        self._broker.connect()
        if is_amqp:
            dead_letters(self._broker).declare()
        return app.amqp.Producer(self._broker)

    def _disconnect(self) -> None:
        broker, self._broker, self._producer = self._broker, None, None
        if broker is not None:
            with contextlib.suppress(OSError, KombuError, *broker.connection_errors, *broker.channel_errors):
                # It does not wait for an answer of a broker that may be gone.
                broker.collect(socket_timeout=1)

    def _note_success(self) -> None:
        if self._failures:
            log.info("relay_goes_on", failures=self._failures)
            self._failures = 0

    def _note_failure(self, error: Exception) -> float:
        """Seconds to the next try, with full jitter: relays that lost one broker do not come back all at once."""
        self._failures += 1
        if self._failures == 1:
            log.warning("relay_waits", reason=f"{type(error).__name__}: {error}".strip())
        longest = min(LONGEST_OUTAGE_PAUSE, FIRST_OUTAGE_PAUSE * 2.0 ** min(self._failures, 10))
        return random.uniform(0, longest)  # noqa: S311 - it is no secret


def main() -> None:
    """Relay until SIGTERM or SIGINT; what is being sent then is sent."""
    relay = Relay()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, relay.stop)
    log.info("relay_runs", subscribers=len(subscribers))
    relay.run()
    log.info("relay_ends")
