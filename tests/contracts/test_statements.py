"""No document can make the number of SQL statements grow with the number of rows.

Documents are generated from the schema itself: any fields in any nesting. Each is answered on a small board and on one
several times as large, on which every list of jobs and companies is as many times longer. It must take as many
statements.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, reset_queries, transaction
from django.test.utils import CaptureQueriesContext
from graphene_django.settings import graphene_settings
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given, note, reject
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobs.models import (
    Category,
    Company,
    CompanyStatus,
    DuplicateCluster,
    Industry,
    Job,
    JobFingerprint,
    JobModeration,
    JobRevision,
    MembershipRole,
    Occupation,
    Place,
    Skill,
)
from schema.core import ids
from tests.door import send
from tests.factories import (
    CompanyFactory,
    CompensationFactory,
    JobFactory,
    JobLocationFactory,
    MembershipFactory,
    RemoteEligibilityFactory,
    SourcePostingFactory,
    UserFactory,
)
from tests.feed_sessions import forget_feeds

pytestmark = pytest.mark.django_db
FEW, MANY = 2, 9
TOO_LARGE = {"COST_EXCEEDED", "DOCUMENT_TOO_COMPLEX"}
MOST_DEPTH = 6
MOST_NESTED_LISTS = 4
# Lists of jobs and companies hold all that there is; of reference rows there are always the first ones.
SIZES = {"JobConnection": 2 * MANY, "CompanyConnection": MANY}
REFERENCE_ROWS = 2


class Board:
    """Companies alike, each with two jobs alike, of which all but the first few can be taken off the board."""

    def __init__(self) -> None:
        self.member = UserFactory()
        self.companies = [self._company() for _ in range(MANY)]
        self.more = [company.pk for company in self.companies[FEW:]]

    def _company(self) -> Company:
        place, industry = Place.objects.order_by("-population", "pk")[0], Industry.objects.order_by("pk")[0]
        company: Company = CompanyFactory(headquarters=place, industry=industry, description_text="Text")
        MembershipFactory(company=company, user=self.member, role=MembershipRole.RECRUITER)
        one, other = self._job(company, place), self._job(company, place)
        cluster = DuplicateCluster.objects.create(leader=one)
        JobFingerprint.objects.bulk_create([JobFingerprint(job=job, cluster=cluster) for job in (one, other)])
        return company

    def _job(self, company: Company, place: Place) -> Job:
        job: Job = JobFactory(
            company=company,
            category=Category.objects.order_by("path", "pk")[0],
            occupation=Occupation.objects.filter(is_retired=False).order_by("title", "pk")[0],
            skills=list(Skill.objects.filter(is_retired=False).order_by("name", "pk")[:REFERENCE_ROWS]),
        )
        CompensationFactory(job=job)
        JobLocationFactory(job=job, place=place, is_primary=True)
        RemoteEligibilityFactory(job=job, country=place.country)
        SourcePostingFactory(job=job, source="a source", url="https://example.org/1")
        JobRevision.objects.create(job=job, number=1, content={}, changed=["title"])
        return job

    def show(self, *, all_of_it: bool) -> None:
        """The whole board, or the few companies only."""
        status = CompanyStatus.ACTIVE if all_of_it else CompanyStatus.CLOSED
        moderation = JobModeration.CLEAR if all_of_it else JobModeration.FROZEN
        Company.objects.filter(pk__in=self.more).update(status=status)
        Job.objects.filter(company__in=self.more).update(moderation=moderation)

    def roots(self) -> dict[str, str]:
        """The root fields that read, each with its arguments."""
        company = self.companies[0]
        job = Job.objects.filter(company=company).order_by("pk")[0]
        keys = [ids.encode("Company", row.pk) for row in self.companies]
        jobs = Job.objects.filter(company__in=self.companies)
        keys += [ids.encode("Job", row.pk) for row in jobs]
        quoted = ", ".join(f'"{key}"' for key in keys)
        return {
            "jobs": f"(first: {SIZES['JobConnection']})",
            "companies": f"(first: {SIZES['CompanyConnection']})",
            "categories": f"(first: {REFERENCE_ROWS})",
            "skills": f"(first: {REFERENCE_ROWS})",
            "occupations": f"(first: {REFERENCE_ROWS})",
            "places": f"(first: {REFERENCE_ROWS})",
            "job": f'(by: {{slug: "{job.slug}"}})',
            "company": f'(by: {{slug: "{company.slug}"}})',
            "node": f'(id: "{keys[0]}")',
            "nodes": f"(ids: [{quoted}])",
            "viewer": "",
        }


@pytest.fixture(scope="module")
def board(django_db_setup: None, django_db_blocker: Any) -> Iterator[Board]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Board()
        transaction.set_rollback(True)


@st.composite
def documents(draw: st.DrawFn, roots: dict[str, str]) -> str:
    """Any document of at most two root fields."""
    query = graphene_settings.SCHEMA.graphql_schema.query_type
    chosen = draw(st.lists(st.sampled_from(sorted(roots)), min_size=1, max_size=2, unique=True))
    below = [draw(selections(get_named_type(query.fields[name].type), 0, 0)) for name in chosen]
    fields = [f"{name}{roots[name]} {inner}" for name, inner in zip(chosen, below, strict=True)]
    return f"{{ {' '.join(fields)} }}"


@st.composite
def selections(draw: st.DrawFn, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int, lists: int) -> str:
    """A selection set of the type: some of its fields, each with a selection set of its own."""
    if isinstance(type_, GraphQLInterfaceType):
        # One of its types: in two of them a field of one name may have two types.
        part = graphene_settings.SCHEMA.graphql_schema.get_type(draw(st.sampled_from(["Job", "Company"])))
        return f"{{ __typename ... on {part.name} {draw(selections(part, depth, lists))} }}"
    candidates = [
        name
        for name, field in type_.fields.items()
        if not any(map(is_required_argument, field.args.values())) and _fits(field, depth, lists + _is_list(field))
    ]
    leaves = [name for name in candidates if is_leaf_type(get_named_type(type_.fields[name].type))]
    relations = [name for name in candidates if name not in leaves]
    wanted = draw(_some(relations, least=1)) + draw(_some(leaves, least=0))
    texts = ["__typename"]
    for name in wanted:
        field = type_.fields[name]
        named = get_named_type(field.type)
        size = f"(first: {SIZES.get(named.name, REFERENCE_ROWS)})" if "first" in field.args else ""
        below = "" if is_leaf_type(named) else draw(selections(named, depth + 1, lists + _is_list(field)))
        texts.append(f"{name}{size} {below}")
    return f"{{ {' '.join(texts)} }}"


def _some(names: list[str], *, least: int) -> st.SearchStrategy[list[str]]:
    if not names:
        return st.just([])
    return st.lists(st.sampled_from(sorted(names)), min_size=least, max_size=3, unique=True)


def _is_list(field: GraphQLField) -> bool:
    """Whether one step further there are many objects where there was one."""
    named = get_named_type(field.type)
    return named.name.endswith("Connection") or is_list_type(get_nullable_type(field.type))


def _fits(field: GraphQLField, depth: int, lists: int) -> bool:
    """Whether the document stays small enough with the field in it."""
    return is_leaf_type(get_named_type(field.type)) or (depth < MOST_DEPTH and lists <= MOST_NESTED_LISTS)


def statements(document: str, board: Board, *, signed_in: bool) -> tuple[int, int]:
    """How many statements a document takes, and how long its answer is."""
    # What a feed was made of on the other board takes none on this one.
    forget_feeds()
    # Django keeps the last 9,000 of a test, and this one asks hundreds of documents.
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        answer = send(document, by=board.member if signed_in else None)
    if TOO_LARGE & set(answer.codes):
        reject()
    assert set(answer.codes) <= {"FORBIDDEN"}, answer.errors
    return len(queries), len(answer.response.body)


def test_more_rows_take_no_more_statements(board: Board, settings: LazySettings) -> None:
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 999_999_999
    lengths: list[tuple[int, int]] = []

    @hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(document=documents(board.roots()), signed_in=st.booleans())
    def compare(document: str, signed_in: bool) -> None:
        for _ in range(2):
            board.show(all_of_it=False)
            few, short = statements(document, board, signed_in=signed_in)
            board.show(all_of_it=True)
            many, long = statements(document, board, signed_in=signed_in)
            # Once more otherwise: some things a process reads when they are first asked for, whoever asks.
            if many == few:
                break
        note(f"{few} statements on the small board, {many} on the large one")
        assert many == few
        lengths.append((short, long))

    compare()
    grown = [long for short, long in lengths if long > 2 * short]
    assert len(grown) > len(lengths) / 10, "too few of the documents met more rows for this to mean anything"


def test_a_relation_loaded_row_by_row_would_be_seen(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.models import Job as Row
    from schema.job.types import Job as JobType

    graphql_type = graphene_settings.SCHEMA.graphql_schema.get_type("Job")
    assert JobType._meta.model is Row
    monkeypatch.setattr(graphql_type.fields["title"], "resolve", lambda job, info: Row.objects.get(pk=job.pk).title)
    counts = []
    for all_of_it in (False, True):
        board.show(all_of_it=all_of_it)
        document = f"query RowByRow {{ jobs(first: {SIZES['JobConnection']}) {{ nodes {{ title }} }} }}"
        counts.append(statements(document, board, signed_in=False)[0])
    assert counts == [1 + 2 * FEW, 1 + 2 * MANY]
