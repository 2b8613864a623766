"""Shadow mode: a sample of the live queries is executed a second time, by graphql-core, and the answers are compared.

It happens on a thread of its own with a database connection of its own, after the engine's answer is there; nobody
waits for it. What differs is counted and logged with the document's SHA-256 and the fields that differ: never a value,
and nothing that the client wrote.
"""

import queue
import random
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from threading import Lock, Thread
from typing import Any, NamedTuple

import orjson
import structlog
from django.conf import settings
from django.db import close_old_connections
from graphql import ExecutionResult, FieldNode, GraphQLError, OperationType, Visitor, execute_sync, visit

from engine import Plan, PromiseExecutionContext
from kernel.viewer import Viewer
from nexus.graphql.context import Context
from nexus.graphql.planning import engine
from nexus.snapshots import snapshot, undone

log = structlog.get_logger("nexus.graphql")

# Answers that wait to be compared are held in memory.
MAX_WAITING = 50
MAX_LOGGED_PATHS = 10
MAX_STATEMENT_SECONDS = 10
# They tell of the request that asks, and the second execution is not that request.
OF_ONE_REQUEST = frozenset({"RateLimit"})

type Path = tuple[str | int, ...]


class Sample(NamedTuple):
    """A query that the engine has answered, and for whom."""

    plan: Plan
    variables: dict[str, Any] | None
    viewer: Viewer
    result: ExecutionResult


class Shadow:
    """Compares samples in the order in which they come; when too many wait, further ones are skipped."""

    def __init__(self) -> None:
        self._samples: queue.Queue[Sample] = queue.Queue(MAX_WAITING)
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self._thread: Thread | None = None

    def offer(self, sample: Sample) -> None:
        """Have the sample compared soon, or skip it; returns at once."""
        try:
            self._samples.put_nowait(sample)
        except queue.Full:
            self._count("skipped")
        if self._thread is None:
            self._start()

    def counts(self) -> dict[str, int]:
        """Samples of this process: compared, and of those different; moved are those that only a write set apart."""
        return {name: self._counts[name] for name in ("compared", "different", "moved", "skipped")}

    def compare(self, sample: Sample) -> None:
        """Compare on this thread. It never raises: a sample that cannot be executed again is counted as skipped."""
        paths: list[Path] = []
        try:
            with snapshot(MAX_STATEMENT_SECONDS):
                theirs = _by_graphql_core(sample)
            differed = bool(differences(sample.result, theirs))
            if differed:
                paths = _differences_at_one_moment(sample)
        except Exception as error:  # noqa: BLE001 - it may end neither the thread nor, with its text, in the log
            log.warning("graphql_shadow_failed", document=_document_hash(sample), exception=type(error).__name__)
            self._count("skipped")
            return
        self._count("compared")
        if paths:
            self._count("different")
            log.error("graphql_shadow_difference", document=_document_hash(sample), paths=_described(paths, sample))
        elif differed:
            self._count("moved")

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="graphql-shadow", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            sample = self._samples.get()
            close_old_connections()
            self.compare(sample)
            close_old_connections()

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1


_shadow = Shadow()


def consider(plan: Plan, variables: dict[str, Any] | None, context: Context, result: ExecutionResult) -> None:
    """Take the query into the sample, by the chance that `SHADOW_PERCENT` gives it; returns at once."""
    percent = settings.SHADOW_PERCENT
    if not percent or plan.operation_type is not OperationType.QUERY:
        return
    chosen = random.random() * 100 < percent  # noqa: S311 - nothing secret hangs on it
    if chosen and OF_ONE_REQUEST.isdisjoint(plan.types):
        _shadow.offer(Sample(plan, variables, context.viewer, result))


def counts() -> dict[str, int]:
    """How many queries this process has compared, and what came of it: see `Shadow.counts`."""
    return _shadow.counts()


def _by_graphql_core(sample: Sample) -> ExecutionResult:
    plan = sample.plan
    name = plan.operation.name
    return execute_sync(
        plan.schema,
        plan.document,
        context_value=Context(sample.viewer),
        variable_values=sample.variables,
        operation_name=name.value if name else None,
        execution_context_class=PromiseExecutionContext,
    )


def _by_engine(sample: Sample) -> ExecutionResult:
    return engine().execute(sample.plan, variables=sample.variables, context=Context(sample.viewer))


def _differences_at_one_moment(sample: Sample) -> list[Path]:
    """What still differs when both see the same state of the database: then no write has come between them."""
    with snapshot(MAX_STATEMENT_SECONDS):
        with undone():
            ours = _by_engine(sample)
        theirs = _by_graphql_core(sample)
    return differences(ours, theirs)


def differences(ours: ExecutionResult, theirs: ExecutionResult) -> list[Path]:
    """Where two answers to one query differ: values with their types, order of keys, errors.

    Of several errors below one null either answer may name any, so errors are compared where no null was propagated.
    """
    paths = list(_in_values(ours.data, theirs.data, ()))
    if _is_free_of_propagation(ours) and _is_free_of_propagation(theirs):
        paths += _in_errors(ours.errors or [], theirs.errors or [])
    elif bool(ours.errors) != bool(theirs.errors):
        paths.append(("errors",))
    return paths


def _in_values(ours: Any, theirs: Any, path: Path) -> Iterator[Path]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if list(ours) != list(theirs):
            yield path
        for key in ours:
            if key in theirs:
                yield from _in_values(ours[key], theirs[key], (*path, key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _in_values(one, other, (*path, index))
    elif type(ours) is not type(theirs) or ours != theirs:
        yield path


def _in_errors(ours: list[GraphQLError], theirs: list[GraphQLError]) -> list[Path]:
    left, right = ([(_content(error), error) for error in errors] for errors in (ours, theirs))
    if [content for content, _ in left] == [content for content, _ in right]:
        return []
    apart = {content for content, _ in left} ^ {content for content, _ in right}
    paths: list[Path] = [("errors", *(error.path or ())) for content, error in left + right if content in apart]
    return paths or [("errors",)]


_ADDRESS = re.compile(rb"0x[0-9a-f]+")


def _content(error: GraphQLError) -> bytes:
    """All of the error that is answered, without the addresses of objects that stand in some messages."""
    return _ADDRESS.sub(b"0x", orjson.dumps(error.formatted, default=str))


def _is_free_of_propagation(result: ExecutionResult) -> bool:
    """Whether the null of each error stands where the error is, and not above it."""
    for error in result.errors or []:
        value: Any = result.data
        for key in (error.path or [])[:-1]:
            if value is None:
                return False
            value = value[key]
        if value is None:
            return False
    return True


def _document_hash(sample: Sample) -> str | None:
    """The SHA-256 of the document's text, as persisted queries name it."""
    where = sample.plan.document.loc
    return sha256(where.source.body.encode(errors="surrogatepass")).hexdigest() if where else None


class _FieldNames(Visitor):
    """The field behind each key of the answer; an alias is the client's own word."""

    def __init__(self) -> None:
        super().__init__()
        self.by_key: dict[str | int, str] = {"errors": "errors"}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.by_key[(node.alias or node.name).value] = node.name.value


def _described(paths: list[Path], sample: Sample) -> list[str]:
    """The paths as names of fields, as in `jobs.nodes.[].title`; a key inside a scalar's value is not told."""
    names = _FieldNames()
    visit(sample.plan.document, names)
    described = (
        ".".join("[]" if isinstance(key, int) else names.by_key.get(key, "?") for key in path) or "data"
        for path in paths
    )
    return list(dict.fromkeys(described))[:MAX_LOGGED_PATHS]
