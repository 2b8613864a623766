"""The list of addresses that get no mail, in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, EmailSuppression
from accounts.services import suppression
from tests.admin_client import admin_client
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:accounts_emailsuppression_changelist"


@pytest.fixture
def client() -> Client:
    return admin_client(UserFactory(platform_admin=True))


def test_an_address_is_put_on_the_list_in_lower_case(client: Client) -> None:
    words = {"email": "Ada@Example.org", "detail": "Asked"}
    answer = client.post(reverse("admin:accounts_emailsuppression_add"), words)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = EmailSuppression.objects.get()
    assert (row.email, row.reason, row.detail) == ("ada@example.org", "manual", "Asked")


def test_an_address_that_is_there_is_refused_in_any_case(client: Client) -> None:
    suppression.suppress("ada@example.org", reason=suppression.Reason.BOUNCE)
    answer = client.post(reverse("admin:accounts_emailsuppression_add"), {"email": "ADA@example.org"})
    assert "email" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("is_one", [True, False], ids=["on its page", "from the list"])
def test_an_address_is_taken_off_the_list_and_the_log_names_none(client: Client, is_one: bool) -> None:
    suppression.suppress("ada@example.org", reason=suppression.Reason.BOUNCE)
    row = EmailSuppression.objects.get()
    if is_one:
        client.post(reverse("admin:accounts_emailsuppression_delete", args=[row.pk]), {"post": "yes"})
    else:
        client.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    assert not suppression.is_suppressed("ada@example.org")
    entry = AuditEntry.objects.get(act="admin.emailsuppression.delete")
    assert entry.target_id == str(row.pk)
    assert "ada@" not in str([entry.before, entry.after])


def test_what_a_server_said_is_not_rewritten(client: Client) -> None:
    suppression.suppress("ada@example.org", reason=suppression.Reason.BOUNCE, detail="550 5.1.1")
    row = EmailSuppression.objects.get()
    address = reverse("admin:accounts_emailsuppression_change", args=[row.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"email": "eve@example.org"}).status_code == 403


def test_the_list_is_searched(client: Client) -> None:
    for name in ("ada", "eve"):
        suppression.suppress(f"{name}@example.org", reason=suppression.Reason.BOUNCE)
    content = client.get(reverse(LIST), {"q": "ada@example.org"}).content.decode()
    assert "ada@example.org" in content
    assert "eve@example.org" not in content
