"""graphql-core's own tests of its executor and its validation, with ours in their place."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nexus.environment import BASE_DIR
from tests.engine.upstream import suite
from tests.engine.upstream.expected_failures import EXPECTED_FAILURES

pytestmark = pytest.mark.needs("pypi")

HERE = Path(__file__).parent
# What the engine says of itself in docs/engine.md; anything else that is left to graphql-core is a hole in this proof.
STATED = {
    "async resolver",
    "custom execution context",
    "default resolver of the call",
    "error texts of the call",
    "middleware",
    "subscription",
}
# What stays out of the comparison of validations, by a part of its name, and why.
NOT_COMPARED = {
    "describe_complexity_budget": "The budget of graphql-core's way to compare fields; ours has another.",
    "aborts_with_the_failing_rule_alone": "Documents on which graphql-core's rules recurse too deeply; ours does not.",
    "compares_manually_constructed_fields": "A node without arguments, which no parser makes.",
    "selection_set_shared_between_types": "One node at two places, which no parser makes.",
    "reuses": "It counts the calls of one validation, and there are two.",
    "records_fragments_being_checked": "It counts the calls of one validation, and there are two.",
    "does_not_keep": "It counts the objects of one validation, and there are two.",
}


class Run(NamedTuple):
    """A run of tests of graphql-core's."""

    failed: bool
    output: str
    tally: dict[str, Any]


def run_suite(folder: Path, *tests: str, lists: Path = HERE, plugin: str = "engine_plugin") -> Run:
    """Run tests of the unpacked distribution in a process of their own; `lists` has `expected_failures.py`."""
    tally = folder / "tally.json"
    options = ["-q", "-W", "ignore", "-o", "addopts=", "-p", "no:cacheprovider"]
    for name in ("pytest_asyncio.plugin", "pytest_describe.plugin", plugin):
        options += ["-p", name]
    environment = {
        **os.environ,
        "ENGINE_TALLY": str(tally),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (lists, suite.plugins(), HERE, BASE_DIR))),
    }
    # What our own workers are told is not for this run.
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=suite.graphql_core(),
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert tally.exists(), done.stdout + done.stderr
    return Run(done.returncode != 0, done.stdout + done.stderr, json.loads(tally.read_text()))


def test_every_test_of_graphql_core_passes_or_is_listed_with_its_reason(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    run = run_suite(tmp_path, "tests/execution")
    assert not run.failed, run.output[-10_000:]
    outcomes, left = run.tally["outcomes"], run.tally["operations_on_graphql_core"]
    total = sum(outcomes.values())
    version, _ = suite.locked_sdist("graphql-core")
    through, operations = run.tally["tests_on_engine"], run.tally["operations_on_engine"]
    record_property(
        "tally",
        f"graphql-core {version}, tests/execution: {outcomes['passed']} of {total} passed, {through} went through the"
        f" engine ({operations} operations); {sum(left.values())} operations were left to graphql-core:"
        f" {json.dumps(left, sort_keys=True)}",
    )
    assert run.tally["missing"] == [], "listed, but no longer among graphql-core's tests"
    assert outcomes == {"passed": total - len(EXPECTED_FAILURES), "expected failure": len(EXPECTED_FAILURES)}
    assert left.keys() <= STATED
    # Most tests that are not about async, subscriptions and the like; a run past the engine would prove nothing.
    assert total > 300
    assert run.tally["tests_on_engine"] > 0.6 * total
    assert run.tally["operations_on_engine"] > 200


def test_every_document_of_graphql_cores_validation_tests_is_judged_alike(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    left_out = " and ".join(f"not {name}" for name in NOT_COMPARED)
    run = run_suite(tmp_path, "tests/validation", "-k", left_out, plugin="validation_plugin")
    assert not run.failed, run.output[-10_000:]
    outcomes, judged = run.tally["outcomes"], run.tally["judged"]
    version, _ = suite.locked_sdist("graphql-core")
    record_property(
        "tally",
        f"graphql-core {version}, tests/validation: {outcomes['passed']} passed, documents judged alike:"
        f" {json.dumps(judged, sort_keys=True)}",
    )
    assert outcomes.keys() == {"passed"}
    assert judged["by our walk"] > 700
    assert judged["refused with our rule"] > 300
    assert judged["accepted with our rule"] > 50


def test_at_most_eight_are_listed() -> None:
    assert len(EXPECTED_FAILURES) <= 8
    assert all(len(reason) > 20 for reason in EXPECTED_FAILURES.values())


def test_unlisted_failure_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "expected_failures.py").write_text("EXPECTED_FAILURES = {}\n")
    run = run_suite(tmp_path, "tests/execution/test_sync.py", lists=tmp_path)
    assert run.failed
    assert run.tally["outcomes"]["failed"] == 2


def test_listed_test_that_passes_fails_the_run(tmp_path: Path) -> None:
    passing = (
        "tests/execution/test_mutations.py::describe_execute_handles_mutation_execution_ordering"
        "::does_not_include_illegal_mutation_fields_in_output"
    )
    (tmp_path / "expected_failures.py").write_text(f"EXPECTED_FAILURES = {{{passing!r}: 'it does pass'}}\n")
    run = run_suite(tmp_path, "tests/execution/test_mutations.py", lists=tmp_path)
    assert run.failed
    assert "[XPASS(strict)] it does pass" in run.output


def test_file_that_is_not_the_locked_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version, _ = suite.locked_sdist("graphql-core")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(suite, "locked_sdist", lambda _: (version, "0" * 64))
    with pytest.raises(suite.Unavailable, match="pip download"):
        suite.graphql_core()
    assert list((tmp_path / "nexus").iterdir()) == []
