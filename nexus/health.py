"""Whether this instance works: `/health` for people and monitors, two more for what restarts and routes it.

| path | 200 when | for |
|---|---|---|
| `/health/live` | the process answers | a liveness probe: restart it otherwise |
| `/health/ready` | the database answers; reads need nothing else | a readiness probe: send no traffic otherwise |
| `/health` | database, cache and broker answer | monitoring |

Otherwise 503. The answer says `up` or `down` for each and nothing more: reasons, hosts and versions go to the log.
"""

from collections.abc import Callable

import structlog
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from nexus.celery import app

log = structlog.get_logger(__name__)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    cache.get("health")


def _broker() -> None:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.connect()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "cache": _cache, "broker": _broker}
PATHS: dict[str, tuple[str, ...]] = {
    "/health": ("database", "cache", "broker"),
    "/health/ready": ("database",),
    "/health/live": (),
}


class HealthMiddleware:
    """Answers the health paths before anything that could refuse, redirect or log them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        names = PATHS.get(request.path.rstrip("/"))
        if names is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        checks = {name: "up" if _answers(name) else "down" for name in names}
        status = "down" if "down" in checks.values() else "up"
        return JsonResponse(
            {"status": status, "checks": checks},
            status=200 if status == "up" else 503,
            headers={"Cache-Control": "no-store"},
            json_dumps_params={"indent": 2},
        )


def _answers(name: str) -> bool:
    try:
        CHECKS[name]()
    except Exception:
        # Whatever a driver raises means that the service did not answer.
        log.warning("health_check_failed", check=name, exc_info=True)
        return False
    return True
