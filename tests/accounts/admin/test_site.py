"""The way into the admin, through its real pages and forms."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.auth import one_time_code
from accounts.models import AuditEntry, RecoveryCode, User
from accounts.services import totp
from kernel.viewer import Viewer
from tests.admin_client import admin_client
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOGIN, INDEX = "/admin/login/", "/admin/"


@pytest.fixture(autouse=True)
def _within_one_step():
    """Half a minute does not end while a test asks for its code."""
    with time_machine.travel(timezone.now().replace(second=5), tick=True):
        yield


def boss(**values) -> User:
    return UserFactory(platform_admin=True, password=PASSWORD, **values)


def with_second_factor(user: User) -> tuple[str, list[str]]:
    by = Viewer(user_id=user.pk, authenticated_at=timezone.now())
    secret = totp.enable(by=by).secret
    return secret, totp.confirm(by=by, code=code_of(secret, -1))


def code_of(secret: str, steps: int = 0) -> str:
    return one_time_code.code_at(secret, one_time_code.step_at(timezone.now()) + steps)


def log_in(client: Client, user: User, code: str | None = None, *, password: str = PASSWORD):
    """Fill in the page's own form, with the token against forgery that the page has."""
    page = client.get(LOGIN)
    assert page.status_code == 200
    form = page.context["form"]
    data = {"username": user.email, "password": password, "csrfmiddlewaretoken": page.context["csrf_token"]}
    assert {*form.fields} == {"username", "password", "code"}
    if code is not None:
        data["code"] = code
    return client.post(LOGIN, data)


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def is_in(client: Client) -> bool:
    return client.get(INDEX).status_code == 200


def faults(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.context["form"].non_field_errors())


def test_password_and_code_let_an_admin_in(browser):
    user = boss()
    secret, _ = with_second_factor(user)
    answer = log_in(browser, user, code_of(secret))
    assert answer.status_code == 302, faults(answer)
    assert is_in(browser)
    assert AuditEntry.objects.get(act="admin.login").actor_id == user.pk


def test_a_recovery_code_lets_in_once(browser):
    user = boss()
    _, codes = with_second_factor(user)
    assert log_in(browser, user, codes[0].upper()).status_code == 302
    assert is_in(browser)
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1
    other = Client(enforce_csrf_checks=True)
    assert "wrong or was used before" in faults(log_in(other, user, codes[0]))
    assert not is_in(other)


@pytest.mark.parametrize("code", [None, "", "000000"])
def test_the_password_alone_is_not_enough(browser, code):
    user = boss()
    with_second_factor(user)
    assert "code" in faults(log_in(browser, user, code))
    assert not is_in(browser)


def test_a_code_is_good_for_one_login(browser):
    user = boss()
    secret, _ = with_second_factor(user)
    code = code_of(secret)
    assert log_in(browser, user, code).status_code == 302
    other = Client(enforce_csrf_checks=True)
    assert "used before" in faults(log_in(other, user, code))


def test_without_a_second_factor_nobody_enters_and_the_page_says_how(browser):
    user = boss()
    answer = log_in(browser, user)
    assert reverse("admin:second_factor") in faults(answer)
    assert not is_in(browser)
    page = browser.get(reverse("admin:second_factor"))
    assert page.status_code == 200
    assert "totpEnable" in page.content.decode()


def test_who_has_the_wrong_password_is_not_told_about_second_factors(browser):
    user = boss()
    with_second_factor(user)
    told = faults(log_in(browser, user, "000000", password="wrong"))
    assert told == faults(log_in(browser, boss(), password="wrong"))
    assert "factor" not in told
    assert "code" not in told


def test_a_session_without_second_factor_is_worth_nothing(settings):
    user = boss()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert not is_in(client)
    settings.ADMIN_TOTP = False
    assert is_in(client)


def test_in_development_the_password_is_enough_until_a_second_factor_is_on(browser, settings):
    settings.ADMIN_TOTP = False
    user = boss()
    assert log_in(browser, user).status_code == 302
    assert is_in(browser)
    browser.post("/admin/logout/", {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value})
    with_second_factor(user)
    assert "Enter the code" in faults(log_in(browser, user))


@pytest.mark.parametrize("role", ["user", "support", "moderator"])
def test_others_do_not_enter_whatever_they_know(browser, role):
    user = UserFactory(platform_role=role, password=PASSWORD)
    secret, _ = with_second_factor(user)
    assert log_in(browser, user, code_of(secret)).status_code == 200
    assert not is_in(browser)


def test_guessing_passwords_ends_and_then_the_right_one_does_not_help(browser):
    user = boss()
    secret, _ = with_second_factor(user)
    told = [faults(log_in(browser, user, password="wrong")) for _ in range(11)]
    assert told[-1] != told[0]
    assert faults(log_in(browser, user, code_of(secret))) == told[-1]
    assert not is_in(browser)


def test_guessing_codes_ends(browser):
    user = boss()
    secret, _ = with_second_factor(user)
    told = [faults(log_in(browser, user, "000000")) for _ in range(6)]
    assert told[-1] != told[0]
    assert log_in(browser, user, code_of(secret)).status_code == 200


def test_a_form_of_another_site_does_not_log_in(browser):
    answer = browser.post(LOGIN, {"username": boss().email, "password": PASSWORD})
    assert answer.status_code == 403


def test_who_is_in_is_sent_on():
    client = admin_client(boss())
    assert client.get(LOGIN)["Location"] == INDEX


@pytest.mark.parametrize("address", ["/admin/jobs/job/?source__exact=%00", "/admin/jobs/country/%00/change/"])
def test_an_address_with_nul_is_refused_and_no_error(address: str) -> None:
    client = admin_client(boss())
    client.raise_request_exception = False
    assert client.get(address).status_code == 400
    assert client.get("/admin/jobs/job/?q=ab").status_code == 200
