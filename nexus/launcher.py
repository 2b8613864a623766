"""What `make run` runs: the whole board in one foreground process group, until Ctrl-C.

Servers (embedded, unless `DATABASE_URL` names one), migrations, reference data and the demo, then the web processes,
two Celery workers (one for what takes long), the relay and the scheduler. They stop in the reverse order of need: web,
scheduler, relay, workers, servers. Whoever kills the launcher with -9 ends them all the same: each child holds one end
of a pipe and ends when it closes.
"""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from nexus import embedded
from nexus.environment import BASE_DIR, Environment, is_local, load_env_file, shared_metrics
from nexus.roles import PATIENCE

FIRST_PORT, LAST_PORT = 8000, 8099


class LaunchError(Exception):
    """The board cannot start or go on; the message says why and what to do."""


@dataclass
class Options:
    """What `make run` reads from the environment."""

    host: str
    port: int | None
    demo: bool
    web_processes: int

    @classmethod
    def read(cls) -> "Options":
        env = Environment()
        host = env.text("HOST", "127.0.0.1")
        options = cls(
            host=host,
            port=env.number("PORT", default=0, least=1, most=65535) or None,
            # Nobody wants a demo in a database of their own by accident, nor accounts whose passwords are published
            # where others can reach them.
            demo=env.flag("DEMO", default=not env.text("DATABASE_URL") and is_local(host)),
            web_processes=env.number("WEB_CONCURRENCY", default=1, least=1, most=64),
        )
        env.refuse()
        return options

    @property
    def preparation(self) -> str:
        """What the demo is to the board: `load` it, `leave` it alone, or `refuse` one that others would reach."""
        if self.demo:
            return "load"
        return "leave" if is_local(self.host) else "refuse"


class Service:
    """One child process, whose lines of output appear under its name."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name, self.process = name, process
        assert process.stdout is not None
        self.output = asyncio.create_task(_copy_lines(name, process.stdout))

    async def stop(self, hasten: asyncio.Event) -> None:
        """Asks it to finish; makes it, when its time is over or `hasten` is set."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.returncode is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            waiting = [asyncio.create_task(self.process.wait()), asyncio.create_task(hasten.wait())]
            limit = None if number == signal.SIGKILL else PATIENCE[self.name.split()[0]]
            await asyncio.wait(waiting[:1] if limit is None else waiting, timeout=limit, return_when="FIRST_COMPLETED")
            for task in waiting:
                task.cancel()
        await self.output


