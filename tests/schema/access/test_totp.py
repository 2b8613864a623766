"""`totpEnable`, `totpConfirm`, `totpDisable` and `viewer.totp`, and the log-in that they guard."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.auth import one_time_code
from tests.door import Answer, send, token_for
from tests.factories import PASSWORD, ApiKeyFactory, UserFactory

pytestmark = pytest.mark.django_db

ENABLE = """
mutation Enable($input: TotpEnableInput!) {
  totpEnable(input: $input) { secret address userErrors { code } }
}
"""
CONFIRM = """
mutation Confirm($input: TotpConfirmInput!) {
  totpConfirm(input: $input) { recoveryCodes userErrors { code field } }
}
"""
DISABLE = "mutation Disable($input: TotpDisableInput!) { totpDisable(input: $input) { userErrors { code field } } }"
LOG_IN = "mutation LogIn($input: TokenCreateInput!) { tokenCreate(input: $input) { token userErrors { code field } } }"
STANDING = "{ viewer { totp { isEnabled enabledAt recoveryCodesLeft } } }"


@pytest.fixture(autouse=True)
def _within_one_step() -> Iterator[None]:
    """Half a minute does not end while a test asks for its code."""
    with time_machine.travel(timezone.now().replace(second=5), tick=True):
        yield


@pytest.fixture
def person() -> Any:
    return UserFactory(password=PASSWORD)


def code_of(secret: str, steps: int = 0) -> str:
    return one_time_code.code_at(secret, one_time_code.step_at(timezone.now()) + steps)


def log_in(person: Any, **values: str) -> Any:
    values = {"email": person.email, "password": PASSWORD, **values}
    return send(LOG_IN, {"input": values}).data["tokenCreate"]


def switched_on(person: Any) -> tuple[str, list[str]]:
    begun = send(ENABLE, {"input": {}}, by=person).data["totpEnable"]
    confirmed = send(CONFIRM, {"input": {"code": code_of(begun["secret"], -1)}}, by=person).data["totpConfirm"]
    assert confirmed["userErrors"] == []
    return begun["secret"], confirmed["recoveryCodes"]


def long_ago(query: str, variables: Any, person: Any) -> Answer:
    token = token_for(person, at=timezone.now() - timedelta(minutes=11))
    return send(query, variables, authorization=f"Bearer {token}")


def test_from_begin_to_end(person: Any) -> None:
    off = {"isEnabled": False, "enabledAt": None, "recoveryCodesLeft": 0}
    assert send(STANDING, by=person).data["viewer"]["totp"] == off
    begun = send(ENABLE, {"input": {}}, by=person).data["totpEnable"]
    assert begun["address"].startswith("otpauth://totp/Nexus:")
    assert begun["secret"] in begun["address"]
    assert send(STANDING, by=person).data["viewer"]["totp"] == off
    assert log_in(person)["token"]
    wrong = send(CONFIRM, {"input": {"code": "12345"}}, by=person).data["totpConfirm"]
    expected = [{"code": "SECOND_FACTOR_INVALID", "field": ["input", "code"]}]
    assert wrong == {"recoveryCodes": None, "userErrors": expected}
    confirmed = send(CONFIRM, {"input": {"code": code_of(begun["secret"])}}, by=person).data["totpConfirm"]
    assert len(confirmed["recoveryCodes"]) == 10
    standing = send(STANDING, by=person).data["viewer"]["totp"]
    assert (standing["isEnabled"], standing["recoveryCodesLeft"]) == (True, 10)
    off_again = send(DISABLE, {"input": {"code": confirmed["recoveryCodes"][0]}}, by=person).data["totpDisable"]
    assert off_again["userErrors"] == []
    assert send(STANDING, by=person).data["viewer"]["totp"] == off


def test_the_log_in_asks_for_the_code(person: Any) -> None:
    secret, codes = switched_on(person)
    assert log_in(person)["userErrors"] == [{"code": "SECOND_FACTOR_REQUIRED", "field": ["input", "code"]}]
    wrong = log_in(person, code="000000")
    assert (wrong["token"], wrong["userErrors"][0]["code"]) == (None, "SECOND_FACTOR_INVALID")
    assert log_in(person, code=code_of(secret))["token"]
    assert log_in(person, code=code_of(secret))["token"] is None, "a code is good once"
    assert log_in(person, code=codes[3])["token"]
    assert log_in(person, code=codes[3])["token"] is None


def test_who_does_not_know_the_password_is_not_told_of_the_second_factor(person: Any) -> None:
    switched_on(person)
    assert log_in(person, password="wrong")["userErrors"][0]["code"] == "INVALID_CREDENTIALS"


def test_on_and_off_need_a_recent_login(person: Any) -> None:
    refused = long_ago(ENABLE, {"input": {}}, person).data["totpEnable"]
    assert [error["code"] for error in refused["userErrors"]] == ["RECENT_LOGIN_REQUIRED"]
    secret, _ = switched_on(person)
    refused = long_ago(DISABLE, {"input": {"code": code_of(secret)}}, person).data["totpDisable"]
    assert [error["code"] for error in refused["userErrors"]] == ["RECENT_LOGIN_REQUIRED"]


def test_an_answer_that_was_lost_can_be_asked_for_again(person: Any) -> None:
    begun = send(ENABLE, {"input": {"idempotencyKey": "a"}}, by=person).data["totpEnable"]
    assert send(ENABLE, {"input": {"idempotencyKey": "a"}}, by=person).data["totpEnable"] == begun
    values = {"input": {"code": code_of(begun["secret"]), "idempotencyKey": "b"}}
    confirmed = send(CONFIRM, values, by=person).data["totpConfirm"]
    assert confirmed["recoveryCodes"]
    assert send(CONFIRM, values, by=person).data["totpConfirm"] == confirmed


def test_a_key_neither_sets_it_up_nor_sees_it_unasked(person: Any) -> None:
    key = ApiKeyFactory(user=person, scopes=["profile:read", "company:write"])
    bearer = {"authorization": f"Bearer {key.text}"}
    for query, values in ((ENABLE, {}), (CONFIRM, {"code": "123456"}), (DISABLE, {"code": "123456"})):
        assert send(query, {"input": values}, **bearer).codes == ["FORBIDDEN"]
    assert send(STANDING, **bearer).data["viewer"]["totp"] is None
