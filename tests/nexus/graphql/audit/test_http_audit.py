"""GraphQL over HTTP, judged by the audit suite of the npm package `graphql-http`.

https://graphql.github.io/graphql-over-http/draft/ is what the audits are made from.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from nexus.graphql.graphiql.build import install_packages

pytestmark = pytest.mark.needs("node")

SCRIPT = Path(__file__).with_name("audit.mjs")
AUDITS = 61

# The MAYs that we do not take, by their id, and why.
DECLINED = {
    "5A70": "a GET that does not ask for JSON by name: an image or a link on another site can send that one",
}


@dataclass(frozen=True)
class Finding:
    """The outcome of one audit; `level` is MUST, SHOULD or MAY."""

    id: str
    level: str
    name: str
    ok: bool
    reason: str | None


def audit(url: str) -> list[Finding]:
    """Every audit of the suite, run against a GraphQL endpoint."""
    node = install_packages().node
    done = subprocess.run([node, SCRIPT, url], capture_output=True, text=True, timeout=120, check=True)
    return [Finding(**json.loads(line)) for line in done.stdout.splitlines()]


def _passed(findings: list[Finding], level: str) -> str:
    outcomes = [finding.ok for finding in findings if finding.level == level]
    return f"{sum(outcomes)} of {len(outcomes)}"


@pytest.fixture
def audited_url(live_url: str) -> str:
    return f"{live_url}/graphql"


class CarelessHandler(BaseHTTPRequestHandler):
    """Answers everything with 200, an empty object and the wrong type."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST  # noqa: N815 - the base class calls it that

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing."""


@pytest.fixture
def careless_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), CarelessHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/graphql"
        server.shutdown()


def test_every_must_and_should_holds(audited_url: str, record_property: Callable[[str, object], None]) -> None:
    findings = audit(audited_url)
    levels = [f"{level} {_passed(findings, level)}" for level in ("MUST", "SHOULD", "MAY")]
    record_property("tally", f"GraphQL over HTTP, graphql-http's audits: {', '.join(levels)}")
    failed = {finding.id: finding for finding in findings if not finding.ok}
    broken = [f"{each.id} {each.name}: {each.reason}" for each in failed.values() if each.level != "MAY"]
    assert not broken, "\n".join(broken)
    assert len(findings) == AUDITS
    assert set(failed) == set(DECLINED), "the MAYs that are not taken are listed, each with its reason"


def test_careless_server_fails_the_audit(careless_url: str) -> None:
    findings = audit(careless_url)
    failed = {finding.id: finding for finding in findings if not finding.ok}
    assert len(findings) == AUDITS
    assert failed["4655"].level == "MUST"  # `application/json` asked for, text answered
    assert failed["556A"].level == "SHOULD"  # a document that does not parse, answered with 200
    assert failed["423L"].level == "MAY"  # no query at all, answered with 200
    assert all(finding.reason for finding in failed.values())


def test_server_that_is_away_fails_every_audit() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), CarelessHandler) as server:
        url = f"http://127.0.0.1:{server.server_port}/graphql"
    findings = audit(url)
    assert len(findings) == AUDITS
    assert not any(finding.ok for finding in findings)
