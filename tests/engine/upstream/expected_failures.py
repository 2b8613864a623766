"""The tests of graphql-core that the engine does not pass, each with its reason. At most eight.

A test that is missing here fails the run when it fails, and one that stands here fails the run when it passes.
"""

_PATH = "`info.path` has no list indices: one `info` serves all the objects of a level."
_AWAITABLE = "An awaitable is answered with an error that says so, and is not put through the scalar's serialiser."

EXPECTED_FAILURES = {
    "tests/execution/test_executor.py::describe_execute_handles_basic_execution_tasks"
    "::it_populates_path_correctly_with_complex_types": _PATH,
    "tests/execution/test_sync.py::describe_execute_synchronously_when_possible"
    "::describe_execute_sync::throws_if_encountering_async_operation_without_check_sync": _AWAITABLE,
    "tests/execution/test_sync.py::describe_execute_synchronously_when_possible"
    "::describe_graphql_sync::throws_if_encountering_async_operation_without_check_sync": _AWAITABLE,
}
