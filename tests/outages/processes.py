"""A board's relay and scheduler with shorter waits: `python -m tests.outages.processes ROLE TIE_FD ARGUMENT`.

What the queue has lost is sent again after ten seconds in place of two minutes, and mails are released twice a second.
"""

import os
from dataclasses import replace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from kernel import outbox
from kernel.subscribers import subscribers
from nexus import relay, roles
from nexus.celery import app

SENT_AGAIN_AFTER = 10


def shorten() -> None:
    """In this process alone: a worker's attempt may take as long as ever, and is left alone as long as it does."""
    relay.load()
    subscribers.update({name: replace(one, seconds=0) for name, one in subscribers.items()})
    outbox.LAST_WORDS, outbox.PATIENCE = 0, SENT_AGAIN_AFTER
    release = {"task": "accounts.tasks.release_notifications", "schedule": 0.5, "options": {"expires": 15}}
    app.conf.update(beat_max_loop_interval=0.2, redbeat_lock_timeout=2, beat_schedule={"release": release})


if __name__ == "__main__":
    shorten()
    roles.main()
