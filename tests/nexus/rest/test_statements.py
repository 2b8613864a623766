"""How many statements each read takes: as many for a hundred rows as for two."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schema.core import ids
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    IndustryFactory,
    JobFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
)
from tests.rest_door import get
from tests.search_board import index_all

pytestmark = pytest.mark.django_db

# Reviewed: of jobs the page, and then companies, categories, occupations, pay, places, skills and remote rules.
STATEMENTS = {
    "jobs": 8,
    "jobs?withTotal": 9,
    "jobs/{job}": 10,
    "companies": 1,
    "companies/{company}": 2,
    "companies/{company}/jobs": 9,
    "categories": 2,
    "categories/{category}": 3,
    "skills": 1,
    "skills/{skill}": 1,
    "places": 1,
    "places/{place}": 1,
}


@pytest.mark.parametrize("size", [2, 12])
def test_reads_take_as_many_statements_however_much_there_is(size: int) -> None:
    parent = CategoryFactory()
    for _ in range(size):
        place, category = PlaceFactory(), CategoryFactory(parent=parent)
        job = JobFactory(
            company=CompanyFactory(industry=IndustryFactory(), headquarters=place),
            category=category,
            occupation=OccupationFactory(category=category),
            places=[place],
            skills=[SkillFactory()],
            pay=(1, 2),
        )
    known = {
        "job": job.slug,
        "company": job.company.slug,
        "category": ids.encode("Category", category.pk),
        "skill": ids.encode("Skill", SkillFactory().pk),
        "place": ids.encode("Place", place.pk),
    }
    counted = {}
    for read in STATEMENTS:
        path, _, option = read.format(**known).partition("?")
        asked = {option: "true"} if option else {}
        get(path, **asked)
        with CaptureQueriesContext(connection) as statements:
            assert get(path, **asked).status == 200, path
        counted[read] = len(statements)
    assert counted == STATEMENTS


def test_a_search_takes_as_many_for_many_as_for_few() -> None:
    counts = []
    for size in (3, 9):
        for _ in range(size):
            JobFactory(title="Zoo keeper", places=[PlaceFactory()], skills=[SkillFactory()], pay=(1, 2))
        index_all()
        asked = {"query": "zoo", "first": size, "withTotal": "true", "withHighlights": "true", "facets": ["SKILL"]}
        asked |= {"isBroadened": "false", "isCorrected": "false"}
        get("search", **asked)
        with CaptureQueriesContext(connection) as statements:
            assert len(get("search", **asked).items) == size
        counts.append(len(statements))
    assert counts[1] <= counts[0] <= 24, counts
