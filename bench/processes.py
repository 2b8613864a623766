"""Servers as processes: started on a port of their own, and what they have used so far."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil

PATIENCE = 60.0


class ServerDied(Exception):
    """A server ended or never answered; the message has its last lines."""


class Server:
    """A server process with all its children."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], folder: Path, log: Path) -> None:
        self.name, self.log = name, log
        self.port = free_port()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [part.replace("{port}", str(self.port)) for part in command],
                env=os.environ | environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._await_answer()

    def _await_answer(self) -> None:
        """Whatever it answers: a port may be open before there is somebody to answer."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/graphql", timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise ServerDied(f"{self.name} does not answer: {self.last_lines()}")

    def last_lines(self) -> str:
        """The end of its log."""
        return " | ".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    @property
    def memory_bytes(self) -> int:
        """Proportional set size: pages shared by several processes count once in all."""
        return sum(process.memory_full_info().pss for process in family(self.process.pid))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def family(pid: int) -> list[psutil.Process]:
    """A process and its living descendants."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its descendants, ended ones included, to a hundredth of a second."""
    total = 0.0
    for process in family(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
