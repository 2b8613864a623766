"""Reads of the REST mirror, on the test's own thread and so inside its transaction."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from accounts.models import User
from nexus.graphql.http import Request, Response
from nexus.rest.answering import answered, mirrored
from tests.door import token_for


@dataclass(frozen=True)
class Reply:
    """What came back for a read."""

    response: Response
    content: Any

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> dict[str, str]:
        return self.response.headers

    @property
    def items(self) -> list[Any]:
        assert self.status == 200, self.content
        return self.content["items"]

    @property
    def faults(self) -> dict[str, str]:
        """The parameters at fault, and why."""
        return {fault["field"]: fault["detail"] for fault in self.content.get("errors", ())}


def request_for(
    path: str, *, by: User | None = None, method: str = "GET", headers: Any = None, **asked: Any
) -> Request:
    sent = {"host": "localhost", "accept": "application/json", **(headers or {})}
    if by is not None:
        sent["authorization"] = f"Bearer {token_for(by)}"
    return Request(method, sent, urlencode(asked, doseq=True), path=f"/api/v1/{path}")


def get(path: str, *, by: User | None = None, method: str = "GET", headers: Any = None, **asked: Any) -> Reply:
    """Have a read answered: `get("jobs", first=2, countries=["DE", "FR"])`."""
    response = answered(mirrored, request_for(path, by=by, method=method, headers=headers, **asked))
    return Reply(response, orjson.loads(response.body) if response.body else None)
