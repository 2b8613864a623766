from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.auth import one_time_code
from accounts.errors import (
    SecondFactorInvalid,
    SecondFactorOff,
    SecondFactorOn,
    SecondFactorRequired,
    TooManyAttempts,
)
from accounts.models import AuditEntry, RecoveryCode, Totp, User
from accounts.selectors import totp as selected
from accounts.services import totp
from kernel.errors import RecentLoginRequired
from kernel.models import OutboxEvent
from kernel.viewer import Scope, Viewer
from tests.factories import UserFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _within_one_step() -> Iterator[None]:
    """Half a minute does not end while a test asks for its code."""
    with time_machine.travel(timezone.now().replace(second=5), tick=True):
        yield


def just_in(user: User) -> Viewer:
    return Viewer(user_id=user.pk, authenticated_at=timezone.now(), address="203.0.113.7")


def code_of(secret: str, steps: int = 0) -> str:
    return one_time_code.code_at(secret, one_time_code.step_at(timezone.now()) + steps)


def switched_on(user: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes. The codes of this and the next 30 seconds are not used up."""
    secret = totp.enable(by=just_in(user)).secret
    return secret, totp.confirm(by=just_in(user), code=code_of(secret, -1))


def wrong(secret: str) -> str:
    right = {code_of(secret, step) for step in (-2, -1, 0, 1, 2)}
    return next(code for code in map("{:06}".format, range(10)) if code not in right)


def test_nothing_is_asked_for_until_it_is_confirmed() -> None:
    user = UserFactory()
    totp.require(user, None)
    secret = totp.enable(by=just_in(user)).secret
    totp.require(user, None)
    totp.confirm(by=just_in(user), code=code_of(secret))
    with pytest.raises(SecondFactorRequired):
        totp.require(user, None)


def test_a_code_is_good_once() -> None:
    user = UserFactory()
    secret, _ = switched_on(user)
    totp.require(user, code_of(secret))
    with pytest.raises(SecondFactorInvalid):
        totp.require(user, code_of(secret))
    totp.require(user, code_of(secret, 1))


def test_the_code_before_a_used_one_is_worth_nothing() -> None:
    user = UserFactory()
    secret, _ = switched_on(user)
    totp.require(user, code_of(secret, 1))
    with pytest.raises(SecondFactorInvalid):
        totp.require(user, code_of(secret))


def test_the_code_that_confirmed_does_not_log_in() -> None:
    user = UserFactory()
    secret = totp.enable(by=just_in(user)).secret
    totp.confirm(by=just_in(user), code=code_of(secret))
    with pytest.raises(SecondFactorInvalid):
        totp.require(user, code_of(secret))


def test_a_wrong_code_does_not_confirm() -> None:
    user = UserFactory()
    secret = totp.enable(by=just_in(user)).secret
    with pytest.raises(SecondFactorInvalid):
        totp.confirm(by=just_in(user), code=wrong(secret))
    assert not totp.is_on(user.pk)


@pytest.mark.parametrize("code", ["", "123", "1234567", "abcdef", "١٢٣٤٥٦", "\x00" * 6, "\ud800" * 16, "a" * 10_000])
def test_what_is_no_code_is_refused(code: str) -> None:
    user = UserFactory()
    switched_on(user)
    with pytest.raises((SecondFactorInvalid, SecondFactorRequired)):
        totp.require(user, code)


def test_a_recovery_code_is_good_once_however_it_is_typed() -> None:
    user = UserFactory()
    _, codes = switched_on(user)
    assert len(codes) == 10
    totp.require(user, codes[0].upper().replace("-", " "))
    with pytest.raises(SecondFactorInvalid):
        totp.require(user, codes[0])
    totp.require(user, codes[1])
    assert selected.of_users(just_in(user), [user.pk])[user.pk].recovery_codes_left == 8
    assert AuditEntry.objects.filter(act="totp.recovery_code", actor_id=user.pk).count() == 2
    assert OutboxEvent.objects.filter(kind="RecoveryCodeUsed", payload__codes_left=8).count() == 1


def test_nothing_readable_is_kept() -> None:
    user = UserFactory()
    secret, codes = switched_on(user)
    kept = Totp.objects.get(pk=user.pk).secret
    assert secret not in kept
    hashes = set(RecoveryCode.objects.values_list("hash", flat=True))
    assert {len(value) for value in hashes} == {64}
    assert not any(code.replace("-", "") in value for value in hashes for code in codes)


def test_a_changed_secret_key_opens_with_the_former_one_and_then_without(settings) -> None:
    user = UserFactory()
    secret, codes = switched_on(user)
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "k" * 50, [former]
    totp.require(user, code_of(secret))
    settings.SECRET_KEY_FALLBACKS = []
    totp.require(user, code_of(secret, 1))
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(SecondFactorInvalid):
        totp.require(user, code_of(secret, 1))
    totp.require(user, codes[0])


def test_switching_on_and_off_need_a_recent_login() -> None:
    user = UserFactory()
    long_ago = replace(just_in(user), authenticated_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(RecentLoginRequired):
        totp.enable(by=long_ago)
    _, codes = switched_on(user)
    with pytest.raises(RecentLoginRequired):
        totp.disable(by=long_ago, code=codes[0])
    assert totp.is_on(user.pk)


def test_off_takes_a_code_and_leaves_nothing() -> None:
    user = UserFactory()
    secret, _ = switched_on(user)
    with pytest.raises(SecondFactorInvalid):
        totp.disable(by=just_in(user), code=wrong(secret))
    totp.disable(by=just_in(user), code=code_of(secret))
    assert not Totp.objects.exists()
    assert not RecoveryCode.objects.exists()
    totp.require(user, None)
    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
    assert acts == ["totp.enable", "totp.confirm", "totp.disable"]
    told = OutboxEvent.objects.filter(kind="SecondFactorSwitched").order_by("seq")
    assert [event.payload["is_on"] for event in told] == [True, False]


def test_a_recovery_code_switches_it_off() -> None:
    user = UserFactory()
    _, codes = switched_on(user)
    totp.disable(by=just_in(user), code=codes[9])
    assert not totp.is_on(user.pk)


def test_each_act_says_where_it_cannot_be() -> None:
    user = UserFactory()
    for refused in (totp.confirm, totp.disable):
        with pytest.raises(SecondFactorOff):
            refused(by=just_in(user), code="123456")
    secret, _ = switched_on(user)
    with pytest.raises(SecondFactorOn):
        totp.enable(by=just_in(user))
    with pytest.raises(SecondFactorOn):
        totp.confirm(by=just_in(user), code=code_of(secret))


def test_a_set_up_begun_anew_forgets_the_former_secret() -> None:
    user = UserFactory()
    former = totp.enable(by=just_in(user)).secret
    secret = totp.enable(by=just_in(user)).secret
    with pytest.raises(SecondFactorInvalid):
        totp.confirm(by=just_in(user), code=code_of(former))
    totp.confirm(by=just_in(user), code=code_of(secret))


def test_guessing_ends() -> None:
    user = UserFactory()
    secret, _ = switched_on(user)
    for _ in range(5):
        with pytest.raises(SecondFactorInvalid):
            totp.require(user, wrong(secret), by=Viewer(address="203.0.113.9"))
    with pytest.raises(TooManyAttempts):
        totp.require(user, code_of(secret), by=Viewer(address="203.0.113.9"))


def test_others_and_keys_without_the_scope_are_told_nothing() -> None:
    user = UserFactory()
    switched_on(user)
    assert selected.of_users(just_in(UserFactory()), [user.pk]) == {}
    key = Viewer(user_id=user.pk, key_id=user.pk, scopes=frozenset({Scope.JOBS_READ}))
    assert selected.of_users(key, [user.pk]) == {}


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_one_code_at_once_one_gets_in() -> None:
    user = UserFactory()
    secret, _ = switched_on(user)
    code = code_of(secret)
    acts = [lambda n=n: totp.require(user, code, by=Viewer(address=f"203.0.113.{n}")) for n in range(8)]
    assert sorted(at_once(*acts)) == ["SECOND_FACTOR_INVALID"] * 7 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_one_recovery_code_at_once_one_gets_in() -> None:
    user = UserFactory()
    _, codes = switched_on(user)
    acts = [lambda n=n: totp.require(user, codes[0], by=Viewer(address=f"203.0.113.{n}")) for n in range(8)]
    assert sorted(at_once(*acts)) == ["SECOND_FACTOR_INVALID"] * 7 + ["done"]
