"""The ways by which jobs come to be considered: none loses what a person may have, however they are looked up."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from jobs.feed import candidates
from jobs.feed.activity import Activity
from jobs.feed.candidates import considered
from jobs.feed.constraints import Constraints, eligible
from jobs.feed.match import Source
from jobs.feed.person import Person, person_of
from jobs.feed.ranking import rank
from jobs.feed.ways import SMALL, Way, all_indexed, ways
from jobs.models import Job, JobDismissal, Occupation, Profile
from jobs.search.postgres.fragment import Fragment, rows
from tests.factories import (
    CompanyFactory,
    OccupationFactory,
    PlaceFactory,
    ProfileFactory,
    SkillFactory,
    viewer_of,
)
from tests.jobs.feed.test_ranking import counted, ids, known, nurse
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db

WORKPLACES = ((), ("remote",), ("on_site", "hybrid"), ("on_site", "remote"))


@pytest.fixture
def occupation() -> Occupation:
    found: Occupation = OccupationFactory()
    return found


@pytest.fixture
def jobs(occupation: Occupation) -> dict[str, Job]:
    """One of each kind of place; none says the same as another."""
    here, there = PlaceFactory(country__code="DE"), PlaceFactory(country__code="FR")
    places = {
        "here": {"places": [here], "workplace": "on_site"},
        "hybrid here": {"places": [here], "workplace": "hybrid"},
        "unsaid here": {"places": [here], "workplace": ""},
        "there": {"places": [there], "workplace": "on_site"},
        "remote": {"places": [], "workplace": "remote"},
        "remote of there": {"places": [there], "workplace": "remote"},
        "nowhere": {"places": [], "workplace": "on_site"},
        "unsaid nowhere": {"places": [], "workplace": ""},
    }
    titles = ("Zqa", "Zqb", "Zqc", "Zqd", "Zqe", "Zqf", "Zqg", "Zqh")
    return {
        name: live_job(title, occupation=occupation, **values)
        for title, (name, values) in zip(titles, places.items(), strict=True)
    }


def looking(occupation: Occupation, workplaces: tuple[str, ...]) -> Person:
    """Somebody in Germany, for work of an occupation."""
    profile: Profile = ProfileFactory(
        headline="", home=PlaceFactory(country__code="DE"), radius_km=None, workplaces=list(workplaces)
    )
    profile.occupations.add(occupation)
    return person_of(viewer_of(profile.user), timezone.now())


def names(found: set[UUID], jobs: dict[str, Job]) -> set[str]:
    return {name for name, job in jobs.items() if job.pk in found}


@pytest.mark.parametrize("total", [1_000, 20 * SMALL])
@pytest.mark.parametrize("workplaces", WORKPLACES)
def test_every_job_of_the_occupation_that_keeps_the_rules_is_found_by_it(
    jobs: dict[str, Job], occupation: Occupation, workplaces: tuple[str, ...], total: int
) -> None:
    counted(**{"": total, f"o:{occupation.pk}": 8})
    person = looking(occupation, workplaces)
    now = timezone.now()
    among = Fragment.of("SELECT s.job_id FROM job_search s WHERE {}", eligible(person.constraints, now))
    allowed = {job_id for (job_id,) in rows(among)}

    found = considered(person, Activity(), now)

    by_occupation = {row.job_id for row in found if Source.OCCUPATION in row.named_sources()}
    assert names(by_occupation, jobs) == names(allowed, jobs)
    assert "there" not in names(allowed, jobs)
    assert ("remote of there" in names(allowed, jobs)) == (not workplaces or "remote" in workplaces)


@pytest.mark.parametrize(("total", "is_bounded"), [(20 * SMALL, True), (SMALL // 2, False)])
def test_of_an_occupation_that_very_many_have_not_all_are_looked_at(
    occupation: Occupation, total: int, is_bounded: bool
) -> None:
    counted(**{"": total, f"o:{occupation.pk}": 5_000})
    person = looking(occupation, ())
    of_it = [way for way in ways(person, Activity()) if f"'o:{occupation.pk}'" in str(way.condition.params)]
    assert {way.is_many for way in of_it} == {is_bounded}


@pytest.mark.parametrize("total", [20 * SMALL, SMALL // 2])
def test_a_job_has_the_source_of_each_way_that_leads_to_it(occupation: Occupation, total: int) -> None:
    skill, other = SkillFactory(), SkillFactory()
    live = {
        "both": live_job("Zqa", occupation=occupation, skills=[skill]),
        "skills": live_job("Zqb", skills=[skill, other]),
        "title": live_job("Landscape architect"),
        "another": live_job("Zqc"),
        "left out": live_job("Zqd", occupation=occupation, skills=[skill], language="fr"),
    }
    index_all()
    counts = {"": total, f"o:{occupation.pk}": 90_000, f"s:{skill.pk}": 5_000, f"s:{other.pk}": 6_000}
    person = replace(
        looking(occupation, ()),
        constraints=Constraints(languages=("en",)),
        counts=counts,
        skills={skill.pk: 1.0, other.pk: 1.0},
        titles=[(("landscape", "architect"), 1.0)],
    )

    found = {
        row.job_id: set(row.named_sources()) - {Source.FRESH} for row in considered(person, Activity(), timezone.now())
    }

    assert {name: found.get(job.pk) for name, job in live.items()} == {
        "both": {Source.OCCUPATION},
        "skills": {Source.SKILLS},
        "title": {Source.OCCUPATION},
        "another": set(),
        "left out": None,
    }


def test_what_others_like_leaves_room_for_what_the_person_does(
    monkeypatch: pytest.MonkeyPatch, occupation: Occupation
) -> None:
    monkeypatch.setattr(candidates, "LOOKED_AT", 4)
    other, skill = OccupationFactory(), SkillFactory()
    here = [PlaceFactory(country__code="DE")]
    # They stand first in the table.
    live_jobs(*(f"Zq{letter}" for letter in "abcdefgh"), occupation=other, places=here)
    asking = live_job("Zqv", occupation=other, skills=[skill], places=here)
    own = live_jobs("Zqw", "Zqx", "Zqy", occupation=occupation, skills=[skill], places=here)
    counts = {"": 20 * SMALL, f"o:{occupation.pk}": 90_000, f"o:{other.pk}": 90_000, f"s:{skill.pk}": 9_000}
    person = replace(looking(occupation, ()), counts=counts, skills={skill.pk: 1.0})
    activity = replace(Activity(), near={(other.pk, None): 1.0})

    found = considered(person, activity, timezone.now())

    by = {source: {row.job_id for row in found if source in row.named_sources()} for source in Source}
    assert by[Source.OCCUPATION] == {job.pk for job in own}
    assert by[Source.NEIGHBOURS] == {asking.pk}


def test_a_whole_kind_of_work_leaves_room_for_what_is_asked_for_closer(
    monkeypatch: pytest.MonkeyPatch, occupation: Occupation
) -> None:
    monkeypatch.setattr(candidates, "LOOKED_AT", 4)
    monkeypatch.setattr(candidates, "LOOKED_AT_WHOLE", 5)
    other, here = OccupationFactory(), [PlaceFactory(country__code="DE")]
    live_jobs(*(f"Zq{letter}" for letter in "abcdefgh"), occupation=other, places=here)
    own = live_jobs("Landscape architect", "Landscape architect of Zq", places=here)
    person = replace(looking(occupation, ()), counts={"": 20 * SMALL}, titles=[(("landscape", "architect"), 1.0)])

    found = considered(person, replace(Activity(), near={(other.pk, None): 1.0}), timezone.now())

    by = {source: {row.job_id for row in found if source in row.named_sources()} for source in Source}
    assert by[Source.OCCUPATION] == {job.pk for job in own}
    assert len(by[Source.NEIGHBOURS]) == 5


@pytest.mark.parametrize(("total", "most"), [(20 * SMALL, 2), (SMALL // 2, 3)])
def test_where_there_are_very_many_fewer_are_judged(
    monkeypatch: pytest.MonkeyPatch, occupation: Occupation, total: int, most: int
) -> None:
    monkeypatch.setattr(candidates, "MOST_OF_MANY", 2)
    monkeypatch.setattr(candidates, "MOST_CONSIDERED", 3)
    monkeypatch.setattr(candidates, "MOST_RANKED", 0)
    live_jobs("Zqa", "Zqb", "Zqc", "Zqd", occupation=occupation)
    person = replace(looking(occupation, ()), counts={"": total})

    assert len(considered(person, Activity(), timezone.now())) == most


def test_of_what_many_are_no_more_are_looked_at_than_is_said(
    monkeypatch: pytest.MonkeyPatch, occupation: Occupation
) -> None:
    monkeypatch.setattr(candidates, "LOOKED_AT_WHOLE", 3)
    for title in ("Zqa", "Zqb", "Zqc", "Zqd", "Zqe"):
        live_job(title, occupation=occupation)
    counted(**{"": 20 * SMALL, f"o:{occupation.pk}": 5_000})

    found = considered(looking(occupation, ()), Activity(), timezone.now())

    # The others are new.
    assert sum(Source.OCCUPATION in row.named_sources() for row in found) == 3
    assert len(found) == 5


@pytest.mark.parametrize(
    ("total", "with_skill", "is_asked"), [(2_000_000, 20_000, False), (2_000_000, 1_000, True), (50_000, 20_000, True)]
)
def test_a_kind_of_very_many_is_asked_for_alone_where_too_few_have_a_skill_as_well(
    occupation: Occupation, total: int, with_skill: int, is_asked: bool
) -> None:
    person = replace(looking(occupation, ("on_site",)), skills={7: 1.0}, place_ids=())
    counts = {"": total, "c:DE": total // 2, f"o:{occupation.pk}": 40_000, "s:7": with_skill}

    found = [str(way.condition.params) for way in ways(replace(person, counts=counts), Activity())]

    assert any("'s:7'" in asked and f"'o:{occupation.pk}'" in asked for asked in found)
    assert any("'s:7'" not in asked and f"'o:{occupation.pk}'" in asked for asked in found) == is_asked


@pytest.mark.parametrize("is_by_border", [False, True])
def test_what_is_near_is_looked_for_in_the_country_only_by_a_border(occupation: Occupation, is_by_border: bool) -> None:
    counts = {"": 2_000_000, "c:DE": 1_000_000, f"o:{occupation.pk}": 40_000}
    person = replace(looking(occupation, ("on_site",)), place_ids=(9,), counts=counts, is_by_border=is_by_border)
    (placed,) = (way for way in ways(person, Activity()) if way.is_placed)
    assert bool(placed.places) == is_by_border


def test_what_somebody_hardly_does_is_not_asked_for_among_very_many() -> None:
    counts = {"": 20 * SMALL, "o:1": 5_000, "o:2": 50_000, "o:3": 60_000, "o:4": 100}
    occupations = {1: 0.5, 2: 0.06, 3: 0.04, 4: 0.01}
    person = Person(Constraints(), occupations=occupations, place_ids=(9,), counts=counts)

    def asked(person: Person) -> set[int]:
        found = [str(way.condition.params) for way in ways(person, Activity())]
        return {key for key in occupations if any(f"'o:{key}'" in one for one in found)}

    # What few are of is read at once.
    assert asked(person) == {1, 2, 4}
    assert asked(replace(person, counts={**counts, "": SMALL // 2})) == {1, 2, 3, 4}


@pytest.mark.parametrize(("total", "cells"), [(20 * SMALL, 3), (SMALL // 2, 6)])
def test_so_many_kinds_that_were_liked_are_asked_for(total: int, cells: int) -> None:
    liked = [(1, skill) for skill in range(10, 20)]
    activity = Activity(cells=liked, near=dict.fromkeys(liked, 1.0))
    found = ways(Person(Constraints(), counts={"": total}), activity)
    assert {way.source for way in found} == {Source.ACTIVITY, Source.NEIGHBOURS}
    assert [str(way.condition.params).count("'s:") for way in found] == [cells, cells]


def walking(monkeypatch: pytest.MonkeyPatch, newest: int, further: int) -> None:
    """So many of the newest are looked at for all, and so many for whom the ways bring more than one job."""
    monkeypatch.setattr(
        candidates, "_NEWEST", candidates._NEWEST.replace(f"LIMIT {candidates.WALKED}", f"LIMIT {newest}")
    )
    monkeypatch.setattr(candidates, "FEW", 1)
    monkeypatch.setattr(candidates, "WALKED_ON", further)


def live_one_after_another(*titles: str) -> list[Job]:
    """The first is the newest."""
    now = timezone.now()
    return [live_job(title, published_at=now - timedelta(hours=hours)) for hours, title in enumerate(titles, 1)]


def test_what_fits_is_followed_by_the_newest_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    newest, put_away, second, third, _, *fit = live_one_after_another(
        "Zqa", "Zqb", "Zqc", "Zqd", "Zqe", "Nurse", "Nurse"
    )
    walking(monkeypatch, 1, 4)
    profile = nurse()
    JobDismissal.objects.create(user=profile.user, job=put_away)
    counted(**{"": 600_000})

    found = ids(rank(known(profile), timezone.now()).matches)

    assert set(found[:2]) == {job.pk for job in fit}
    # Four were looked at.
    assert set(found[2:]) == {newest.pk, second.pk, third.pk}


@pytest.mark.parametrize(("enough", "is_followed"), [(4, True), (3, False)])
def test_nothing_more_is_looked_for_where_enough_that_differ_came(
    monkeypatch: pytest.MonkeyPatch, enough: int, is_followed: bool
) -> None:
    company = CompanyFactory()
    live_jobs("Nurse", "Nurse", company=company)
    live_job("Nurse")
    newest, other = live_one_after_another("Zqa", "Zqb")
    walking(monkeypatch, 1, 10)
    monkeypatch.setattr(candidates, "MOST_RANKED", enough)
    counted(**{"": 600_000})

    found = {row.job_id for row in considered(known(nurse()), Activity(), timezone.now())}

    assert newest.pk in found
    assert (other.pk in found) == is_followed


def test_what_is_asked_of_the_head_in_a_place_is_looked_up_at_once() -> None:
    here, remote = Fragment("here"), Fragment("remote")

    def of_head(tsquery: str, *places: Fragment) -> Way:
        return Way(Source.WORDS, Fragment.of("head @@ {}", tsquery), places=places, tsquery=tsquery)

    other = Way(Source.FOLLOWED, Fragment("followed"))
    found = all_indexed([of_head("'a'", remote, here), other, of_head("'b' & 'c'", here)])

    assert [found.text.count(place) for place in ("remote", "here", "followed")] == [1, 1, 1]
    assert sorted(map(str, found.params.values())) == ["('a' | 'b' & 'c')", "('a')"]
    assert all_indexed([of_head("'a'")]).text.count("TRUE") == 1
