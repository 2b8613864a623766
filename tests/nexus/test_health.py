import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from django.test import Client

from tests.instances import instance


def get(url: str, host: str | None = None) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.django_db
def test_health_tells_each_service(client: Client) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {"status": "up", "checks": {"database": "up", "cache": "up", "broker": "up"}}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health", "/health/", "/health/live", "/health/ready"])
def test_every_health_path_answers_any_host(client: Client, path: str) -> None:
    assert client.get(path, headers={"host": "10.1.2.3"}).status_code == 200


def test_health_is_for_reading(client: Client) -> None:
    answer = client.post("/health")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


def test_other_paths_still_check_the_host(client: Client) -> None:
    assert client.get("/admin/", headers={"host": "10.1.2.3"}).status_code == 400


def test_health_answers_over_http(live_url: str) -> None:
    assert get(f"{live_url}/health")[0] == 200
    assert get(f"{live_url}/health/live") == (200, {"status": "up", "checks": {}})


@pytest.mark.live
def test_lost_cache_and_broker_are_told_while_reads_go_on(django_db_setup: None) -> None:
    dead = {"REDIS_URL": "redis://127.0.0.1:1/0", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    with instance(**dead) as url:
        checks = {"database": "up", "cache": "down", "broker": "down"}
        assert get(f"{url}/health") == (503, {"status": "down", "checks": checks})
        assert get(f"{url}/health/ready") == (200, {"status": "up", "checks": {"database": "up"}})


@pytest.mark.live
def test_lost_database_is_told_without_its_secrets(django_db_setup: None) -> None:
    with instance(DATABASE_URL="postgresql://nexus:hidden-password@127.0.0.1:1/nexus") as url:
        status, body = get(f"{url}/health")
        assert status == 503
        assert body["checks"] == {"database": "down", "cache": "up", "broker": "up"}
        assert get(f"{url}/health/ready")[0] == 503
        assert get(f"{url}/health/live")[0] == 200
