"""Jobs by REST: the same as by GraphQL, page by page, for whoever asks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import PlatformRole
from jobs.models import MembershipRole
from jobs.models.job import JobLifecycle, Seniority
from schema.core import ids
from tests.door import send
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CountryFactory,
    HiringTeamFactory,
    JobFactory,
    MembershipFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
    UserFactory,
)
from tests.rest_door import get

pytestmark = pytest.mark.django_db

GRAPHQL_JOB = """
query Job($id: ID!) {
  job(by: {id: $id}) {
    id slug title language externalReference lifecycle employmentTypes workplace seniority education guessed
    firstPublishedAt publishedAt expiresAt closedAt closeReason canonicalUrl
    company { id slug name logo verifiedAt }
    category { id slug name }
    occupation { id slug title }
    skills { skill { id slug name } necessity level isGuessed }
    places {
      text isGuessed isPrimary country { code name }
      place {
        id name timezone population country { code name } region { code name } coordinates { latitude longitude }
      }
    }
    apply { kind url email }
    description { html text }
    remoteHours { fromMinutes toMinutes }
    remoteRules { country { code name } regionCode isAllowed }
    salary { kind period currency text isGuessed min { amount } max { amount } }
  }
}
"""


def a_full_job(**values: object):
    berlin = PlaceFactory(name="Berlin", region_code="16", region_name="Land Berlin")
    return JobFactory(
        title="Zoo keeper",
        category=CategoryFactory(),
        occupation=OccupationFactory(),
        employment_types=["full_time", "part_time"],
        workplace="hybrid",
        seniority=Seniority.MID,
        places=[berlin],
        skills=[SkillFactory(), SkillFactory()],
        pay=(50_000_00, 60_000_00),
        remote_utc_from=0,
        remote_utc_to=120,
        guessed=["seniority"],
        **values,
    )


def test_a_job_is_what_graphql_says_it_is() -> None:
    job = a_full_job()
    expected = send(GRAPHQL_JOB, {"id": ids.encode("Job", job.pk)}).data["job"]
    shown = get(f"jobs/{expected['id']}").content
    salary = expected.pop("salary")
    for name, value in expected.items():
        assert shown[name] == value, name
    assert shown["salary"]["min"] == salary["min"]["amount"] == "50000.00"
    assert shown["salary"]["yearly"] == {"min": "50000.00", "max": "60000.00"}
    assert {name: shown["salary"][name] for name in ("kind", "period", "currency")} == {
        "kind": "BASE",
        "period": "YEAR",
        "currency": "EUR",
    }


def test_a_job_is_found_by_its_slug_whatever_its_title_was() -> None:
    job = JobFactory(title="Zoo keeper")
    for slug in (job.slug, f"former-title-{job.public_id}", job.public_id):
        assert get(f"jobs/{slug}").content["slug"] == job.slug


@pytest.mark.parametrize("key", ["none", "Sm9iOnh4", "a" * 500, "%00", "\x00", "..", "Job:1", ids.encode("Skill", 1)])
def test_what_is_no_job_is_not_found(key: str) -> None:
    reply = get(f"jobs/{key}")
    assert (reply.status, reply.content["code"]) == (404, "NOT_FOUND")


def test_pages_are_graphqls_pages_and_cursors_go_from_one_to_the_other() -> None:
    JobFactory.create_batch(5)
    first = get("jobs", first=2)
    after = first.content["pageInfo"]["endCursor"]
    query = "query($a: String) { jobs(first: 2, after: $a) { nodes { id } pageInfo { endCursor hasNextPage } } }"
    beyond = send(query, {"a": after}).data["jobs"]
    assert [job["id"] for job in get("jobs", first=2, after=after).items] == [node["id"] for node in beyond["nodes"]]
    last = get("jobs", first=2, after=beyond["pageInfo"]["endCursor"])
    assert len(last.items) == 1
    assert last.content["next"] is None
    assert not last.content["pageInfo"]["hasNextPage"]


def test_following_next_visits_every_job_once_and_previous_leads_back() -> None:
    made = {ids.encode("Job", job.pk) for job in JobFactory.create_batch(7)}
    path, seen = "jobs?first=3&countries=DE".replace("&countries=DE", ""), []
    reply = get("jobs", first=3)
    seen.append([job["id"] for job in reply.items])
    while address := reply.content["next"]:
        reply = follow(address)
        seen.append([job["id"] for job in reply.items])
    assert [len(page) for page in seen] == [3, 3, 1]
    assert {key for page in seen for key in page} == made, path
    assert [job["id"] for job in follow(reply.content["previous"]).items] == seen[1]


def follow(address: str):
    from urllib.parse import parse_qs, urlsplit

    parts = urlsplit(address)
    return get(parts.path.removeprefix("/api/v1/"), **parse_qs(parts.query))


def test_filters_mean_what_they_mean_in_graphql() -> None:
    category, company, skill = CategoryFactory(), CompanyFactory(), SkillFactory()
    paris = PlaceFactory(country=CountryFactory(code="FR", name="France"), latitude=48.85, longitude=2.35)
    wanted = JobFactory(
        company=company,
        category=category,
        skills=[skill],
        places=[paris],
        seniority="senior",
        workplace="remote",
        employment_types=["contract"],
        education="master",
        pay=(90_000_00, 100_000_00),
    )
    JobFactory(pay=(10_000_00, 20_000_00))
    for asked in (
        {"categories": ids.encode("Category", category.pk)},
        {"companies": ids.encode("Company", company.pk)},
        {"places": ids.encode("Place", paris.pk)},
        {"countries": ["FR", "IT"]},
        {"near": "48.8,2.3,30"},
        {"near": ["48.8,2.3,30", "1,1,1"]},
        {"near": f"{ids.encode('Place', paris.pk)},5"},
        {"workplaces": ["REMOTE", "HYBRID"]},
        {"remoteFor": "FR"},
        {"near": "0,0,1", "orRemoteFor": "FR"},
        {"employmentTypes": "CONTRACT"},
        {"seniorities": "SENIOR"},
        {"education": "MASTER"},
        {"skills": ids.encode("Skill", skill.pk)},
        {"anySkills": ids.encode("Skill", skill.pk), "skillNecessity": "REQUIRED"},
        {"payAtLeast": "95000", "payCurrency": "EUR"},
        {"payAtLeast": "40", "payCurrency": "EUR", "payPeriod": "HOUR", "payIncludeUnspecified": "false"},
        {"countries": "FR", "publishedSince": "2020-01-01T00:00:00Z"},
    ):
        found = get("jobs", **asked)
        assert [job["slug"] for job in found.items] == [wanted.slug], asked


def test_orders_and_totals() -> None:
    low, high = JobFactory(pay=(1_000_00, 2_000_00)), JobFactory(pay=(3_000_00, 4_000_00))
    reply = get("jobs", orderBy="PAY", currency="EUR", direction="ASC", withTotal="true")
    assert [job["slug"] for job in reply.items] == [low.slug, high.slug]
    assert reply.content["total"] == 2
    assert get("jobs").content["total"] is None


def test_jobs_of_a_company() -> None:
    company = CompanyFactory()
    mine = JobFactory(company=company)
    JobFactory()
    JobFactory(company=company, draft=True)
    for key in (company.slug, ids.encode("Company", company.pk)):
        reply = get(f"companies/{key}/jobs", withTotal="true")
        assert [job["slug"] for job in reply.items] == [mine.slug]
        assert reply.content["total"] == 1
    assert get("companies/nobody/jobs").status == 404


ROLES = ("nobody", "stranger", "recruiter", "hiring manager", "other company", "moderator")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_what_it_sees_by_graphql(role: str) -> None:
    company = CompanyFactory()
    made = [
        JobFactory(company=company, **{trait: True})
        for trait in ("draft", "in_review", "scheduled", "paused", "expired", "closed", "archived", "frozen")
    ]
    made += [JobFactory(company=company), JobFactory(company=company, visibility="unlisted")]
    made.append(JobFactory(company=CompanyFactory(status="suspended")))
    user = (
        None
        if role == "nobody"
        else UserFactory(platform_role=PlatformRole.MODERATOR if role == "moderator" else PlatformRole.USER)
    )
    if role == "recruiter":
        MembershipFactory(user=user, company=company)
    if role == "hiring manager":
        MembershipFactory(user=user, company=company, role=MembershipRole.HIRING_MANAGER)
        HiringTeamFactory(user=user, job=made[0])
    if role == "other company":
        MembershipFactory(user=user)
    for job in made:
        global_id = ids.encode("Job", job.pk)
        expected = send("query($id: ID!) { job(by: {id: $id}) { slug lifecycle } }", {"id": global_id}, by=user).data
        for key in (global_id, job.slug):
            reply = get(f"jobs/{key}", by=user)
            assert reply.status == (200 if expected["job"] else 404), (role, job.lifecycle)
            if expected["job"]:
                assert reply.content["lifecycle"] == expected["job"]["lifecycle"]
    listed = send("{ jobs { nodes { slug } } }", by=user).data["jobs"]["nodes"]
    assert [job["slug"] for job in get("jobs", by=user).items] == [job["slug"] for job in listed]
    assert JobLifecycle.DRAFT in {job.lifecycle for job in made}


@pytest.mark.parametrize("size", [2, 20])
def test_a_page_takes_eight_statements_however_long_it_is(size: int) -> None:
    for _ in range(size):
        a_full_job()
    get("jobs", first=size)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        reply = get("jobs", first=size)
    assert len(reply.items) == size
    assert len(statements) <= 8, [query["sql"][:80] for query in statements]
