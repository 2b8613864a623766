"""`passwordReset`, `passwordResetConfirm` and `passwordChange`."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.auth import throttles
from accounts.auth.throttles import Limit, Throttle
from accounts.models import EmailToken, Session, User, UserKind, UserStatus
from tests.door import send, token_for
from tests.factories import PASSWORD, UserFactory
from tests.schema.account.acts import SECRET, act, act_from, delivered, refusals, subjects, token_in
from tests.schema.account.test_register import log_in, work

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
INVALID_LINK = [("LINK_INVALID", "token")]


def ada(**values: Any) -> User:
    return UserFactory(**{"email": ADA, "password": PASSWORD, **values})


def reset_token(mailbox: list[EmailMessage], email: str = ADA) -> str:
    act("passwordReset", {"email": email})
    [message] = delivered(mailbox)
    return token_in(message)


def confirm(token: str, password: str = SECRET) -> Any:
    return act("passwordResetConfirm", {"token": token, "password": password}, "email")


def change(by: User, **input: Any) -> Any:
    return refusals(act("passwordChange", {"presentPassword": PASSWORD, "password": SECRET, **input}, by=by))


def is_let_in(token: str) -> bool:
    return not send("{ viewer { user { email } } }", authorization=f"Bearer {token}").errors


def test_the_link_sets_a_password_and_ends_every_session(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    tokens = [token_for(user), token_for(user)]
    assert all(is_let_in(token) for token in tokens)
    assert confirm(reset_token(mailoutbox)) == {"email": ADA, "userErrors": []}
    assert log_in() == []
    assert log_in(password=PASSWORD) == [("INVALID_CREDENTIALS", None)]
    assert not any(is_let_in(token) for token in tokens)
    assert subjects(delivered(mailoutbox)) == [("Your password was changed", [ADA])]


def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(mailoutbox: list[EmailMessage]) -> None:
    ada()
    done, answers = [], []
    for email in (ADA, "nobody@example.org"):
        with work() as counted:
            answers.append(act("passwordReset", {"email": email}, "email"))
        done.append(counted)
    assert [answer["userErrors"] for answer in answers] == [[], []]
    assert done[0] == done[1]
    assert done[0]["hashes"] == 0
    assert sum(done[0]["statements"].values()) == 5
    assert [message.to for message in delivered(mailoutbox)] == [[ADA]]


def test_a_link_works_once_and_for_half_an_hour(mailoutbox: list[EmailMessage]) -> None:
    ada()
    token = reset_token(mailoutbox)
    row = EmailToken.objects.get()
    assert timedelta(minutes=29) < row.expires_at - timezone.now() <= timedelta(minutes=30)
    EmailToken.objects.update(expires_at=timezone.now())
    assert refusals(confirm(token)) == INVALID_LINK
    EmailToken.objects.update(expires_at=row.expires_at)
    assert refusals(confirm(token)) == []
    assert refusals(confirm(token, "another walrus sings")) == INVALID_LINK


def test_all_links_end_with_the_first_that_is_followed(mailoutbox: list[EmailMessage]) -> None:
    ada()
    first, second = reset_token(mailoutbox), reset_token(mailoutbox)
    assert refusals(confirm(first)) == []
    assert refusals(confirm(second)) == INVALID_LINK


def test_a_refused_password_leaves_the_link_good(mailoutbox: list[EmailMessage]) -> None:
    ada()
    token = reset_token(mailoutbox)
    assert refusals(confirm(token, "short")) == [("PASSWORD_TOO_WEAK", "password")]
    assert refusals(confirm(token, ADA)) == [("PASSWORD_TOO_WEAK", "password")]
    assert refusals(confirm(token, "x" * 1025)) == [("INVALID", "password")]
    assert refusals(confirm(token, "a walrus\x00 sings")) == [("INVALID", "password")]
    assert refusals(confirm(token)) == []


def test_who_reads_the_mail_is_verified(mailoutbox: list[EmailMessage]) -> None:
    ada(unverified=True)
    assert refusals(confirm(reset_token(mailoutbox))) == []
    assert log_in() == []


def test_who_has_signed_in_elsewhere_until_now_gets_a_password(mailoutbox: list[EmailMessage]) -> None:
    ada(password=None)
    assert refusals(confirm(reset_token(mailoutbox))) == []
    assert log_in() == []


def test_what_staff_switched_off_stays_off(mailoutbox: list[EmailMessage]) -> None:
    ada(status=UserStatus.DEACTIVATED)
    assert refusals(confirm(reset_token(mailoutbox))) == []
    assert log_in() == [("INVALID_CREDENTIALS", None)]


@pytest.mark.parametrize("values", [{"status": UserStatus.DELETED}, {"kind": UserKind.SERVICE}])
def test_who_cannot_log_in_gets_no_link(values: dict[str, str], mailoutbox: list[EmailMessage]) -> None:
    ada(**values)
    assert act("passwordReset", {"email": ADA}, "email") == {"email": ADA, "userErrors": []}
    assert delivered(mailoutbox) == []


def test_a_link_to_an_address_that_the_person_has_left_is_dead(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    token = reset_token(mailoutbox)
    User.objects.filter(pk=user.pk).update(email="elsewhere@example.org")
    assert refusals(confirm(token)) == INVALID_LINK


@pytest.mark.parametrize("email", ["", "ada", "ada\x00@example.org", f"{'a' * 300}@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    assert refusals(act("passwordReset", {"email": email})) == [("INVALID", "email")]


@pytest.mark.parametrize("token", ["", "x" * 43, "\x00", "x" * 100_000])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refusals(confirm(token)) == INVALID_LINK


def test_resets_are_counted_by_account_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(throttles.THROTTLES, "password_reset", Throttle(account=Limit(2, 60), address=Limit(4, 60)))
    refused = [("TOO_MANY_ATTEMPTS", None)]

    def asked(email: str, address: str) -> list[tuple[str, str | None]]:
        return refusals(act_from(address, "passwordReset", {"email": email}))

    assert [asked(ADA, f"192.0.2.{n}") for n in range(3)] == [[], [], refused]
    assert [asked(f"person{n}@example.org", "192.0.2.9") for n in range(5)] == [[], [], [], [], refused]


def test_a_change_keeps_this_session_and_ends_the_others(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    elsewhere = token_for(user)
    assert change(user) == []
    assert not is_let_in(elsewhere)
    # The session that asked is the one that is left.
    assert Session.objects.filter(user=user, revoked_at=None).count() == 1
    assert log_in() == []
    assert log_in(password=PASSWORD) == [("INVALID_CREDENTIALS", None)]
    assert subjects(delivered(mailoutbox)) == [("Your password was changed", [ADA])]


@pytest.mark.parametrize("present", [None, "", "wrong", SECRET, "x" * 2000, f"{PASSWORD}\x00"])
def test_a_change_needs_the_present_password(present: str | None) -> None:
    assert change(ada(), presentPassword=present) == [("WRONG_PASSWORD", "presentPassword")]
    assert log_in(password=PASSWORD) == []


def test_guesses_at_the_present_password_are_counted() -> None:
    user = ada()
    codes = [change(user, presentPassword=f"wrong {n}")[0][0] for n in range(12)]
    assert codes == ["WRONG_PASSWORD"] * 10 + ["TOO_MANY_ATTEMPTS"] * 2


def test_who_has_no_password_sets_one_after_a_recent_login() -> None:
    user = ada(password=None)
    old = token_for(user, at=timezone.now() - timedelta(hours=1))
    wanted = {"password": SECRET}
    late = act("passwordChange", wanted, authorization=f"Bearer {old}")
    assert refusals(late) == [("RECENT_LOGIN_REQUIRED", None)]
    assert refusals(act("passwordChange", wanted, by=user)) == []
    assert log_in() == []


@pytest.mark.parametrize(("password", "code"), [("short", "PASSWORD_TOO_WEAK"), ("x" * 1025, "INVALID")])
def test_a_change_to_a_bad_password_is_refused(password: str, code: str) -> None:
    assert change(ada(), password=password) == [(code, "password")]


def test_a_password_hashed_with_less_work_is_hashed_anew_at_the_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    user = ada()
    before = user.password
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 2)
    assert log_in(password=PASSWORD) == []
    user.refresh_from_db()
    assert user.password != before
    assert "t=2" in user.password
    assert log_in(password=PASSWORD) == []


def test_the_work_of_a_hash_is_no_less_than_owasp_asks(live_parameters: dict[str, int]) -> None:
    # https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: 19 MiB, twice.
    assert live_parameters["memory_cost"] >= 19 * 1024
    assert live_parameters["time_cost"] >= 2


@pytest.fixture
def live_parameters() -> dict[str, int]:
    """What another process, without the tests' patches, hashes with."""
    code = (
        "import django; django.setup()\n"
        "from django.contrib.auth.hashers import get_hasher, make_password\n"
        "import json\n"
        "shown = get_hasher().decode(make_password('x'))\n"
        "print(json.dumps({name: shown[name] for name in ('memory_cost', 'time_cost')}))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "nexus.settings"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, timeout=60)
    found: dict[str, int] = orjson.loads(ran.stdout)
    return found
