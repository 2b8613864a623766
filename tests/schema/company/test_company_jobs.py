"""The jobs of many companies, skills or categories at once: each its own page, all in one statement."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Workplace
from tests.door import send
from tests.factories import CategoryFactory, CompanyFactory, JobFactory, JobSkillFactory, SkillFactory

pytestmark = pytest.mark.django_db

OWNERS = {
    "companies": "{ companies(first: 100) { nodes { name jobs(%s) { totalCount nodes { title } } } } }",
    "skills": '{ skills(where: {nameStartsWith: "zz"}) { nodes { name jobs(%s) { totalCount nodes { title } } } } }',
    "categories": "{ categories(last: 50) { nodes { name jobs(%s) { totalCount nodes { title } } } } }",
}


def own(owners: str, number: int, jobs: list[Any]) -> None:
    """Make the number-th company, skill or category the owner of the jobs."""
    if owners == "companies":
        company = CompanyFactory(name=f"zz{number}")
        type(jobs[0]).objects.filter(pk__in=[job.pk for job in jobs]).update(company=company) if jobs else None
    elif owners == "skills":
        skill = SkillFactory(name=f"zz{number}")
        skill.spellings.create(alias=f"zz{number}")
        for job in jobs:
            JobSkillFactory(job=job, skill=skill)
    else:
        category = CategoryFactory(name=f"zz{number}", slug=f"zzz-{number}")
        type(jobs[0]).objects.filter(pk__in=[job.pk for job in jobs]).update(category=category) if jobs else None


def board(owners: str, sizes: list[int], start: int = 0) -> None:
    employer = CompanyFactory(name="somebody")
    for number, size in enumerate(sizes, start):
        jobs = [
            JobFactory(title=f"{number}-{n}", company=employer, workplace=Workplace.REMOTE if n % 2 else "")
            for n in range(size)
        ]
        own(owners, number, jobs)


def read(owners: str, arguments: str) -> tuple[dict[str, Any], int]:
    with CaptureQueriesContext(connection) as queries:
        nodes = send(OWNERS[owners] % arguments).data[owners]["nodes"]
    return {node["name"]: node["jobs"] for node in nodes if node["name"].startswith("zz")}, len(queries)


@pytest.mark.parametrize("owners", OWNERS)
def test_each_owner_has_its_own_page_and_count(owners: str) -> None:
    board(owners, [3, 0, 1])
    found, _ = read(owners, "first: 2, where: {workplaces: [REMOTE]}")
    assert {name: (jobs["totalCount"], [job["title"] for job in jobs["nodes"]]) for name, jobs in found.items()} == {
        "zz0": (1, ["0-1"]),
        "zz1": (0, []),
        "zz2": (0, []),
    }
    everything, _ = read(owners, "first: 2")
    assert {name: (jobs["totalCount"], len(jobs["nodes"])) for name, jobs in everything.items()} == {
        "zz0": (3, 2),
        "zz1": (0, 0),
        "zz2": (1, 1),
    }


@pytest.mark.parametrize("owners", OWNERS)
def test_more_owners_take_no_more_statements(owners: str) -> None:
    board(owners, [1, 1])
    _, few = read(owners, "first: 2")
    board(owners, [2] * 8, start=2)
    _, many = read(owners, "first: 2")
    assert few == many
