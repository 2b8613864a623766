"""A small Graphene board for the engine's tests: jobs with relations, loads, batches and a mutation."""

# ruff: noqa: N805 - the first argument of a Graphene resolver is the parent

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import graphene
from graphql import ExecutionResult, GraphQLSchema, execute_sync, parse
from promise import Promise

from engine import Batch, Engine, Loaders, PromiseExecutionContext, Relation


@dataclass
class CompanyRow:
    id: int
    name: str
    owner_id: int | None = None
    parent_id: int | None = None


@dataclass
class JobRow:
    id: int
    title: str
    company_id: int | None = None
    client_id: int | None = None
    likes: int = 0


COMPANIES = {number: CompanyRow(number, f"Company {number}", number + 100, number + 1) for number in range(1, 10)}
OWNERS = {number + 100: CompanyRow(number + 100, f"Owner {number}") for number in range(1, 10)}
JOBS = [JobRow(number, f"Job {number}", number % 3 + 1, number % 4 + 1) for number in range(20)]


class Refused(Exception):
    """What this board refuses with."""


@dataclass
class Context:
    """`info.context`: its loaders, and what the selectors were asked for."""

    loaders: Loaders = field(default_factory=lambda: Loaders("viewer"))

    def load(self, selector: Any, key: Any, /, **args: Any) -> Any:
        return self.loaders.load(selector, key, **args)

    def calls(self) -> dict[str, int]:
        return {selector.__name__: count for selector, count in self.loaders.calls.items()}


def companies_by_id(_viewer: str, keys: list[int]) -> dict[int, CompanyRow]:
    return {key: COMPANIES[key] for key in keys if key in COMPANIES}


def owners_by_id(_viewer: str, keys: list[int]) -> dict[int, CompanyRow]:
    return {key: OWNERS[key] for key in keys if key in OWNERS}


def jobs_of_companies(_viewer: str, keys: list[int], first: int = 2) -> dict[int, list[JobRow]]:
    found = {key: [job for job in JOBS if job.company_id == key][:first] for key in keys}
    return {key: jobs for key, jobs in found.items() if jobs}


def refusing(_viewer: str, keys: list[int]) -> dict[int, Any]:
    raise Refused(f"no {keys}")


def half_refusing(_viewer: str, keys: list[int]) -> dict[int, Any]:
    return {key: Refused(f"no {key}") if key % 2 else COMPANIES[key] for key in keys}


class Company(graphene.ObjectType):
    id = graphene.ID(required=True)
    name = graphene.String(required=True)
    owner = graphene.Field(lambda: Company, resolver=Relation(owners_by_id, "owner_id"))
    parent = graphene.Field(lambda: Company, resolver=Relation(companies_by_id, "parent_id"))
    jobs = graphene.List(
        graphene.NonNull(lambda: Job),
        required=True,
        first=graphene.Int(default_value=2),
        resolver=Relation(jobs_of_companies, "id", many=True),
    )


class Job(graphene.ObjectType):
    id = graphene.ID(required=True)
    title = graphene.String(required=True)
    company = graphene.Field(Company, resolver=Relation(companies_by_id, "company_id"))
    client = graphene.Field(Company, resolver=Relation(companies_by_id, "client_id"))
    loaded_company = graphene.Field(Company)
    owner = graphene.Field(Company)
    slow_owner = graphene.Field(Company)
    both = graphene.List(Company)
    refusing = graphene.Field(Company, resolver=Relation(refusing, "company_id"))
    half_refusing = graphene.Field(Company, resolver=Relation(half_refusing, "company_id"))
    score = graphene.Int(factor=graphene.Int(default_value=1))

    def resolve_loaded_company(job: JobRow, info: Any) -> Any:
        return info.context.load(companies_by_id, job.company_id)

    def resolve_owner(job: JobRow, info: Any) -> Any:
        """A chain of two loads."""
        company = info.context.load(companies_by_id, job.company_id)
        return company.then(lambda company: info.context.load(owners_by_id, company.owner_id))

    def resolve_slow_owner(job: JobRow, info: Any) -> Any:
        """The same chain with a longer way between the loads."""
        company = info.context.load(companies_by_id, job.client_id)
        later = company.then(lambda company: company.owner_id).then(lambda key: key).then(lambda key: key)
        return later.then(lambda key: info.context.load(owners_by_id, key))

    def resolve_both(job: JobRow, info: Any) -> Any:
        return [info.context.load(companies_by_id, job.company_id), None, Promise.resolve(COMPANIES[job.client_id])]

    @Batch
    def resolve_score(jobs: list[JobRow], _info: Any, factor: int) -> list[Any]:
        return [Refused("unlucky") if job.id == 13 else job.id * factor for job in jobs]


class Query(graphene.ObjectType):
    jobs = graphene.List(graphene.NonNull(Job), required=True, first=graphene.Int(default_value=20))
    companies = graphene.List(Company, ids=graphene.List(graphene.Int, required=True))

    def resolve_jobs(_root: Any, _info: Any, first: int) -> Iterable[JobRow]:
        return JOBS[:first]

    def resolve_companies(_root: Any, info: Any, ids: list[int]) -> Any:
        return [info.context.load(companies_by_id, number) for number in ids]


class Like(graphene.Mutation):
    class Arguments:
        job = graphene.Int(required=True)

    job = graphene.Field(Job, required=True)

    def mutate(root: dict[int, JobRow], _info: Any, job: int) -> Any:
        if job not in root:
            raise Refused(f"no job {job}")
        root[job].likes += 1
        root[job].title = f"Liked {root[job].likes}"
        return Like(job=root[job])


class Mutation(graphene.ObjectType):
    like = Like.Field()
    like_surely = Like.Field(required=True)


SCHEMA: GraphQLSchema = graphene.Schema(query=Query, mutation=Mutation).graphql_schema


def run(
    source: str,
    variables: dict[str, Any] | None = None,
    *,
    schema: GraphQLSchema = SCHEMA,
    context: Any = None,
    root: Any = None,
) -> ExecutionResult:
    """The engine's answer."""
    engine = Engine(schema)
    context = context if context is not None else Context()
    return engine.execute(engine.plan(source), variables=variables, context=context, root=root)


def run_by_oracle(
    source: str,
    variables: dict[str, Any] | None = None,
    *,
    schema: GraphQLSchema = SCHEMA,
    context: Any = None,
    root: Any = None,
) -> ExecutionResult:
    """The answer of graphql-core with promises."""
    context = context if context is not None else Context()
    return execute_sync(
        schema, parse(source), root, context, variables, execution_context_class=PromiseExecutionContext
    )


def run_twice(source: str, variables: dict[str, Any] | None = None, *, schema: GraphQLSchema = SCHEMA) -> list[Any]:
    """The engine's answers at first and at second sight, as they go out."""
    engine = Engine(schema)
    plan = engine.plan(source)
    return [engine.execute(plan, variables=variables, context=Context()).formatted for _ in range(2)]
