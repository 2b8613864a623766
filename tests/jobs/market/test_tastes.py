from collections import Counter, defaultdict
from collections.abc import Mapping
from random import Random
from uuid import UUID

import pytest

from jobs.market import run
from jobs.market.chance import Draw
from jobs.market.market import Market
from jobs.market.tastes import OPENED, Taste, deeds
from jobs.models import InteractionEvent, Job, Profile
from tests.jobs.market.conftest import JOBS, NOW, PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


@pytest.fixture
def made() -> Market:
    return run.ordered(JOBS, PEOPLE, seed=1, now=NOW)


def _liked(seed: int) -> dict[UUID, Mapping[int, float]]:
    again = _tastes(run.ordered(JOBS, PEOPLE, seed=seed, now=NOW))
    return {user: taste.skills for user, taste in again.items()}


def _tastes(made: Market) -> dict[UUID, Taste]:
    return {UUID(user): taste for user, taste in made.tastes(PEOPLE)}


def test_tastes_are_those_of_the_people_on_the_board(made: Market) -> None:
    tastes = _tastes(made)

    assert tastes.keys() == set(Profile.objects.values_list("user_id", flat=True))
    assert _liked(1) == {user: taste.skills for user, taste in tastes.items()} != _liked(2)
    for profile in Profile.objects.prefetch_related("occupations"):
        said = tastes[profile.user_id].said
        assert said.kind.id in {occupation.pk for occupation in profile.occupations.all()}
        assert list(said.workplaces) == profile.workplaces
        assert profile.employment_types == [said.employment_type]


def test_some_are_after_other_work_than_they_say(made: Market) -> None:
    changing = [taste for taste in _tastes(made).values() if taste.kind is not taste.said.kind]

    assert 0 < len(changing) < PEOPLE / 3
    assert all(taste.kind.field != taste.said.kind.field for taste in changing)


def test_what_a_posting_says_is_what_the_board_has_of_it(made: Market) -> None:
    jobs = {job.pk: job for job in Job.objects.prefetch_related("job_skills")}
    for number in range(0, JOBS, 20):
        content, job = made.all_postings.said(number), jobs[UUID(made.all_postings.life(number).key)]
        assert (content.title, content.kind.id) == (job.title, job.occupation_id)
        assert {skill for skill, _ in content.skills} == {row.skill_id for row in job.job_skills.all()}


def test_what_people_apply_to_they_like_more_than_what_they_only_saw(made: Market) -> None:
    numbers = {UUID(made.all_postings.life(number).key): number for number in range(JOBS)}
    tastes = _tastes(made)
    deeds_of: dict[tuple[UUID, UUID], set[str]] = defaultdict(set)
    for user, job, kind in InteractionEvent.objects.values_list("user_id", "job_id", "kind"):
        deeds_of[user, job].add(kind)
    worth: dict[bool, list[float]] = defaultdict(list)
    for (user, job), kinds in deeds_of.items():
        mood = made.chance.of(Draw.MOOD, 1_000_000)
        worth["apply" in kinds].append(tastes[user].worth(made.all_postings.said(numbers[job]), mood))

    assert min(map(len, worth.values())) > 5
    assert sum(worth[True]) / len(worth[True]) > sum(worth[False]) / len(worth[False]) + 1


def test_the_better_liked_the_more_is_done() -> None:
    chance = Random(1)
    done = {worth: Counter(deed for _ in range(500) for deed in deeds(worth, chance)) for worth in (-9, OPENED, 4)}

    assert done[-9]["view"] == 0 < done[-9]["hide"]
    assert 200 < done[OPENED]["view"] < 300
    assert done[OPENED]["apply"] < 10 < 450 < done[4]["apply"]
    assert all(counts["impression"] == 500 for counts in done.values())
