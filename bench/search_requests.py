"""Whole requests of search through the door, all but HTTP, against a page of the feed."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bench.search_filters import Filter
from bench.search_rounds import Task
from bench.search_words import Words, swapped
from bench.works import DOCUMENTS
from nexus.graphql.http import JSON, Request
from nexus.graphql.view import answer

HEADERS = {"host": "127.0.0.1", "content-type": JSON, "accept": JSON}
FEED, SEARCH, WITH_ALL, SUGGEST = (
    (DOCUMENTS / "nexus" / f"{name}.graphql").read_text() for name in ("feed", "search", "search-with-all", "suggest")
)
PAGES = (("20 found", SEARCH), ("20 found, 8 facets, highlights", WITH_ALL))


def tasks(words: Words, filters: Sequence[Filter]) -> Iterator[Task]:
    """Pages of twenty jobs with company, places, skills and pay, among all jobs and among those that a filter keeps;
    of a word that was written wrongly; and what somebody who types is told.
    """
    yield _task("feed of 20", FEED, [{"first": 20}], way="floor")
    for name, texts in words.classes.items():
        for title, document in PAGES:
            yield _task(f"{title}: {name}", document, [{"query": text} for text in texts])
            for each in filters:
                asked = [{"query": text, "where": each.asked} for text in texts]
                yield _task(f"{title}: {name}, {each.title}", document, asked)
    wrong = [swapped(word) for word in words.typed]
    for title, document in PAGES:
        yield _task(f"{title}: two letters swapped", document, [{"query": word} for word in wrong])
    yield _task("suggestions for 3 letters", SUGGEST, [{"prefix": word[:3]} for word in words.typed])
    yield _task("suggestions, two letters swapped", SUGGEST, [{"prefix": word[:6]} for word in wrong])


def _task(work: str, document: str, asked: Sequence[dict[str, Any]], *, way: str = "ours") -> Task:
    return Task("requests", work, way, [(document, variables) for variables in asked], _asked)


def _asked(question: tuple[str, dict[str, Any]]) -> object:
    query, variables = question
    body = json.dumps({"query": query, "variables": variables}).encode()
    response = answer(Request("POST", HEADERS, "", body, "127.0.0.1"))
    assert response.status == 200, response.body[:500]
    assert b'"errors"' not in response.body[:12], response.body[:500]
    return response