class Board:
    """The running processes of one `make run`."""

    def __init__(self, options: Options, listener: socket.socket) -> None:
        self.options, self.listener = options, listener
        self.services: list[Service] = []
        self.stopping, self.hasten = asyncio.Event(), asyncio.Event()
        self.servers_ended = False
        # The children read the one end; the other closes with this process, however it ends.
        self.tie, self._held = os.pipe()

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def run(self, servers: embedded.Servers | None) -> None:
        """Returns after an orderly stop that a signal asked for; raises `LaunchError` if something died."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal)
        if servers is not None:
            loop.add_reader(servers.fileno(), self._on_servers_ended, servers)
        # make hands a signal on, but cannot if it is killed itself.
        orphaned = asyncio.create_task(self._end_with_make()) if "MAKELEVEL" in os.environ else None
        try:
            if not os.environ.get("PUBLIC_URL", "").strip():
                os.environ["PUBLIC_URL"] = self.url
            accounts = await self._prepare()
            if not self.stopping.is_set():
                await self._serve(accounts)
        finally:
            if orphaned is not None:
                orphaned.cancel()
            if servers is not None:
                loop.remove_reader(servers.fileno())
            await self._stop()
        if self.servers_ended:
            raise LaunchError(f"The embedded servers ended; {embedded.home_folder() / embedded.LOG_FILE} says why.")

    async def _prepare(self) -> str:
        process = await self._start("prepare", self.options.preparation)
        assert process.stdout is not None
        assert process.stderr is not None
        progress = asyncio.create_task(_copy_lines("setup", process.stderr))
        ended = asyncio.create_task(process.stdout.read())
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.terminate()
        accounts = (await ended).decode()
        await progress
        stopping.cancel()
        if await process.wait() and not self.stopping.is_set():
            raise LaunchError("The board could not be set up; the lines above say why.")
        return accounts

    async def _serve(self, accounts: str) -> None:
        count = self.options.web_processes
        names = ["web"] if count == 1 else [f"web {number}" for number in range(1, count + 1)]
        for name in (*names, "worker", "worker-long", "relay", "scheduler"):
            self.services.append(Service(name, await self._start(name.split()[0], str(self.listener.fileno()))))
        watching = [asyncio.create_task(self._watch(service)) for service in self.services]
        answering = asyncio.create_task(self._announce(accounts))
        stopping = asyncio.create_task(self.stopping.wait())
        try:
            done, _ = await asyncio.wait({stopping, *watching}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (stopping, answering, *watching):
                task.cancel()

    async def _watch(self, service: Service) -> None:
        code = await service.process.wait()
        if not self.stopping.is_set():
            await service.output
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            raise LaunchError(f"The {service.name} process {how}; its last lines are above. Stopping the rest.")

    async def _end_with_make(self) -> None:
        parent = os.getppid()
        while os.getppid() == parent:
            await asyncio.sleep(0.5)
        self.stopping.set()

    async def _announce(self, accounts: str) -> None:
        while not await asyncio.to_thread(_answers, f"{self.url}/health/live"):
            await asyncio.sleep(0.1)
        # Its page is there under DEBUG alone.
        mail = f"  Mail      {self.url}/dev/mail\n" if Environment().flag("DEBUG", default=False) else ""
        _say(
            f"\nNexus is up.\n\n  GraphiQL  {self.url}/graphql\n  REST      {self.url}/api/docs\n"
            f"  Admin     {self.url}/admin/\n"
            f"{mail}  Health    {self.url}/health\n\n{accounts}  Stop it with Ctrl-C.\n"
        )

    async def _stop(self) -> None:
        self.stopping.set()
        alive = [service for service in self.services if service.process.returncode is None]
        if alive:
            _say("Stopping …")
        for kinds in (["web"], ["scheduler"], ["relay"], ["worker", "worker-long"]):
            same = [service for service in self.services if service.name.split()[0] in kinds]
            await asyncio.gather(*(service.stop(self.hasten) for service in same))

    async def _start(self, role: str, argument: str) -> asyncio.subprocess.Process:
        # The terminal sends Ctrl-C to the whole group. The children are deaf to it, so that the launcher can stop
        # them in order; a blocked signal stays blocked, whatever handlers they install.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "nexus.roles", role, str(self.tie), argument),
                cwd=BASE_DIR,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE if role == "prepare" else asyncio.subprocess.STDOUT,
                pass_fds=[self.tie, self.listener.fileno()],
            )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def _on_signal(self) -> None:
        if self.stopping.is_set():
            self.hasten.set()
        self.stopping.set()

    def _on_servers_ended(self, servers: embedded.Servers) -> None:
        asyncio.get_running_loop().remove_reader(servers.fileno())
        self.servers_ended = True
        self.stopping.set()


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens already, so that nobody can take the port between the look and the start."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in (port,) if port else range(FIRST_PORT, LAST_PORT + 1):
        try:
            return socket.create_server((host, candidate), family=family, backlog=2048)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise LaunchError(f"Cannot listen on HOST={host} port {candidate}: {error.strerror}.") from error
    if port:
        raise LaunchError(f"PORT={port} is taken: stop what listens there, or choose another port.")
    raise LaunchError(f"No port from {FIRST_PORT} to {LAST_PORT} is free: choose one with PORT=.")


async def _copy_lines(name: str, stream: asyncio.StreamReader) -> None:
    async for line in _lines(stream):
        sys.stdout.buffer.write(f"{name:<11} | ".encode() + line + b"\n")
        sys.stdout.buffer.flush()


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    rest = b""
    while chunk := await stream.read(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return True
    except OSError:
        return False


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def launch() -> int:
    """Runs the board; the exit code is 0 after Ctrl-C or SIGTERM and 1 if it could not start or something died."""
    load_env_file()
    try:
        options = Options.read()
        if not is_local(options.host):
            # Development's defaults are for this machine only.
            os.environ["DEBUG"] = os.environ.get("DEBUG") or "0"
        with (
            _listen(options.host, options.port) as listener,
            shared_metrics(options.web_processes),
            embedded.configured() as servers,
        ):
            asyncio.run(_run(options, listener, servers))
    except (LaunchError, ImproperlyConfigured) as error:
        _say(f"{error}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


async def _run(options: Options, listener: socket.socket, servers: embedded.Servers | None) -> None:
    await Board(options, listener).run(servers)


if __name__ == "__main__":
    sys.exit(launch())
