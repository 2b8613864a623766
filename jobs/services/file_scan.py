"""Whether a scanner finds something wrong with a file (`FILE_SCANNER`): clamd, or a function of one's own.

def scan(file: IO[bytes]) -> str: ...   # what was found, in a few words; empty for nothing
"""

import socket
import struct
from contextlib import closing
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

SECONDS = 15
CHUNK = 64 * 1024
LONGEST_REPLY = 4_096


class ScannerFailed(Exception):
    """The scanner does not answer, or has not looked at the file to its end: nothing is known of it."""


def scan(file: IO[bytes]) -> str:
    """What the scanner finds wrong with the file; empty for nothing, and where there is no scanner.

    Raises `ScannerFailed`, and whatever a function of one's own raises.
    """
    scanner: str = settings.FILE_SCANNER
    if not scanner:
        return ""
    if scanner.startswith(("clamd:", "clamd+unix:")):
        return _clamd(scanner, file)
    return str(import_string(scanner)(file))


def _clamd(url: str, file: IO[bytes]) -> str:
    """What clamd answers to INSTREAM: https://docs.clamav.net/manual/Usage/Scanning.html#clamd."""
    try:
        with closing(_connected(url)) as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            reply = _replied(connection)
    except OSError as error:
        raise ScannerFailed(f"clamd: {type(error).__name__}") from None
    told = reply.removeprefix("stream: ")
    if told == "OK":
        return ""
    if told.endswith(" FOUND"):
        return told.removesuffix(" FOUND")
    raise ScannerFailed("clamd did not look at the file to its end.")


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "clamd+unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        connection.connect(parts.path)
        return connection
    return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), timeout=SECONDS)


def _replied(connection: socket.socket) -> str:
    reply = b""
    while len(reply) < LONGEST_REPLY and b"\0" not in reply:
        received = connection.recv(LONGEST_REPLY)
        if not received:
            break
        reply += received
    return reply.partition(b"\0")[0].decode("utf-8", "replace").strip()
