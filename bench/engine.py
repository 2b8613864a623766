"""`python -m bench.engine`: what executing a page of jobs costs, by the engine and by graphql-core.

Both execute the same document over the same objects in memory, without a database or a door: jobs, each with its
company, places, skills and pay. The peer is graphql-core with the synchronous DataLoaders of the PyPI package
`graphql-sync-dataloaders`, which resolve the same relations in as many batches as the engine does.

Milliseconds are CPU time, medians of interleaved rounds, and their ratio is the median of the rounds' ratios.
Instructions are counted by valgrind's cachegrind, as the difference between many and twice as many executions.
"""

import argparse
import gc
import importlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import execute_sync, parse, validate

from bench.engine_board import FEED, SIZES, Selector, schema_of
from engine import Engine, Loaders, Relation

PEER = "graphql-sync-dataloaders==0.1.1"
PEERS = Path(os.environ.get("BENCH_PEERS", Path.home() / ".cache" / "nexus-bench")) / "graphql-sync-dataloaders"


@dataclass(slots=True)
class EngineContext:
    loaders: Loaders


class EngineContender:
    """The engine, with relations declared as such."""

    def __init__(self) -> None:
        self.schema = schema_of(Relation)
        self.engine = Engine(self.schema)
        self._documents = 0

    def executing(self, first: int) -> Callable[[], dict[str, Any]]:
        """Executes the feed by a plan that was executed before."""
        plan = self.engine.plan(FEED)

        def execute() -> dict[str, Any]:
            context = EngineContext(Loaders(None))
            return _data(self.engine.execute(plan, variables={"first": first}, context=context))

        return execute

    def meeting(self, first: int) -> Callable[[], dict[str, Any]]:
        """Parses, validates, plans and executes a document that was never seen before."""

        def meet() -> dict[str, Any]:
            self._documents += 1
            plan = self.engine.plan(f"{FEED}# {self._documents}")
            context = EngineContext(Loaders(None))
            return _data(self.engine.execute(plan, variables={"first": first}, context=context))

        return meet


class CoreContender:
    """graphql-core, with the same relations through synchronous DataLoaders."""

    def __init__(self) -> None:
        package = _peer()
        self._loader_class = package.SyncDataLoader
        self._context_class = package.DeferredExecutionContext
        self.schema = schema_of(self._relation)
        self._documents = 0

    def _relation(self, selector: Selector, key: str) -> Callable[..., Any]:
        def load(keys: list[Any]) -> list[Any]:
            found = selector(None, keys)
            return [found.get(key) for key in keys]

        def resolve(source: Any, info: Any) -> Any:
            loaders: dict[Any, Any] = info.context
            loader = loaders.get(selector)
            if loader is None:
                loader = loaders[selector] = self._loader_class(load)
            return loader.load(getattr(source, key))

        return resolve

    def executing(self, first: int) -> Callable[[], dict[str, Any]]:
        """Executes the feed, parsed and validated before."""
        document = parse(FEED)

        def execute() -> dict[str, Any]:
            return self._execute(document, first)

        return execute

    def meeting(self, first: int) -> Callable[[], dict[str, Any]]:
        """Parses, validates and executes a document."""

        def meet() -> dict[str, Any]:
            self._documents += 1
            document = parse(f"{FEED}# {self._documents}")
            assert not validate(self.schema, document)
            return self._execute(document, first)

        return meet

    def _execute(self, document: Any, first: int) -> dict[str, Any]:
        return _data(
            execute_sync(
                self.schema,
                document,
                context_value={},
                variable_values={"first": first},
                execution_context_class=self._context_class,
            )
        )


CONTENDERS = {"engine": EngineContender, "graphql-core": CoreContender}


def _data(result: Any) -> dict[str, Any]:
    assert not result.errors, result.errors
    data: dict[str, Any] = result.data
    return data


def _peer() -> Any:
    """The package of the peer, from a cache folder of its own: it is no dependency of this project."""
    if not PEERS.is_dir():
        # Without its dependencies: it runs on the graphql-core that is installed here.
        uv = shutil.which("uv")
        pip = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
        command = [*pip, "--quiet", "--no-deps", "--target", str(PEERS), PEER]
        subprocess.run(command, check=True, stdout=sys.stderr)
    sys.path.append(str(PEERS))
    return importlib.import_module("graphql_sync_dataloaders")


