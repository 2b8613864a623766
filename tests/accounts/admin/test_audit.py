import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.services import audit
from kernel.ids import uuid7
from kernel.viewer import Viewer
from tests.admin_client import admin_client
from tests.factories import CompanyFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/auditentry/"


@pytest.fixture
def client():
    return admin_client(UserFactory(platform_admin=True))


def entry(act="company.update", **values) -> AuditEntry:
    company = values.pop("company", None) or CompanyFactory()
    by = Viewer(user_id=uuid7(), request_id=f"request-{company.pk}")
    audit.record(act, by=by, target=("Company", company.pk), company_id=company.pk, **values)
    return AuditEntry.objects.latest("id")


@pytest.mark.parametrize("column", ["actor_id", "target_id", "company_id", "request_id", "act"])
def test_entries_are_found_by_each_of_their_ids_and_by_their_act(client, column):
    wanted, other = entry("company.update"), entry("job.close")
    page = client.get(LIST, {"q": str(getattr(wanted, column))})
    found = {row.pk for row in page.context["cl"].result_list}
    assert wanted.pk in found
    assert other.pk not in found


def test_the_page_shows_what_was_changed_and_leads_to_it(client):
    row = entry(before={"website": "<b>old</b>"}, after={"website": "https://new.example"})
    page = client.get(reverse("admin:accounts_auditentry_change", args=[row.pk])).content.decode()
    assert "https://new.example" in page
    assert "&lt;b&gt;old" in page
    assert "<b>old" not in page
    for link in (
        reverse("admin:jobs_company_change", args=[row.company_id]),
        reverse("admin:accounts_user_change", args=[row.actor_id]),
    ):
        assert f'href="{link}"' in page


def test_nobody_writes_it(client):
    row = entry()
    url = reverse("admin:accounts_auditentry_change", args=[row.pk])
    assert client.post(url, {"act": "nothing"}).status_code == 403
    assert client.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    client.post(LIST, data)
    row.refresh_from_db()
    assert row.act == "company.update"
