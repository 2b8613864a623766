"""A board in memory: the page of jobs that `bench.engine` executes, its rows, loaders and schema."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import graphene
from graphql import GraphQLSchema

# Jobs on a page: what a client asks for, and what shows how the work grows.
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
