import pytest

from jobs.selectors import membership
from kernel.viewer import ANONYMOUS
from tests.factories import MembershipFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db


def test_roles_are_those_of_the_viewer_in_one_query(django_assert_num_queries):
    user = UserFactory()
    recruiter = MembershipFactory(user=user, role="recruiter")
    owner = MembershipFactory(user=user, role="owner")
    MembershipFactory(company=owner.company, role="admin")
    with django_assert_num_queries(1):
        roles = membership.roles(viewer_of(user))
    assert roles == {recruiter.company_id: "recruiter", owner.company_id: "owner"}


def test_nobody_has_no_role_and_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert membership.roles(ANONYMOUS) == {}
