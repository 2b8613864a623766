"""Tokens and sessions through the door: logging in, staying so, logging out."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import RevokeReason, Session, User
from accounts.services import session as sessions
from kernel.viewer import Viewer
from nexus.graphql import view
from nexus.graphql.http import GRAPHQL, Request
from schema.core import ids
from tests.door import Answer, send, token_for
from tests.factories import PASSWORD, ApiKeyFactory, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db

TOKENS = "token expiresAt refreshToken refreshExpiresAt user { email } userErrors { code field }"
LOG_IN = f"mutation($input: TokenCreateInput!) {{ it: tokenCreate(input: $input) {{ {TOKENS} }} }}"
REFRESH = f"mutation($input: TokenRefreshInput!) {{ it: tokenRefresh(input: $input) {{ {TOKENS} }} }}"
VERIFY = """mutation($input: TokenVerifyInput!) {
  it: tokenVerify(input: $input) { expiresAt user { email } userErrors { code field } }
}"""
LOG_OUT = "mutation($input: TokenRevokeInput!) { it: tokenRevoke(input: $input) { endedAt userErrors { code } } }"
END = """mutation($input: SessionRevokeInput!) {
  it: sessionRevoke(input: $input) { session { endedAt isCurrent } userErrors { code field } }
}"""
END_ALL = "mutation($input: SessionRevokeAllInput!) { it: sessionRevokeAll(input: $input) { count } }"
SESSIONS = "{ viewer { sessions { id device address method createdAt lastUsedAt isCurrent } } }"
VIEWER = "{ viewer { user { email } } }"
COOKIE = "__Host-nexus-refresh"
OWN_PAGE = {"origin": "https://localhost"}


def ada() -> User:
    user: User = UserFactory(email="ada@example.org", password=PASSWORD)
    return user


def done(answer: Answer) -> dict[str, Any]:
    """The payload of a mutation that must not have been refused."""
    payload: dict[str, Any] = answer.data["it"]
    assert payload["userErrors"] == []
    return payload


def logged_in(**more: str) -> dict[str, Any]:
    return done(send(LOG_IN, {"input": {"email": "ada@example.org", "password": PASSWORD, **more}}))


def is_let_in(token: str) -> bool:
    return send(VIEWER, authorization=f"Bearer {token}").response.status == 200


def codes_of(answer: Answer) -> list[str]:
    return [error["code"] for error in answer.data["it"]["userErrors"]]


def test_a_client_stays_logged_in_by_refreshing() -> None:
    ada()
    first = logged_in(device="Laptop")
    second = done(send(REFRESH, {"input": {"refreshToken": first["refreshToken"]}}))
    assert second["user"] == {"email": "ada@example.org"}
    assert is_let_in(second["token"])
    assert second["refreshToken"] != first["refreshToken"]


def test_a_refresh_token_is_good_once() -> None:
    ada()
    first = logged_in()
    given = {"input": {"refreshToken": first["refreshToken"]}}
    second = done(send(REFRESH, given))
    assert codes_of(send(REFRESH, given)) == ["REFRESH_TOKEN_REUSED"]
    assert not is_let_in(first["token"])
    assert not is_let_in(second["token"])


@pytest.mark.parametrize("token", [None, "", "nonsense"])
def test_what_is_no_refresh_token_is_refused(token: str | None) -> None:
    refused = send(REFRESH, {"input": {"refreshToken": token}}).data["it"]
    assert refused["userErrors"] == [{"code": "TOKEN_INVALID", "field": ["input", "refreshToken"]}]
    assert refused["token"] is None


def test_whose_a_token_is() -> None:
    ada()
    given = logged_in()
    told = done(send(VERIFY, {"input": {"token": given["token"]}}))
    assert told == {"expiresAt": given["expiresAt"], "user": {"email": "ada@example.org"}, "userErrors": []}
    assert codes_of(send(VERIFY, {"input": {"token": given["refreshToken"]}})) == ["TOKEN_INVALID"]


def test_a_log_out_ends_the_access_token() -> None:
    ada()
    given, another = logged_in(), logged_in()
    assert done(send(LOG_OUT, {"input": {}}, authorization=f"Bearer {given['token']}"))["endedAt"]
    assert not is_let_in(given["token"])
    assert is_let_in(another["token"])


def test_who_has_no_access_token_any_more_logs_out_by_the_refresh_token() -> None:
    ada()
    given = logged_in()
    assert done(send(LOG_OUT, {"input": {"refreshToken": given["refreshToken"]}}))["endedAt"]
    assert not is_let_in(given["token"])


def test_nobody_has_no_session_to_end() -> None:
    assert codes_of(send(LOG_OUT, {"input": {}})) == ["FORBIDDEN"]


def test_the_person_sees_the_own_sessions() -> None:
    person = ada()
    sessions.open(person, method="google", device="Phone", address="192.0.2.1")
    SessionFactory(user=person, revoked_at=timezone.now(), revoke_reason=RevokeReason.LOGGED_OUT)
    SessionFactory()
    given = logged_in(device="Laptop")
    (laptop, phone) = send(SESSIONS, authorization=f"Bearer {given['token']}").data["viewer"]["sessions"]
    assert [laptop["device"], laptop["isCurrent"], laptop["method"]] == ["Laptop", True, "password"]
    assert [phone["device"], phone["isCurrent"], phone["address"]] == ["Phone", False, "192.0.2.1"]


def test_a_key_sees_sessions_with_its_scope_alone() -> None:
    person = UserFactory()
    SessionFactory(user=person)
    for scopes, count in (([], 0), (["account:read"], 1)):
        key = ApiKeyFactory(user=person, scopes=scopes)
        found = send(SESSIONS, authorization=f"Bearer {key.text}").data["viewer"]["sessions"]
        assert len(found) == count


def test_another_device_is_logged_out() -> None:
    person = ada()
    phone = sessions.open(person, method="password", device="Phone")
    given = logged_in()
    ended = done(
        send(
            END,
            {"input": {"id": ids.encode("Session", phone.session.pk)}},
            authorization=f"Bearer {given['token']}",
        )
    )
    assert ended["session"]["endedAt"]
    assert [is_let_in(phone.access), is_let_in(given["token"])] == [False, True]


def test_another_persons_session_looks_like_none() -> None:
    theirs = SessionFactory()
    person = UserFactory()
    refused = send(END, {"input": {"id": ids.encode("Session", theirs.pk)}}, by=person).data["it"]
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "id"]}]
    assert send('{ node(id: "%s") { id } }' % ids.encode("Session", theirs.pk), by=person).data == {"node": None}
    assert Session.objects.get(pk=theirs.pk).revoked_at is None


@pytest.mark.parametrize(("keep_current", "let_in"), [(True, [True, False]), (False, [False, False])])
def test_everywhere_is_logged_out(keep_current: bool, let_in: list[bool]) -> None:
    person = ada()
    here, there = token_for(person), token_for(person)
    sent = send(END_ALL, {"input": {"keepCurrent": keep_current}}, authorization=f"Bearer {here}")
    assert sent.data["it"]["count"] == 2 - keep_current
    assert [is_let_in(here), is_let_in(there)] == let_in


def test_a_password_change_ends_what_was_given_out_before() -> None:
    person = ada()
    tokens = sessions.open(person, method="password")
    sessions.revoke_all(person.pk, by=Viewer(user_id=person.pk), reason=RevokeReason.PASSWORD_CHANGED)
    assert not is_let_in(tokens.access)
    assert codes_of(send(REFRESH, {"input": {"refreshToken": tokens.refresh}})) == ["TOKEN_INVALID"]


def test_to_log_in_again_is_the_step_up() -> None:
    person = ada()
    long_ago = timezone.now() - timedelta(hours=1)
    token = token_for(person, at=long_ago)
    enable = "mutation { it: totpEnable(input: {}) { secret userErrors { code } } }"
    assert codes_of(send(enable, authorization=f"Bearer {token}")) == ["RECENT_LOGIN_REQUIRED"]
    again = done(
        send(
            LOG_IN,
            {"input": {"email": person.email, "password": PASSWORD}},
            authorization=f"Bearer {token}",
        )
    )
    assert Session.objects.count() == 1, "it goes on in the same session"
    assert codes_of(send(enable, authorization=f"Bearer {token}")) == ["RECENT_LOGIN_REQUIRED"]
    assert done(send(enable, authorization=f"Bearer {again['token']}"))["secret"]


def test_somebody_elses_login_opens_a_session_of_their_own() -> None:
    ada()
    send(LOG_IN, {"input": {"email": "ada@example.org", "password": PASSWORD}}, by=UserFactory())
    assert Session.objects.count() == 2


def test_twenty_logins_in_one_document_are_twenty_tries() -> None:
    ada()
    wrong = 'tokenCreate(input: {email: "ada@example.org", password: "wrong"}) { userErrors { code } }'
    answer = send("mutation { " + " ".join(f"t{number}: {wrong}" for number in range(15)) + " }")
    codes = [payload["userErrors"][0]["code"] for payload in answer.data.values()]
    assert codes == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 5


class TestCookies:
    """AUTH_COOKIES."""

    @pytest.fixture(autouse=True)
    def _cookies(self, settings: LazySettings) -> None:
        settings.AUTH_COOKIES = True
        ada()

    def log_in(self) -> tuple[str, dict[str, Any]]:
        answer = send(LOG_IN, {"input": {"email": "ada@example.org", "password": PASSWORD}}, **OWN_PAGE)
        header = answer.response.headers["Set-Cookie"]
        assert header.startswith(f"{COOKIE}=")
        return header, done(answer)

    def cookie(self) -> str:
        return self.log_in()[0].partition(";")[0]

    def test_the_refresh_token_is_out_of_reach_of_pages(self) -> None:
        header, payload = self.log_in()
        assert payload["refreshToken"] is None
        attributes = {part.strip() for part in header.split(";")[1:]}
        assert attributes >= {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"}
        assert not any(attribute.startswith("Domain") for attribute in attributes)

    def test_a_page_of_ours_refreshes_by_the_cookie(self) -> None:
        cookie = self.cookie()
        answer = send(REFRESH, {"input": {}}, cookie=f"other=1; {cookie}", **OWN_PAGE)
        assert is_let_in(done(answer)["token"])
        assert answer.response.headers["Set-Cookie"].partition(";")[0] != cookie

    @pytest.mark.parametrize(
        "origin", ["", "https://evil.example", "null", "http://localhost", "https://localhost.evil"]
    )
    def test_another_page_does_not(self, origin: str) -> None:
        answer = send(REFRESH, {"input": {}}, cookie=self.cookie(), origin=origin)
        assert (answer.response.status, answer.codes) == (403, ["FORBIDDEN"])
        assert Session.objects.get().revoked_at is None

    def test_a_page_of_an_allowed_origin_does(self, settings: LazySettings) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["https://board.example"]
        answer = send(REFRESH, {"input": {}}, cookie=self.cookie(), origin="https://board.example")
        assert done(answer)["token"]
        assert answer.response.headers["Access-Control-Allow-Credentials"] == "true"

    def test_the_cookie_is_no_login_for_anything_else(self) -> None:
        assert send(VIEWER, cookie=self.cookie(), **OWN_PAGE).data == {"viewer": None}

    def test_a_get_that_brings_the_cookie_is_answered(self) -> None:
        # A browser sends the cookie with it, and no `Origin` to its own host.
        sent = {"host": "localhost", "accept": GRAPHQL, "cookie": self.cookie()}
        response = view.answer(Request("GET", sent, "query=%7B__typename%7D"))
        assert (response.status, orjson.loads(response.body)["data"]) == (200, {"__typename": "Query"})

    def test_a_log_out_takes_the_cookie_away(self) -> None:
        cookie = self.cookie()
        answer = send(LOG_OUT, {"input": {}}, cookie=cookie, **OWN_PAGE)
        assert done(answer)["endedAt"]
        assert answer.response.headers["Set-Cookie"].startswith(f"{COOKIE}=; Max-Age=0;")
        assert Session.objects.get().revoked_at is not None


def test_without_the_setting_cookies_are_neither_set_nor_read() -> None:
    ada()
    given = send(LOG_IN, {"input": {"email": "ada@example.org", "password": PASSWORD}}, **OWN_PAGE)
    assert "Set-Cookie" not in given.response.headers
    cookie = f"{COOKIE}={done(given)['refreshToken']}"
    assert codes_of(send(REFRESH, {"input": {}}, cookie=cookie, **OWN_PAGE)) == ["TOKEN_INVALID"]
    assert send(REFRESH, {"input": {}}, cookie=cookie, origin="https://evil.example").response.status == 200
