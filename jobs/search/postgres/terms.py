"""The words that live postings are made of: how rare each is, and what a word with a mistake was meant to be."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import combinations
from math import log

import orjson
from django.db import connection, transaction
from django.utils import timezone

from jobs.progress import Progress
from jobs.search.correction import FEW, best, most_mistakes
from jobs.search.postgres import synonyms
from jobs.search.words import words_of
from kernel.reading import Statement

LONGEST = 60
# Below this a word is an abbreviation as often as a word, and has too many neighbours.
SHORTEST_CORRECTED = 4
# Letters are left out of a word's beginning alone: enough to find it, and far fewer rows than of the whole word.
BEGINNING = 8
MOST_CANDIDATES = 400
# The empty term, which no word is, stands for all jobs.
_ALL = ""
_BATCH = 5_000

_TITLES = "SELECT j.title, count(*) FROM job_search s JOIN jobs_job j ON j.id = s.job_id GROUP BY 1"
_COMPANIES = """
    SELECT c.name, n FROM (SELECT company_id, count(*) AS n FROM job_search GROUP BY 1) s
    JOIN jobs_company c ON c.id = s.company_id"""
_SKILLS = """
    SELECT k.name, n FROM (SELECT unnest(skill_ids) AS skill_id, count(*) AS n FROM job_search GROUP BY 1) s
    JOIN jobs_skill k ON k.id = s.skill_id"""

# By the labels of `occupations.label` that say "likely".
_OCCUPATIONS = """
    SELECT word, ndoc FROM ts_stat('SELECT ts_filter(head, ''{a,b}'') FROM job_search') WHERE word ~ '^[oc]:'"""

_COUNTS = Statement[dict[str, int]](
    """
SELECT term, n FROM search_term, LATERAL (
    SELECT CASE WHEN since > %(at)s::timestamptz THEN jobs_before ELSE jobs END AS n
) counted
WHERE term = ANY(%(terms)s::text[]) AND n > 0""",
    dict,
)
# Each word with how many jobs have it, and what it may have been meant to be, the commonest first; for the words that
# were meant as they are, nothing is looked for.
_CANDIDATES = Statement[list[tuple[str, int, list[str], list[int]]]](
    f"""
