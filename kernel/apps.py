from django.apps import AppConfig
from django.db.backends.signals import connection_created


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        from kernel import caching

        connection_created.connect(caching.watch_writes)
