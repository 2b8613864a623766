"""Reading what one has dismissed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from jobs.models import JobDismissal
from jobs.selectors import dismissal
from kernel.rows import Slice
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import JobFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db


def dismissed(user: User, count: int) -> list[JobDismissal]:
    now = timezone.now()
    return [
        JobDismissal.objects.create(user=user, job=JobFactory(), dismissed_at=now - timedelta(minutes=minutes))
        for minutes in range(count)
    ]


def keys(page: object) -> list[UUID]:
    return [row.pk for row in page.rows]  # type: ignore[attr-defined]


def test_pages_are_the_newest_first_and_the_viewers_own() -> None:
    user, other = UserFactory(), UserFactory()
    rows, _ = dismissed(user, 5), dismissed(other, 2)
    by = viewer_of(user)
    first = dismissal.page(by, Slice(size=3))
    assert (keys(first), first.has_next) == ([row.pk for row in rows[:3]], True)
    second = dismissal.page(by, Slice(size=3, after=first.positions[-1]))
    assert (keys(second), second.has_next) == ([row.pk for row in rows[3:]], False)
    assert dismissal.count(by) == 5


def test_rows_by_their_id_and_by_their_job_are_the_viewers_own() -> None:
    user, other = UserFactory(), UserFactory()
    (mine,), (theirs,) = dismissed(user, 1), dismissed(other, 1)
    by = viewer_of(user)
    assert dismissal.by_id(by, [mine.pk, theirs.pk]).keys() == {mine.pk}
    assert dismissal.of_jobs(by, [mine.job_id, theirs.job_id]).keys() == {mine.job_id}


def test_nobody_and_a_key_without_the_scope_read_nothing() -> None:
    user = UserFactory()
    (row,) = dismissed(user, 1)
    for by in (ANONYMOUS, Viewer(user_id=user.pk, key_id=uuid4(), scopes=frozenset({Scope.JOBS_READ}))):
        assert not dismissal.page(by, Slice()).rows
        assert dismissal.count(by) == 0
        assert dismissal.by_id(by, [row.pk]) == {}
        assert dismissal.of_jobs(by, [row.job_id]) == {}
