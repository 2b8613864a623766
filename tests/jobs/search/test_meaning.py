"""The taxonomies that a process reads before anybody searches."""

from threading import Thread

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from jobs.models import SkillAlias
from jobs.search import meaning, occupations, skills
from jobs.search.postgres import terms
from tests.factories import OccupationFactory, SkillFactory
from tests.search_board import live_jobs


@pytest.mark.django_db(transaction=True)
def test_once_prepared_nobody_waits_for_them(django_assert_num_queries) -> None:
    occupation, skill = OccupationFactory(title="Astronomical Clockmaker"), SkillFactory()
    SkillAlias.objects.create(skill=skill, alias="gilding")
    thread = Thread(target=meaning.prepare)
    thread.start()
    thread.join()
    with django_assert_num_queries(0):
        assert occupations.space().whole(["astronomical", "clockmaker"]) == [occupation.pk]
        assert [key for key, _ in skills.space().nearest(["gilding"], 1)] == [skill.pk]


@pytest.mark.django_db(transaction=True)
def test_without_the_database_the_process_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(occupations, "space", away)
    with capture_logs() as logs:
        meaning.prepare()
    assert [entry["event"] for entry in logs] == ["meaning_not_prepared"]


@pytest.mark.django_db
def test_what_many_jobs_are_of_is_sooner_meant_than_what_is_as_near() -> None:
    rare, common = OccupationFactory(title="Lamp Attendant"), OccupationFactory(title="Lamp Fitter")
    assert list(meaning.of(["lamp"]).occupations.values()) == [1.0, 1.0]

    live_jobs(*["Lamp Fitter"] * 4)
    terms.rebuild()

    # One and five ninths, of which the greater is 1 again.
    assert list(meaning.of(["lamp"]).occupations.items()) == [(common.pk, 1.0), (rare.pk, pytest.approx(0.36))]


@pytest.mark.django_db
def test_the_very_name_is_meant_though_jobs_of_its_like_are_many() -> None:
    rare = OccupationFactory(title="Lamp Attendant")
    OccupationFactory(title="Lamp Fitter")
    live_jobs(*["Lamp Fitter"] * 4)
    terms.rebuild()

    meant = meaning.of(["lamp", "attendant"]).occupations

    assert next(iter(meant.items())) == (rare.pk, 1.0)


@pytest.mark.django_db
def test_what_ends_as_titles_do_is_a_title_though_a_skill_is_nearer() -> None:
    skill = SkillFactory()
    SkillAlias.objects.create(skill=skill, alias="gilded clock music")
    for work in ("bell", "chain", "dial", "gear", "hand", "lamp", "spring", "tower"):
        OccupationFactory(title=f"{work} zymurgist")

    # Of the same two words that only the skill has; the second text ends as eight titles do.
    assert next(iter(meaning.of(["gilded", "clock", "tower"]).skills)) == skill.pk
    assert not meaning.of(["gilded", "clock", "zymurgist"]).skills
