"""Shadow mode: right answers pass, wrong ones are found, and nothing of what they hold reaches the log."""

import logging
from io import StringIO
from typing import Any

import pytest
import structlog
from django.conf import LazySettings
from django.core.management import call_command
from graphql import ExecutionResult, GraphQLError, OperationType, parse
from structlog.testing import capture_logs

from accounts.models import AuditEntry, User
from engine import Engine, Plan
from jobs.models import Job
from kernel.viewer import ANONYMOUS
from nexus.environment import BASE_DIR
from nexus.graphql import shadow
from nexus.graphql.context import Context
from nexus.graphql.graphiql.page import load_examples
from nexus.graphql.shadow import Sample, Shadow, differences
from schema.core.ids import encode
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.waiting import until

EXAMPLES = load_examples(BASE_DIR / "schema" / "examples")
TITLES = "{ jobs(first: 5) { secretly: nodes { heading: title } } }"
VIEWER = "{ viewer { user { id email } } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on User { email } } }"


def context_of(user: User | None = None) -> Context:
    return Context(viewer_of(user) if user else ANONYMOUS)


def answered(source: str, variables: dict[str, Any] | None = None, user: User | None = None) -> Sample:
    """A query with the engine's answer to it."""
    plan = shadow.engine().plan(source)
    result = shadow.engine().execute(plan, variables=variables, context=context_of(user))
    return Sample(plan, variables, context_of(user).viewer, result)


class WrongEngine(Engine):
    """An engine with a bug: it answers with what it should, but for one word."""

    def execute(self, plan: Plan, **given: Any) -> Any:
        result = super().execute(plan, **given)
        if result.data and "jobs" in result.data:
            for node in result.data["jobs"]["secretly"]:
                node["heading"] += " (in confidence)"
        return result


@pytest.fixture
def wrong_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WrongEngine(shadow.engine().schema)
    monkeypatch.setattr(shadow, "engine", lambda: engine)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Shadow:
    """The shadow of a process that has compared nothing yet."""
    made = Shadow()
    monkeypatch.setattr(shadow, "_shadow", made)
    return made


@pytest.mark.django_db
def test_example_documents_show_no_difference() -> None:
    call_command("demo", count=60, verbosity=0)
    recruiter = User.objects.get(email="recruiter@example.com")
    plans = [shadow.engine().plan(example.query) for example in EXAMPLES]
    kinds = [plan.operation_type for plan in plans]
    queries = [example for example, kind in zip(EXAMPLES, kinds, strict=True) if kind is OperationType.QUERY]
    compared = Shadow()
    with capture_logs() as logs:
        for example in queries:
            for user in (None, recruiter):
                compared.compare(answered(example.query, example.variables, user))
    assert len(queries) > 8
    assert logs == []
    assert compared.counts() == {"compared": 2 * len(queries), "different": 0, "moved": 0, "skipped": 0}


@pytest.mark.django_db
@pytest.mark.usefixtures("wrong_engine")
def test_wrong_answer_is_found_and_its_field_is_logged() -> None:
    JobFactory(title="Night watch")
    compared = Shadow()
    sample = answered(TITLES)
    with capture_logs() as logs:
        compared.compare(sample)
    assert compared.counts() == {"compared": 1, "different": 1, "moved": 0, "skipped": 0}
    (entry,) = logs
    assert entry["event"] == "graphql_shadow_difference"
    assert entry["paths"] == ["jobs.nodes.[].title"]
    assert len(entry["document"]) == 64


@pytest.mark.django_db
@pytest.mark.usefixtures("wrong_engine")
def test_nothing_private_reaches_the_log() -> None:
    JobFactory(title="Night watch of the treasury")
    user = UserFactory(email="private@example.com")
    handler = logging.StreamHandler(written := StringIO())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer()))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        Shadow().compare(answered(TITLES, user=user))
        Shadow().compare(answered(TITLES, user=user)._replace(variables={"first": object()}))
    finally:
        root.removeHandler(handler)
    said = written.getvalue()
    assert "graphql_shadow_difference" in said
    for private in ("Night watch", "treasury", "in confidence", "secretly", "heading", user.email, str(user.pk)):
        assert private not in said


@pytest.mark.django_db
def test_viewer_of_the_request_is_the_viewer_of_the_comparison() -> None:
    user = UserFactory()
    sample = answered(VIEWER, user=user)
    assert sample.result.data is not None
    assert sample.result.data["viewer"]["user"]["email"] == user.email
    compared = Shadow()
    compared.compare(sample)
    assert compared.counts()["different"] == 0
    compared.compare(answered(VIEWER, user=user)._replace(result=answered(VIEWER).result))
    assert compared.counts() == {"compared": 2, "different": 0, "moved": 1, "skipped": 0}


@pytest.mark.django_db(transaction=True)
def test_write_between_the_two_reads_is_no_difference(fresh: Shadow, settings: LazySettings) -> None:
    settings.SHADOW_PERCENT = 100
    job = JobFactory(title="Before")
    sample = answered(TITLES)
    Job.objects.filter(pk=job.pk).update(title="After")
    with capture_logs() as logs:
        shadow.consider(sample.plan, None, context_of(), sample.result)
        until(lambda: shadow.counts()["compared"] == 1)
    assert shadow.counts() == {"compared": 1, "different": 0, "moved": 1, "skipped": 0}
    assert logs == []


