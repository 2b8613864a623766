import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.auth.authentication import authenticate
from accounts.errors import NotAuthenticated
from accounts.models import AuditEntry
from accounts.services import session
from tests.admin_client import admin_client
from tests.factories import ApiKeyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return UserFactory(platform_admin=True)


def pick(boss, model, action, *rows):
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    answer = admin_client(boss).post(reverse(f"admin:accounts_{model}_changelist"), data)
    return sorted(str(message) for message in get_messages(answer.wsgi_request))


def test_a_key_is_revoked_and_written_down(boss):
    key = ApiKeyFactory()
    assert pick(boss, "apikey", "revoke", key) == ["1 revoked."]
    with pytest.raises(NotAuthenticated):
        authenticate(f"Bearer {key.text}")
    entry = AuditEntry.objects.get(act="api_key.revoke")
    assert (entry.actor_id, entry.target_id) == (boss.pk, str(key.pk))


def test_a_session_is_ended_and_written_down(boss):
    one, other = (session.open(UserFactory(), method="password") for _ in range(2))
    assert pick(boss, "session", "end", one.session) == ["1 ended."]
    with pytest.raises(NotAuthenticated):
        authenticate(f"Bearer {one.access}")
    assert authenticate(f"Bearer {other.access}").user_id == other.session.user_id
    entry = AuditEntry.objects.get(act="session.revoke")
    assert (entry.actor_id, entry.target_id) == (boss.pk, str(one.session.pk))


def test_pages_show_neither_a_key_nor_its_hash(boss):
    key = ApiKeyFactory()
    pages = [
        reverse("admin:accounts_apikey_changelist"),
        reverse("admin:accounts_apikey_change", args=[key.pk]),
        reverse("admin:accounts_user_change", args=[key.user_id]),
    ]
    for url in pages:
        page = admin_client(boss).get(url).content.decode()
        assert key.prefix in page
        assert key.hash not in page
        assert key.text.split("_")[2] not in page


@pytest.mark.parametrize(("term", "finds"), [("prefix", True), ("hash", False), ("text", False)])
def test_a_key_is_found_by_what_is_shown_of_it(boss, term, finds):
    key = ApiKeyFactory()
    page = admin_client(boss).get(reverse("admin:accounts_apikey_changelist"), {"q": getattr(key, term)})
    assert (key.pk in {row.pk for row in page.context["cl"].result_list}) == finds
