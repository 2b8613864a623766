"""Servers on this machine that answer as told: well, badly, slowly or never."""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

type Answer = Callable[["Visit"], None]


@dataclass
class Visit:
    """One request: its first line, its headers in lower case, and the connection to answer on."""

    line: str
    headers: dict[str, str]
    connection: socket.socket
    is_over: threading.Event  # set when the test is

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def send(self, body: bytes = b"", status: str = "200 OK", **headers: str) -> None:
        """An answer. `content_type="text/csv"` sends that header; a Content-Length is sent unless one is given."""
        named = {"content-length": str(len(body))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
        self.connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    def drip(self, part: bytes, pause: float = 0.05) -> None:
        """Sends the part again and again, until the other side has had enough."""
        with contextlib.suppress(OSError):
            while not self.is_over.wait(pause):
                self.connection.sendall(part)


@dataclass
class Site:
    """A running server, and the requests it had."""

    port: int
    scheme: str = "http"
    visits: list[Visit] = field(default_factory=list)

    def url(self, path: str = "/jobs.jsonl", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextlib.contextmanager
def site(answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A server that answers each request, in a thread of its own, by calling `answer`."""
    is_over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # The client may leave at any time: that is what most of these tests are about.
            with contextlib.suppress(OSError), self.connection() as connection:
                visit = self.read(connection)
                running.visits.append(visit)
                answer(visit)

        def connection(self) -> socket.socket:
            return context.wrap_socket(self.request, server_side=True) if context else self.request

        def read(self, connection: socket.socket) -> Visit:
            file = connection.makefile("rb")
            line = file.readline().decode().strip()
            pairs = (row.decode().partition(":") for row in iter(file.readline, b"\r\n") if row)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            return Visit(line, headers, connection, is_over)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        running = Site(server.server_address[1], "https" if context else "http")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield running
        finally:
            is_over.set()
            server.shutdown()
            thread.join(10)
