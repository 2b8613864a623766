"""What a test needs beyond Python: `@pytest.mark.needs("chromium")`.

Found, the test runs. Not found, it is skipped by name and reason; with `NEXUS_TEST_STRICT=1` it fails.
"""

import os
import shutil
from functools import cache
from pathlib import Path

import pytest

from nexus.environment import BASE_DIR
from tests import rabbitmq

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def rabbitmq_url() -> str:
    return os.environ.get("NEXUS_TEST_RABBITMQ") or "amqp://guest:guest@localhost:5672//"


def data_folder() -> Path:
    return Path(os.environ.get("NEXUS_DATA") or BASE_DIR.parent / "shared" / "data").resolve()


def chromium() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@cache
def lacking(name: str) -> str | None:
    """Why the requirement is not met here; None if it is."""
    match name:
        case "rabbitmq":
            return _lacking_rabbitmq()
        case "rabbitmq-server":
            return rabbitmq.lacking()
        case "node":
            return None if shutil.which("node") else "no `node` on the PATH"
        case "chromium":
            return None if chromium() else f"none of {', '.join(CHROMIUM_NAMES)} on the PATH"
        case "data":
            return None if data_folder().is_dir() else f"no folder {data_folder()}; set NEXUS_DATA"
        case "pypi":
            return _lacking_pypi()
        case "root":
            return None if os.geteuid() == 0 else "not run as root"
        case _:
            raise pytest.UsageError(f"needs({name!r}): no such requirement; see {__name__}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            reason = lacking(name)
            if reason and os.environ.get("NEXUS_TEST_STRICT") == "1" and name != "root":
                pytest.fail(f"needs {name}: {reason} (NEXUS_TEST_STRICT=1)", pytrace=False)
            if reason:
                pytest.skip(f"needs {name}: {reason}")


def _lacking_rabbitmq() -> str | None:
    from kombu import Connection

    try:
        with Connection(rabbitmq_url(), connect_timeout=2) as connection:
            connection.connect()
    except OSError as error:
        return f"no RabbitMQ at NEXUS_TEST_RABBITMQ ({error})"
    return None


def _lacking_pypi() -> str | None:
    from tests.engine.upstream import suite

    try:
        suite.graphql_core()
        suite.plugins()
    except suite.Unavailable as unavailable:
        return f"graphql-core's tests are not to be had ({unavailable})"
    return None
