"""What every test may use; the servers under them are in `tests.servers`, what they need in `tests.requirements`."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from nexus.environment import BASE_DIR
from tests import requirements, servers
from tests.passwords import _fast_hashes  # noqa: F401
from tests.requirements import pytest_runtest_setup  # noqa: F401
from tests.servers import pytest_configure, pytest_unconfigure  # noqa: F401
from tests.smtp import smtp_sink  # noqa: F401
from tests.tallies import pytest_terminal_summary  # noqa: F401
from tests.throttles import _own_throttle_counts  # noqa: F401
from tests.writes import pytest_runtest_call  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "live_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's: this worker's clone of the migrated template."""
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        servers.create_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: servers.reset_database())
        yield
    with django_db_blocker.unblock():
        servers.drop_databases()


@pytest.fixture(scope="session")
def _live_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("live") / "uvicorn.log"
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as output:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        tie, held = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-m", "nexus.roles", "web", str(tie), str(listener.fileno())],
            cwd=BASE_DIR,
            pass_fds=[tie, listener.fileno()],
            stdout=output,
            stderr=output,
        )
        # The socket listens already: the request waits in its queue until uvicorn is up.
    try:
        _await_answer(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(30)
        os.close(tie)
        os.close(held)


def _await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/health/live", timeout=5).close()
            return
    raise RuntimeError(f"uvicorn did not answer:\n{log.read_text()}")


@pytest.fixture
def live_url(django_db_setup: None, transactional_db: None, _live_process: str) -> str:
    """`http://127.0.0.1:PORT` of a real uvicorn on this worker's database; what the test commits, it sees."""
    return _live_process


@pytest.fixture
def rabbitmq_url() -> str:
    """Use with `@pytest.mark.needs("rabbitmq")`."""
    return requirements.rabbitmq_url()


@pytest.fixture
def chromium() -> str:
    """The browser's program; use with `@pytest.mark.needs("chromium")`."""
    return requirements.chromium() or ""


@pytest.fixture
def data_folder() -> Path:
    """Real postings; use with `@pytest.mark.needs("data")`."""
    return requirements.data_folder()


@pytest.fixture
def empty_cache() -> None:
    """This worker's part of the cache, emptied, and no feed that somebody could go on with."""
    from django.core.cache import cache

    from tests.feed_sessions import forget_feeds

    cache.delete_pattern("*")
    forget_feeds()


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_written_down_later() -> None:
    """No thread of the server's writes to a test's database a minute after the test."""
    from kernel import write_behind

    write_behind.WRITE_SECONDS = 24 * 60 * 60
