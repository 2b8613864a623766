"""What it costs to know who asks: CPU and statements of a request of every role against one without a token.

`python -m bench.authentication` measures in its own process, on one thread, whole requests through the door but for
HTTP; the part "authentication" of `python -m bench` runs it on the bench's board.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from django.utils import timezone

from bench.board import Board
from bench.contenders import NEXUS_SETTINGS
from bench.report import table
from bench.say import say
from bench.targets import Target
from bench.works import DOCUMENTS
from nexus.environment import BASE_DIR

MOST_MILLISECONDS = 0.1
BATCH = 50
NOTHING = "{ __typename }"


def authentication(made: Board, *, quick: bool) -> tuple[str, list[Target], dict[str, Any]]:
    """The text, the target and the figures."""
    say("Requests with an access token against requests without")
    environment = os.environ | NEXUS_SETTINGS | made.environment | {"RESPONSE_CACHE": "off"}
    command = [sys.executable, "-m", "bench.authentication", "5" if quick else "15"]
    output = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    figures = json.loads(output.stdout)
    rows = [
        [name, role, f"{found['milliseconds']:.3f}", f"{found['more']:+.3f}", found["statements"]]
        for name, roles in figures.items()
        for role, found in roles.items()
    ]
    columns = ["document", "who asks", "ms CPU", "more than nobody", "more statements"]
    # What a role is shown differs; who asks for nothing pays for being known, and for nothing else.
    most = max(found["more"] for found in figures[NOTHING].values()) / MOST_MILLISECONDS
    title = f"CPU that a token adds to a request, of {MOST_MILLISECONDS} ms"
    return f"### Authentication\n\n{table(columns, rows)}", [Target(title, 1, most, is_least=False)], figures


def measure(rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """By document and role, the medians of as many rounds in which all roles take turns."""
    from nexus.graphql.http import JSON, Request

    documents = {NOTHING: (NOTHING, {})}
    for work, variables in (("feed", {"first": 20}), ("nested", {})):
        documents[work] = ((DOCUMENTS / "nexus" / f"{work}.graphql").read_text(), variables)
    authorizations = {"nobody": "", **{role: f"Bearer {token}" for role, token in _tokens().items()}}
    figures = {}
    for name, (query, variables) in documents.items():
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"host": "127.0.0.1", "content-type": JSON, "accept": JSON}
        requests = {
            role: Request("POST", {**headers, "authorization": authorization}, "", body, "127.0.0.1")
            for role, authorization in authorizations.items()
        }
        statements = {role: _statements(request) for role, request in requests.items()}
        took: dict[str, list[float]] = {role: [] for role in requests}
        for _ in range(rounds):
            for role, request in requests.items():
                took[role].append(_milliseconds(request))
        figures[name] = {
            role: {
                "milliseconds": statistics.median(took[role]),
                "more": statistics.median(one - other for one, other in zip(took[role], took["nobody"], strict=True)),
                "statements": statements[role] - statements["nobody"],
            }
            for role in requests
        }
    return figures


def _tokens() -> dict[str, str]:
    """Somebody of every role, all of whom have just logged in, and a key."""
    from accounts.models import PlatformRole, User
    from accounts.services import api_key, session
    from jobs.models import Company, Membership, MembershipRole
    from kernel.viewer import Scope, Viewer

    def person(role: str, **fields: Any) -> User:
        return User.objects.create_user(f"{role.replace(' ', '-')}@bench.example", **fields)

    people = {"seeker": person("seeker")}
    company = Company.objects.order_by("pk")[0]
    for role in MembershipRole:
        people[str(role)] = person(str(role))
        Membership.objects.create(user=people[str(role)], company=company, role=role)
    for staff in (PlatformRole.MODERATOR, PlatformRole.SUPPORT, PlatformRole.ADMIN):
        people[f"platform {staff}"] = person(f"platform {staff}", platform_role=staff)
    tokens = {role: session.open(user, method="password").access for role, user in people.items()}
    owner = Viewer(user_id=people["owner"].pk, authenticated_at=timezone.now())
    made = api_key.create(by=owner, name="Bench", scopes=[Scope.JOBS_READ], expires_at=None)
    return {**tokens, "key": made.secret}


def _ask(request: Any) -> None:
    from nexus.graphql.view import answer

    response = answer(request)
    assert response.status == 200, response.body
    assert b'"errors"' not in response.body[:12], response.body


def _statements(request: Any) -> int:
    """How many statements a request takes once its caller is known."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _ask(request)
    with CaptureQueriesContext(connection) as queries:
        _ask(request)
    return len(queries)


def _milliseconds(request: Any) -> float:
    started = time.thread_time()
    for _ in range(BATCH):
        _ask(request)
    return (time.thread_time() - started) / BATCH * 1000


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))
