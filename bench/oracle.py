"""graphql-core's answers, as with `ENGINE=off`, asked without a server.

`python -m bench.oracle` reads a request a line, `[body, token]`, and writes an answer a line, `[status, body]`.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

from bench.board import Board
from bench.contenders import NEXUS_SETTINGS
from nexus.environment import BASE_DIR


class Oracle:
    """A process that answers one request at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, body: bytes, token: str = "") -> tuple[int, bytes]:
        """The status and the JSON."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([body.decode(), token]) + "\n")
        self.process.stdin.flush()
        status, answer = json.loads(self.process.stdout.readline())
        return status, answer.encode()


@contextlib.contextmanager
def oracle(made: Board) -> Iterator[Oracle]:
    """The oracle over the board, for the length of the block."""
    environment = os.environ | NEXUS_SETTINGS | made.environment | {"ENGINE": "off", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "bench.oracle"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield Oracle(process)
        process.stdin.close()


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    django.setup()
    from nexus.graphql.http import Request
    from nexus.graphql.oracle import on_graphql_core
    from nexus.graphql.view import answer

    for line in sys.stdin:
        body, token = json.loads(line)
        headers = {"host": "127.0.0.1", "content-type": "application/json", "accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        response = answer(Request("POST", headers, "", body.encode()), on_graphql_core)
        print(json.dumps([response.status, response.body.decode()]), flush=True)


if __name__ == "__main__":
    main()
