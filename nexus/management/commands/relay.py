"""`manage.py relay`: the process that brings events to the queue, in production."""

from typing import Any

from django.core.management.base import BaseCommand

from nexus import relay


class Command(BaseCommand):
    help = (
        "Bring what happened from the database to the queue, until SIGTERM. A board needs one; several share the work, "
        "and each may end at any time. While the database or the broker is away, it waits. `make run` has its own."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        relay.main()
