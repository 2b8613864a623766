"""Interviewers and hiring managers see drafts of the jobs that they work on, and no others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.models import HiringTeam, Membership
from jobs.selectors import hiring_team as hiring_teams
from jobs.selectors import job as jobs
from jobs.services import hiring_team
from kernel.errors import DomainError
from kernel.ids import uuid7
from tests.factories import (
    CompanyFactory,
    HiringTeamFactory,
    JobFactory,
    MembershipFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db


def refusal(act: object) -> str:
    with pytest.raises(DomainError) as refused:
        act()  # type: ignore[operator]
    return refused.value.code


def test_a_team_is_named_and_named_anew() -> None:
    recruiter = MembershipFactory()
    first, second = (MembershipFactory(company=recruiter.company, role="interviewer") for _ in range(2))
    job = JobFactory(company=recruiter.company, draft=True)
    by = viewer_of(recruiter.user)
    hiring_team.name(by=by, job_id=job.pk, members={first.pk: "interviewer"})
    hiring_team.name(by=by, job_id=job.pk, members={second.pk: "hiring_manager"})
    assert list(HiringTeam.objects.values_list("user", "role")) == [(second.user_id, "hiring_manager")]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.before, entry.after) == (
        {str(first.user_id): "interviewer"},
        {str(second.user_id): "hiring_manager"},
    )
    hiring_team.name(by=by, job_id=job.pk, members={second.pk: "hiring_manager"})
    assert AuditEntry.objects.count() == 2, "nothing has changed"
    hiring_team.name(by=by, job_id=job.pk, members={})
    assert not HiringTeam.objects.exists()


def test_what_is_refused() -> None:
    recruiter = MembershipFactory()
    interviewer = MembershipFactory(company=recruiter.company, role="interviewer")
    suspended = MembershipFactory(company=recruiter.company, suspended_at=timezone.now())
    stranger = MembershipFactory()
    job = JobFactory(company=recruiter.company)
    by = viewer_of(recruiter.user)

    def name(viewer=by, key=job.pk, **members: str) -> object:
        return lambda: hiring_team.name(
            by=viewer, job_id=key, members={int(pk[1:]): role for pk, role in members.items()}
        )

    assert refusal(name(**{f"_{suspended.pk}": "interviewer"})) == "NOT_A_MEMBER"
    assert refusal(name(**{f"_{stranger.pk}": "interviewer"})) == "NOT_A_MEMBER"
    assert refusal(name(**{f"_{interviewer.pk}": "king"})) == "INVALID"
    assert refusal(name(**{f"_{pk}": "interviewer" for pk in range(51)})) == "INVALID"
    assert refusal(name(viewer_of(interviewer.user))) == "FORBIDDEN"
    assert refusal(name(viewer_of(stranger.user), JobFactory(draft=True).pk)) == "NOT_FOUND"
    assert refusal(name(key=uuid7())) == "NOT_FOUND"


@pytest.mark.parametrize("role", ["interviewer", "hiring_manager"])
def test_who_works_on_a_job_reads_its_draft_and_no_other(role: str) -> None:
    member = MembershipFactory(role=role)
    mine, other = (JobFactory(company=member.company, draft=True) for _ in range(2))
    HiringTeamFactory(job=mine, user=member.user, role=role)
    by = viewer_of(member.user)
    assert list(jobs.by_id(by, [mine.pk, other.pk])) == [mine.pk]
    assert list(jobs.by_slug(by, [mine.slug, other.slug])) == [mine.slug]
    assert hiring_teams.readable(by, [mine.pk, other.pk]) == {mine.pk: True}


def test_a_place_in_the_team_gives_nothing_without_the_membership() -> None:
    place = HiringTeamFactory(job__draft=True)
    by = viewer_of(place.user)
    assert not jobs.by_id(by, [place.job_id]), "of no company"
    member = MembershipFactory(company=place.job.company, user=place.user, role="interviewer")
    assert jobs.by_id(by, [place.job_id])
    Membership.objects.filter(pk=member.pk).update(suspended_at=timezone.now())
    assert not jobs.by_id(by, [place.job_id]), "suspended"
    MembershipFactory(user=place.user, role="interviewer")
    assert not jobs.by_id(by, [place.job_id]), "of another company"


def test_many_drafts_are_read_in_one_statement() -> None:
    member = MembershipFactory(role="interviewer", company=CompanyFactory())
    drafts = JobFactory.create_batch(20, company=member.company, draft=True)
    for draft in drafts:
        HiringTeamFactory(job=draft, user=member.user)
    by = viewer_of(member.user)
    with CaptureQueriesContext(connection) as queries:
        found = jobs.by_id(by, [draft.pk for draft in drafts])
    assert (len(found), len(queries)) == (20, 1)


def test_readers_are_told_of_teams() -> None:
    place = HiringTeamFactory()
    recruiter = MembershipFactory(company=place.job.company)
    key = place.job_id
    for user, sees in (
        (recruiter.user, True),
        (UserFactory(platform_admin=True), True),
        (place.user, False),
        (UserFactory(moderator=True), False),
        (UserFactory(), False),
    ):
        assert bool(hiring_teams.of_jobs(viewer_of(user), [key])) is sees
