"""`emailChange`: another address for an account."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import EmailToken, User
from tests.door import token_for
from tests.factories import PASSWORD, UserFactory
from tests.schema.account.acts import SECRET, act, delivered, refusals, subjects, token_in
from tests.schema.account.test_register import log_in, verify, work

pytestmark = pytest.mark.django_db

ADA, NEW = "ada@example.org", "lovelace@example.org"


def ada() -> User:
    return UserFactory(email=ADA, password=PASSWORD)


def change(by: User, email: str = NEW) -> Any:
    return act("emailChange", {"email": email}, "email", by=by)


def link(mailbox: list[EmailMessage], to: str = NEW) -> str:
    [message] = [message for message in delivered(mailbox) if message.to == [to]]
    return token_in(message)


def test_the_address_changes_when_the_link_is_followed(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    assert change(user, " LOVELACE@example.org") == {"email": NEW, "userErrors": []}
    mails = delivered(mailoutbox)
    assert subjects(mails) == [
        ("Confirm your new e-mail address", [NEW]),
        ("Your e-mail address is about to change", [ADA]),
    ]
    assert log_in(ADA, PASSWORD) == []
    [message] = [message for message in mails if message.to == [NEW]]
    assert verify(token_in(message)) == {"email": NEW, "userErrors": []}
    assert log_in(NEW, PASSWORD) == []
    assert log_in(ADA, PASSWORD) == [("INVALID_CREDENTIALS", None)]
    assert refusals(verify(token_in(message))) == [("LINK_INVALID", "token")]


def test_the_notice_to_the_old_address_holds_no_link_that_changes_anything(mailoutbox: list[EmailMessage]) -> None:
    change(ada())
    [notice] = [message for message in delivered(mailoutbox) if message.to == [ADA]]
    assert "token=" not in str(notice.body)


def test_that_an_address_is_taken_is_told_to_its_reader_only(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    UserFactory(email="taken@example.org")
    done, answers = [], []
    for email in ("taken@example.org", "free@example.org"):
        with work() as counted:
            answers.append(refusals(change(user, email)))
        done.append(counted)
    assert answers == [[], []]
    assert done[0] == done[1]
    token = link(mailoutbox, "taken@example.org")
    assert refusals(verify(token)) == [("EMAIL_TAKEN", "token")]
    assert User.objects.get(pk=user.pk).email == ADA
    assert not EmailToken.objects.filter(used_at__isnull=False).exists()


def test_one_of_two_changes_from_an_address_wins(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    change(user)
    first = link(mailoutbox)
    change(user, "other@example.org")
    second = link(mailoutbox, "other@example.org")
    assert verify(second)["email"] == "other@example.org"
    assert refusals(verify(first)) == [("LINK_INVALID", "token")]


def test_a_change_needs_a_recent_login() -> None:
    old = token_for(ada(), at=timezone.now() - timedelta(minutes=11))
    payload = act("emailChange", {"email": NEW}, authorization=f"Bearer {old}")
    assert refusals(payload) == [("RECENT_LOGIN_REQUIRED", None)]


@pytest.mark.parametrize("email", ["", "ada", ADA, ADA.upper(), "ada\x00@example.org", f"{'a' * 300}@example.org"])
def test_what_cannot_be_the_new_address_is_refused(email: str) -> None:
    assert refusals(change(ada(), email)) == [("INVALID", "email")]
    assert not EmailToken.objects.exists()


def test_changes_are_counted(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    codes = [refusals(change(user, f"person{n}@example.net")) for n in range(6)]
    assert codes == [[]] * 5 + [[("TOO_MANY_ATTEMPTS", None)]]


def test_a_new_password_ends_a_change_that_somebody_else_may_have_asked_for(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    change(user)
    asked = link(mailoutbox)
    act("passwordChange", {"presentPassword": PASSWORD, "password": SECRET}, by=user)
    assert refusals(verify(asked)) == [("LINK_INVALID", "token")]
    assert User.objects.get(pk=user.pk).email == ADA


def test_a_reset_ends_a_change_that_somebody_else_may_have_asked_for(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    change(user)
    asked = link(mailoutbox)
    act("passwordReset", {"email": ADA}, "email")
    assert refusals(act("passwordResetConfirm", {"token": link(mailoutbox, ADA), "password": SECRET})) == []
    assert refusals(verify(asked)) == [("LINK_INVALID", "token")]
    assert User.objects.get(pk=user.pk).email == ADA


def test_a_new_password_ends_a_reset_that_was_mailed_before(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    act("passwordReset", {"email": ADA}, "email")
    asked = link(mailoutbox, ADA)
    act("passwordChange", {"presentPassword": PASSWORD, "password": SECRET}, by=user)
    payload = act("passwordResetConfirm", {"token": asked, "password": f"{SECRET} again"})
    assert refusals(payload) == [("LINK_INVALID", "token")]


def test_a_new_password_of_one_person_ends_no_link_of_another(mailoutbox: list[EmailMessage]) -> None:
    other = UserFactory(email="grace@example.org", password=PASSWORD)
    change(other)
    asked = link(mailoutbox)
    act("passwordChange", {"presentPassword": PASSWORD, "password": SECRET}, by=ada())
    assert verify(asked)["email"] == NEW