# Measuring.


@dataclass(frozen=True, slots=True)
class Times:
    """CPU milliseconds of two pieces of work, and the median of how many times the first's the second takes."""

    first: float
    second: float
    ratio: float


def compare(first: Callable[[], object], second: Callable[[], object], *, rounds: int, repeat: int) -> Times:
    """Both in turn, each `repeat` times a round."""
    taken = [(_milliseconds(first, repeat), _milliseconds(second, repeat)) for _ in range(rounds + 1)][1:]
    return Times(
        statistics.median(one for one, _ in taken),
        statistics.median(two for _, two in taken),
        statistics.median(two / one for one, two in taken),
    )


def _milliseconds(work: Callable[[], object], repeat: int) -> float:
    gc.collect()
    started = time.process_time_ns()
    for _ in range(repeat):
        work()
    return (time.process_time_ns() - started) / repeat / 1e6


def instructions(contender: str, first: int, work: str, repeat: int) -> float:
    """Millions of instructions of one piece of work."""

    def count(times: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            script = [sys.executable, "-m", "bench.engine", "--run", contender, work, str(first), str(times)]
            valgrind = ["valgrind", "--tool=cachegrind", f"--cachegrind-out-file={folder}/out"]
            environment = {**os.environ, "PYTHONHASHSEED": "0"}
            ended = subprocess.run([*valgrind, *script], env=environment, check=True, capture_output=True, text=True)
        found = re.search(r"I +refs: +([\d,]+)", ended.stderr)
        assert found, ended.stderr
        return int(found[1].replace(",", ""))

    return (count(2 * repeat) - count(repeat)) / repeat / 1e6


def measure(rounds: int, *, with_instructions: bool) -> dict[str, Any]:
    """All figures, by name. A ratio says how many times as much the other one takes."""
    engine, core = EngineContender(), CoreContender()
    small, large = SIZES
    page = engine.executing(small)()
    if json.dumps(page) != json.dumps(core.executing(small)()):
        raise AssertionError("The engine and graphql-core do not give the same page.")
    pages = compare(engine.executing(small), core.executing(small), rounds=rounds, repeat=10)
    first_sight = compare(core.meeting(small), engine.meeting(small), rounds=rounds, repeat=5)
    growth = compare(engine.executing(small), engine.executing(large), rounds=rounds, repeat=3)
    figures: dict[str, Any] = {
        "page": {"jobs": small, "bytes": len(json.dumps(page, separators=(",", ":")))},
        "execution, CPU": {"engine ms": pages.first, "graphql-core ms": pages.second, "ratio": pages.ratio},
        "first sight, CPU": {
            "graphql-core ms": first_sight.first,
            "engine ms": first_sight.second,
            "ratio": first_sight.ratio,
        },
        f"growth, {large:,} jobs against {small}, CPU": {
            f"{small} ms": growth.first,
            f"{large} ms": growth.second,
            "ratio": growth.ratio,
        },
    }
    if with_instructions:
        counted = {name: instructions(name, small, "executing", 30) for name in CONTENDERS}
        ratio = counted["graphql-core"] / counted["engine"]
        figures["execution, million instructions"] = {**counted, "ratio": ratio}
    return figures


def _rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    rounded: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, values in figures.items():
        for key, value in values.items():
            rounded[name][key] = round(value, 3) if isinstance(value, float) else value
    return rounded


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=31, help="how often each way is measured")
    parser.add_argument("--instructions", action="store_true", help="count instructions too; needs valgrind")
    parser.add_argument(
        "--run",
        nargs=4,
        metavar=("CONTENDER", "WORK", "FIRST", "TIMES"),
        help="only do a piece of work so many times, for a profiler",
    )
    options = parser.parse_args()
    if options.run:
        contender, work, first, times = options.run
        piece = getattr(CONTENDERS[contender](), work)(int(first))
        for _ in range(int(times) + 5):
            piece()
        return
    print(json.dumps(_rounded(measure(options.rounds, with_instructions=options.instructions)), indent=2))


if __name__ == "__main__":
    main()
