import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Totp, User
from accounts.services import session, totp
from accounts.staff.table import BoundedPaginator
from kernel.models import OutboxEvent
from tests.admin_client import admin_client
from tests.factories import PASSWORD, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return admin_client(UserFactory(platform_admin=True))


def test_new_person_gets_a_hashed_password_and_an_email_in_lower_case(client):
    data = {
        "email": "New@Example.ORG",
        "name": "New",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    answer = client.post(reverse("admin:accounts_user_add"), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    user = User.objects.get(email="new@example.org")
    assert user.password.startswith("argon2")
    assert user.check_password(PASSWORD)


def test_an_address_is_kept_as_people_log_in_with_it(client):
    data = {"email": "ada@bücher.example", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(reverse("admin:accounts_user_add"), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert User.objects.filter(email="ada@xn--bcher-kva.example").exists()


def test_email_of_somebody_else_is_refused_in_any_case(client):
    UserFactory(email="taken@example.org")
    data = {"email": "TAKEN@example.org", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(reverse("admin:accounts_user_add"), data)
    assert "email" in answer.context["adminform"].form.errors


def test_change_page_shows_no_hash(client):
    user = UserFactory(password=PASSWORD)
    page = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert user.password not in page
    assert user.password.rsplit("$", 1)[-1] not in page


def test_change_page_takes_neither_a_password_nor_a_status(client):
    user = UserFactory(password=PASSWORD)
    data = {
        "email": "Renamed@example.org", "name": "Renamed", "locale": "en", "timezone": "UTC",
        "platform_role": "moderator", "status": "deactivated", "password": "plain",
    }  # fmt: skip
    data |= {f"{prefix}-{form}_FORMS": 0 for prefix in ("sessions", "api_keys") for form in ("TOTAL", "INITIAL")}
    answer = client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    user.refresh_from_db()
    assert (user.email, user.platform_role, user.status) == ("renamed@example.org", "moderator", "active")
    assert user.check_password(PASSWORD)


def test_password_page_sets_a_hashed_one(client):
    user = UserFactory(password=PASSWORD)
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"usable_password": "true", "password1": PASSWORD + "!", "password2": PASSWORD + "!"})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.password.startswith("argon2")
    assert user.check_password(PASSWORD + "!")


def test_count_of_a_long_list_stops(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(BoundedPaginator, "MOST", 3)
    for _ in range(5):
        UserFactory()
    with django_assert_num_queries(1) as queries:
        paginator = BoundedPaginator(User.objects.order_by("-id"), 2)
        assert (paginator.count, paginator.num_pages) == (3, 2)
    assert "LIMIT 3" in queries.captured_queries[0]["sql"]


def act(client, action, *users):
    data = {"action": action, "_selected_action": [str(user.pk) for user in users]}
    answer = client.post(reverse("admin:accounts_user_changelist"), data)
    assert answer.status_code == 302
    told = sorted(str(message) for message in get_messages(answer.wsgi_request))
    client.get(answer["Location"])  # the page that shows them
    return told


def test_switching_off_ends_sessions_and_is_written_down(client):
    user = UserFactory(password=PASSWORD)
    opened = session.open(user, method="password").session
    assert act(client, "suspend", user) == ["1 switched off."]
    user.refresh_from_db()
    opened.refresh_from_db()
    assert (user.status, user.deactivated_at) == ("deactivated", None)
    assert opened.revoke_reason == "by_staff"
    assert AuditEntry.objects.get(act="user.suspend").target_id == str(user.pk)
    assert act(client, "suspend", user) == ["1 refused: This account is not active."]
    assert act(client, "restore", user) == ["1 switched on."]
    user.refresh_from_db()
    assert user.is_active


def test_nobody_switches_themselves_off():
    boss = UserFactory(platform_admin=True)
    assert act(admin_client(boss), "suspend", boss) == ["1 refused: Nobody switches off their own account here."]
    boss.refresh_from_db()
    assert boss.is_active


def test_all_sessions_of_a_person_end(client):
    user = UserFactory()
    opened = [session.open(user, method="password").session for _ in range(2)]
    assert act(client, "end_sessions", user) == ["1 logged out."]
    for one in opened:
        one.refresh_from_db()
        assert one.revoke_reason == "by_staff"


def test_a_change_is_written_down_without_what_is_personal(client):
    user = UserFactory(email="old@example.org", name="Old Name")
    data = {
        "email": "new@example.org", "name": "New Name", "locale": "en", "timezone": "UTC",
        "platform_role": "support",
    }  # fmt: skip
    data |= {f"{prefix}-{form}_FORMS": 0 for prefix in ("sessions", "api_keys") for form in ("TOTAL", "INITIAL")}
    answer = client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    entry = AuditEntry.objects.get(act="admin.user.update")
    assert entry.before["platform_role"] == "user"
    assert entry.after["platform_role"] == "support"
    told = str([entry.before, entry.after])
    assert "email" in told
    assert not any(word in told for word in ("old@", "new@", "Old Name", "New Name"))
    assert (entry.target_type, entry.target_id) == ("User", str(user.pk))
    assert entry.address == "127.0.0.1"


def test_a_password_that_staff_set_ends_sessions_and_is_written_down(client):
    user = UserFactory(password=PASSWORD)
    opened = session.open(user, method="password").session
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    client.post(url, {"usable_password": "true", "password1": PASSWORD + "!", "password2": PASSWORD + "!"})
    opened.refresh_from_db()
    assert opened.revoke_reason == "password_changed"
    entry = AuditEntry.objects.get(act="admin.user.set_password")
    assert PASSWORD not in str([entry.before, entry.after])


def test_a_lost_second_factor_is_dropped_by_somebody_else_and_written_down():
    boss, user = UserFactory(platform_admin=True), UserFactory()
    client = admin_client(boss)
    for person in (boss, user):
        Totp.objects.create(user=person, secret="sealed", enabled_at=timezone.now())
    assert act(client, "drop_second_factor", user) == ["1 dropped."]
    assert not totp.is_on(user.pk)
    entry = AuditEntry.objects.get(act="user.drop_second_factor")
    assert (entry.actor_id, entry.target_id) == (boss.pk, str(user.pk))
    assert OutboxEvent.objects.filter(kind="SecondFactorSwitched", payload__user_id=str(user.pk)).exists()
    assert act(client, "drop_second_factor", boss) == ["1 refused: Nobody drops their own second factor here."]
    assert totp.is_on(boss.pk)


def test_whoever_looks_at_people_is_written_down_before_they_are_shown(client):
    ada = UserFactory(email="ada@example.org")
    read = AuditEntry.objects.filter(kind="read", act="user.read")
    client.get(reverse("admin:accounts_user_changelist"))
    # The list shows whoever looks, too; one's own account is no business of the log.
    assert [entry.target_id for entry in read.all()] == [str(ada.pk)]
    client.get(reverse("admin:accounts_user_change", args=[ada.pk]))
    assert [entry.target_id for entry in read.all()] == [str(ada.pk)] * 2
    client.get(reverse("admin:accounts_user_changelist"), {"q": "nobody of that name"})
    client.get(reverse("admin:accounts_user_add"))
    assert read.count() == 2


def test_whoever_looks_at_the_sessions_of_people_is_written_down(client):
    made = SessionFactory()
    client.get(reverse("admin:accounts_session_changelist"))
    client.get(reverse("admin:accounts_session_change", args=[made.pk]))
    read = AuditEntry.objects.filter(kind="read", act="session.read")
    assert [entry.target_id for entry in read] == [str(made.pk)] * 2
