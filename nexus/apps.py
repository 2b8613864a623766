"""Django's entry for the edge: loads the Celery application, so that `shared_task` finds it, and watches its faults."""

from django.apps import AppConfig


class NexusConfig(AppConfig):
    name = "nexus"

    def ready(self) -> None:
        import nexus.celery  # noqa: F401
        from nexus import faults

        faults.watch()