@pytest.mark.django_db(transaction=True)
def test_a_read_of_somebody_else_s_data_is_in_the_audit_log_once(fresh: Shadow, settings: LazySettings) -> None:
    settings.SHADOW_PERCENT = 100
    support, somebody = UserFactory(platform_role="support"), UserFactory()
    sample = answered(NODE, {"id": encode("User", somebody.pk)}, support)
    assert sample.result.data == {"node": {"email": somebody.email}}
    shadow.consider(sample.plan, sample.variables, context_of(support), sample.result)
    until(lambda: shadow.counts()["compared"] == 1)
    assert shadow.counts()["different"] == 0
    assert AuditEntry.objects.filter(kind="read").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("wrong_engine")
def test_wrong_answer_is_found_on_the_shadow_s_own_thread(fresh: Shadow, settings: LazySettings) -> None:
    settings.SHADOW_PERCENT = 100
    JobFactory()
    sample = answered(TITLES)
    shadow.consider(sample.plan, None, context_of(), sample.result)
    until(lambda: shadow.counts()["compared"] == 1)
    assert shadow.counts()["different"] == 1


def test_too_many_samples_are_skipped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Shadow()
    monkeypatch.setattr(compared, "_start", lambda: None)
    sample = Sample(Plan(shadow.engine().schema, parse(VIEWER)), None, ANONYMOUS, ExecutionResult({}, None))
    for _ in range(shadow.MAX_WAITING + 3):
        compared.offer(sample)
    assert compared.counts()["skipped"] == 3


@pytest.mark.parametrize(
    ("source", "percent"),
    [(VIEWER, 0), ("mutation { __typename }", 100)],
    ids=["none is wanted", "a mutation"],
)
def test_query_that_is_not_wanted_and_mutation_are_left_alone(
    source: str, percent: int, fresh: Shadow, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "offer", pytest.fail)
    settings.SHADOW_PERCENT = percent
    plan = Plan(shadow.engine().schema, parse(source))
    for _ in range(100):
        shadow.consider(plan, None, context_of(), ExecutionResult({}, None))


def test_sample_has_about_the_wanted_size(
    fresh: Shadow, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Sample] = []
    monkeypatch.setattr(fresh, "offer", offered.append)
    settings.SHADOW_PERCENT = 20
    plan = Plan(shadow.engine().schema, parse(VIEWER))
    for _ in range(2000):
        shadow.consider(plan, None, context_of(), ExecutionResult({}, None))
    assert 250 < len(offered) < 550


@pytest.mark.django_db
def test_failure_of_the_second_execution_is_counted_and_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> Any:
        raise RuntimeError("no connection for private@example.com")

    monkeypatch.setattr(shadow, "Context", refuse)
    sample = Sample(shadow.engine().plan(VIEWER), None, ANONYMOUS, ExecutionResult({"viewer": None}, None))
    compared = Shadow()
    with capture_logs() as logs:
        compared.compare(sample)
    assert compared.counts() == {"compared": 0, "different": 0, "moved": 0, "skipped": 1}
    (entry,) = logs
    assert entry["exception"] == "RuntimeError"
    assert "private" not in str(entry)


def error_at(*path: str | int, message: str = "broke") -> GraphQLError:
    return GraphQLError(message, path=list(path))


@pytest.mark.parametrize(
    ("ours", "theirs", "paths"),
    [
        ({"a": 1}, {"a": 1.0}, [("a",)]),
        ({"a": True}, {"a": 1}, [("a",)]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [()]),
        ({"a": [1, 2]}, {"a": [1]}, [("a",)]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, [("a", 1, "b")]),
        ({"a": None}, {"a": {}}, [("a",)]),
        (None, {"a": 1}, [()]),
        ({"a": [{"b": "é"}]}, {"a": [{"b": "é"}]}, []),
    ],
)
def test_values_are_compared_with_types_and_order(ours: Any, theirs: Any, paths: list[Any]) -> None:
    assert differences(ExecutionResult(ours, None), ExecutionResult(theirs, None)) == paths


@pytest.mark.parametrize(
    ("data", "ours", "theirs", "paths"),
    [
        ({"a": {"b": None}}, [error_at("a", "b")], [error_at("a", "b")], []),
        ({"a": {"b": None}}, [error_at("a", "b")], [error_at("a", "b", message="no")], [("errors", "a", "b")] * 2),
        ({"a": {"b": None}}, [error_at("a", "b")], [], [("errors", "a", "b")]),
        ({"a": None}, [error_at("a", "b")], [error_at("a", "c")], []),
        ({"a": None}, [error_at("a", "b")], [], [("errors",)]),
        (None, [error_at("a")], [error_at("b")], []),
        ({"a": None}, [error_at("a", message="<A at 0x7f01>")], [error_at("a", message="<A at 0x7f02>")], []),
    ],
)
def test_errors_are_compared_where_no_null_was_propagated(
    data: Any, ours: list[GraphQLError], theirs: list[GraphQLError], paths: list[Any]
) -> None:
    assert differences(ExecutionResult(data, ours), ExecutionResult(data, theirs)) == paths
