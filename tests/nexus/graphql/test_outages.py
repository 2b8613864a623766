"""What a real server does while its cache server is stopped and its database restarted."""

import json
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from itertools import batched
from urllib.parse import urlsplit

import psycopg
import pytest

from schema.core import ids
from tests.door import token_for
from tests.factories import CompanyFactory, JobFactory, UserFactory
from tests.instances import cache_server, database_server, instance
from tests.nexus.graphql.test_door import ask, tight_limits
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

DISMISS = """mutation($input: JobDuplicateDismissInput!) {
  jobDuplicateDismiss(input: $input) { job { id } userErrors { code } }
}"""
TOKEN = "metrics-token"


def metric(url: str, line: str) -> float:
    """The value of one line of `/metrics`; 0 where it is not there yet."""
    client = HTTPConnection(urlsplit(url).netloc, timeout=30)
    client.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = client.getresponse().read().decode()
    client.close()
    return next((float(found.rpartition(" ")[2]) for found in text.splitlines() if found.startswith(line)), 0.0)


def test_without_the_cache_server_each_process_limits_by_itself() -> None:
    with cache_server() as cache:
        environment = {"REDIS_URL": cache.url, "CELERY_BROKER_URL": cache.url.replace("unix", "redis+socket")}
        with instance(**environment, **tight_limits(), METRICS_TOKEN=TOKEN) as url:
            assert ask(url).status == 200
            by_process = 'nexus_rate_limit_portions_total{granted_by="process"}'
            assert metric(url, by_process) == 0
            cache.stop()
            assert ask(url).status == 200

            def is_refused() -> bool:
                reply = ask(url)
                assert reply.status in (200, 429), reply
                return reply.status == 429

            until(is_refused)
            assert metric(url, by_process) > 0
            cache.start()
            shared = 'nexus_rate_limit_portions_total{granted_by="shared"}'
            before = metric(url, shared)
            # A new minute, or a new address, is counted there again; the old bucket is empty until its minute ends.
            until(lambda: ask(url).status == 200 and metric(url, shared) > before, 90)


def test_a_database_that_restarts_under_load_loses_no_acknowledged_write() -> None:
    by = UserFactory(moderator=True)
    company = CompanyFactory()
    jobs = [JobFactory(company=company) for _ in range(150)]
    pairs = [(one.pk, other.pk) for one in jobs for other in jobs if one.pk < other.pk]
    authorization = f"Bearer {token_for(by)}"
    acknowledged: list[tuple[object, object]] = []
    seen: Counter[str] = Counter()
    is_over = threading.Event()

    def read(url: str) -> None:
        while not is_over.is_set():
            reply = ask(url)
            seen[f"query {reply.status} {reply.codes}"] += 1

    def write(url: str, mine: list[tuple[object, object]]) -> None:
        for one, other in mine:
            if is_over.is_set():
                return
            variables = {"input": {"jobId": ids.encode("Job", one), "duplicateId": ids.encode("Job", other)}}
            status, content = post(url, DISMISS, variables, authorization)
            payload = (content.get("data") or {}).get("jobDuplicateDismiss")
            if payload and not payload["userErrors"]:
                acknowledged.append((one, other))
            codes = [error["extensions"]["code"] for error in content.get("errors", [])]
            seen[f"mutation {status} {codes}"] += 1

    def await_progress() -> None:
        """Returns when there was another answer with data to a query, and another acknowledged write."""
        writes, reads = len(acknowledged), seen["query 200 []"]
        until(lambda: len(acknowledged) > writes and seen["query 200 []"] > reads)

    with (
        database_server() as database,
        instance(DATABASE_URL=database.url, RATE_LIMIT="0", RATE_LIMIT_ADDRESS="0") as url,
    ):
        assert ask(url).status == 200
        with ThreadPoolExecutor(8) as pool:
            tasks = [pool.submit(read, url) for _ in range(4)]
            tasks += [pool.submit(write, url, list(mine)) for mine in batched(pairs, len(pairs) // 4, strict=False)]
            try:
                await_progress()
                # Stopped as by an administrator, and as by a crash.
                for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT, signal.SIGQUIT):
                    database.stop(how)
                    database.start()
                    await_progress()
            finally:
                is_over.set()
            for task in tasks:
                task.result(60)
        with psycopg.connect(database.url) as direct:
            stored = direct.execute("SELECT job_a_id, job_b_id FROM jobs_duplicateverdict").fetchall()
        known = {frozenset(pair) for pair in stored}
        assert [pair for pair in acknowledged if frozenset(pair) not in known] == []
        assert {name.split(" ", 1)[1] for name in seen} <= {
            "200 []",
            "503 ['UNAVAILABLE']",
            "200 ['UNAVAILABLE']",
        }, seen


def post(url: str, query: str, variables: object, authorization: str) -> tuple[int, dict]:
    client = HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
        "Authorization": authorization,
    }
    try:
        client.request("POST", "/graphql", json.dumps({"query": query, "variables": variables}), headers)
        answer = client.getresponse()
        return answer.status, json.loads(answer.read())
    except HTTPException as error:
        raise AssertionError(f"no answer: {error}") from error
    finally:
        client.close()
