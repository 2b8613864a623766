"""Whole requests of search pages through the door, all but HTTP, against a page of the feed."""

import json
from collections.abc import Iterator
from typing import Any

from bench.search_rounds import Task
from bench.search_words import Words
from bench.works import DOCUMENTS
from nexus.graphql.http import JSON, Request
from nexus.graphql.view import answer

HEADERS = {"host": "127.0.0.1", "content-type": JSON, "accept": JSON}
FEED, SEARCH, WITH_ALL = (
    (DOCUMENTS / "nexus" / f"{name}.graphql").read_text() for name in ("feed", "search", "search-with-all")
)


def tasks(words: Words) -> Iterator[Task]:
    """Pages of twenty jobs with company, places, skills and pay."""
    yield Task("requests", "feed of 20", "floor", [(FEED, {"first": 20})], _asked)
    for name, texts in words.classes.items():
        for title, document in (("20 found", SEARCH), ("20 found, 8 facets, highlights", WITH_ALL)):
            questions = [(document, {"query": text}) for text in texts]
            yield Task("requests", f"{title}: {name}", "ours", questions, _asked)


def _asked(question: tuple[str, dict[str, Any]]) -> object:
    query, variables = question
    body = json.dumps({"query": query, "variables": variables}).encode()
    response = answer(Request("POST", HEADERS, "", body, "127.0.0.1"))
    assert response.status == 200, response.body[:500]
    assert b'"errors"' not in response.body[:12], response.body[:500]
    return response
