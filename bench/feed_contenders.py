"""Who makes feeds in the bench: ours, and the ones that a feed has to be better than.

Each gives the ids of its best two hundred for somebody, the best first. The others know no rules.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import tantivy
from django.db import connection

from bench.feed_measures import CONSIDERED, Subject
from jobs.feed.person import person_of
from jobs.feed.ranking import rank
from jobs.search.words import words_of
from jobs.selectors import search as searches
from kernel.viewer import Viewer

HEAP_BYTES = 200_000_000
# A query of more clauses than these takes seconds; the longest résumé has a few more words.
MOST_WORDS = 2_000
SINCE = "7 days"

type Contender = Callable[[Subject], Sequence[UUID]]

_LIVE = "s.published_at <= %(at)s AND s.expires_at > %(at)s"
_NEWEST = (
    f"SELECT s.job_id FROM job_search s WHERE {_LIVE} ORDER BY s.published_at DESC, s.job_id DESC LIMIT {CONSIDERED}"
)
# In the person's country, where it is known; newest where nobody does anything.
_POPULAR = f"""
    SELECT s.job_id FROM job_search s
    LEFT JOIN (
        SELECT job_id, sum(CASE kind WHEN 'view' THEN 1 WHEN 'save' THEN 3 WHEN 'apply' THEN 7 ELSE 0 END) AS heat
        FROM jobs_interactionevent
        WHERE occurred_at <= %(at)s AND occurred_at > %(at)s::timestamptz - interval '{SINCE}' GROUP BY job_id
    ) h USING (job_id)
    LEFT JOIN jobs_profile p ON p.user_id = %(user)s
    LEFT JOIN jobs_place h2 ON h2.id = p.home_id
    WHERE {_LIVE} AND (h2.country_id IS NULL OR h2.country_id = ANY (s.countries) OR s.workplace = 'remote')
    ORDER BY h.heat DESC NULLS LAST, s.published_at DESC, s.job_id DESC LIMIT {CONSIDERED}"""
_SKILLS_ONLY = f"""
    SELECT s.job_id FROM job_search s, unnest(s.skill_ids) AS each (id)
    JOIN (
        SELECT w.skill_id AS id, -ln((1 + count(o.job_id)) / (1.0 + (SELECT count(*) FROM job_search))) AS idf
        FROM jobs_profileskill w JOIN jobs_profile p ON p.id = w.profile_id AND p.user_id = %(user)s
        LEFT JOIN job_search o ON o.skill_ids @> ARRAY[w.skill_id::int] GROUP BY w.skill_id
    ) k USING (id)
    WHERE {_LIVE} GROUP BY s.job_id, s.published_at
    ORDER BY sum(k.idf) DESC, s.published_at DESC, s.job_id DESC LIMIT {CONSIDERED}"""
_DOCUMENTS = f"""
    SELECT s.job_id, j.title, c.name, j.description_text,
        (SELECT string_agg(k.name, ' ') FROM jobs_skill k WHERE k.id = ANY (s.skill_ids))
    FROM job_search s JOIN jobs_job j ON j.id = s.job_id JOIN jobs_company c ON c.id = s.company_id
    WHERE {_LIVE} ORDER BY s.job_id"""


def contenders(at: datetime) -> dict[str, Contender]:
    """By name, over the board as it is indexed, as of an instant."""
    newest = _ids(_NEWEST, at)
    return {
        "newest": lambda subject: newest,
        "popular": lambda subject: _ids(_POPULAR, at, subject.user_id),
        "BM25 of the profile": _bm25(at),
        "skills only": lambda subject: _ids(_SKILLS_ONLY, at, subject.user_id),
        "search for the titles": _search,
        "Nexus, not profiled": lambda subject: ours(subject, at, is_profiled=False),
        "Nexus": lambda subject: ours(subject, at),
    }


def ours(subject: Subject, at: datetime, *, is_profiled: bool = True) -> list[UUID]:
    """The feed as it is made for the person; where it is not profiled, of what the person said alone."""
    person = person_of(Viewer(user_id=subject.user_id), at)
    if not is_profiled:
        person = replace(person, is_profiled=False, liked=(), shown={})
    return [match.job_id for match in rank(person, at, size=CONSIDERED, seed=subject.user_id.int % 2**31).matches]


def _search(subject: Subject) -> list[UUID]:
    """What somebody finds who searches for what they are called."""
    if not subject.titles:
        return []
    request = searches.SearchRequest(subject.titles, per_company=0, size=CONSIDERED // 2)
    return [hit.job.pk for hit in searches.search(Viewer(), request).hits]


def _bm25(at: datetime) -> Contender:
    """All words of the profile against all words of the posting, each word once."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build(), path=tempfile.mkdtemp(prefix="nexus-tantivy-"))
    writer = index.writer(HEAP_BYTES, 1)
    for job, *texts in _rows(_DOCUMENTS, at):
        text = " ".join(word for each in texts for word in words_of(each or ""))
        writer.add_document(tantivy.Document(id=str(job), text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def best(subject: Subject) -> list[UUID]:
        words = list(dict.fromkeys(words_of(subject.text)))[:MOST_WORDS]
        if not words:
            return []
        query = index.parse_query(" ".join(words).lower(), ["text"])
        return [UUID(searcher.doc(address)["id"][0]) for _, address in searcher.search(query, CONSIDERED).hits]

    return best


def _ids(statement: str, at: datetime, user: UUID | None = None) -> list[UUID]:
    return [job for (job, *_) in _rows(statement, at, user)]


def _rows(statement: str, at: datetime, user: UUID | None = None) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": at, "user": user})
        return cursor.fetchall()
