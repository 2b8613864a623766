"""What stands behind tokens, as a process keeps it: forgotten in time, and never made up."""

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.auth import principals as module
from accounts.auth.principals import Principals, changed
from accounts.errors import AuthenticationUnavailable
from accounts.models import Session, User, UserStatus
from accounts.tasks import tell_every_process
from kernel import caching
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.subscribers import Telling
from tests.factories import SessionFactory, UserFactory
from tests.instances import CacheServer, cache_server

pytestmark = pytest.mark.django_db(transaction=True)


class Process(Principals):
    """What another process would know. Its clock goes on when the test says so."""

    def wait(self, seconds: float) -> None:
        self._heard_at -= seconds

    def statements(self, session: Session) -> int:
        with CaptureQueriesContext(connection) as queries:
            self.of("session", session.pk)
        return len(queries)

    def lets_in(self, session: Session) -> bool:
        return self.of("session", session.pk) is not None


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Process:
    """The process that makes the changes."""
    it = Process()
    monkeypatch.setattr(module, "principals", it)
    return it


@pytest.fixture
def valkey(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[CacheServer]:
    """A cache server that the test may stop."""
    with cache_server() as server:
        settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": server.url}}
        monkeypatch.setattr(caching, "_away_until", 0.0)
        monkeypatch.setattr(caching, "RETRY_SECONDS", 0.0)
        yield server
    for alias in caches:
        caches[alias].close()


def end(session: Session) -> None:
    """As a service does it."""
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(revoked_at=session.created_at, revoke_reason="logged_out")
        changed(session.pk)


def test_a_session_is_read_once(process: Process) -> None:
    session = SessionFactory()
    assert [process.statements(session) for _ in range(3)] == [1, 0, 0]


def test_what_is_not_there_is_asked_for_once(process: Process) -> None:
    session = SessionFactory.build(user=UserFactory())
    assert [process.statements(session) for _ in range(2)] == [1, 0]
    assert not process.lets_in(session)


def test_the_process_that_ends_a_session_knows_it_at_once(other: Process) -> None:
    session = SessionFactory()
    assert other.lets_in(session)
    end(session)
    assert not other.lets_in(session)


def test_other_processes_know_it_within_a_second(process: Process, other: Process) -> None:
    session, bystander = SessionFactory(), SessionFactory()
    assert process.lets_in(session)
    assert process.lets_in(bystander)
    end(session)
    assert process.lets_in(session), "nobody has told it yet"
    process.wait(module.LAG_SECONDS)
    assert not process.lets_in(session)
    assert process.statements(bystander) == 0


@pytest.mark.parametrize("change", [{"platform_role": "admin"}, {"status": UserStatus.DEACTIVATED}])
def test_a_users_role_and_status_are_seen_by_all_sessions(
    change: dict[str, str], process: Process, other: Process
) -> None:
    user = UserFactory()
    sessions = [SessionFactory(user=user) for _ in range(2)]
    assert all(map(process.lets_in, sessions))
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(**change)
        changed(user.pk)
    process.wait(module.LAG_SECONDS)
    found = [process.of("session", session.pk) for session in sessions]
    assert [principal and principal.platform_role for principal in found] == [change.get("platform_role")] * 2


def test_a_change_that_is_rolled_back_is_told_to_nobody(process: Process, other: Process) -> None:
    session = SessionFactory()
    assert process.lets_in(session)
    with transaction.atomic():
        changed(session.pk)
        transaction.set_rollback(True)
    process.wait(module.LAG_SECONDS)
    assert process.statements(session) == 0
    assert not OutboxEvent.objects.exists()


def test_what_a_transaction_reads_is_kept_for_nobody(process: Process) -> None:
    session = SessionFactory()
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(revoked_at=session.created_at, revoke_reason="logged_out")
        assert not process.lets_in(session)
        transaction.set_rollback(True)
    assert process.lets_in(session)


def test_a_change_during_the_read_is_not_lost(
    process: Process, other: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = SessionFactory()
    assert process.lets_in(SessionFactory())
    load = module._loaders["session"]

    def slowly(key: UUID) -> module.Principal | None:
        found = load(key)
        thread = threading.Thread(target=_end_elsewhere, args=(session,))
        thread.start()
        thread.join()
        process.wait(module.LAG_SECONDS)
        process._listen()
        return found

    monkeypatch.setitem(module._loaders, "session", slowly)
    assert process.lets_in(session), "it was good when it was read"
    monkeypatch.setitem(module._loaders, "session", load)
    assert not process.lets_in(session)


def _end_elsewhere(session: Session) -> None:
    try:
        end(session)
    finally:
        connection.close()


def test_an_expired_session_lets_nobody_in(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    session = SessionFactory()
    assert process.lets_in(session)
    ends_at = session.expires_at.timestamp()
    monkeypatch.setattr(module.time, "time", lambda: ends_at)
    assert not process.lets_in(session)


def test_without_the_cache_server_nobody_is_let_in_after_five_seconds(process: Process, valkey: CacheServer) -> None:
    session, another = SessionFactory(), SessionFactory()
    assert process.lets_in(session)
    valkey.stop()
    # Time goes on by itself, too: a client tries again before it says that a server is away.
    process.wait(module.BLIND_SECONDS / 2)
    assert process.lets_in(session)
    assert process.lets_in(another)
    process.wait(module.BLIND_SECONDS / 2)
    for one in (session, another):
        with pytest.raises(AuthenticationUnavailable):
            process.of("session", one.pk)
    valkey.start()
    assert process.lets_in(session)


def test_a_change_while_the_server_is_away_is_told_when_it_is_back(
    process: Process, other: Process, valkey: CacheServer
) -> None:
    session = SessionFactory()
    assert process.lets_in(session)
    assert other.lets_in(session)
    valkey.stop()
    end(session)
    assert not other.lets_in(session), "its own change it knows"
    valkey.start()
    other.wait(module.LAG_SECONDS)
    assert not other.lets_in(session)
    process.wait(module.LAG_SECONDS)
    assert not process.lets_in(session)


def test_a_server_that_has_forgotten_everything_is_noticed(
    process: Process, other: Process, valkey: CacheServer
) -> None:
    session = SessionFactory()
    assert process.lets_in(session)
    end(session)
    # Restarted within the second, and filled again by others.
    valkey.stop()
    valkey.start()
    other.tell([uuid7()])
    process.wait(module.LAG_SECONDS)
    assert not process.lets_in(session)


def test_a_worker_tells_what_a_process_that_died_did_not(
    process: Process, other: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = SessionFactory()
    assert process.lets_in(session)
    monkeypatch.setattr(other, "tell", lambda ids: None)
    end(session)
    process.wait(module.LAG_SECONDS)
    assert process.lets_in(session)
    (event,) = OutboxEvent.objects.all()
    assert (event.kind, event.aggregate) == ("PrincipalChanged", f"principal:{session.pk}")
    told = module.PrincipalChanged.read(event.payload)
    tell_every_process(told, Telling(uuid7(), 1, event.occurred_at, None, ""))
    process.wait(module.LAG_SECONDS)
    assert not process.lets_in(session)


def test_more_changes_than_can_be_kept_forget_everything(
    process: Process, other: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 10)
    session = SessionFactory()
    assert process.lets_in(session)
    end(session)
    other.tell([uuid7() for _ in range(30)])
    for _ in range(30):
        other.tell([uuid7()])
    process.wait(module.LAG_SECONDS)
    assert not process.lets_in(session)
    assert len(process._changed) <= 10


def test_no_more_principals_are_kept_than_said(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    assert all(process.lets_in(SessionFactory()) for _ in range(5))
    assert len(process._kept) <= 2