SELECT w.word, coalesce(k.jobs, 0), c.terms, c.jobs
FROM json_to_recordset(%(asked)s::json) AS w (word text, deletes text[])
LEFT JOIN search_term k ON k.term = w.word
CROSS JOIN LATERAL (
    SELECT array_agg(m.term ORDER BY m.jobs DESC, m.term) AS terms, array_agg(m.jobs ORDER BY m.jobs DESC, m.term)
        AS jobs
    FROM (
        SELECT t.term, t.jobs FROM search_term t
        WHERE t.term IN (SELECT d.term FROM search_delete d WHERE d.deleted = ANY(w.deletes))
        ORDER BY t.jobs DESC, t.term LIMIT {MOST_CANDIDATES}
    ) m
) c
WHERE coalesce(k.jobs, 0) <= {FEW} AND c.terms IS NOT NULL""",  # noqa: S608 - our own numbers
    list,
)


def rarities(words: Collection[str], at: datetime | None = None) -> dict[str, float]:
    """How much finding each word tells: the more, the fewer jobs have it. All are 1 where no word was ever counted.

    As of an instant, or now: the count that was the newest then, if it has been counted once since at most.
    """
    jobs = _counts(words, at)
    total = jobs.pop(_ALL, 0)
    if not total:
        return dict.fromkeys(words, 1.0)
    return {word: _rarity(jobs.get(word, 0), total) for word in words}


def jobs_of(
    occupations: Collection[int], codes: Collection[int], at: datetime | None = None
) -> tuple[dict[int, int], dict[int, int]]:
    """How many jobs were likely of each occupation when it was counted last, of ours and of the taxonomies' by their
    codes; none of those that are left out. As of an instant, as `rarities`.
    """
    found = _counts([*(f"o:{key}" for key in occupations), *(f"c:{key}" for key in codes)], at)
    kinds: dict[str, dict[int, int]] = {"o": {}, "c": {}}
    for term, jobs in found.items():
        kind, _, key = term.partition(":")
        if kind in kinds:
            kinds[kind][int(key)] = jobs
    return kinds["o"], kinds["c"]


def _rarity(jobs: int, total: int) -> float:
    jobs = min(jobs, total)
    return max(log(1 + (total - jobs + 0.5) / (jobs + 0.5)), 0.1)


def _counts(words: Collection[str], at: datetime | None) -> dict[str, int]:
    return _COUNTS.read({"terms": [_ALL, *words], "at": at or timezone.now()}) if words else {}


def correct(words: Collection[str]) -> dict[str, str]:
    """What words were probably meant to be, in one statement. Those that are common, or like nothing, are left out."""
    asked = [word for word in dict.fromkeys(words) if SHORTEST_CORRECTED <= len(word) <= LONGEST and word.isalpha()]
    if not asked:
        return {}
    given = [{"word": word, "deletes": sorted(deletes(word))} for word in asked]
    corrected: dict[str, str] = {}
    for word, known, terms, jobs in _CANDIDATES.read({"asked": orjson.dumps(given).decode()}):
        if (meant := best(word, known, dict(zip(terms, jobs, strict=True)))) is not None:
            corrected[word] = meant
    return corrected


def deletes(word: str) -> set[str]:
    """The word's beginning with up to two letters left out, or one of a short word's (SymSpell)."""
    beginning = word[:BEGINNING]
    most = most_mistakes(word)
    return {
        "".join(letters)
        for missing in range(most + 1)
        for letters in combinations(beginning, max(len(beginning) - missing, 1))
    }


def rebuild(progress: Progress | None = None) -> None:
    """Count the words of the live jobs anew. Whoever searches meanwhile sees the words as they were."""
    tally = synonyms.Tally.of_taxonomies()
    counts = _counted(tally)
    if progress:
        progress.start("words", len(counts))
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time: two would write the same rows.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('nexus.search_term'))")
        cursor.execute("CREATE TEMP TABLE counted (term text PRIMARY KEY, jobs int NOT NULL) ON COMMIT DROP")
        with cursor.copy("COPY counted FROM STDIN") as copy:
            for row in counts.items():
                copy.write_row(row)
        cursor.execute("ANALYZE counted")
        cursor.execute(
            "SELECT term FROM counted c"
            " WHERE NOT EXISTS (SELECT FROM search_term t WHERE t.term = c.term AND t.jobs > 0)"
        )
        new = [term for (term,) in cursor.fetchall()]
        with cursor.copy("COPY search_delete (deleted, term) FROM STDIN") as copy:
            for deleted in _rows_of(new):
                copy.write_row(deleted)
        synonyms.write(cursor, tally.rows(counts))
        # Last, so that next to nobody begins to read between the instant that is written here and the commit.
        for statement in (_FORGOTTEN, _GONE, _COUNTED):
            cursor.execute(statement)
        cursor.execute("DROP TABLE counted")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_term, search_delete")
    if progress:
        progress.show(len(counts))


# What had gone before goes, and what goes now stays, for who goes on reading.
_FORGOTTEN = """
DELETE FROM search_term t WHERE jobs = 0 AND NOT EXISTS (SELECT FROM counted c WHERE c.term = t.term)"""
_GONE = """
WITH gone AS (
    UPDATE search_term t SET jobs_before = jobs, jobs = 0, since = clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM counted c WHERE c.term = t.term) RETURNING term
) DELETE FROM search_delete d USING gone WHERE d.term = gone.term"""
_COUNTED = """
INSERT INTO search_term AS t (term, jobs, since) SELECT term, jobs, clock_timestamp() FROM counted ORDER BY term
ON CONFLICT (term) DO UPDATE SET jobs_before = t.jobs, jobs = EXCLUDED.jobs, since = EXCLUDED.since
WHERE t.jobs <> EXCLUDED.jobs"""


def _counted(tally: synonyms.Tally) -> Counter[str]:
    """How many jobs have each word in title, skills or company; a job with a word in two of them may count twice.

    Likewise each occupation that titles are likely of, as the lexeme that it is in the index.
    """
    counts: Counter[str] = Counter()
    for name in (_TITLES, _COMPANIES, _SKILLS):
        for text, jobs in _streamed(name):
            words = words_of(text)
            counts.update(dict.fromkeys((word for word in words if len(word) <= LONGEST), jobs))
            if name is _TITLES:
                tally.add(text, words, jobs)
    counts.update(dict(_streamed(_OCCUPATIONS)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM job_search")
        counts[_ALL] = cursor.fetchone()[0]
    return counts


def _streamed(statement: str) -> Iterator[tuple[str, int]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


def _rows_of(terms: Iterable[str]) -> Iterator[tuple[str, str]]:
    for term in terms:
        if len(term) >= SHORTEST_CORRECTED and term.isalpha():
            for deleted in deletes(term):
                yield deleted, term
