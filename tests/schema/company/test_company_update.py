"""`companyUpdate`, `Company.logo` and `Company.version`."""

import base64
from io import BytesIO

import pytest
from django.conf import LazySettings
from django.test import Client
from PIL import Image

from accounts.models import User
from jobs.models import Company
from schema.core import ids
from tests.door import send
from tests.factories import ApiKeyFactory, CompanyFactory, MembershipFactory, UserFactory
from tests.schema.account.acts import act, document, refusals

pytestmark = pytest.mark.django_db
FIELDS = "company { name slug website logo version }"


@pytest.fixture(autouse=True)
def _own_store(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))


def owner() -> tuple[User, Company]:
    membership = MembershipFactory(role="owner")
    return membership.user, membership.company


def update(by: User, company: Company, changes: dict[str, object], **more: object) -> object:
    values = {"id": ids.encode("Company", company.pk), "changes": changes, **more}
    return act("companyUpdate", values, FIELDS, by=by)


def picture() -> str:
    written = BytesIO()
    Image.new("RGB", (600, 300)).save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def test_the_logo_is_shown_to_everybody_and_can_be_fetched() -> None:
    user, company = owner()
    payload = update(user, company, {"logo": picture(), "name": "Renamed"})
    logo = payload["company"]["logo"]
    assert payload["company"] == {
        "name": "Renamed",
        "slug": company.slug,
        "website": None,
        "logo": logo,
        "version": 2,
    }
    query = "query($slug: String!) { company(by: {slug: $slug}) { logo } }"
    assert send(query, {"slug": company.slug}).data == {"company": {"logo": logo}}
    answer = Client().get(logo[logo.index("/media/") :])
    assert Image.open(BytesIO(answer.content)).size == (512, 256)
    assert update(user, company, {"logo": None})["company"]["logo"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "changes.name"),
        ({"name": "n" * 201}, "changes.name"),
        ({"website": "javascript:alert(1)"}, "changes.website"),
        ({"description": "x" * 100_001}, "changes.description"),
        ({"aliases": ["\u0000"]}, "changes.aliases"),
        ({"sizeBand": "S11_50", "benefits": ["b" * 101]}, "changes.benefits"),
        ({"logo": base64.b64encode(b"<svg/>").decode()}, "changes.logo"),
    ],
)
def test_the_field_at_fault_is_named(changes: dict[str, object], field: str) -> None:
    user, company = owner()
    assert refusals(update(user, company, changes)) == [("INVALID", field)]


def test_every_refusal() -> None:
    user, company = owner()
    hidden = CompanyFactory(status="suspended")
    assert refusals(update(user, hidden, {"name": "A"})) == [("NOT_FOUND", "id")]
    assert refusals(update(UserFactory(), company, {"name": "A"})) == [("FORBIDDEN", None)]
    assert refusals(update(user, company, {"name": "A"}, version=7)) == [("COMPANY_CHANGED_MEANWHILE", "version")]
    company.refresh_from_db()
    assert company.version == 1


def test_a_key_for_it_may() -> None:
    user, company = owner()
    values = {"id": ids.encode("Company", company.pk), "changes": {"name": "By key"}}

    def ask(*scopes: str) -> object:
        key = ApiKeyFactory(user=user, scopes=list(scopes))
        return send(
            document("companyUpdate", "company { name }"), {"input": values}, authorization=f"Bearer {key.text}"
        )

    assert ask("company:read").codes == ["FORBIDDEN"]
    assert ask("company:write", "company:read").data["companyUpdate"]["company"] == {"name": "By key"}
