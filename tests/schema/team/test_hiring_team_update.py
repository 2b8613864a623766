"""`hiringTeamUpdate` and `Job.hiringTeam`."""

from typing import Any

import pytest

from accounts.models import User
from jobs.models import Job
from schema.core import ids
from tests.door import send, send_to_oracle
from tests.factories import HiringTeamFactory, JobFactory, MembershipFactory, UserFactory
from tests.schema.account.acts import act, refusals

pytestmark = pytest.mark.django_db
TEAM = "query($id: ID!) { node(id: $id) { ... on Job { title hiringTeam { role user { name } } } } }"


def name(by: User, job: Job, *members: Any, role: str = "INTERVIEWER") -> Any:
    places = [{"membershipId": ids.encode("Membership", member.pk), "role": role} for member in members]
    values = {"jobId": ids.encode("Job", job.pk), "members": places}
    return act("hiringTeamUpdate", values, "job { hiringTeam { role user { name } } }", by=by)


def test_a_team_is_named_and_its_people_see_the_draft() -> None:
    recruiter = MembershipFactory()
    interviewer = MembershipFactory(company=recruiter.company, role="interviewer")
    job = JobFactory(company=recruiter.company, draft=True)
    key = {"id": ids.encode("Job", job.pk)}
    assert send(TEAM, key, by=interviewer.user).data == {"node": None}
    team = [{"role": "INTERVIEWER", "user": {"name": interviewer.user.name}}]
    assert name(recruiter.user, job, interviewer) == {"job": {"hiringTeam": team}, "userErrors": []}
    answer = send(TEAM, key, by=interviewer.user)
    assert answer.data == {"node": {"title": job.title, "hiringTeam": team}}
    assert send_to_oracle(TEAM, key, by=interviewer.user)["data"] == answer.data


def test_every_refusal() -> None:
    recruiter = MembershipFactory()
    interviewer = MembershipFactory(company=recruiter.company, role="interviewer")
    job = JobFactory(company=recruiter.company)
    assert refusals(name(recruiter.user, JobFactory(draft=True))) == [("NOT_FOUND", "jobId")]
    assert refusals(name(interviewer.user, job, interviewer)) == [("FORBIDDEN", None)]
    assert refusals(name(recruiter.user, job, MembershipFactory())) == [("NOT_A_MEMBER", "members")]
    many = MembershipFactory.create_batch(51, company=recruiter.company)
    assert refusals(name(recruiter.user, job, *many)) == [("INVALID", "members")]


def test_others_are_not_told_who_works_on_a_job() -> None:
    place = HiringTeamFactory()
    for by in (None, UserFactory(), UserFactory(moderator=True), MembershipFactory().user):
        answer = send(TEAM, {"id": ids.encode("Job", place.job_id)}, by=by)
        assert (answer.content["data"]["node"]["hiringTeam"], answer.codes) == (None, ["FORBIDDEN"])
