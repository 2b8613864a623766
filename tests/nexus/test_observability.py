"""The log line and the metrics."""

import time
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client import generate_latest

from kernel.models import Delivery, DeliveryState, OutboxEvent
from nexus import deliveries, observability
from nexus.graphql.exchange import Exchange
from tests.contracts.constraint_cases.kernel import outbox_event
from tests.door import send
from tests.instances import instance
from tests.nexus.graphql.test_door import ask
from tests.nexus.graphql.test_outages import TOKEN, metric
from tests.rest_door import get


@pytest.mark.django_db
def test_metrics_are_for_those_who_know_the_token(client: Client, settings: LazySettings) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "let me in"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer let me out"}).status_code == 404
    answer = client.get("/metrics", headers={"authorization": "Bearer let me in"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")


def values(client: Client, settings: LazySettings) -> dict[str, float]:
    settings.METRICS_TOKEN = TOKEN
    text = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.mark.django_db
def test_every_answer_is_counted_once(client: Client, settings: LazySettings) -> None:
    names = [
        'nexus_graphql_requests_total{kind="query",outcome="ok",status="200"}',
        'nexus_graphql_request_seconds_count{kind="query"}',
        'nexus_graphql_errors_total{code="BAD_REQUEST"}',
        'nexus_graphql_requests_total{kind="none",outcome="errors",status="400"}',
        'nexus_graphql_points_total{cost="actual"}',
        'nexus_engine_operations_total{by="engine"}',
    ]
    before = values(client, settings)
    assert "errors" not in send("{ jobs(first: 1) { nodes { id } } }").content
    send("{ nothing }")
    after = values(client, settings)
    grown = [after[name] - before.get(name, 0) for name in names]
    assert grown[:4] == [1, 1, 1, 1]
    assert grown[4] > 0
    assert grown[5] == 1


@pytest.mark.django_db
def test_no_label_comes_from_a_client(client: Client, settings: LazySettings) -> None:
    send("query Fingerprint { __typename }")
    client.get("/no/such/fingerprint")
    assert "ingerprint" not in "".join(values(client, settings))


@pytest.mark.django_db
def test_the_line_of_a_request_says_what_it_cost(capsys: pytest.CaptureFixture[str]) -> None:
    send("query Feed { jobs(first: 1) { nodes { id } } }")
    line = orjson.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["status"], line["operation"]) == ("graphql_request", 200, "Feed")
    assert line["cost"] > 0
    assert line["timestamp"].endswith("Z")


@pytest.mark.django_db
def test_a_read_by_rest_has_a_line_of_its_own_kind(capsys: pytest.CaptureFixture[str]) -> None:
    get("categories")
    line = orjson.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["logger"], line["operation"]) == ("rest_request", "nexus.rest", "categories")


@pytest.mark.django_db
def test_the_outbox_tells_how_late_it_is_and_what_is_dead(client: Client, settings: LazySettings) -> None:
    names = [f'nexus_outbox_deliveries{{state="{state}"}}' for state in ("waiting", "sent", "dead")]
    at_rest = values(client, settings)
    assert [at_rest[name] for name in ("nexus_outbox_lag_seconds", *names)] == [0, 0, 0, 0]
    event = outbox_event()
    assert 0 < values(client, settings)["nexus_outbox_lag_seconds"] < 60
    OutboxEvent.objects.update(relayed_at=timezone.now())
    Delivery.objects.create(event=event, subscriber="late", due_at=timezone.now() - timedelta(seconds=90))
    Delivery.objects.create(event=event, subscriber="dead", due_at=timezone.now(), state=DeliveryState.DEAD)
    later = values(client, settings)
    assert [later[name] for name in names] == [1, 0, 1]
    assert 90 <= later["nexus_outbox_lag_seconds"] < 150


def test_without_the_database_the_outbox_has_no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(deliveries, "standings", fail)
    observability._collect_outbox()
    assert b"nexus_outbox_lag_seconds NaN" in generate_latest()


@pytest.mark.live
@pytest.mark.django_db(transaction=True)
def test_processes_that_share_a_folder_add_up_their_metrics(tmp_path: Path) -> None:
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "METRICS_TOKEN": TOKEN}
    with instance(**environment) as one, instance(**environment) as other:
        for url in (one, other, other):
            assert ask(url).status == 200
        line = 'nexus_graphql_requests_total{kind="query",outcome="ok",status="200"}'
        assert metric(one, line) == metric(other, line) == 3


def test_observing_takes_no_more_than_its_share(capsys: pytest.CaptureFixture[str]) -> None:
    exchange = Exchange("0" * 32, status=200, kind="query", operation="Feed", requested_cost=900, actual_cost=300)
    rounds: list[float] = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(50):
            observability.observe(exchange)
        rounds.append((time.perf_counter() - started) / 50)
        capsys.readouterr()
    # A request has about a millisecond.
    assert min(rounds) < 100e-6


# At the end, because a report has the lines of source around a failure.
