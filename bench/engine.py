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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import graphene
from graphql import GraphQLSchema, execute_sync, parse, validate

from engine import Engine, Loaders, Relation

PEER = "graphql-sync-dataloaders==0.1.1"
PEERS = Path(os.environ.get("BENCH_PEERS", Path.home() / ".cache" / "nexus-bench")) / "graphql-sync-dataloaders"
SIZES = (20, 1000)
FEED = """
query Feed($first: Int!) {
  jobs(first: $first) {
    hasNextPage
    nodes {
      id title slug language seniority employmentTypes isRemote publishedAt
      company { name slug website }
      places { isPrimary place { name country { code name } } }
      skills { necessity skill { name slug } }
      pay { kind period currency min max }
    }
  }
}
"""


# The objects.


@dataclass(slots=True)
class Country:
    code: str
    name: str


@dataclass(slots=True)
class Company:
    id: int
    name: str
    slug: str
    website: str | None


@dataclass(slots=True)
class Place:
    id: int
    name: str
    country_code: str


@dataclass(slots=True)
class JobPlace:
    text: str
    is_primary: bool
    place_id: int


@dataclass(slots=True)
class Skill:
    id: int
    name: str
    slug: str


@dataclass(slots=True)
class JobSkill:
    necessity: str
    skill_id: int


@dataclass(slots=True)
class Pay:
    kind: str
    period: str
    currency: str
    min: int | None
    max: int | None


@dataclass(slots=True)
class Job:
    id: int
    title: str
    slug: str
    language: str
    seniority: str
    workplace: str
    employment_types: list[str]
    is_remote: bool
    published_at: datetime
    company_id: int


@dataclass(slots=True)
class Page:
    nodes: list[Job]
    has_next_page: bool


COUNTRIES = {code: Country(code, name) for code, name in (("DE", "Germany"), ("FR", "France"), ("US", "United States"))}
COMPANIES = {
    number: Company(number, f"Company {number} Ltd.", f"company-{number}", f"https://company{number}.example/")
    for number in range(200)
}
PLACES = {number: Place(number, f"Town {number}", ("DE", "FR", "US")[number % 3]) for number in range(100)}
SKILLS = {number: Skill(number, f"Skill number {number}", f"skill-{number}") for number in range(150)}
JOBS = [
    Job(
        id=number,
        title=f"Software engineer, payments {number}",
        slug=f"software-engineer-payments-{number}",
        language="en",
        seniority=("junior", "mid", "senior")[number % 3],
        workplace=("onsite", "hybrid", "remote")[number % 3],
        employment_types=["full_time", "contract"][: number % 2 + 1],
        is_remote=number % 3 == 2,
        published_at=datetime(2026, 11, 1, tzinfo=UTC) - timedelta(hours=number),
        company_id=number % 200,
    )
    for number in range(max(SIZES))
]


def _place_numbers(job_id: int) -> list[int]:
    """One place, or two for every fourth job."""
    return [job_id, job_id + 37] if job_id % 4 == 0 else [job_id]


JOB_PLACES = {
    job.id: [JobPlace(f"Town {number % 100}", number == job.id, number % 100) for number in _place_numbers(job.id)]
    for job in JOBS
}
JOB_SKILLS = {
    job.id: [
        JobSkill("required" if number < 3 else "nice_to_have", (job.id * 7 + number * 11) % 150) for number in range(3)
    ]
    for job in JOBS
}
PAYS = {job.id: Pay("base", "year", "EUR", 50_000_00 + job.id, None) for job in JOBS if job.id % 4}


# What a database would be asked: each takes keys and gives what it finds.


def companies_by_id(_viewer: None, keys: Iterable[int]) -> dict[int, Company]:
    return {key: COMPANIES[key] for key in keys}


def places_by_id(_viewer: None, keys: Iterable[int]) -> dict[int, Place]:
    return {key: PLACES[key] for key in keys}


def countries_by_code(_viewer: None, keys: Iterable[str]) -> dict[str, Country]:
    return {key: COUNTRIES[key] for key in keys}


def skills_by_id(_viewer: None, keys: Iterable[int]) -> dict[int, Skill]:
    return {key: SKILLS[key] for key in keys}


