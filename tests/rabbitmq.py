"""A RabbitMQ of a test's own, that the test may stop and start again: on free ports, with a name server of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombu import Connection

from tests.waiting import until

# The program itself: the wrapper on the PATH switches users and knows one node only.
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def lacking() -> str | None:
    """Why no node can be started here; None if one can."""
    return None if PROGRAM.exists() and shutil.which("epmd") else f"no {PROGRAM} or no epmd"


class RabbitMQ:
    """One node. What it has confirmed it has again when it is started again."""

    def __init__(self, folder: Path) -> None:
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        port, dist_port, epmd_port = (one.getsockname()[1] for one in held)
        for one in held:
            one.close()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        settings = [f"listeners.tcp.1 = 127.0.0.1:{port}", "log.console = true", "log.file = false"]
        (folder / "rabbitmq.conf").write_text("\n".join(settings) + "\n")
        self._log = folder / "log"
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"nexus-test-{port}@localhost",
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +S 1:1",
        }
        self._names = self._run(["epmd"])
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it lets us in."""
        self._server = self._run([str(PROGRAM)])
        until(self._answers, seconds=90)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Returns when it is gone; by default without a word."""
        server, self._server = self._server, None
        if server is not None:
            os.killpg(server.pid, how)
            server.wait(60)

    def end(self) -> None:
        self.stop()
        os.killpg(self._names.pid, signal.SIGKILL)
        self._names.wait()

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                command, env=self._environment, stdout=output, stderr=output, cwd="/", start_new_session=True
            )

    def _answers(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, self._log.read_text()
        with suppress(OSError), Connection(self.url, connect_timeout=2) as broker:
            broker.connect()
            return True
        return False


@contextmanager
def running() -> Iterator[RabbitMQ]:
    """A node that runs, until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-rabbitmq-"))
    node = RabbitMQ(folder)
    try:
        node.start()
        yield node
    finally:
        node.end()
        shutil.rmtree(folder, ignore_errors=True)
