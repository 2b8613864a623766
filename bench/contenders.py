"""Who is compared: how each is started, and in which dialect it is asked."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.board import Board
from bench.install import PEERS, PeerMissing, node_peer, python_peer
from bench.processes import Server, ServerDied
from bench.say import say
from nexus.environment import BASE_DIR

WARM = ("feed-20", "feed-100", "nested", "job")
UNCACHED = (*WARM, "feed-20-cold")
CACHED = ("feed-20-cached",)


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started: `{port}` stands for its port."""

    words: list[str]
    environment: dict[str, str]
    folder: Path = BASE_DIR


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to serve the board."""

    name: str
    title: str
    dialect: str
    command: Callable[[Board], Command]
    works: tuple[str, ...] = UNCACHED


# Everything is on, as in production; only no bound is so low that a load of one client meets it.
NEXUS_SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": "the-bench-has-no-secrets-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "127.0.0.1",
    "EMAIL_URL": "consolemail://",
    "DEFAULT_FROM_EMAIL": "nexus@board.example",
    "PUBLIC_URL": "http://127.0.0.1",
    "CLIENT_URL": "http://127.0.0.1",
    "RATE_LIMIT": "999999999",
    "RATE_LIMIT_ADDRESS": "999999999",
}
UVICORN = ["--port", "{port}", "--no-access-log", "--lifespan", "off", "--log-level", "warning"]


def nexus(**settings: str) -> Callable[[Board], Command]:
    def command(board: Board) -> Command:
        words = [sys.executable, "-m", "uvicorn", "nexus.asgi:application", "--no-server-header", *UVICORN]
        return Command(words, NEXUS_SETTINGS | board.environment | settings)

    return command


def floor(name: str) -> Callable[[Board], Command]:
    def command(board: Board) -> Command:
        words = [sys.executable, "-m", "uvicorn", f"bench.floors:{name}", *UVICORN]
        return Command(words, board.environment | {"CONSTANT_REPLY": str(board.home / "constant.json")})

    return command


def django_peer(name: str, app: str) -> Callable[[Board], Command]:
    """gunicorn with one worker, as Django's own deployment page has it; threads, so that it keeps connections open."""

    def command(board: Board) -> Command:
        words = [str(python_peer(name)), "-m", "gunicorn", "bench.peers.wsgi", "--bind", "127.0.0.1:{port}"]
        words += ["--workers", "1", "--worker-class", "gthread", "--threads", "4"]
        peer = {"PEER_APP": app, "PEER_URLS": f"bench.peers.{name}.urls", "PYTHONPATH": str(BASE_DIR)}
        return Command(words, board.environment | peer)

    return command


def node(name: str) -> Callable[[Board], Command]:
    def command(board: Board) -> Command:
        program, folder = node_peer(name)
        functions = PEERS / name / "functions.sql"
        if functions.exists():
            with board.connect() as connection:
                connection.execute(functions.read_text())
        url = f"postgresql://nexus@/nexus?host={board.environment['PGHOST']}"
        production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", "PG_URL": url}
        return Command([str(program), "server.mjs", "{port}"], board.environment | production, folder)

    return command


CONTENDERS = [
    Contender("nexus", "Nexus", "nexus", nexus(RESPONSE_CACHE="off")),
    Contender("graphene", "graphene-django", "lists", django_peer("graphene", "graphene_django")),
    Contender("strawberry", "strawberry-django", "strawberry", django_peer("strawberry", "strawberry_django")),
    Contender("postgraphile", "PostGraphile 5", "postgraphile", node("postgraphile")),
    Contender("mercurius", "Mercurius + JIT", "lists", node("mercurius")),
    Contender("statement", "floor: one SQL statement", "sql", floor("statement"), WARM),
    Contender("nexus-cached", "Nexus, from the process", "nexus", nexus(), CACHED),
    Contender("nexus-redis", "Nexus, through Redis", "nexus", nexus(RESPONSE_CACHE_MB="0"), CACHED),
    Contender("constant", "floor: a constant reply", "nexus", floor("constant"), CACHED),
]


@contextmanager
def running(board: Board, chosen: list[Contender], missing: dict[str, str]) -> Iterator[dict[str, Server]]:
    """The servers of the chosen contenders; who cannot be had is named in `missing`, with the reason."""
    servers: dict[str, Server] = {}
    try:
        for contender in chosen:
            say(f"Starting {contender.title}")
            try:
                command = contender.command(board)
                log = board.home / f"{contender.name}.log"
                servers[contender.name] = Server(
                    contender.name, command.words, command.environment, command.folder, log
                )
            except (PeerMissing, ServerDied) as reason:
                say(f"{reason}")
                missing[contender.name] = str(reason)
        yield servers
    finally:
        for server in servers.values():
            server.stop()