def places_of_jobs(_viewer: None, keys: Iterable[int]) -> dict[int, list[JobPlace]]:
    return {key: JOB_PLACES[key] for key in keys}


def skills_of_jobs(_viewer: None, keys: Iterable[int]) -> dict[int, list[JobSkill]]:
    return {key: JOB_SKILLS[key] for key in keys}


def pay_of_jobs(_viewer: None, keys: Iterable[int]) -> dict[int, Pay]:
    return {key: PAYS[key] for key in keys if key in PAYS}


type Selector = Callable[[None, Iterable[Any]], Mapping[Any, Any]]
type RelationOf = Callable[[Selector, str], Callable[..., Any]]


def schema_of(relation: RelationOf) -> GraphQLSchema:
    """The schema of the board; `relation` makes the resolver that follows a key through a selector."""

    class Seniority(graphene.Enum):
        JUNIOR = "junior"
        MID = "mid"
        SENIOR = "senior"

    class Workplace(graphene.Enum):
        ONSITE = "onsite"
        HYBRID = "hybrid"
        REMOTE = "remote"

    class EmploymentType(graphene.Enum):
        FULL_TIME = "full_time"
        CONTRACT = "contract"

    class Necessity(graphene.Enum):
        REQUIRED = "required"
        NICE_TO_HAVE = "nice_to_have"

    class CountryType(graphene.ObjectType):
        code = graphene.String(required=True)
        name = graphene.String(required=True)

    class CompanyType(graphene.ObjectType):
        id = graphene.ID(required=True)
        name = graphene.String(required=True)
        slug = graphene.String(required=True)
        website = graphene.String()

    class PlaceType(graphene.ObjectType):
        id = graphene.ID(required=True)
        name = graphene.String(required=True)
        country = graphene.Field(CountryType, required=True, resolver=relation(countries_by_code, "country_code"))

    class JobPlaceType(graphene.ObjectType):
        text = graphene.String()
        is_primary = graphene.Boolean(required=True)
        place = graphene.Field(PlaceType, resolver=relation(places_by_id, "place_id"))

    class SkillType(graphene.ObjectType):
        id = graphene.ID(required=True)
        name = graphene.String(required=True)
        slug = graphene.String(required=True)

    class JobSkillType(graphene.ObjectType):
        necessity = graphene.Field(Necessity, required=True)
        skill = graphene.Field(SkillType, required=True, resolver=relation(skills_by_id, "skill_id"))

    class PayType(graphene.ObjectType):
        kind = graphene.String(required=True)
        period = graphene.String(required=True)
        currency = graphene.String(required=True)
        min = graphene.Int()
        max = graphene.Int()

    class JobType(graphene.ObjectType):
        id = graphene.ID(required=True)
        title = graphene.String(required=True)
        slug = graphene.String(required=True)
        language = graphene.String()
        seniority = graphene.Field(Seniority)
        workplace = graphene.Field(Workplace)
        employment_types = graphene.List(graphene.NonNull(EmploymentType), required=True)
        is_remote = graphene.Boolean(required=True)
        published_at = graphene.DateTime(required=True)
        company = graphene.Field(CompanyType, required=True, resolver=relation(companies_by_id, "company_id"))
        places = graphene.List(graphene.NonNull(JobPlaceType), required=True, resolver=relation(places_of_jobs, "id"))
        skills = graphene.List(graphene.NonNull(JobSkillType), required=True, resolver=relation(skills_of_jobs, "id"))
        pay = graphene.Field(PayType, resolver=relation(pay_of_jobs, "id"))

    class PageType(graphene.ObjectType):
        nodes = graphene.List(graphene.NonNull(JobType), required=True)
        has_next_page = graphene.Boolean(required=True)

    class Query(graphene.ObjectType):
        jobs = graphene.Field(PageType, required=True, first=graphene.Int(required=True))

        @staticmethod
        def resolve_jobs(_root: None, _info: Any, first: int) -> Page:
            return Page(JOBS[:first], has_next_page=first < len(JOBS))

    return graphene.Schema(query=Query).graphql_schema


# The contenders. Each gives functions that do one piece of work, by name.


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
