"""Writing one's own profile."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from jobs.models import Experience, Profile
from jobs.services import profile
from kernel.errors import DomainError, Forbidden
from kernel.models import OutboxEvent
from kernel.viewer import ANONYMOUS
from tests.factories import (
    CategoryFactory,
    CountryFactory,
    CurrencyFactory,
    OccupationFactory,
    PlaceFactory,
    ProfileFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def change(by: User, *, version: int | None = None, **changes: Any) -> Profile:
    return profile.update(by=viewer_of(by), changes=changes, version=version)


def refused(by: User, **changes: Any) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refusal:
        change(by, **changes)
    return refusal.value.code, refusal.value.field


def test_all_of_it_is_written() -> None:
    by, place, occupation, category = UserFactory(), PlaceFactory(), OccupationFactory(), CategoryFactory()
    skill, _, _ = SkillFactory(), CurrencyFactory(), CountryFactory()
    made = change(
        by,
        headline=" Nurse ",
        summary="Cares.",
        home_id=place.pk,
        radius_km=30,
        seniority="mid",
        workplaces=["remote", "on_site", "remote"],
        employment_types=["full_time"],
        work_languages=["DE", "pt-br"],
        category_ids=[category.pk],
        occupation_ids=[occupation.pk],
        salary_floor={"amount": Decimal("50000.5"), "currency": "EUR", "period": "year"},
        notice_days=0,
        is_open=True,
        visibility="recruiters",
        shown_sections=["skills", "summary"],
        experiences=[{"title": "Nurse", "organisation": "Clinic", "started_on": "2020-02", "is_current": True}],
        educations=[{"institution": "School", "started_on": "2017-09", "ended_on": "2030-07"}],
        skills=[{"skill_id": skill.pk, "level": 4, "years": 6}],
        languages=[{"tag": "zh-hant", "level": "c1"}],
        links=[{"kind": "github", "url": "https://github.com/n"}],
        work_authorisations=[{"country": "DE", "permission": "citizen"}],
    )
    made = Profile.objects.get(pk=made.pk)
    assert (made.headline, made.version, made.notice_days, made.is_open) == ("Nurse", 1, 0, True)
    assert (made.workplaces, made.languages) == (["on_site", "remote"], ["de", "pt-BR"])
    assert (made.salary_floor_minor, made.salary_floor_currency_id) == (50_000_50, "EUR")
    assert made.shown_sections == ["summary", "skills"]
    assert made.experiences.get().started_on == date(2020, 2, 1)
    assert made.educations.get().ended_on == date(2030, 7, 1)
    assert made.profile_skills.get().years == 6
    assert made.spoken_languages.get().tag == "zh-Hant"
    assert made.work_authorisations.get().permission == "citizen"
    assert made.occupations.get() == occupation
    assert made.categories.get() == category


def test_null_clears_and_what_is_left_out_stays() -> None:
    by = UserFactory()
    change(by, headline="A", summary="B", notice_days=3, experiences=[{"title": "C"}], visibility="recruiters")
    change(by, headline=None, notice_days=None, experiences=None, visibility=None)
    made = Profile.objects.get(user=by)
    assert (made.headline, made.summary, made.notice_days, made.visibility) == ("", "B", None, "private")
    assert not made.experiences.exists()
    assert made.version == 2


def test_a_list_takes_the_place_of_the_one_there_was() -> None:
    by = UserFactory()
    change(by, experiences=[{"title": "A"}, {"title": "B"}, {"title": "C"}])
    change(by, experiences=[{"title": "C"}, {"title": "A"}])
    rows = Experience.objects.order_by("position").values_list("position", "title")
    assert list(rows) == [(0, "C"), (1, "A")]


def test_what_changed_is_put_down_and_told_but_not_what_it_says() -> None:
    by = UserFactory()
    made = change(by, headline="Secret", notice_days=3)
    entry = AuditEntry.objects.get(act="profile.update")
    assert (entry.target_id, entry.after) == (str(made.pk), {"changed": ["headline", "notice_days"]})
    event = OutboxEvent.objects.get(kind="ProfileChanged")
    assert event.payload == {"profile_id": str(made.pk), "user_id": str(by.pk)}


def test_an_older_version_is_refused() -> None:
    by = ProfileFactory().user
    change(by, version=1, headline="A")
    assert Profile.objects.get().version == 2
    with pytest.raises(DomainError) as refusal:
        change(by, version=1, headline="B")
    assert refusal.value.code == "PROFILE_CHANGED_MEANWHILE"
    assert Profile.objects.get().headline == "A"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"headline": "a" * 201}, "headline"),
    ({"headline": "a\x00"}, "headline"),
    ({"summary": "\ud800"}, "summary"),
    ({"home_id": 1}, "home_id"),
    ({"radius_km": 0}, "radius_km"),
    ({"radius_km": 1_001}, "radius_km"),
    ({"notice_days": -1}, "notice_days"),
    ({"notice_days": 731}, "notice_days"),
    ({"work_languages": ["en", "klingon"]}, "work_languages.1"),
    ({"work_languages": ["zh-Hant-419"]}, "work_languages.0"),
    ({"work_languages": ["en"] * 21}, "work_languages"),
    ({"category_ids": [2**31 - 1]}, "category_ids.0"),
    ({"occupation_ids": [1] * 51}, "occupation_ids"),
    ({"salary_floor": {"amount": Decimal("1.005"), "currency": "EUR", "period": "year"}}, "salary_floor.amount"),
    ({"salary_floor": {"amount": Decimal(-1), "currency": "EUR", "period": "year"}}, "salary_floor.amount"),
    ({"salary_floor": {"amount": Decimal(10**14), "currency": "EUR", "period": "year"}}, "salary_floor.amount"),
    ({"salary_floor": {"amount": Decimal(1), "currency": "QQQ", "period": "year"}}, "salary_floor.currency"),
    ({"salary_floor": {"amount": Decimal(1), "currency": "EUR", "period": "once"}}, "salary_floor.period"),
    ({"experiences": [{"title": "A"}] * 51}, "experiences"),
    ({"experiences": [{"title": "A"}] * 10_000}, "experiences"),
    ({"experiences": [{"title": "A"}, {"title": " "}]}, "experiences.1.title"),
    ({"experiences": [{"title": "A", "started_on": "2024-13"}]}, "experiences.0.started_on"),
    ({"experiences": [{"title": "A", "started_on": "2024-5"}]}, "experiences.0.started_on"),
    ({"experiences": [{"title": "A", "started_on": "1899-12"}]}, "experiences.0.started_on"),
    ({"experiences": [{"title": "A", "started_on": "٢٠٢٤-٠٥"}]}, "experiences.0.started_on"),
    ({"experiences": [{"title": "A", "started_on": "2024-05", "ended_on": "2024-04"}]}, "experiences.0.ended_on"),
    ({"experiences": [{"title": "A", "ended_on": "2024-05", "is_current": True}]}, "experiences.0.ended_on"),
    ({"experiences": [{"title": "A", "highlights": ["a", " "]}]}, "experiences.0.highlights.1"),
    ({"experiences": [{"title": "A", "highlights": ["a" * 1_001]}]}, "experiences.0.highlights.0"),
    ({"experiences": [{"title": "A", "highlights": ["a"] * 31}]}, "experiences.0.highlights"),
    ({"experiences": [{"title": "A", "summary": "\x00"}]}, "experiences.0.summary"),
    ({"educations": [{"score": "1"}]}, "educations.0.institution"),
    ({"educations": [{"area": "A"}] * 21}, "educations"),
    ({"skills": [{"skill_id": 2**31 - 1}]}, "skills.0.skill_id"),
    ({"languages": [{"tag": "en"}, {"tag": "EN"}]}, "languages.1"),
    ({"languages": [{"tag": "e"}]}, "languages.0.tag"),
    ({"languages": [{"tag": "en\n"}]}, "languages.0.tag"),
    ({"links": [{"url": "ftp://a.example"}]}, "links.0.url"),
    ({"links": [{"url": "javascript:alert(1)"}]}, "links.0.url"),
    ({"links": [{"url": "https://a.example/" + "a" * 500}]}, "links.0.url"),
    ({"work_authorisations": [{"country": "QQ", "permission": "permit"}]}, "work_authorisations.0.country"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_what_cannot_be_is_refused_with_the_field(changes: dict[str, Any], field: str) -> None:
    CurrencyFactory()
    assert refused(UserFactory(), **changes) == ("INVALID", f"changes.{field}")
    assert not Profile.objects.exists(), "nothing of it is written"


@pytest.mark.parametrize("role", ["moderator", "support", "admin"])
def test_the_boards_own_people_have_no_profile(role: str) -> None:
    assert refused(UserFactory(platform_role=role), headline="A") == ("FORBIDDEN", None)


def test_nobody_has_no_profile() -> None:
    with pytest.raises(Forbidden):
        profile.update(by=ANONYMOUS, changes={"headline": "A"})


@pytest.mark.django_db(transaction=True)
def test_of_several_who_write_from_one_version_one_does() -> None:
    by = ProfileFactory().user

    def write(headline: str) -> Callable[[], object]:
        return lambda: change(by, version=1, headline=headline)

    outcomes = at_once(*(write(str(n)) for n in range(8)))
    assert sorted(outcomes) == [*["PROFILE_CHANGED_MEANWHILE"] * 7, "done"]
    assert Profile.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_of_several_who_make_it_all_get_the_same() -> None:
    by = UserFactory()

    def write(number: int) -> Callable[[], object]:
        return lambda: change(by, experiences=[{"title": f"T{number}"}, {"title": "U"}])

    assert at_once(*(write(n) for n in range(8))) == ["done"] * 8
    made = Profile.objects.get()
    assert (made.version, made.experiences.count()) == (8, 2)
