import pytest
from django.test import Client
from django.urls import reverse

from accounts.admin import BoundedPaginator
from accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(platform_admin=True), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_platform_admin_logs_in_with_the_password():
    UserFactory(email="boss@example.org", platform_admin=True, password=PASSWORD)
    client = Client()
    answer = client.post(reverse("admin:login"), {"username": "boss@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


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


def test_change_page_does_not_take_a_password(client):
    user = UserFactory(password=PASSWORD)
    data = {
        "email": "Renamed@example.org", "name": "Renamed", "locale": "en", "timezone": "UTC",
        "platform_role": "moderator", "status": "active", "password": "plain",
    }  # fmt: skip
    answer = client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    user.refresh_from_db()
    assert (user.email, user.platform_role) == ("renamed@example.org", "moderator")
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
