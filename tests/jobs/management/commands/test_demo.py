import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from jobs.demo.accounts import ACCOUNTS
from jobs.demo.companies import COMPANIES
from jobs.feed.match import Feature
from jobs.feed.person import person_of
from jobs.feed.ranking import rank
from jobs.models import Company, ImportRun, Job, Membership, Profile, SearchSuggestion, SourcePosting
from jobs.selectors.profile_completeness import ProfilePart, completeness
from tests.factories import CompanyFactory, UserFactory, viewer_of
from tests.search_board import indexed

pytestmark = pytest.mark.django_db


def test_demo_fills_an_empty_board(capsys):
    call_command("demo", count=60)
    assert set(Company.objects.values_list("slug", flat=True)) == {company.slug for company in COMPANIES}
    assert Job.objects.count() == SourcePosting.objects.filter(source="demo").count() == 60
    now = timezone.now()
    assert Job.objects.filter(lifecycle="published", published_at__lte=now, expires_at__gt=now).count() == 60
    assert not Job.objects.filter(category=None).exists()
    record = ImportRun.objects.get()
    assert (record.rows_created, record.rows_failed, record.report["faults"]) == (60, 0, [])
    assert "10 companies, 60 postings, 4 accounts" in capsys.readouterr().out


def test_demo_is_searched_though_no_worker_runs():
    call_command("demo", count=20)
    assert indexed() == set(Job.objects.values_list("pk", flat=True))
    assert SearchSuggestion.objects.filter(kind="title").exists()


def test_demo_accounts_can_log_in_and_act_for_their_company():
    call_command("demo", count=1, verbosity=0)
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.check_password(account.password)
        assert user.platform_role == account.platform_role
    roles = set(Membership.objects.values_list("user__email", "company__slug", "role"))
    assert roles == {(account.email, account.company, account.role) for account in ACCOUNTS if account.company}


def test_the_seeker_has_a_profile_that_is_complete_but_for_what_is_wanted():
    call_command("demo", count=1, verbosity=0)
    profile = Profile.objects.get()
    assert profile.user.email == "seeker@example.com"
    assert (profile.home.name, profile.headline, profile.salary_floor_minor) == (
        "Toronto",
        "Data analyst",
        75_000_00,
    )
    found = completeness(viewer_of(profile.user), [profile.pk])[profile.pk]
    assert (found.percent, found.missing) == (85, (ProfilePart.WANTED,))


def test_the_seeker_is_shown_work_of_several_companies_and_why_it_fits():
    call_command("demo", count=500, verbosity=0)
    viewer = viewer_of(User.objects.get(email="seeker@example.com"))
    now = timezone.now()
    found = rank(person_of(viewer, now), now).matches
    assert len(found) > 50
    first = found[:10]
    assert len({match.company_id for match in first}) >= 3
    assert len({match.company_id for match in found[:20]}) >= 4
    assert all(len(match.reasons) >= 2 for match in first)
    of_kind = [match for match in first if Feature.TITLE in {reason.code for reason in match.reasons}]
    assert len(of_kind) >= 8


def test_board_with_a_company_is_left_alone(capsys):
    CompanyFactory()
    call_command("demo")
    assert "not loaded" in capsys.readouterr().out
    assert (Company.objects.count(), Job.objects.count(), User.objects.count()) == (1, 0, 0)


def test_account_that_is_there_keeps_its_password_and_role():
    user = UserFactory(email=ACCOUNTS[0].email, password="my own password")
    call_command("demo", count=1, verbosity=0)
    user.refresh_from_db()
    assert user.check_password("my own password")
    assert user.platform_role == "user"


def test_same_seed_gives_the_same_postings():
    call_command("demo", count=20, seed=7, verbosity=0)
    first = list(Job.objects.order_by("external_reference").values_list("external_reference", "title"))
    ImportRun.objects.all().delete()
    Job.objects.all().delete()
    Membership.objects.all().delete()
    Company.objects.all().delete()
    call_command("demo", count=20, seed=7, verbosity=0)
    assert list(Job.objects.order_by("external_reference").values_list("external_reference", "title")) == first
