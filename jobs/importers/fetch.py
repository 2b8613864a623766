"""Fetches a document from the web into a temporary file: from public machines only, bounded in time and size."""

import gzip
import http.client
import logging
import socket
import ssl
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from jobs.importers.addresses import (
    IPAddress,
    Resolve,
    Unreachable,
    WebAddress,
    is_public,
    is_public_or_private,
    parsed,
    resolved,
)
from jobs.importers.files import Unreadable


class Gone(Unreadable):
    """The server knows no such document, or no longer."""


MAX_TRIED = 4  # addresses of one host
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAULTS: Mapping[int, type[Unreadable]] = {404: Gone, 410: Gone} | dict.fromkeys(
    (408, 425, 429, 500, 502, 503, 504), Unreachable
)
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip"})
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_WRAPPINGS = 2  # a .gz file that its server packs once more on the way
_HEADERS = {
    "User-Agent": "Nexus (self-hosted job board)",
    "Accept": "*/*",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}

# It logs the whole address, with the key in it, when it dislikes a header.
# A filter, because whoever configures logging after this would enable a disabled logger again.
logging.getLogger("urllib3.connection").addFilter(lambda record: False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may cost: seconds, bytes, redirects.

    4 GiB is twice the largest document that importing is tested with; 15 minutes leave a task of 25 ten to import it.
    """

    size: int = 4 * 1024**3  # of the answer, and of what it unpacks to
    connect: float = 10
    silence: float = 30  # until the answer begins, and between two parts of it
    total: float = 900
    pace: int = 1024  # bytes a second, on average, once `silence` has passed
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Validators:
    """By which a server tells whether its document has changed (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Of a request that is to be answered only if the document has changed."""
        both = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in both.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it came; `path` is None where it has not changed since `validators` were given."""

    path: Path | None
    address: WebAddress  # after redirects
    content_type: str
    validators: Validators


@contextmanager
def fetched(
    address: str,
    *,
    allow_private: bool = False,
    validators: Validators | None = None,
    limits: Limits | None = None,
    resolve: Resolve = resolved,
    may_connect: Callable[[IPAddress], bool] = is_public,
) -> Iterator[Fetched]:
    """The document at an http or https address, whole and unpacked, in a file that is gone when the block ends.

    A host counts as public if all its addresses are; the connection goes to one of those that were checked, and each
    redirect is checked in the same way. Proxies that the environment names are not used: they would connect to where
    nobody has looked. Raises `Unreachable` where another try may help, else `Unreadable`; neither shows the query.
    """
    limits = limits or Limits()
    may_connect = is_public_or_private if allow_private else may_connect
    deadline = time.monotonic() + limits.total
    with ExitStack() as stack:
        first = at = parsed(address)
        for _ in range(limits.redirects + 1):
            headers = validators.headers() if validators and at.origin == first.origin else {}
            with _asked(at, _machines(at, resolve, may_connect), headers, limits) as (response, link):
                if response.status in _REDIRECTS:
                    at = _followed(at, response)
                    continue
                _refuse_status(at, response, has_asked=bool(headers))
                if response.status == http.client.NOT_MODIFIED:
                    yield Fetched(None, at, "", validators or Validators())
                    return
                left = max(deadline - time.monotonic(), 0)
                with _cut_off(link, left, f"{at} took longer than {limits.total:g} s."):
                    path = stack.enter_context(_saved(_chunks(response, at, limits), at, limits))
            for _ in range(_MAX_WRAPPINGS):
                if _is_gzip(path):
                    path = stack.enter_context(_saved(_unpacked(path, at), at, limits))
            yield Fetched(
                path,
                at,
                response.headers.get("Content-Type", ""),
                Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")),
            )
            return
        raise Unreadable(f"{first} redirects more than {limits.redirects} times.")


def _machines(address: WebAddress, resolve: Resolve, may_connect: Callable[[IPAddress], bool]) -> list[IPAddress]:
    machines = resolve(address.host, address.port)
    for machine in machines:
        if not may_connect(machine):
            raise Unreadable(f"{address} leads to {machine}, which is not a public address.")
    return machines


@contextmanager
def _asked(
    address: WebAddress, machines: list[IPAddress], headers: Mapping[str, str], limits: Limits
) -> Iterator[tuple[BaseHTTPResponse, socket.socket]]:
    """The answer, of which the body is yet to come, and the socket by which it comes."""
    with ExitStack() as stack:
        connection = stack.enter_context(closing(_connected(address, machines, limits)))
        # Kept: the connection lets go of it as soon as the answer has begun.
        link = connection.sock
        with _cut_off(link, limits.silence, f"{address} did not answer within {limits.silence:g} s."):
            response = stack.enter_context(closing(_answer(connection, address, headers)))
        yield response, link


def _connected(address: WebAddress, machines: list[IPAddress], limits: Limits) -> HTTPConnection:
    """A connection to the first machine that takes one; the name is not looked up again."""
    fault = "it has no address"
    for machine in machines[:MAX_TRIED]:
        connection = _connection(address, machine, limits)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            connection.close()
            raise Unreadable(f"{address} has no valid certificate: {error.verify_message}.") from None
        except (HTTPError, OSError) as error:
            connection.close()
            fault = "it does not answer" if "time" in type(error).__name__.lower() else "it refuses the connection"
        else:
            assert connection.sock is not None
            connection.sock.settimeout(limits.silence)
            connection.timeout = limits.silence
            return connection
    raise Unreachable(f"{address} cannot be reached: {fault}.")


def _connection(address: WebAddress, machine: IPAddress, limits: Limits) -> HTTPConnection:
    if address.scheme == "http":
        return HTTPConnection(str(machine), address.port, timeout=limits.connect)
    return HTTPSConnection(
        str(machine),
        address.port,
        timeout=limits.connect,
        ssl_context=ssl.create_default_context(),
        server_hostname=address.host,
    )


def _answer(connection: HTTPConnection, address: WebAddress, headers: Mapping[str, str]) -> BaseHTTPResponse:
    try:
        connection.request(
            "GET",
            address.target,
            headers={"Host": address.netloc, **_HEADERS, **headers},
            preload_content=False,
            decode_content=True,
        )
        return connection.getresponse()
    except TimeoutError:
        raise Unreachable(f"{address} did not answer within {connection.timeout:g} s.") from None
    except (http.client.HTTPException, HTTPError, OSError, ValueError):
        raise Unreachable(f"{address} broke off, or does not speak HTTP.") from None


def _followed(address: WebAddress, response: BaseHTTPResponse) -> WebAddress:
    location = response.headers.get("Location", "")
    if not location:
        raise Unreadable(f"{address} redirects to nowhere.")
    try:
        target = address.joined(location)
    except Unreadable as error:
        raise Unreadable(f"{address} redirects to where nothing is read. {error}") from None
    if address.scheme == "https" and target.scheme == "http":
        raise Unreadable(f"{address} redirects to {target}, from https to http.")
    return target


def _refuse_status(address: WebAddress, response: BaseHTTPResponse, *, has_asked: bool) -> None:
    if response.status == http.client.NOT_MODIFIED and has_asked:
        return
    if response.status != http.client.OK:
        phrase = http.client.responses.get(response.status, "")
        fault = _FAULTS.get(response.status, Unreadable)
        raise fault(f"{address} answered {response.status} {phrase}".rstrip() + ".")
    encodings = {part.strip().lower() for part in response.headers.get("Content-Encoding", "").split(",")}
    if not encodings <= _ENCODINGS:
        raise Unreadable(f"{address} sends its answer packed in a way that it was not asked for.")


@contextmanager
def _saved(chunks: Iterator[bytes], address: WebAddress, limits: Limits) -> Iterator[Path]:
    """The chunks in a file that is gone when the block ends."""
    with tempfile.NamedTemporaryFile(prefix="nexus-import-") as file:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > limits.size:
                raise Unreadable(f"{address} is larger than {limits.size:,} bytes.")
            try:
                file.write(chunk)
            except OSError as error:
                raise Unreachable(f"{address} cannot be kept in {tempfile.gettempdir()}: {error.strerror}.") from None
        if not size:
            raise Unreadable(f"{address} answered with nothing.")
        file.flush()
        yield Path(file.name)


def _chunks(response: BaseHTTPResponse, address: WebAddress, limits: Limits) -> Iterator[bytes]:
    """The answer's body as it comes. Raises `Unreachable` where it stalls, drips or breaks off."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > limits.size:
        raise Unreadable(f"{address} is larger than {limits.size:,} bytes.")
    size, started = 0, time.monotonic()
    try:
        # `read1` gives what one look at the socket brings; `read` would wait for a whole chunk, byte by byte.
        while chunk := response.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            elapsed = time.monotonic() - started
            if elapsed > limits.silence and size < limits.pace * elapsed:
                raise Unreachable(f"{address} sends less than {limits.pace:,} bytes a second.")
            yield chunk
    except ReadTimeoutError:
        raise Unreachable(f"{address} sent nothing for {limits.silence:g} s.") from None
    except (HTTPError, http.client.HTTPException, OSError):
        raise Unreachable(f"{address} broke off before its end.") from None


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC


def _unpacked(path: Path, address: WebAddress) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except EOFError:
        raise Unreachable(f"{address} sends a gzip stream that ends early.") from None
    except (gzip.BadGzipFile, zlib.error):
        raise Unreadable(f"{address} sends a damaged gzip stream.") from None


@contextmanager
def _cut_off(link: socket.socket, seconds: float, reason: str) -> Iterator[None]:
    """Ends the connection when the time is over, whatever waits on it: a byte now and then renews every time-out."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        with suppress(OSError):
            # Not the method of SSLSocket, which would take the TLS state from under the reader.
            socket.socket.shutdown(link, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Unreadable:
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
    if is_over.is_set():
        raise Unreachable(reason)
