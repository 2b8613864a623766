"""Documents sent through the door, on the test's own thread and so inside its transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from accounts.models import User
from nexus.graphql.http import GRAPHQL, Request, Response
from nexus.graphql.oracle import on_graphql_core
from nexus.graphql.view import answer
from tests.factories import SessionFactory


@dataclass(frozen=True)
class Answer:
    """What came back for a document."""

    response: Response
    content: dict[str, Any]

    @property
    def data(self) -> Any:
        """The data of an answer that must have no errors."""
        assert "errors" not in self.content, self.content["errors"]
        return self.content["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.content.get("errors", [])

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


def token_for(user: User, *, at: datetime | None = None) -> str:
    """An access token as `tokenCreate` would give it, of a session of its own; after a log-in just now, or `at`."""
    from graphql_jwt.shortcuts import get_token

    session = SessionFactory(user=user, authenticated_at=at) if at else SessionFactory(user=user)
    return str(get_token(user, session))


def request_for(query: object, variables: Any = None, *, by: User | None = None, **headers: str) -> Request:
    """A POST as a well-behaved client sends it."""
    sent = {"host": "localhost", "content-type": "application/json", "accept": GRAPHQL}
    if by is not None:
        sent["authorization"] = f"Bearer {token_for(by)}"
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return Request("POST", sent, "", orjson.dumps({"query": query, "variables": variables}))


def send(query: str, variables: Any = None, *, by: User | None = None, **headers: str) -> Answer:
    """Have a document answered."""
    response = answer(request_for(query, variables, by=by, **headers))
    return Answer(response, orjson.loads(response.body))


def send_to_oracle(query: str, variables: Any = None, *, by: User | None = None, **headers: str) -> dict[str, Any]:
    """The same, answered as with `ENGINE=off`."""
    request = request_for(query, variables, by=by, **headers)
    content: dict[str, Any] = orjson.loads(answer(request, on_graphql_core).body)
    return content
