"""Following is a person's own matter."""

import pytest

from accounts.models import AuditEntry
from jobs.models import Follow
from jobs.selectors import follow as follows
from jobs.services import follow
from kernel.errors import Forbidden, NotFound
from kernel.ids import uuid7
from kernel.rows import Slice
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, FollowFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def test_following_twice_is_following() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    for _ in range(2):
        assert follow.follow(by=by, company_id=company.pk) == company
    assert follows.is_followed(by, [company.pk]) == {company.pk: True}
    assert Follow.objects.count() == 1
    assert not AuditEntry.objects.exists(), "the company's log does not tell who follows it"


@pytest.mark.django_db(transaction=True)
def test_following_many_times_at_once_is_following() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    assert at_once(*[lambda: follow.follow(by=by, company_id=company.pk)] * 5) == ["done"] * 5
    assert Follow.objects.count() == 1


def test_unfollowing_is_for_oneself_and_may_be_repeated() -> None:
    other = FollowFactory()
    mine = FollowFactory(company=other.company)
    by = viewer_of(mine.user)
    for _ in range(2):
        follow.unfollow(by=by, company_id=mine.company_id)
    assert follows.is_followed(by, [mine.company_id]) == {mine.company_id: False}
    assert list(Follow.objects.all()) == [other]


def test_a_company_that_is_not_there_or_hidden_is_not_followed() -> None:
    for key in (uuid7(), CompanyFactory(status="suspended").pk):
        with pytest.raises(NotFound):
            follow.follow(by=viewer_of(UserFactory()), company_id=key)


def test_nobody_and_staff_follow_nothing() -> None:
    for by in (ANONYMOUS, viewer_of(UserFactory(moderator=True)), viewer_of(UserFactory(platform_admin=True))):
        with pytest.raises(Forbidden):
            follow.follow(by=by, company_id=CompanyFactory().pk)


def test_whom_one_followed_last_comes_first_and_hidden_ones_are_left_out() -> None:
    user = UserFactory()
    first, second, hidden = (FollowFactory(user=user).company for _ in range(3))
    FollowFactory()
    hidden.status = "closed"
    hidden.save()
    by = viewer_of(user)
    assert [company.pk for company in follows.companies(by, Slice()).rows] == [second.pk, first.pk]
    assert follows.count(by) == 2
    page = follows.companies(by, Slice(size=1))
    assert page.has_next
    rest = follows.companies(by, Slice(size=1, after=page.positions[0]))
    assert [company.pk for company in rest.rows] == [first.pk]
    assert follows.count(ANONYMOUS) == 0
