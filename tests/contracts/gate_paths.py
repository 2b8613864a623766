"""Every public path that can lead to a posting, and how to see whether it does. A path that is new has to be added."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from graphene_django.settings import graphene_settings
from graphql import GraphQLObjectType, get_named_type

from accounts.models import User
from nexus.feeds.answering import PATHS
from nexus.rest.urls import urlpatterns
from schema.core import ids
from tests.contracts.gate_board import WORD, Board

type Probe = Callable[[Board, User | None], bool]
"""Whether somebody who has no part in the posting is led to it."""


def _graphql(document: str, /, **variables: Callable[[Board], Any]) -> Probe:
    """Whether the posting's id is in the answer to a document."""

    def probe(board: Board, by: User | None) -> bool:
        given = {name: value(board) for name, value in variables.items()}
        return board.id in str(board.graphql(document, given, by=by))

    return probe


def _counted(document: str, read: Callable[[Any], int], /, **variables: Callable[[Board], Any]) -> Probe:
    """Whether it counts, among those of which it is the only one."""

    def probe(board: Board, by: User | None) -> bool:
        return read(board.graphql(document, {name: value(board) for name, value in variables.items()}, by=by)) > 0

    return probe


def _rest(path: Callable[[Board], str], /, **asked: Callable[[Board], str]) -> Probe:
    """Whether the posting's slug is in a read."""

    def probe(board: Board, by: User | None) -> bool:
        given = {name: value(board) for name, value in asked.items()}
        heard = board.get(f"/api/v1/{path(board)}", by=by, **given)
        assert heard.status in (200, 404), heard.text
        return board.job.public_id in heard.text

    return probe


def _faceted(board: Board, by: User | None) -> bool:
    document = """query($query: String) { jobSearch(query: $query) {
        facets { companies { values { count company { slug } } } } } }"""
    found = board.graphql(document, {"query": board.job.title}, by=by)["jobSearch"]["facets"]["companies"]["values"]
    return any(value["company"]["slug"] == board.company.slug for value in found)


def _suggested(board: Board, by: User | None) -> bool:
    found = board.graphql("query($prefix: String!) { suggest(prefix: $prefix) { text } }", {"prefix": WORD}, by=by)
    return board.job.title.lower() in str(found).lower()


def _suggested_by_rest(board: Board, by: User | None) -> bool:
    return board.job.title.lower() in board.get("/api/v1/suggest", by=by, prefix=WORD).text.lower()


def _own_feed(board: Board, by: User | None) -> bool:
    """The seeker's, who is in the midst of it: the order is kept, and goes on."""
    return board.id in str(board.graphql("{ viewer { feed(first: 50) { nodes { id } } } }", by=board.seeker))


def _saved(board: Board, by: User | None) -> bool:
    return board.id in str(board.graphql("{ viewer { savedJobs { nodes { job { id } } } } }", by=board.seeker))


def _sitemap(board: Board, by: User | None) -> bool:
    files = re.findall(r"<loc>([^<]*/sitemaps/jobs/[^<]*)</loc>", board.get("/sitemap.xml").text)
    assert files
    return any(board.job.public_id in board.get(urlsplit(file).path).text for file in files)


def _json_ld(board: Board, by: User | None) -> bool:
    return board.get(f"/jobs/{board.job.slug}.jsonld").status == 200


def _company(board: Board) -> dict[str, str]:
    return {"slug": board.company.slug}


def _where(board: Board) -> dict[str, Any]:
    return {"companies": [ids.encode("Company", board.company.pk)]}


def _reference(board: Board) -> dict[str, Any]:
    return {"externalReference": {"companySlug": board.company.slug, "reference": board.job.external_reference}}


_JOB = "query($by: JobBy!) { job(by: $by) { id } }"
_BESIDE = "query($id: ID!) { node(id: $id) { ... on Job { %s } } }"


def _beside(board: Board) -> str:
    return ids.encode("Job", board.beside.pk)


