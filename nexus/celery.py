"""The Celery application; its configuration is the `CELERY_` part of the settings."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

app = Celery("nexus")
app.config_from_object("django.conf:settings", namespace="CELERY")
# RedBeat knows no namespace.
app.conf.update(
    redbeat_redis_url=settings.REDIS_URL,
    redbeat_redis_options={},
    redbeat_key_prefix=f"{settings.KEY_PREFIX}:redbeat",
    # Seconds that the schedule stands still after a scheduler was killed.
    redbeat_lock_timeout=30,
)
app.autodiscover_tasks()
# Log lines of a task carry the id of the request that sent it.
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def _use_django_logging(**_: Any) -> None:
    """Celery configures logging by itself unless someone listens here; Django's `LOGGING` already stands."""
