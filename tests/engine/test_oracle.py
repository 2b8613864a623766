"""graphql-core with promises, as the kill switch uses it."""

from typing import Any

import graphene
from graphql import build_schema, execute_sync, parse

from engine import PromiseExecutionContext
from tests.engine.board import Context, Mutation, Query, run, run_by_oracle


def test_graphene_executes_with_it() -> None:
    schema = graphene.Schema(query=Query, mutation=Mutation)
    context = Context()
    answer = schema.execute(
        "{ jobs(first: 2) { title owner { name } company { parent { name } } } }",
        context_value=context,
        execution_context_class=PromiseExecutionContext,
    )
    assert answer.errors is None
    assert answer.data["jobs"][0] == {
        "title": "Job 0",
        "owner": {"name": "Owner 1"},
        "company": {"parent": {"name": "Company 2"}},
    }
    assert context.calls() == {"companies_by_id": 2, "owners_by_id": 1}


def test_middleware_is_applied() -> None:
    def shout(next_: Any, root: Any, info: Any, **args: Any) -> Any:
        value = next_(root, info, **args)
        return value.upper() if isinstance(value, str) else value

    schema = build_schema("type Query { a: String }")
    answer = execute_sync(
        schema, parse("{ a }"), {"a": "quiet"}, middleware=[shout], execution_context_class=PromiseExecutionContext
    )
    assert answer.data == {"a": "QUIET"}


def test_error_that_takes_all_data_leaves_no_data() -> None:
    schema = build_schema("type Query { a: Int! b: Int }")
    answer = run_by_oracle("{ b a }", schema=schema, root={"a": None, "b": "x"})
    assert answer.formatted == run("{ b a }", schema=schema, root={"a": None, "b": "x"}).formatted
    assert answer.data is None


def test_batches_are_level_by_level_over_lists() -> None:
    source = "{ companies(ids: [1, 2, 3]) { name parent { name owner { name } } jobs { title company { name } } } }"
    ours, theirs = Context(), Context()
    assert run(source, context=ours).formatted == run_by_oracle(source, context=theirs).formatted
    assert ours.calls() == {"companies_by_id": 2, "jobs_of_companies": 1, "owners_by_id": 1}
    # It goes on below a parent that it knows already, and so one owner is asked for before the others.
    assert theirs.calls() == {"companies_by_id": 2, "jobs_of_companies": 1, "owners_by_id": 2}
