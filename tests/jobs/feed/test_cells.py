"""Kinds of work that the same people like."""

import random
from collections import defaultdict
from datetime import timedelta
from math import sqrt

import pytest
from django.utils import timezone

from jobs.feed import cells
from jobs.models import FeedCell, FeedSettings
from tests.jobs.feed.liking import jobs_of, kind, like, people
from tests.kernel.races import in_threads

pytestmark = pytest.mark.django_db

Cell = tuple[int, int | None]


def learned() -> dict[tuple[Cell, Cell], float]:
    rows = FeedCell.objects.values_list("occupation", "skill", "near_occupation", "near_skill", "likeness")
    return {((one, skill), (other, near)): likeness for one, skill, other, near, likeness in rows}


def learn() -> dict[tuple[Cell, Cell], float]:
    cells.rebuild(timezone.now())
    return learned()


def test_two_that_the_same_people_like_are_near_one_another_either_way() -> None:
    (one, (skill,)), (other, (near,)) = kind(), kind()
    like(jobs_of(one, [skill]) + jobs_of(other, [near]), 10)
    shrunk = pytest.approx(10 / (10 + cells.SHRINK))
    fine, whole = ((one.pk, skill.pk), (other.pk, near.pk)), ((one.pk, None), (other.pk, None))
    assert learn() == {pair[::step]: shrunk for pair in (fine, whole) for step in (1, -1)}


def test_four_people_say_nothing_and_five_do() -> None:
    (one, skills), (other, near) = kind(), kind()
    jobs = jobs_of(one, skills) + jobs_of(other, near)
    like(jobs, 4)
    # Many like one of them alone.
    like(jobs[:1], 10)
    like(jobs[1:], 10)
    assert learn() == {}
    like(jobs, 1)
    assert len(learn()) == 4


def test_what_one_job_is_of_two_kinds_says_nothing() -> None:
    one, skills = kind(2)
    alone = jobs_of(one, skills)
    like(alone, 10)
    assert learn() == {}
    # But two jobs do, each of one of them.
    like(jobs_of(one, skills[:1]) + jobs_of(one, skills[1:]), 10)
    first, second = (one.pk, skills[0].pk), (one.pk, skills[1].pk)
    assert learn().keys() == {(first, second), (second, first)}


def test_the_three_rarest_skills_count() -> None:
    (one, skills), (other, near) = kind(5), kind()
    # The first two of them are asked for more often.
    jobs_of(kind()[0], skills[:2], count=3)
    like(jobs_of(one, skills) + jobs_of(other, near), 5)
    assert {cell for cell, _ in learn() if cell[0] == one.pk} == {
        (one.pk, None),
        *((one.pk, skill.pk) for skill in skills[2:]),
    }


def test_jobs_that_are_gone_from_the_index_count_as_well() -> None:
    (one, skills), (other, near) = kind(), kind()
    jobs = jobs_of(one, skills) + jobs_of(other, near)
    like(jobs, 5)
    before = learn()
    for job in jobs:
        job.lifecycle = "paused"
        job.save()
    assert learn() == before != {}


def test_who_does_not_want_to_be_profiled_teaches_nothing() -> None:
    (one, skills), (other, near) = kind(), kind()
    users = people(5)
    like(jobs_of(one, skills) + jobs_of(other, near), users)
    assert learn()
    FeedSettings.objects.create(user=users[0], is_profiled=False)
    assert learn() == {}


@pytest.mark.parametrize("days", [91, -1])
def test_what_is_long_ago_or_yet_to_come_teaches_nothing(days: int) -> None:
    (one, skills), (other, near) = kind(), kind()
    like(jobs_of(one, skills) + jobs_of(other, near), 5, at=timezone.now() - timedelta(days=days))
    assert learn() == {}


@pytest.mark.parametrize("did", ["impression", "hide"])
def test_what_is_no_liking_teaches_nothing(did: str) -> None:
    (one, skills), (other, near) = kind(), kind()
    like(jobs_of(one, skills) + jobs_of(other, near), 5, kind=did)
    assert learn() == {}


def test_learned_anew_it_is_as_before_and_what_nobody_likes_now_is_gone() -> None:
    (one, skills), (other, near) = kind(), kind()
    like(jobs_of(one, skills) + jobs_of(other, near), 5, at=timezone.now() - timedelta(days=80))
    now = timezone.now()
    assert cells.rebuild(now) == cells.rebuild(now) == 4
    assert cells.rebuild(now + timedelta(days=20)) == 0
    assert learned() == {}


@pytest.mark.parametrize("seed", range(3))
def test_likenesses_are_the_shrunk_cosines(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "BATCH", 3)
    rng = random.Random(seed)
    kinds = [kind()[0] for _ in range(6)]
    jobs = {job: one.pk for one in kinds for job in jobs_of(one, [], count=3)}
    worth = {"view": 1, "save": 3, "apply": 7}
    liked: dict[int, dict[int, int]] = defaultdict(dict)
    for number, user in enumerate(people(30)):
        for job in rng.sample(list(jobs), 7):
            did = rng.choice(list(worth))
            like([job], [user], kind=did)
            mine = liked[number]
            mine[jobs[job]] = max(mine.get(jobs[job], 0), worth[did])
    expected = {}
    for one in jobs.values():
        for other in jobs.values():
            both = [mine for mine in liked.values() if one in mine and other in mine]
            if one != other and len(both) >= cells.LEAST_PEOPLE:
                cosine = sum(mine[one] * mine[other] for mine in both)
                for key in (one, other):
                    cosine /= sqrt(sum(mine.get(key, 0) ** 2 for mine in liked.values()))
                expected[(one, None), (other, None)] = pytest.approx(cosine * len(both) / (len(both) + cells.SHRINK))
    assert learn() == expected
    assert expected


def test_of_each_cell_the_nearest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    users = people(40)
    one, *others = (jobs_of(kind()[0], []) for _ in range(cells.MOST_NEAR + 5))
    like(one, users)
    for number, jobs in enumerate(others):
        like(jobs, users[: 6 + number])
    nearest = sorted((likeness, cell[0]) for (key, cell), likeness in learn().items() if key[0] == one[0].occupation_id)
    assert [key for _, key in nearest] == [jobs[0].occupation_id for jobs in others[-cells.MOST_NEAR :]]


@pytest.mark.django_db(transaction=True)
def test_of_several_who_learn_at_once_each_does_and_none_doubles() -> None:
    (one, skills), (other, near) = kind(), kind()
    like(jobs_of(one, skills) + jobs_of(other, near), 5)
    now = timezone.now()
    assert in_threads(*[lambda: cells.rebuild(now)] * 3) == [4] * 3
    assert len(learned()) == 4
