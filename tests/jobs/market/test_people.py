from collections import Counter
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F

from accounts.models import User
from jobs.models import InteractionEvent, Profile, ProfileSkill
from tests.jobs.market.conftest import NOW, PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


def test_nobody_can_log_in_as_one_of_them() -> None:
    users = User.objects.all()
    assert len(users) == PEOPLE
    assert not any(user.has_usable_password() for user in users)
    assert {user.platform_role for user in users} == {"user"}
    assert all(user.email == user.email.lower() and user.email.isascii() for user in users)


def test_everybody_has_a_home_work_to_look_for_and_skills() -> None:
    profiles = Profile.objects.all()
    assert len(profiles) == PEOPLE
    for profile in profiles:
        assert profile.home is not None
        assert profile.occupations.exists()
        assert profile.categories.exists()
        assert profile.profile_skills.exists()
        profile.clean_fields()
    assert {profile.visibility for profile in profiles} == {"private", "recruiters"}
    assert ProfileSkill.objects.filter(skill__job_skills__isnull=False).exists()


def test_events_happen_while_the_posting_is_there() -> None:
    events = InteractionEvent.objects.all()
    assert events.exists()
    assert not events.filter(occurred_at__lt=F("job__published_at")).exists()
    assert not events.filter(occurred_at__gte=F("job__expires_at")).exists()
    assert not events.filter(occurred_at__gte=F("job__closed_at")).exists()
    assert not events.filter(occurred_at__gt=NOW).exists()
    assert not events.filter(job__lifecycle__in=["draft", "in_review", "scheduled"]).exists()


def test_fewer_are_kept_than_opened_and_fewer_applied_to() -> None:
    kinds = Counter(InteractionEvent.objects.values_list("kind", flat=True))
    assert kinds["impression"] > kinds["view"] > kinds["save"] > kinds["apply"] > 0
    assert kinds["apply_click"] >= kinds["apply"]


def test_most_of_what_people_open_is_their_field_of_work() -> None:
    wanted: dict[UUID, set[int]] = {}
    for user, category in Profile.objects.values_list("user", "categories"):
        wanted.setdefault(user, set()).add(category)
    seen = list(InteractionEvent.objects.filter(kind="view").values_list("user", "job__category"))
    assert len(seen) > 25
    assert sum(category in wanted[user] for user, category in seen) > 0.6 * len(seen)


def test_events_stand_in_the_partition_of_their_month() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, to_char(occurred_at, 'YYYY_MM') FROM jobs_interactionevent")
        assert all(table == f"jobs_interactionevent_{month}" for table, month in cursor.fetchall())
