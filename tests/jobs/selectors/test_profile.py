"""Who reads which profile, and what of it."""

from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from jobs.models import CompanyStatus, Profile, ProfileSection
from jobs.selectors import profile as profiles
from jobs.selectors import profile_completeness
from jobs.selectors.profile_completeness import RULES, ProfilePart, completeness
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import (
    CompanyFactory,
    CurrencyFactory,
    EmployerBlockFactory,
    ExperienceFactory,
    MembershipFactory,
    ProfileFactory,
    ProfileSkillFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db

ALL = [section.value for section in ProfileSection]
LISTS = (
    profiles.experiences,
    profiles.educations,
    profiles.skills,
    profiles.languages,
    profiles.links,
    profiles.work_authorisations,
    profiles.categories,
    profiles.occupations,
)


def shown(**fields: Any) -> Profile:
    made: Profile = ProfileFactory(**{"visibility": "recruiters", "shown_sections": ALL, **fields})
    return made


def recruiter(role: str = "recruiter", **fields: Any) -> User:
    if "company" not in fields:
        fields["company__verified_at"] = timezone.now()
    made: User = MembershipFactory(role=role, **fields).user
    return made


def sees(by: User | Viewer, profile: Profile) -> bool:
    viewer = by if isinstance(by, Viewer) else viewer_of(by)
    return bool(profiles.by_id(viewer, [profile.pk]))


def test_the_person_sees_all_of_the_own_one() -> None:
    mine = ProfileFactory(salary_floor_minor=1, salary_floor_currency=CurrencyFactory(), salary_floor_period="year")
    row = profiles.by_id(viewer_of(mine.user), [mine.pk])[mine.pk]
    assert (row.salary_floor_minor, row.headline, row.visibility) == (1, "Engineer", "private")
    assert not AuditEntry.objects.exists(), "one's own data is read without a note"


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
def test_recruiters_and_above_see_those_who_show_themselves(role: str) -> None:
    assert sees(recruiter(role), shown())
    assert not sees(recruiter(role), shown(visibility="private"))


@pytest.mark.parametrize("role", ["interviewer", "hiring_manager"])
def test_who_is_less_does_not(role: str) -> None:
    assert not sees(recruiter(role), shown())


def test_nobody_else_does() -> None:
    profile = shown()
    assert not sees(ANONYMOUS, profile)
    for by in (UserFactory(), UserFactory(moderator=True), UserFactory(platform_admin=True)):
        assert not sees(by, profile)
    assert not sees(recruiter(suspended_at=timezone.now()), profile)
    assert not sees(recruiter(company__status=CompanyStatus.SUSPENDED), profile)


def test_a_company_that_has_not_proved_who_it_is_is_shown_nobody() -> None:
    assert not sees(recruiter("owner", company=CompanyFactory()), shown())


@pytest.mark.parametrize("status", ["deactivated", "deleted"])
def test_who_has_switched_the_account_off_is_shown_to_nobody(status: str) -> None:
    profile, by = shown(), recruiter()
    ExperienceFactory(profile=profile)
    assert sees(by, profile)
    User.objects.filter(pk=profile.user_id).update(status=status)
    assert not sees(by, profile)
    assert profiles.experiences(viewer_of(by), [profile.pk]) == {}
    assert profiles.names(viewer_of(by), [profile.pk]) == {}


def test_no_one_who_acts_for_a_blocked_employer_does_whatever_else_they_are() -> None:
    profile, by = shown(), recruiter()
    interviewer_there = MembershipFactory(user=by, role="interviewer", suspended_at=timezone.now())
    assert sees(by, profile)
    EmployerBlockFactory(user=profile.user, company=interviewer_there.company)
    assert not sees(by, profile)
    assert profiles.names(viewer_of(by), [profile.pk]) == {}
    ExperienceFactory(profile=profile)
    assert profiles.experiences(viewer_of(by), [profile.pk]) == {}
    EmployerBlockFactory(company=interviewer_there.company)
    assert sees(by, shown()), "what others blocked is theirs"


def test_a_key_needs_the_scope() -> None:
    mine = ProfileFactory()
    by = viewer_of(mine.user)
    key = Viewer(user_id=by.user_id, key_id=UUID(int=1), scopes=frozenset({Scope.JOBS_READ}))
    assert not sees(key, mine)
    assert profiles.own(key, [by.user_id]) == {}
    assert all(read(key, [mine.pk]) == {} for read in (*LISTS, profiles.names, completeness))
    assert sees(Viewer(user_id=by.user_id, key_id=UUID(int=1), scopes=frozenset({Scope.PROFILE_READ})), mine)


def test_what_is_not_shown_is_not_there() -> None:
    profile = shown(
        shown_sections=["experience"],
        summary="S",
        seniority="mid",
        notice_days=3,
        workplaces=["remote"],
        employment_types=["full_time"],
        languages=["en"],
        salary_floor_minor=1,
        salary_floor_currency=CurrencyFactory(),
        salary_floor_period="year",
    )
    ExperienceFactory(profile=profile)
    ProfileSkillFactory(profile=profile)
    by = viewer_of(recruiter())
    row = profiles.by_id(by, [profile.pk])[profile.pk]
    hidden = ("user_id", "headline", "summary", "seniority", "home_id", "radius_km", "notice_days", "workplaces")
    private = ("salary_floor_minor", "salary_floor_currency_id", "salary_floor_currency", "salary_floor_period")
    for column in (*hidden, "employment_types", "languages", *private, "visibility", "version"):
        assert not getattr(row, column), column
    assert not hasattr(row, "json_resume")
    assert profiles.names(by, [profile.pk]) == {}
    assert len(profiles.experiences(by, [profile.pk])[profile.pk]) == 1
    assert profiles.skills(by, [profile.pk]) == {}


def test_what_is_shown_is_there_but_for_what_is_the_persons_alone() -> None:
    profile = shown(
        summary="S", salary_floor_minor=1, salary_floor_currency=CurrencyFactory(), salary_floor_period="day"
    )
    by = viewer_of(recruiter())
    row = profiles.by_id(by, [profile.pk])[profile.pk]
    assert (row.headline, row.summary, row.home_id) == (profile.headline, "S", profile.home_id)
    assert profiles.names(by, [profile.pk]) == {profile.pk: profile.user.name}
    assert (row.salary_floor_minor, row.salary_floor_period, row.version) == (None, "", None)
    assert completeness(by, [profile.pk]) == {}


def test_reads_by_others_are_put_down_once_each_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    by = viewer_of(recruiter())
    several = [shown() for _ in range(5)]
    ProfileFactory()
    with django_assert_num_queries(4):  # the rows, and the entries in a savepoint of their own
        found = profiles.by_id(by, [profile.pk for profile in several])
    entries = AuditEntry.objects.filter(act="profile.read", kind="read", actor_id=by.user_id)
    assert (
        sorted(entries.values_list("target_id", flat=True))
        == sorted(map(str, found))
        == sorted(str(profile.pk) for profile in several)
    )


def test_lists_of_many_are_those_of_each() -> None:
    by = recruiter()
    mine, theirs, hidden = ProfileFactory(user=by), shown(), shown(shown_sections=["skills"])
    for profile in (mine, theirs, hidden):
        for title in ("B", "A"):
            ExperienceFactory(profile=profile, title=title)
    keys = [profile.pk for profile in (mine, theirs, hidden)]
    found = profiles.experiences(viewer_of(by), keys)
    assert {key: [row.title for row in rows] for key, rows in found.items()} == {
        mine.pk: ["B", "A"],
        theirs.pk: ["B", "A"],
    }


def test_rules_make_a_hundred_and_name_every_part() -> None:
    assert sum(rule.weight for rule in RULES) == 100
    assert {rule.part for rule in RULES} == set(ProfilePart)


def test_completeness_tells_what_is_missing_the_weightiest_first() -> None:
    mine = ProfileFactory(home=None, headline="")
    by = viewer_of(mine.user)
    assert completeness(by, [mine.pk])[mine.pk].percent == 0
    ExperienceFactory(profile=mine)
    for _ in range(profile_completeness.ENOUGH_SKILLS - 1):
        ProfileSkillFactory(profile=mine)
    found = completeness(by, [mine.pk])[mine.pk]
    assert (found.percent, found.missing[:2]) == (15, (ProfilePart.SKILLS, ProfilePart.WANTED))
    ProfileSkillFactory(profile=mine)
    assert completeness(by, [mine.pk])[mine.pk].percent == 30
