"""The requests of a load run, each with the answer that graphql-core gives to it (`ENGINE=off`)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import jwt
import orjson

from bench.board import Board
from bench.contenders import NEXUS_SETTINGS
from bench.driver import http_request
from bench.oracle import Oracle
from bench.works import DOCUMENTS, body_of
from jobs.demo.accounts import ACCOUNTS
from nexus.environment import BASE_DIR, Environment

EXAMPLES = BASE_DIR / "schema" / "examples"
LOG_IN = (EXAMPLES / "10-log-in.graphql").read_text()
# Variables to run the examples with, besides their own; names as in schema/examples.
VARIATIONS: dict[str, list[dict[str, object]]] = {
    "01-newest-jobs": [{"first": first} for first in (1, 2, 5, 33, 50)],
    "02-find-jobs": [
        {"where": {"workplaces": [workplace], "seniorities": [seniority]}, "first": 7}
        for workplace in ("REMOTE", "HYBRID", "ON_SITE")
        for seniority in ("ENTRY", "MID", "SENIOR", "LEAD")
    ],
    "04-best-paid-jobs": [{"currency": currency} for currency in ("USD", "GBP", "PLN", "INR")],
    "07-skills": [{"prefix": prefix} for prefix in ("a", "ja", "sql", "c", "zz")],
    "08-places": [{"prefix": prefix} for prefix in ("a", "new", "par", "zz")],
    "13-occupations": [{"prefix": prefix} for prefix in ("a", "nurse", "data")],
}
REFUSED = [
    "{ jobs(first: 5) { nodes { title nothing } } }",
    "{ jobs(first: -1) { nodes { title } } }",
    '{ node(id: "nonsense") { id } }',
    '{ job(by: { slug: "no-such-job" }) { title } }',
    "query A { __typename } query B { __typename }",
    "{ jobs(first: 5) { nodes { title } ",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes over the wire, and the answer to it: status and JSON, without the extensions."""

    name: str
    request: bytes
    status: int
    expected: bytes


def pool(made: Board, right: Oracle) -> list[Asked]:
    """All requests, by everybody: nobody in particular and each account of the demo."""
    bodies = list(_bodies(made))
    asked = []
    for caller, token in [("anonymous", ""), *_tokens(right)]:
        for name, body in bodies:
            status, answer = right.ask(body, token)
            asked.append(Asked(f"{name}, {caller}", http_request(body, token), status, without_extensions(answer)))
    return asked


def without_extensions(answer: bytes) -> bytes:
    """The answer less what differs each time, such as the request's id. Raises `ValueError` for what is no JSON."""
    content = orjson.loads(answer)
    content.pop("extensions", None)
    return orjson.dumps(content)


def _bodies(made: Board) -> Iterator[tuple[str, bytes]]:
    for path in sorted(EXAMPLES.glob("*.graphql")):
        query = path.read_text()
        if query == LOG_IN:
            continue
        variables = path.with_suffix(".variables.json")
        own = json.loads(variables.read_text()) if variables.exists() else {}
        for changed in [own, *VARIATIONS.get(path.stem, [])]:
            yield path.stem, body_of(query, changed)
    feed, job = ((DOCUMENTS / "nexus" / f"{name}.graphql").read_text() for name in ("feed", "job"))
    for first in (1, 20, 100):
        yield f"feed of {first}", body_of(feed, {"first": first})
    yield "nested", body_of((DOCUMENTS / "nexus" / "nested.graphql").read_text(), {})
    for slug in _slugs(made):
        yield "job", body_of(job, {"slug": slug})
    for query in REFUSED:
        yield "refused", body_of(query, {})


def _slugs(made: Board) -> list[str]:
    """Jobs of all kinds: live ones, and others, which most callers may not see."""
    with made.connect() as connection:
        rows = connection.execute(
            "(SELECT public_id FROM jobs_job WHERE lifecycle = 'published' ORDER BY id LIMIT 20)"
            " UNION (SELECT public_id FROM jobs_job WHERE lifecycle <> 'published' ORDER BY id LIMIT 10)"
        ).fetchall()
    return [row[0] for row in rows]


def _tokens(right: Oracle) -> Iterator[tuple[str, str]]:
    for account in ACCOUNTS:
        body = body_of(LOG_IN, {"input": {"email": account.email, "password": account.password}})
        _, answer = right.ask(body)
        token = json.loads(answer)["data"]["tokenCreate"]["token"]
        assert token, f"{account.email} cannot log in"
        yield account.role, _lengthened(token)


def _lengthened(token: str) -> str:
    """The same, good for a run that is longer than a token's five minutes: the bench has the servers' key."""
    claims = jwt.decode(token, options={"verify_signature": False})
    ((name, key),) = Environment().signing_keys("JWT_KEYS", NEXUS_SETTINGS["SECRET_KEY"])
    return jwt.encode({**claims, "exp": claims["exp"] + 86_400}, key, "HS256", headers={"kid": name})
