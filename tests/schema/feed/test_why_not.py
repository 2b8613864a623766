"""What keeps a job out of one's feed, and what others looked at."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jobs.models import EmployerBlock
from tests.door import send
from tests.schema.feed.asking import job_id, nurses, own_feed, seeker, titles, why_not
from tests.search_board import live_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

DISMISS = "mutation($input: JobDismissInput!) { jobDismiss(input: $input) { userErrors { code } } }"


def test_a_rule_that_keeps_it_out_is_named() -> None:
    by = seeker(workplaces=["remote"], employment_types=["full_time"])
    out = live_job("Nurse on site", workplace="on_site", employment_types=["part_time"])
    told = why_not(by, out)
    assert [rule["code"] for rule in told["rules"]] == ["EMPLOYMENT_TYPE", "WORKPLACE"]
    assert all(rule["text"].endswith(".") for rule in told["rules"])
    assert (told["match"], told["place"]) == (None, None)


def test_dismissed_and_blocked_are_rules() -> None:
    by = seeker()
    dismissed, blocked = nurses(2)
    assert not send(DISMISS, {"input": {"jobId": job_id(dismissed)}}, by=by).data["jobDismiss"]["userErrors"]
    EmployerBlock.objects.create(user=by, company=blocked.company)
    assert [rule["code"] for rule in why_not(by, dismissed)["rules"]] == ["DISMISSED"]
    assert [rule["code"] for rule in why_not(by, blocked)["rules"]] == ["BLOCKED"]


def test_what_breaks_no_rule_has_a_score_and_maybe_a_place() -> None:
    by = seeker()
    jobs = nurses(3)
    before = why_not(by, jobs[0])
    assert (before["rules"], before["place"]) == ([], None)
    shown = titles(own_feed(by))
    for job in jobs:
        told = why_not(by, job)
        assert told["place"] == shown.index(job.title)
        assert told["match"]["score"] == pytest.approx(sum(part["value"] for part in told["match"]["parts"]), abs=1e-9)


def test_nobody_is_told_of_anothers_feed() -> None:
    (job,) = nurses(1)
    assert why_not(None, job) is None
    send(DISMISS, {"input": {"jobId": job_id(job)}}, by=seeker())
    assert why_not(seeker(), job)["rules"] == []


def _of_page(by: User, first: int) -> list[Any]:
    document = f"{{ jobs(first: {first}) {{ nodes {{ whyNot {{ place match {{ modelVersion }} }} }} }} }}"
    nodes: list[Any] = send(document, by=by).data["jobs"]["nodes"]
    return nodes


def test_a_page_of_jobs_is_asked_about_in_one_go() -> None:
    by = seeker()
    nurses(9)
    version = own_feed(by)["session"]["modelVersion"]
    counted = []
    for first in (2, 9):
        with CaptureQueriesContext(connection) as queries:
            assert [node["whyNot"]["match"]["modelVersion"] for node in _of_page(by, first)] == [version] * first
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_what_others_looked_at_is_nothing_while_few_did() -> None:
    nurses(3)
    document = "query($first: Int) { jobs { nodes { alsoViewed(first: $first) { title } } } }"
    assert {str(node["alsoViewed"]) for node in send(document).data["jobs"]["nodes"]} == {"[]"}
    for first in (-1, 21):
        errors = send(document, {"first": first}).errors
        assert {error["extensions"]["argument"] for error in errors} == {"first"}
