"""What is asked: the works, and the request by which each contender is asked for one."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCUMENTS = Path(__file__).parent / "documents"


@dataclass(frozen=True, slots=True)
class Work:
    """A question about the board: which document, with which variables, and what it is called in the table."""

    name: str
    title: str
    document: str
    variables: dict[str, object]
    # A document that no server has seen before, each time.
    is_cold: bool = False

    def requests(self, dialect: str) -> Iterator[bytes]:
        """Endless bodies of requests in a contender's dialect."""
        text = self.document if dialect == "sql" else (DOCUMENTS / dialect / f"{self.document}.graphql").read_text()
        if not self.is_cold:
            yield from itertools.repeat(body_of(text, self.variables))
        for number in itertools.count():
            yield body_of(f"{text}# {number}", self.variables)

    def request(self, dialect: str) -> bytes:
        return next(self.requests(dialect))


def body_of(query: str, variables: dict[str, object]) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def works(slug: str) -> list[Work]:
    """All works; `slug` is that of the job to read alone."""
    return [
        Work("feed-20", "feed of 20 jobs", "feed", {"first": 20}),
        Work("feed-100", "feed of 100 jobs", "feed", {"first": 100}),
        Work("nested", "50 companies × 10 jobs × skills", "nested", {}),
        Work("job", "one job by its slug", "job", {"slug": slug}),
        Work("feed-20-cold", "feed of 20 jobs, a new document each time", "feed", {"first": 20}, is_cold=True),
        Work("feed-20-cached", "feed of 20 jobs, cached", "feed", {"first": 20}),
    ]
