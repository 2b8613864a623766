"""The least that a server could cost: bare ASGI applications, one with an answer that never changes, one whose answer
is one SQL statement that builds the JSON. `uvicorn bench.floors:constant` and `uvicorn bench.floors:statement`."""

import asyncio
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import psycopg

SQL = {name: (Path(__file__).parent / "sql" / f"{name}.sql").read_text() for name in ("feed", "nested", "job")}
THREADS = ThreadPoolExecutor(8)
LOCAL = threading.local()


async def statement(scope, receive, send) -> None:
    """Answers `{"query": name, "variables": {…}}` with what the statement of that name builds."""
    request = json.loads(await _body(receive))
    body = await asyncio.get_running_loop().run_in_executor(THREADS, _built, request["query"], request["variables"])
    await _reply(send, body)


def _built(name: str, variables: dict) -> bytes:
    if not hasattr(LOCAL, "connection"):
        LOCAL.connection = psycopg.connect(
            host=os.environ["PGHOST"],
            user=os.environ["PGUSER"],
            dbname=os.environ["PGDATABASE"],
            autocommit=True,
        )
    (built,) = LOCAL.connection.execute(SQL[name], variables, prepare=True).fetchone()
    return built.encode()


async def constant(scope, receive, send) -> None:
    """Answers anything with the file that CONSTANT_REPLY names, read at the first request."""
    await _body(receive)
    await _reply(send, _constant())


@cache
def _constant() -> bytes:
    return Path(os.environ["CONSTANT_REPLY"]).read_bytes()


async def _body(receive) -> bytes:
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


async def _reply(send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
