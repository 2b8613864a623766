"""The Celery application; its configuration is the `CELERY_` part of the settings."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_failure, task_prerun
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Connection, Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

app = Celery("nexus")
app.config_from_object("django.conf:settings", namespace="CELERY")
QUEUE = settings.KEY_PREFIX
LONG_QUEUE = f"{QUEUE}.long"
DEAD_LETTERS = f"{QUEUE}.dead"
# Seconds. A task that may run for longer waits in the queue of long ones, where no mail waits for it.
SHORT = 60


def route(name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **_: Any) -> dict[str, str] | None:
    """Which queue a task waits in, by how long it may take; None is the default queue."""
    return {"queue": LONG_QUEUE} if task is not None and (task.soft_time_limit or 0) > SHORT else None


# The queues and their messages outlive a restart of the broker; what no worker can read goes aside (in RabbitMQ).
# RedBeat knows no namespace.
app.conf.update(
    task_queues=[
        Queue(
            name,
            Exchange(QUEUE),
            routing_key=name,
            queue_arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": DEAD_LETTERS},
        )
        for name in (QUEUE, LONG_QUEUE)
    ],
    task_routes=(route,),
    redbeat_redis_url=settings.REDIS_URL,
    redbeat_redis_options={"socket_connect_timeout": 5, "socket_timeout": 5},
    redbeat_key_prefix=f"{settings.KEY_PREFIX}:redbeat",
    # Seconds that the schedule stands still after a scheduler was killed.
    redbeat_lock_timeout=30,
    # Celery would close the database's connection before and after each task; see `_renew_connections`.
    CELERY_DB_REUSE_MAX=sys.maxsize,
)
app.autodiscover_tasks()
# Log lines of a task carry the id of the request that sent it.
app.steps["worker"].add(DjangoStructLogInitStep)


@task_prerun.connect
def _renew_connections(**_: Any) -> None:
    """A task keeps the connection of the one before, as a request does, unless it is old or broken."""
    for connection in _at_rest():
        connection.close_if_unusable_or_obsolete()


@task_failure.connect
def _drop_connections(**_: Any) -> None:
    """What a task that failed may have left in its session, such as a lock, ends with it."""
    for connection in _at_rest():
        connection.close()


def _at_rest() -> list[BaseDatabaseWrapper]:
    """The connections without a transaction: a task that is run by its caller is part of the caller's."""
    return [connection for connection in connections.all(initialized_only=True) if not connection.in_atomic_block]


def dead_letters(broker: Connection) -> Queue:
    """RabbitMQ's queue of messages that no worker could read; it keeps the last ten thousand."""
    return Queue(DEAD_LETTERS, channel=broker.default_channel, max_length=10_000)


@setup_logging.connect
def _use_django_logging(**_: Any) -> None:
    """Celery configures logging by itself unless someone listens here; Django's `LOGGING` already stands."""