PROBES: dict[str, Probe] = {
    "node": _graphql("query($id: ID!) { node(id: $id) { id } }", id=lambda board: board.id),
    "nodes": _graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=lambda board: [board.id]),
    "job by its id": _graphql(_JOB, by=lambda board: {"id": board.id}),
    "job by its slug": _graphql(_JOB, by=lambda board: {"slug": board.job.slug}),
    "job by its reference": _graphql(_JOB, by=_reference),
    "jobs": _graphql("{ jobs(first: 50) { nodes { id } } }"),
    "jobs, filtered": _graphql("query($where: JobWhere) { jobs(where: $where) { nodes { id } } }", where=_where),
    "jobs, counted": _counted(
        "query($where: JobWhere) { jobs(where: $where) { totalCount } }",
        lambda data: data["jobs"]["totalCount"],
        where=_where,
    ),
    "search": _graphql(
        "query($query: String) { jobSearch(query: $query) { nodes { id } } }", query=lambda board: board.job.title
    ),
    "search, counted": _counted(
        "query($where: JobWhere) { jobSearch(where: $where) { totalCount { value } } }",
        lambda data: data["jobSearch"]["totalCount"]["value"],
        where=_where,
    ),
    "facets": _faceted,
    "suggestions": _suggested,
    "feed of nobody": _graphql("{ feed(first: 50) { nodes { id } } }"),
    "own feed": _own_feed,
    "saved jobs": _saved,
    "company": _graphql("query($by: CompanyBy!) { company(by: $by) { jobs { nodes { id } } } }", by=_company),
    "company, counted": _counted(
        "query($by: CompanyBy!) { company(by: $by) { jobs { totalCount } } }",
        lambda data: (data["company"] or {"jobs": {"totalCount": 0}})["jobs"]["totalCount"],
        by=_company,
    ),
    "companies": _graphql("{ companies(first: 50) { nodes { jobs { nodes { id } } } } }"),
    "companies that hire": lambda board, by: (
        board.company.slug
        in str(board.graphql("{ companies(first: 50, where: {isHiring: true}) { nodes { slug } } }", by=by))
    ),
    "category": _graphql(
        "query($id: ID!) { node(id: $id) { ... on Category { jobs(first: 50) { nodes { id } } } } }",
        id=lambda board: _id("Category", board.category.pk),
    ),
    "skill": _graphql(
        "query($id: ID!) { node(id: $id) { ... on Skill { jobs(first: 50) { nodes { id } } } } }",
        id=lambda board: _id("Skill", board.skill.pk),
    ),
    "duplicates": _graphql(_BESIDE % "duplicates { id }", id=_beside),
    "similar": _graphql(_BESIDE % "similar { id }", id=_beside),
    "also viewed": _graphql(_BESIDE % "alsoViewed { id }", id=_beside),
    "REST jobs": _rest(lambda board: "jobs", first=lambda board: "50"),
    "REST job": _rest(lambda board: f"jobs/{board.job.slug}"),
    "REST jobs of a company": _rest(lambda board: f"companies/{board.company.slug}/jobs"),
    "REST search": _rest(lambda board: "search", query=lambda board: board.job.title),
    "REST suggestions": _suggested_by_rest,
    "REST companies that hire": lambda board, by: (
        board.company.slug in board.get("/api/v1/companies", by=by, isHiring="true", first="50").text
    ),
    "sitemap": _sitemap,
    "JSON-LD": _json_ld,
    "way to apply": lambda board, by: board.get(f"/jobs/{board.job.slug}/apply").status == 303,
}


def _id(type_name: str, key: object) -> str:
    return ids.encode(type_name, key)


