"""`accountUpdate`, `accountDeactivate` and `accountDelete`."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.errors import AccountStillNeeded
from accounts.models import AuditEntry, EmailToken, Identity, PlatformRole, Session, User, UserStatus
from accounts.services import erasure
from tests.deliveries import deliver_all
from tests.door import send, token_for
from tests.factories import PASSWORD, UserFactory
from tests.schema.account.acts import SECRET, act, delivered, refusals, token_in
from tests.schema.account.test_register import log_in

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
REFUSED = [("INVALID_CREDENTIALS", None)]
TOO_LATE = [("RECENT_LOGIN_REQUIRED", None)]


def ada(**values: Any) -> User:
    return UserFactory(**{"email": ADA, "password": PASSWORD, "name": "Ada", **values})


def late(name: str, user: User) -> Any:
    """The refusals to somebody whose login is an hour old."""
    token = token_for(user, at=timezone.now() - timedelta(hours=1))
    return refusals(act(name, {}, authorization=f"Bearer {token}"))


def test_an_update_changes_what_it_names() -> None:
    user = ada(locale="de", timezone="Europe/Berlin")
    fields = "user { name locale timezone email }"
    payload = act("accountUpdate", {"changes": {"name": " Ada Lovelace "}}, fields, by=user)
    assert payload["user"] == {"name": "Ada Lovelace", "locale": "de", "timezone": "Europe/Berlin", "email": ADA}
    cleared = act("accountUpdate", {"changes": {"name": None, "locale": None, "timezone": None}}, fields, by=user)
    assert cleared["user"] == {"name": None, "locale": "en", "timezone": "UTC", "email": ADA}
    entry = AuditEntry.objects.filter(act="account.update").order_by("id").first()
    assert entry is not None
    assert entry.after == {"fields": ["name"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "A" * 201}, "changes.name"),
        ({"name": "Ada\x00"}, "changes.name"),
        ({"locale": "German"}, "changes.locale"),
        ({"timezone": "Berlin"}, "changes.timezone"),
    ],
)
def test_an_update_to_what_cannot_be_is_refused_whole(changes: dict[str, str], field: str) -> None:
    user = ada()
    payload = act("accountUpdate", {"changes": {"name": "Bob", **changes}}, by=user)
    assert refusals(payload) == [("INVALID", field)]
    assert User.objects.get(pk=user.pk).name == "Ada"


def test_who_switched_the_account_off_comes_back_by_logging_in() -> None:
    user = ada()
    token = token_for(user)
    payload = act("accountDeactivate", {}, "backUntil", authorization=f"Bearer {token}")
    assert payload["userErrors"] == []
    assert payload["backUntil"] > (timezone.now() + timedelta(days=29)).isoformat()
    assert send("{ viewer { user { name } } }", authorization=f"Bearer {token}").codes == ["UNAUTHENTICATED"]
    assert User.objects.get(pk=user.pk).status == UserStatus.DEACTIVATED
    assert log_in(password="wrong horse battery") == REFUSED
    assert User.objects.get(pk=user.pk).status == UserStatus.DEACTIVATED
    assert log_in(password=PASSWORD) == []
    back = User.objects.get(pk=user.pk)
    assert (back.status, back.deactivated_at) == (UserStatus.ACTIVE, None)


def test_after_thirty_days_the_mail_brings_the_account_back(mailoutbox: list[EmailMessage]) -> None:
    user = ada()
    act("accountDeactivate", {}, by=user)
    User.objects.update(deactivated_at=timezone.now() - timedelta(days=30, seconds=1))
    assert log_in(password=PASSWORD) == REFUSED
    act("passwordReset", {"email": ADA})
    [message] = delivered(mailoutbox)
    assert refusals(act("passwordResetConfirm", {"token": token_in(message), "password": SECRET})) == []
    assert log_in() == []


def test_what_staff_switched_off_is_not_brought_back_by_logging_in() -> None:
    ada(status=UserStatus.DEACTIVATED)
    assert log_in(password=PASSWORD) == REFUSED


@pytest.mark.parametrize("name", ["accountDeactivate", "accountDelete"])
def test_to_end_an_account_needs_a_recent_login(name: str) -> None:
    user = ada()
    assert late(name, user) == TOO_LATE
    assert User.objects.get(pk=user.pk).status == UserStatus.ACTIVE


def test_of_a_deleted_person_nothing_is_left_but_the_row(mailoutbox: list[EmailMessage]) -> None:
    user = ada(platform_role=PlatformRole.MODERATOR, locale="de", timezone="Europe/Berlin")
    Identity.objects.create(user=user, provider="google", subject="1", last_used_at=timezone.now())
    act("emailChange", {"email": "lovelace@example.org"}, by=user)
    act("passwordReset", {"email": ADA})
    deliver_all()
    mailoutbox.clear()
    assert act("accountDelete", {}, by=user) == {"userErrors": []}
    left = User.objects.get(pk=user.pk)
    assert (left.name, left.locale, left.timezone) == ("", "en", "UTC")
    assert left.email == f"{user.pk.hex}@deleted.invalid"
    assert (left.status, left.platform_role, left.email_verified_at) == ("deleted", "user", None)
    assert not left.has_usable_password()
    assert not EmailToken.objects.exists()
    assert not Session.objects.filter(user=user).exists()
    assert not Identity.objects.exists()
    assert AuditEntry.objects.filter(act="account.delete", actor_id=user.pk).count() == 1
    assert "lovelace" not in str(list(AuditEntry.objects.values()))
    assert log_in(password=PASSWORD) == REFUSED
    # The address is free again.
    assert delivered(mailoutbox) == []
    act("accountRegister", {"email": ADA, "password": SECRET})
    assert [message.subject for message in delivered(mailoutbox)] == ["Confirm your e-mail address"]


@pytest.mark.parametrize("name", ["accountDeactivate", "accountDelete"])
def test_a_guard_keeps_the_account_and_says_why(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = ada()

    def owns_a_company(one: User) -> None:
        assert one.pk == user.pk
        raise AccountStillNeeded("Hand over Larkfield Systems first.")

    monkeypatch.setattr(erasure, "guards", [owns_a_company])
    payload = act(name, {}, by=user)
    assert [error["message"] for error in payload["userErrors"]] == ["Hand over Larkfield Systems first."]
    assert refusals(payload) == [("ACCOUNT_STILL_NEEDED", None)]
    kept = User.objects.get(pk=user.pk)
    assert (kept.name, kept.status) == ("Ada", UserStatus.ACTIVE)
    assert Session.objects.filter(user=user, revoked_at=None).exists()


def test_an_eraser_that_fails_keeps_all_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    user = ada()
    forgotten = []

    def break_down(one: User) -> None:
        forgotten.append(one.pk)
        raise RuntimeError

    monkeypatch.setattr(erasure, "erasers", [break_down])
    answer = send("mutation { accountDelete(input: {}) { userErrors { code } } }", by=user)
    assert answer.codes == ["INTERNAL"]
    assert forgotten == [user.pk]
    assert User.objects.get(pk=user.pk).name == "Ada"
