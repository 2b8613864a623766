"""From a person to an ordered list of matches."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from jobs.feed import candidates, weights
from jobs.feed.activity import Activity
from jobs.feed.constraints import eligible
from jobs.feed.match import Feature, Match, Source
from jobs.feed.person import Person, person_of
from jobs.feed.ranking import rank, scored
from jobs.models import (
    Company,
    FeedCell,
    FeedSettings,
    InteractionEvent,
    Job,
    JobHeat,
    Occupation,
    Profile,
    RankingModel,
    SearchSuggestion,
    SearchTerm,
    Skill,
)
from jobs.search.postgres.fragment import Fragment, rows
from jobs.services import heat
from tests.factories import (
    CompanyFactory,
    ExperienceFactory,
    FollowFactory,
    OccupationFactory,
    PlaceFactory,
    ProfileFactory,
    ProfileSkillFactory,
    SkillFactory,
    viewer_of,
)
from tests.jobs.feed.test_constraints import board, somebody, wishes
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db


def known(profile: Profile) -> Person:
    return person_of(viewer_of(profile.user), timezone.now())


def nurse(**values: Any) -> Profile:
    profile: Profile = ProfileFactory(**{"headline": "Nurse", "home": None, "radius_km": None} | values)
    return profile


def ids(matches: Sequence[Match]) -> list[UUID]:
    return [match.job_id for match in matches]


def test_what_fits_comes_first_and_says_why() -> None:
    skill = SkillFactory()
    other, fits = live_job("Plumber"), live_job("Staff nurse", skills=[skill])
    profile = nurse()
    ProfileSkillFactory(profile=profile, skill=skill)
    ranking = rank(known(profile), timezone.now())
    assert ids(ranking.matches) == [fits.pk, other.pk]
    assert ranking.model_version == weights.active().version
    best = ranking.matches[0]
    assert {Source.SKILLS, Source.OCCUPATION} <= set(best.sources)
    assert best.reasons


def test_of_what_says_the_same_the_best_is_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.feed.ranking.MOST_READ", 1)
    skill, company = SkillFactory(), CompanyFactory()
    other, plain, fits = live_job("Plumber"), *(live_job("Nurse", company=company, skills=s) for s in ([], [skill]))
    profile = nurse()
    ProfileSkillFactory(profile=profile, skill=skill)

    # The other is among the best two that say something else.
    assert ids(rank(known(profile), timezone.now(), size=2).matches) == [fits.pk, other.pk]
    assert {plain.pk, fits.pk} <= {
        one.job_id for one in candidates.considered(known(profile), Activity(), timezone.now())
    }


def test_parts_add_up_to_the_score_also_with_sliders() -> None:
    live_jobs(*(f"Nurse {number}" for number in range(12)), "Plumber", "Night nurse")
    profile = nurse()
    plain = rank(known(profile), timezone.now()).matches
    FeedSettings.objects.create(user=profile.user, weights={"fresh": 2, "title": 0, "skill": 0.5})
    slid = rank(known(profile), timezone.now()).matches
    for match in (*plain, *slid):
        assert sum(match.parts.values()) == pytest.approx(match.score, abs=1e-9)
        assert match.parts.keys() == weights.active().values.keys()
    assert {match.parts[Feature.TITLE] for match in slid} == {0}
    by_id = {match.job_id: match for match in plain}
    for match in slid:
        assert match.parts[Feature.FRESH] == pytest.approx(2 * by_id[match.job_id].parts[Feature.FRESH], rel=1e-6)


def test_single_jobs_are_scored_as_in_the_ranking() -> None:
    jobs = live_jobs(*(f"Nurse {number}" for number in range(6)), "Plumber")
    at = timezone.now()
    person = person_of(viewer_of(nurse().user), at)
    ranked = {match.job_id: match for match in rank(person, at).matches}
    for match in scored(person, [job.pk for job in jobs], at):
        same = ranked[match.job_id]
        assert (match.score, match.parts, match.reasons) == (same.score, same.parts, same.reasons)
    assert len(ranked) == 7
    assert scored(person, [], at) == []


def test_the_same_seed_gives_the_same_order() -> None:
    live_jobs(*(f"Nurse {number}" for number in range(40)))
    at = timezone.now()
    person = person_of(viewer_of(nurse().user), at)
    assert rank(person, at, seed=3) == rank(person, at, seed=3)
    assert {tuple(ids(rank(person, at, seed=seed).matches)) for seed in range(8)} != {
        tuple(ids(rank(person, at, seed=3).matches))
    }
    assert any(match.is_exploration and 0 < match.propensity < 1 for match in rank(person, at, seed=3).matches)


def test_as_of_an_instant_later_jobs_are_not_there() -> None:
    old, new = live_jobs("Nurse", "Night nurse")
    Job.objects.filter(pk=new.pk).update(published_at=timezone.now())
    new.refresh_from_db()
    index_all()
    at = timezone.now() - timedelta(hours=1)
    assert ids(rank(person_of(viewer_of(nurse().user), at), at).matches) == [old.pk]


def test_size_bounds_the_list() -> None:
    live_jobs(*(f"Nurse {number}" for number in range(9)))
    assert len(rank(known(nurse()), timezone.now(), size=4).matches) == 4


@pytest.mark.parametrize("seed", range(3))
def test_no_rule_is_ever_broken(seed: int) -> None:
    chance = Random(seed)
    jobs = board(chance, 36)
    for _ in range(4):
        person = somebody(chance, jobs)
        wish = wishes(chance, person)
        at = timezone.now() + timedelta(hours=chance.choice([0, 1]))
        allowed = {
            key for (key,) in rows(Fragment.of("SELECT s.job_id FROM job_search s WHERE {}", eligible(wish, at)))
        }
        ranked = rank(Person(wish, occupations={1: 1.0}, titles=((("engineer",), 1.0),)), at).matches
        assert set(ids(ranked)) <= allowed
        assert len(ids(ranked)) == len(set(ids(ranked)))


def counted(**jobs: int) -> None:
    """Have the index believe that so many jobs have something."""
    SearchTerm.objects.bulk_create(
        [SearchTerm(term=term, jobs=count) for term, count in jobs.items()],
        update_conflicts=True,
        unique_fields=["term"],
        update_fields=["jobs"],
    )


def by_occupation(profile: Profile) -> Job:
    occupation = OccupationFactory()
    profile.occupations.add(occupation)
    return live_job("Zqx", occupation=occupation)


def by_skills(profile: Profile) -> Job:
    skill = SkillFactory()
    ProfileSkillFactory(profile=profile, skill=skill)
    return live_job("Zqx", skills=[skill])


def by_words(profile: Profile) -> Job:
    profile.summary = "Ran a dialysis ward."
    profile.save()
    return live_job("Dialysis")


def by_activity(profile: Profile) -> Job:
    liked = live_job("Zqx")
    InteractionEvent.objects.create(
        user=profile.user, job=liked, kind="view", occurred_at=timezone.now() - timedelta(minutes=1)
    )
    return live_job("Zqx")


def by_neighbours(profile: Profile) -> Job:
    mine, near, skill = OccupationFactory(), OccupationFactory(), SkillFactory()
    profile.occupations.add(mine)
    FeedCell.objects.create(occupation=mine, skill=None, near_occupation=near, near_skill=skill, likeness=0.7)
    return live_job("Zqx", occupation=near, skills=[skill])


def by_company(profile: Profile) -> Job:
    company: Company = FollowFactory(user=profile.user).company
    return live_job("Zqx", company=company)


def by_heat(profile: Profile) -> Job:
    job = live_job("Zqx")
    JobHeat.objects.create(job=job, heat=heat.of(heat.OF_ONE + 1, timezone.now()))
    return job


def by_age(profile: Profile) -> Job:
    return live_job("Zqx")


@pytest.mark.parametrize(
    ("make", "source"),
    [
        (by_occupation, Source.OCCUPATION),
        (by_skills, Source.SKILLS),
        (by_words, Source.WORDS),
        (by_activity, Source.ACTIVITY),
        (by_neighbours, Source.NEIGHBOURS),
        (by_company, Source.FOLLOWED),
        (by_heat, Source.POPULAR),
        (by_age, Source.FRESH),
    ],
)
def test_each_way_brings_what_it_should(make: Callable[[Profile], Job], source: Source) -> None:
    profile = nurse(headline="")
    job = make(profile)
    found = {match.job_id: match for match in rank(known(profile), timezone.now()).matches}
    assert source in found[job.pk].sources


def test_what_is_common_is_narrowed() -> None:
    home = PlaceFactory()
    occupation: Occupation = OccupationFactory()
    first, second = SkillFactory(), SkillFactory()
    near = live_job("Zqx", occupation=occupation, places=[home])
    skilled = live_job("Zqy", occupation=occupation, skills=[first, second])
    counted(**{"": 600_000, f"o:{occupation.pk}": 30_000})
    for skill in (first, second):
        SearchSuggestion.objects.create(
            kind="skill", key=str(skill.pk), text="x", folded=f"x{skill.pk}", jobs=40_000, magnitude=7, witnesses=[]
        )
    profile = nurse(headline="", home=home, radius_km=20)
    profile.occupations.add(occupation)
    for skill in (first, second):
        ProfileSkillFactory(profile=profile, skill=skill)
    person = known(profile)
    assert person.counts[f"s:{first.pk}"] == 40_000
    found = {match.job_id: set(match.sources) for match in rank(person, timezone.now()).matches}
    assert Source.OCCUPATION in found[near.pk]
    assert {Source.OCCUPATION, Source.SKILLS} <= found[skilled.pk]


def test_where_hardly_anything_fits_it_looks_further_back(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = live_jobs("Zqx", "Zqy", published_at=timezone.now() - timedelta(hours=1))
    old = live_job("Zqz")
    monkeypatch.setattr(candidates, "_NEWEST", candidates._NEWEST.replace(f"LIMIT {candidates.WALKED}", "LIMIT 2"))
    profile = nurse(headline="")
    assert set(ids(rank(known(profile), timezone.now()).matches)) == {job.pk for job in newest}
    counted(**{"": 600_000})
    found = rank(known(profile), timezone.now()).matches
    assert set(ids(found)) == {old.pk, *(job.pk for job in newest)}
    assert {source for match in found for source in match.sources} == {Source.FRESH}


def test_who_does_not_want_to_be_profiled_is_not_ranked_by_what_they_did() -> None:
    liked, other = live_job("Zqx"), live_job("Zqy")
    profile = nurse(headline="")
    FeedSettings.objects.create(user=profile.user, is_profiled=False)
    at = timezone.now()
    viewer = viewer_of(profile.user)
    before = {match.job_id: match.score for match in rank(person_of(viewer, at), at).matches}
    InteractionEvent.objects.create(user=profile.user, job=liked, kind="view", occurred_at=at - timedelta(minutes=1))
    after = rank(person_of(viewer, at), at).matches
    assert {match.job_id: match.score for match in after} == before
    assert before.keys() == {liked.pk, other.pk}
    assert all(Source.ACTIVITY not in match.sources for match in after)


def test_a_new_version_of_the_weights_changes_the_order() -> None:
    fits, new = live_job("Nurse", published_at=timezone.now() - timedelta(days=25)), live_job("Plumber")
    person = known(nurse())
    row: RankingModel = weights.add({"fresh": 1.0}, "")
    assert ids(rank(person, timezone.now()).matches)[0] == fits.pk
    weights.activate(row.version)
    ranking = rank(person, timezone.now())
    assert ids(ranking.matches)[0] == new.pk
    assert ranking.model_version == row.version
    assert ranking.matches[0].parts.keys() == {Feature.FRESH}


def test_a_feed_takes_seven_statements_at_most(django_assert_max_num_queries: Any) -> None:
    skill: Skill = SkillFactory()
    company = CompanyFactory()
    liked = live_jobs(*(f"Nurse {number}" for number in range(8)), skills=[skill], company=company)[0]
    profile = nurse(salary_floor_minor=1, salary_floor_currency_id="EUR", salary_floor_period="year")
    ProfileSkillFactory(profile=profile, skill=skill)
    ExperienceFactory(profile=profile, title="Ward sister", summary="Ran a dialysis ward.", is_current=True)
    InteractionEvent.objects.create(
        user=profile.user, job=liked, kind="view", occurred_at=timezone.now() - timedelta(minutes=1)
    )
    person = known(profile)
    with django_assert_max_num_queries(7):
        assert rank(person, timezone.now()).matches


def test_of_a_board_without_jobs_nothing_is_ranked() -> None:
    assert rank(known(nurse()), timezone.now()).matches == []
