"""What somebody liked, and that no job is liked for itself."""

import pytest
from django.utils import timezone

from jobs.feed.activity import Activity, Liked, activity_of
from jobs.feed.constraints import Constraints
from jobs.feed.features import FEATURES, NEUTRAL, Judge
from jobs.feed.match import Feature, Match
from jobs.feed.person import Person, person_of
from jobs.feed.ranking import scored
from jobs.models import Job
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, viewer_of
from tests.jobs.feed.liking import jobs_of, kind, like, people
from tests.jobs.feed.rows import row
from tests.search_board import live_jobs

IS_LIKED = FEATURES.index(Feature.ACTIVITY)


def likes(activity: Activity, **values: object) -> float:
    found = Judge(Person(Constraints()), activity).values(row(**values))[IS_LIKED]
    assert found is not None
    return found


def matches(viewer: Viewer, *jobs: Job) -> list[Match]:
    at = timezone.now()
    by_id = {match.job_id: match for match in scored(person_of(viewer, at), [job.pk for job in jobs], at)}
    return [by_id[job.pk] for job in jobs]


def activity(match: Match) -> float:
    return match.parts[Feature.ACTIVITY]


def is_reason(match: Match) -> bool:
    return Feature.ACTIVITY in {reason.code for reason in match.reasons}


@pytest.mark.django_db
def test_a_job_is_not_like_what_was_opened_for_having_been_opened_itself() -> None:
    (user,) = people(1)
    occupation, skills = kind(2)
    opened, alike = jobs_of(occupation, skills, 2)
    (other,) = jobs_of(*kind())
    like([opened], [user])
    its_own, like_it, unlike = matches(viewer_of(user), opened, alike, other)
    assert activity(its_own) == activity(unlike)
    assert activity(like_it) > activity(its_own)
    assert not is_reason(its_own)
    assert is_reason(like_it)


@pytest.mark.django_db
def test_a_job_that_was_opened_is_judged_by_the_others_that_were() -> None:
    (user,) = people(1)
    occupation, skills = kind(2)
    opened, applied, alike = jobs_of(occupation, skills, 3)
    (other,) = jobs_of(*kind())
    like([opened], [user])
    like([applied], [user], kind="save")
    its_own, like_it, unlike = matches(viewer_of(user), opened, alike, other)
    assert activity(unlike) < activity(its_own) < activity(like_it)
    assert is_reason(its_own)


@pytest.mark.django_db
def test_what_each_job_added_is_all_that_there_is() -> None:
    (user,) = people(1)
    occupation, skills = kind(2)
    jobs = [*jobs_of(occupation, skills, 2), *jobs_of(occupation, skills[:1]), *jobs_of(*kind())]
    like(jobs[:2], [user])
    like(jobs[2:], [user], kind="save")
    left = liked = activity_of(person_of(viewer_of(user), timezone.now()), timezone.now())
    assert len(liked.by_likeness) == 4
    for likeness in liked.by_likeness:
        left = left.without(likeness)
    for values in (left.occupations, left.skills, left.titles):
        assert values
        assert list(values.values()) == pytest.approx([0] * len(values))


@pytest.mark.django_db
def test_what_says_the_same_as_what_was_opened_does_not_take_its_place() -> None:
    (user,) = people(1)
    occupation, skills = kind(2)
    opened, twin = live_jobs("Zqx", "Zqx", occupation=occupation, skills=skills, company=CompanyFactory())
    (other,) = jobs_of(*kind())
    like([opened], [user])
    its_own, alike, unlike = matches(viewer_of(user), opened, twin, other)
    assert activity(its_own) == activity(alike) == activity(unlike)
    assert not is_reason(alike)


def test_what_is_left_without_a_job_by_hand() -> None:
    alike = {7: [Liked(0.5, [1], [5], 11), Liked(0.5, [1], [5], 11)]}
    liked = Activity({1: 8.0}, {5: 8.0, 6: 7.0}, {11: 1.0, 12: 7.0}, by_likeness=alike)
    same = {"occupations": {1: 1.0}, "skill_ids": [5], "title_key": 11}
    assert likes(liked, likeness=6, **same) == pytest.approx(NEUTRAL + NEUTRAL * (0.45 + 0.35 + 0.2 / 7))
    assert likes(liked, likeness=7, **same) == pytest.approx(NEUTRAL + NEUTRAL * (0.45 + 0.35) * 7 / 8)
    assert liked.occupations == {1: 8.0}
