"""Several who do the same to an account at once: the database lets one through."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.errors import InvalidCredentials
from accounts.models import DataRequest, EmailToken, EmailTokenPurpose, Session, User, UserStatus
from accounts.services import account, email, export, password, totp
from accounts.services import token as tokens
from kernel.models import OutboxEvent
from kernel.viewer import ANONYMOUS
from tests.factories import PASSWORD, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "ada@example.org"
SECRETS = [f"a walrus sings {n} times" for n in range(8)]


def registered(secret: str = SECRETS[0]) -> str:
    account.register(by=ANONYMOUS, email=ADA, password=secret)
    return newest_token()


def newest_token() -> str:
    return email.token_of(EmailToken.objects.latest("id"))


def verifying(token: str) -> Callable[[], object]:
    return lambda: account.verify(by=ANONYMOUS, token=token)


def confirming(token: str, secret: str) -> Callable[[], object]:
    return lambda: password.confirm_reset(by=ANONYMOUS, token=token, password=secret)


def test_one_link_is_followed_once() -> None:
    token = registered()
    outcomes = at_once(*[verifying(token)] * 8)
    assert sorted(outcomes) == ["LINK_INVALID"] * 7 + ["done"]
    assert User.objects.get(email=ADA).check_password(SECRETS[0])


def test_of_two_registrations_that_are_verified_at_once_one_makes_the_account() -> None:
    tokens = [registered(secret) for secret in SECRETS[:4]]
    outcomes = at_once(*[verifying(token) for token in tokens])
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "EMAIL_TAKEN", "LINK_INVALID"}
    assert User.objects.get(email=ADA).check_password(SECRETS[outcomes.index("done")])


def test_one_reset_link_sets_one_password() -> None:
    user = UserFactory(email=ADA, password=PASSWORD)
    password.request_reset(by=ANONYMOUS, email=ADA)
    token = newest_token()
    outcomes = at_once(
        *[
            lambda secret=secret: password.confirm_reset(by=ANONYMOUS, token=token, password=secret)
            for secret in SECRETS
        ]
    )
    assert sorted(outcomes) == ["LINK_INVALID"] * 7 + ["done"]
    user.refresh_from_db()
    assert user.check_password(SECRETS[outcomes.index("done")])
    assert OutboxEvent.objects.filter(kind="PasswordChanged").count() == 1


def test_one_address_goes_to_one_of_two_who_want_it() -> None:
    people = [UserFactory() for _ in range(2)]
    tokens = [
        email.token_of(
            email.issue(EmailTokenPurpose.CHANGE, "wanted@example.org", user=person, from_email=person.email)
        )
        for person in people
    ]
    outcomes = at_once(*[verifying(token) for token in tokens])
    assert sorted(outcomes) == ["EMAIL_TAKEN", "done"]
    assert User.objects.get(email="wanted@example.org") == people[outcomes.index("done")]


def test_requests_at_once_are_one_request() -> None:
    by = viewer_of(UserFactory())
    outcomes = at_once(*[lambda: export.request(by=by)] * 6)
    assert outcomes == ["done"] * 6
    assert DataRequest.objects.count() == 1
    assert OutboxEvent.objects.filter(kind="DataExportRequested").count() == 1


def test_who_deletes_the_account_while_the_links_are_followed_meets_nobody_half_way() -> None:
    user = UserFactory(email=ADA, password=PASSWORD)
    by = replace(viewer_of(user), authenticated_at=timezone.now())
    password.request_reset(by=ANONYMOUS, email=ADA)
    reset = newest_token()
    email.request_change(by=by, email="lovelace@example.org")
    change = newest_token()
    outcomes = at_once(confirming(reset, SECRETS[0]), verifying(change), lambda: account.delete(by=by))
    assert outcomes[2] == "done"
    assert set(outcomes) <= {"done", "LINK_INVALID"}
    user.refresh_from_db()
    assert user.status == UserStatus.DELETED
    assert not user.has_usable_password()


def test_no_login_by_the_former_password_outlives_its_change(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory(email=ADA, password=PASSWORD)
    original = totp.require

    def changed_meanwhile(*given: object, **named: object) -> None:
        original(*given, **named)
        password.change(by=viewer_of(user), password=SECRETS[0], present=PASSWORD)

    monkeypatch.setattr(totp, "require", changed_meanwhile)
    with pytest.raises(InvalidCredentials):
        tokens.create(email=ADA, password=PASSWORD)
    assert not Session.objects.filter(user=user, revoked_at=None).exists()
