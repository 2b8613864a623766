"""Who asks: over HTTP, by several processes, in another's name, and for how many statements."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Session
from accounts.services import session as sessions
from kernel.viewer import Viewer
from nexus.graphql.context import Context, context_of
from nexus.graphql.http import Request
from schema.core import ids
from tests.door import request_for, send, send_to_oracle, token_for
from tests.factories import PASSWORD, ApiKeyFactory, UserFactory
from tests.instances import cache_server, web_process
from tests.over_http import code_of, over_http
from tests.waiting import until

VIEWER = "{ viewer { user { email } } }"
TYPENAME = "{ __typename }"
LOG_OUT = "mutation { tokenRevoke(input: {}) { endedAt userErrors { code } } }"


def bearer(token: str) -> str:
    return f"Bearer {token}"


@pytest.mark.live
@pytest.mark.django_db(transaction=True)
def test_processes_hear_of_a_log_out_within_a_second_and_let_nobody_in_blindly() -> None:
    person = UserFactory()
    ended, going_on = (sessions.open(person, method="password") for _ in range(2))
    asked = {"query": VIEWER}
    with cache_server() as cache:
        environment = {"REDIS_URL": cache.url, "CELERY_BROKER_URL": cache.url.replace("unix", "redis+socket")}
        with web_process(**environment) as (one, _), web_process(**environment) as (other, _):

            def seen(url: str, tokens: sessions.Tokens) -> int:
                return over_http(url, asked, authorization=bearer(tokens.access))[0]

            assert {seen(url, tokens) for url in (one, other) for tokens in (ended, going_on)} == {200}
            assert over_http(one, {"query": LOG_OUT}, authorization=bearer(ended.access))[0] == 200
            ended_at = time.monotonic()
            assert seen(one, ended) == 401, "who ends a session knows it at once"
            until(lambda: seen(other, ended) == 401, 5)
            # A second, and what the last request took.
            assert time.monotonic() - ended_at < 1.5
            assert {seen(url, going_on) for url in (one, other)} == {200}

            cache.stop()
            stopped_at = time.monotonic()
            for url in (one, other):
                until(lambda url=url: seen(url, going_on) == 503, 10)
            assert 3.5 < time.monotonic() - stopped_at < 8
            told = over_http(one, asked, authorization=bearer(going_on.access))
            assert code_of(told) == "UNAVAILABLE"
            assert told[2]["retry-after"] == "1"
            assert over_http(one, asked)[1]["data"] == {"viewer": None}, "nobody needs no session"

            cache.start()
            for url in (one, other):
                until(lambda url=url: seen(url, going_on) == 200, 10)
                assert seen(url, ended) == 401


@pytest.mark.django_db(transaction=True)
def test_a_known_token_takes_no_statement() -> None:
    request = request_for(TYPENAME, by=UserFactory())
    context_of(request, "")
    with CaptureQueriesContext(connection) as queries:
        viewer = context_of(request, "").viewer
    assert viewer.is_authenticated
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_a_known_key_takes_no_statement() -> None:
    key = ApiKeyFactory()
    request = request_for(TYPENAME, authorization=bearer(key.text))
    assert context_of(request, "").viewer.key_id == key.pk
    with CaptureQueriesContext(connection) as queries:
        context_of(request, "")
    assert len(queries) == 0


@pytest.mark.django_db
def test_the_viewer_knows_how_and_from_where_it_asks() -> None:
    login = timezone.now() - timedelta(minutes=3)
    person = UserFactory(platform_role="support")
    request = Request("POST", {"authorization": bearer(token_for(person, at=login))}, address="192.0.2.7")
    viewer = context_of(request, "a-request").viewer
    session = Session.objects.get()
    assert viewer == Viewer(
        user_id=person.pk,
        platform_role="support",
        session_id=session.pk,
        authenticated_at=login.replace(microsecond=0),
        address="192.0.2.7",
        request_id="a-request",
    )


@pytest.mark.django_db
def test_a_bad_token_is_refused_and_none_is_nobody() -> None:
    public = "{ jobs { totalCount } }"
    assert send(public).data["jobs"] is not None
    assert send(public, authorization="Bearer nonsense").codes == ["UNAUTHENTICATED"]


@pytest.mark.django_db
def test_a_session_that_ended_is_refused_with_the_engine_off_as_well() -> None:
    person = UserFactory()
    token = token_for(person)
    headers = {"authorization": bearer(token)}
    assert send(VIEWER, **headers).data == {"viewer": {"user": {"email": person.email}}}
    assert send_to_oracle(VIEWER, by=person)["data"] == {"viewer": {"user": {"email": person.email}}}
    sessions.revoke_all(person.pk, by=Viewer())
    assert send(VIEWER, **headers).response.status == 401


def test_a_context_is_as_much_of_a_request_as_the_library_reads() -> None:
    from graphql_jwt.middleware import _authenticate

    assert not _authenticate(Context())
    assert Context().user.is_anonymous
    assert Context(Viewer(user_id=ids_of())).user.is_authenticated


def ids_of() -> object:
    from kernel.ids import uuid7

    return uuid7()


@pytest.mark.django_db
class TestActing:
    """In another's name."""

    @pytest.mark.parametrize("role", ["admin", "support"])
    @pytest.mark.parametrize("form", ["global id", "uuid"])
    def test_staff_acts_as_a_person_and_each_time_is_audited(self, role: str, form: str) -> None:
        staff, person = UserFactory(platform_role=role), UserFactory()
        whom = ids.encode("User", person.pk) if form == "global id" else str(person.pk)
        for _ in range(2):
            sent = send(VIEWER, by=staff, x_on_behalf_of=whom)
            assert sent.data == {"viewer": {"user": {"email": person.email}}}
        entries = AuditEntry.objects.filter(act="user.impersonate")
        assert (
            list(entries.values_list("actor_id", "acted_as_id", "target_id"))
            == [(staff.pk, person.pk, str(person.pk))] * 2
        )

    @pytest.mark.parametrize("role", ["user", "moderator"])
    def test_nobody_else_does(self, role: str) -> None:
        sent = send(VIEWER, by=UserFactory(platform_role=role), x_on_behalf_of=str(UserFactory().pk))
        assert (sent.response.status, sent.codes) == (403, ["FORBIDDEN"])

    @pytest.mark.parametrize("role", ["moderator", "support", "admin"])
    def test_nobody_acts_as_staff(self, role: str) -> None:
        whom = str(UserFactory(platform_role=role).pk)
        assert send(VIEWER, by=UserFactory(platform_admin=True), x_on_behalf_of=whom).codes == ["FORBIDDEN"]

    def test_not_without_a_recent_login_nor_by_a_key_nor_by_nobody(self) -> None:
        admin, person = UserFactory(platform_admin=True), UserFactory()
        headers = {"x_on_behalf_of": str(person.pk)}
        long_ago = token_for(admin, at=timezone.now() - timedelta(hours=1))
        for authorization in (bearer(long_ago), bearer(ApiKeyFactory(user=admin).text), ""):
            assert send(VIEWER, authorization=authorization, **headers).codes == ["FORBIDDEN"]
        assert not AuditEntry.objects.filter(act="user.impersonate").exists()

    @pytest.mark.parametrize("whom", ["nobody", "", " ", "x" * 10_000, "Sm9iOjE"])
    def test_a_name_of_nobody_is_refused(self, whom: str) -> None:
        sent = send(VIEWER, by=UserFactory(platform_admin=True), x_on_behalf_of=whom)
        assert sent.codes == ([] if not whom else ["BAD_REQUEST"])

    def test_what_is_dangerous_stays_refused(self) -> None:
        person = UserFactory()
        sent = send(
            "mutation { totpEnable(input: {}) { userErrors { code } } }",
            by=UserFactory(platform_admin=True),
            x_on_behalf_of=str(person.pk),
        )
        assert sent.data["totpEnable"]["userErrors"] == [{"code": "RECENT_LOGIN_REQUIRED"}]

    def test_staff_who_know_a_password_change_it_in_nobodys_name(self) -> None:
        person = UserFactory(password=PASSWORD)
        sent = send(
            "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { userErrors { code } } }",
            {"input": {"presentPassword": PASSWORD, "password": "a walrus sings at dawn"}},
            by=UserFactory(platform_admin=True),
            x_on_behalf_of=str(person.pk),
        )
        assert sent.data["passwordChange"]["userErrors"] == [{"code": "RECENT_LOGIN_REQUIRED"}]
        person.refresh_from_db()
        assert person.check_password(PASSWORD)

    def test_nobody_is_logged_out_by_staff_who_log_out(self) -> None:
        admin = UserFactory(platform_admin=True)
        token = token_for(admin)
        sent = send(LOG_OUT, authorization=bearer(token), x_on_behalf_of=str(UserFactory().pk))
        assert sent.data["tokenRevoke"] == {"endedAt": None, "userErrors": [{"code": "FORBIDDEN"}]}
        assert send(VIEWER, authorization=bearer(token)).response.status == 200
