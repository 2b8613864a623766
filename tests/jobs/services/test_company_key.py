import pytest
from django.utils import timezone

from accounts.auth.authentication import authenticate
from accounts.models import ApiKey, User, UserKind
from jobs.models import Membership
from jobs.selectors import membership
from jobs.services import company_key, company_profile
from kernel.errors import Forbidden, NotFound
from kernel.rows import Slice
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, MembershipFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def just_in(user: User) -> Viewer:
    return Viewer(user_id=user.pk, authenticated_at=timezone.now())


def make(by: Viewer, company_id) -> company_key.MadeKey:
    return company_key.create(by=by, company_id=company_id, name="Importer", scopes=["company:write"])


@pytest.mark.django_db(transaction=True)
def test_the_first_keys_of_a_company_at_once_share_one_service_user() -> None:
    company = CompanyFactory()
    admins = [MembershipFactory(company=company, role="admin").user for _ in range(4)]
    outcomes = at_once(*[lambda user=user: make(just_in(user), company.pk) for user in admins])
    assert outcomes == ["done"] * 4
    service = User.objects.get(kind=UserKind.SERVICE)
    assert ApiKey.objects.filter(user=service, company_id=company.pk).count() == 4
    assert Membership.objects.filter(company=company, user=service).count() == 1


def test_a_key_of_a_company_is_its_admins_equal_and_not_on_its_team() -> None:
    owner = MembershipFactory(role="owner")
    by = authenticate(f"Bearer {make(just_in(owner.user), owner.company_id).secret}")
    company = company_profile.update(by=by, company_id=owner.company_id, changes={"website": "https://acme.example"})
    assert company.website == "https://acme.example"
    page = membership.of_companies(just_in(owner.user), [company.pk], wanted=Slice())[company.pk]
    assert [member.user_id for member in page.rows] == [owner.user_id]


def test_a_key_of_a_company_changes_no_other() -> None:
    owner, other = MembershipFactory(role="owner"), MembershipFactory(role="owner")
    by = authenticate(f"Bearer {make(just_in(owner.user), owner.company_id).secret}")
    with pytest.raises(Forbidden):
        company_profile.update(by=by, company_id=other.company_id, changes={"website": "https://acme.example"})


def test_who_was_an_admin_makes_and_revokes_none_any_more() -> None:
    admin = MembershipFactory(role="admin")
    by = just_in(admin.user)
    made = make(by, admin.company_id)
    Membership.objects.filter(pk=admin.pk).update(suspended_at=timezone.now())
    with pytest.raises(Forbidden):
        make(by, admin.company_id)
    with pytest.raises(NotFound):
        company_key.revoke(by=by, key_id=made.key.pk)


def test_those_who_run_the_board_have_no_keys_of_companies() -> None:
    company = CompanyFactory()
    boss = Viewer(user_id=MembershipFactory().user_id, platform_role="admin", authenticated_at=timezone.now())
    with pytest.raises(Forbidden):
        make(boss, company.pk)
