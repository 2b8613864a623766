"""The stages of jobs, as those who work on the jobs read them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.selectors import stage
from tests import hiring_board
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db


def test_those_of_many_jobs_take_as_many_statements_as_those_of_one() -> None:
    company = CompanyFactory()
    recruiter = viewer_of(MembershipFactory(company=company, role="recruiter").user)
    made = JobFactory.create_batch(5, company=company)
    for job in made:
        hiring_board.stages(job)
    keys = [job.pk for job in made]
    stage.of_jobs(recruiter, keys)
    counts = []
    for some in (keys[:1], keys):
        with CaptureQueriesContext(connection) as queries:
            found = stage.of_jobs(recruiter, some)
        counts.append(len(queries))
        assert [len(found[key]) for key in some] == [5] * len(some)
    assert counts[0] == counts[1] <= 2


def test_nobody_else_is_told_of_them() -> None:
    job = JobFactory()
    hiring_board.stages(job)
    assert not any(stage.of_jobs(viewer_of(UserFactory()), [job.pk]).values())
