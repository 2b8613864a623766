"""The example documents: they run, they give the same with and without the engine, and each costs what was reviewed.

`query_counts.json` holds the number of SQL statements of each. A change of it is a change to review: run with
`NEXUS_WRITE_QUERY_COUNTS=1` to write what is true now.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from nexus.graphql.graphiql.page import Example, load_examples
from tests.door import send, send_to_oracle, token_for
from tests.feed_sessions import forget_feeds

EXAMPLES = load_examples(settings.BASE_DIR / "schema" / "examples")
COUNTS = Path(__file__).parent / "query_counts.json"

# Who sends the examples that ask for a log-in.
SENDERS = {
    "viewer": "recruiter@example.com",
    "a-team": "owner@example.com",
    "my-profile": "seeker@example.com",
    "my-access": "recruiter@example.com",
    "my-account": "seeker@example.com",
    "my-feed": "seeker@example.com",
}
OF_THE_MOMENT = {"token", "refreshToken", "expiresAt", "extensions"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_board")]
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@pytest.fixture(scope="module")
def demo_board(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A demo board for all tests of the module, in a transaction around theirs."""
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            # By pages that earlier tests left behind the planner would choose another way, of more statements or fewer.
            cursor.execute("TRUNCATE job_search")
        call_command("demo", count=300, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE job_search")
        forget_feeds()
        yield
        transaction.set_rollback(True)


def headers_of(example: Example) -> dict[str, str]:
    """The headers of its sender, in one session for as long as they are kept."""
    if example.name not in SENDERS:
        return {}
    return {"authorization": f"Bearer {token_for(User.objects.get(email=SENDERS[example.name]))}"}


def _settled(value: Any) -> Any:
    """The value without what differs from one moment to the next."""
    if isinstance(value, dict):
        return {key: _settled(item) for key, item in value.items() if key not in OF_THE_MOMENT}
    return [_settled(item) for item in value] if isinstance(value, list) else value


@each_example
def test_example_runs_and_finds_something(example: Example) -> None:
    data = send(example.query, example.variables, **headers_of(example)).data
    (found,) = data.values()
    assert found
    if isinstance(found, dict):
        assert found.get("nodes", True)
        assert found.get("edges", True)
        assert not found.get("userErrors")


@each_example
def test_example_gives_the_same_with_the_engine_off(example: Example) -> None:
    headers = headers_of(example)
    oracle = send_to_oracle(example.query, example.variables, **headers)
    assert _settled(send(example.query, example.variables, **headers).content) == _settled(oracle)


def test_examples_cost_what_was_reviewed() -> None:
    counted = {}
    for example in EXAMPLES:
        headers = headers_of(example)
        send(example.query, example.variables, **headers)
        with CaptureQueriesContext(connection) as queries:
            send(example.query, example.variables, **headers)
        counted[example.name] = len(queries)
    if os.environ.get("NEXUS_WRITE_QUERY_COUNTS") == "1":
        COUNTS.write_bytes(orjson.dumps(counted, option=orjson.OPT_INDENT_2) + b"\n")
    assert counted == orjson.loads(COUNTS.read_bytes())


@pytest.mark.parametrize("first", [20, 100])
def test_the_feed_page_takes_at_most_five_statements(first: int) -> None:
    feed = next(example for example in EXAMPLES if example.name == "newest-jobs")
    with CaptureQueriesContext(connection) as queries:
        nodes = send(feed.query, {"first": first}).data["jobs"]["nodes"]
    assert len(nodes) == first
    assert all(node["company"] for node in nodes)
    for relation in ("places", "skills", "salary"):
        assert any(node[relation] for node in nodes)
    assert len(queries) <= 5, [query["sql"] for query in queries]