OF_MEMBERS = "for those who work on the job"
OF_ONESELF = "one's own, of which the job is told as `node` tells it: "
NO_JOBS = "holds no job, nor anything that is counted of jobs"
# Every root field that reads: the probes that go through it, or why none does.
ROOTS: dict[str, tuple[str, ...] | str] = {
    "node": ("node",),
    "nodes": ("nodes",),
    "job": ("job by its id", "job by its slug", "job by its reference"),
    "jobs": ("jobs", "jobs, filtered", "jobs, counted"),
    "jobSearch": ("search", "search, counted", "facets"),
    "suggest": ("suggestions",),
    "feed": ("feed of nobody",),
    "viewer": ("own feed", "saved jobs"),
    "company": ("company", "company, counted"),
    "companies": ("companies", "companies that hire"),
    "categories": ("category",),
    "skills": ("skill",),
    "occupations": NO_JOBS,
    "places": NO_JOBS,
    "signInProviders": NO_JOBS,
    "rateLimit": NO_JOBS,
    "costOf": NO_JOBS,
    "searchInsight": "what was searched for, for staff",
    "moderationQueue": "for staff",
}
# Every field that leads to jobs: likewise.
EDGES: dict[str, tuple[str, ...] | str] = {
    "Application.job": "for whoever applied, and for the company",
    "ApplicationDraft.job": OF_ONESELF + "`saved jobs` goes the same way",
    "Category.jobs": ("category",),
    "Company.jobs": ("company", "companies"),
    "Company.ownJobs": OF_MEMBERS,
    "Job.alsoViewed": ("also viewed",),
    "Job.duplicates": ("duplicates",),
    "Job.similar": ("similar",),
    "JobDismissal.job": OF_ONESELF + "`saved jobs` goes the same way",
    "JobUpsertOutcome.job": OF_MEMBERS,
    "ModerationCase.job": "for staff",
    "ModerationQueue.reviews": "for staff",
    "SavedJob.job": ("saved jobs",),
    "Skill.jobs": ("skill",),
    "Viewer.feed": ("own feed",),
}
# Every endpoint of the REST mirror, by its name: likewise.
ENDPOINTS: dict[str, tuple[str, ...] | str] = {
    "jobs": ("REST jobs",),
    "job": ("REST job",),
    "companies": ("REST companies that hire",),
    "company": NO_JOBS,
    "companyJobs": ("REST jobs of a company",),
    "search": ("REST search",),
    "suggest": ("REST suggestions",),
    **dict.fromkeys(("categories", "category", "skills", "skill", "places", "place"), NO_JOBS),
}
# Every public document: likewise.
DOCUMENTS: dict[str, tuple[str, ...] | str] = {
    "/jobs/": ("JSON-LD", "way to apply"),
    "/sitemap.xml": ("sitemap",),
    "/sitemaps/": ("sitemap",),
    "/robots.txt": NO_JOBS,
}


def roots() -> set[str]:
    return set(graphene_settings.SCHEMA.graphql_schema.query_type.fields)


def edges() -> set[str]:
    """Fields of types that lead to a job or to a list of jobs, but for the lists' own; payloads are of who acts."""
    schema = graphene_settings.SCHEMA.graphql_schema
    lists = {kind.name for kind in schema.type_map.values() if kind.name == "Job" or _is_list_of_jobs(kind)}
    return {
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.endswith(("Payload", "Connection", "Edge"))
        if kind not in (schema.query_type, schema.mutation_type)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name in lists
    }


def _is_list_of_jobs(kind: Any) -> bool:
    if not isinstance(kind, GraphQLObjectType) or "nodes" not in kind.fields:
        return False
    return bool(get_named_type(kind.fields["nodes"].type).name == "Job")


def endpoints() -> set[str]:
    return {str(pattern.name) for pattern in urlpatterns}


def documents() -> set[str]:
    return set(PATHS)


def named() -> Iterator[str]:
    """The probes that some path names."""
    for table in (ROOTS, EDGES, ENDPOINTS, DOCUMENTS):
        for probes in table.values():
            if not isinstance(probes, str):
                yield from probes
