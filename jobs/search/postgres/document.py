"""What the index says of a job, made of the tables: the one place that writes rows of `job_search`.

A job is indexed under its lock, and its company's: so two that index it take turns, and none writes what a closing, a
freezing or a suspension that commits meanwhile has just taken away. What is not locked (places, skills, pay) may change
meanwhile; whoever changes it leaves a row in `search_pending` when they commit, and that is taken later.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from jobs.search import codes
from jobs.search.occupations import LIKE, Concepts, classify, label
from jobs.search.words import configuration_of, key_of, likeness_of, words_of
from kernel import caching
from kernel.reading import Statement, array

# A tsvector holds a megabyte, and a word in it two kilobytes: what is longer is cut, so that nothing fails.
MOST_CHARACTERS = 200_000
MOST_BYTES = 300_000
LONGEST_WORD = 60
# Stands between what is not one phrase: the title's last word and a skill, one skill and the next. It takes a place
# and is taken out again. Digits, because no stemmer changes them; more of them than a number in a posting has.
GAP = "0" * 16

# What search may show at all. Time is left to each query, but for what is over.
INDEXABLE = """
    j.lifecycle = 'published' AND j.moderation IN ('clear', 'flagged') AND j.visibility = 'public'
    AND j.expires_at > now() AND c.status = 'active'"""

# As JSON, because the planner takes it for the same number of rows whatever is in it, and so finds nothing to gain by
# planning anew each time.
_KEYS = "(SELECT DISTINCT value::uuid AS id FROM json_array_elements_text(%(keys)s::json)) k"
# Names of skills one by one, by their keys: as a join the planner reads all skills for each job.
_READ = f"""
WITH found AS MATERIALIZED (
    SELECT j.id, {INDEXABLE} AS is_shown, j.company_id, j.language, j.title, j.description_text, j.occupation_id, c.name
    FROM {_KEYS} JOIN jobs_job j ON j.id = k.id JOIN jobs_company c ON c.id = j.company_id ORDER BY j.id{{lock}}
){{also}}
SELECT j.id, j.is_shown, j.company_id, j.language, j.title,
    CASE WHEN j.is_shown THEN left(j.description_text, {MOST_CHARACTERS}) END,
    j.name, j.occupation_id, f.cluster_id, s.ids, s.names
FROM found j
LEFT JOIN jobs_jobfingerprint f ON f.job_id = j.id
CROSS JOIN LATERAL (
    SELECT array_agg(r.skill_id ORDER BY r.id) AS ids,
        array_agg((SELECT k.name FROM jobs_skill k WHERE k.id = r.skill_id) ORDER BY r.id) AS names
    FROM jobs_jobskill r WHERE r.job_id = j.id
) s
ORDER BY j.id"""  # noqa: S608 - our own text, as everywhere here
# What is pending is settled by the statement that reads: it takes away what it sees, and so what tells of a later
# change stays. What it waited for, it reads as it was left. Rows that somebody else is taking are theirs to take.
_SETTLED = """, settled AS (
    DELETE FROM search_pending WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM search_pending WHERE job_id IN (SELECT id FROM found) FOR UPDATE SKIP LOCKED
    ))
)"""
type _Found = list[tuple[Any, ...]]
_LOOK = Statement[_Found](_READ.format(lock="", also=""), list)
_TAKE_WAITING, _TAKE_FREE = (
    Statement[_Found](
        _READ.format(lock=f" FOR NO KEY UPDATE OF j{skip} FOR SHARE OF c{skip}", also=_SETTLED),
        list,
    )
    for skip in ("", " SKIP LOCKED")
)

COLUMNS = {
    "job_id": "j.id",
    "company_id": "j.company_id",
    "published_at": "j.published_at",
    "expires_at": "j.expires_at",
    "language": "j.language",
    "category_id": "j.category_id",
    "occupation_id": "j.occupation_id",
    "workplace": "j.workplace",
    "seniority": "j.seniority",
    "education": "j.education",
    "employment_types": "j.employment_types::text[]",
    "place_ids": "coalesce(l.places, '{}')::int[]",
    "countries": "coalesce(l.countries, '{}')",
    "remote_allowed": "coalesce(e.allowed, '{}')",
    "remote_denied": "coalesce(e.denied, '{}')",
    "remote_utc_from": "j.remote_utc_from",
    "remote_utc_to": "j.remote_utc_to",
    "skill_ids": "coalesce(s.known, '{}')::int[]",
    "required_skill_ids": "coalesce(s.required, '{}')::int[]",
    "pay_currency": "coalesce(p.currency_id, '')",
    "pay_top_minor": "p.top_yearly_minor",
    "pay_common": "r.pay_common",
    "benefits": "j.benefits::text[]",
    "visa": "j.visa",
    "company_size": "c.size_band",
    "is_company_verified": "c.verified_at IS NOT NULL",
    "title_key": "w.title_key",
    "title_length": "w.title_length",
    "likeness": "w.likeness",
    "head": f"ts_delete(h.head, '{GAP}')",
    "tsv": f"ts_delete(h.head || to_tsvector(w.configuration::regconfig, w.text), '{GAP}')",
}

# The rows as they should be. The words come from `read`, all else from the tables.
ROWS = f"""
SELECT {", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())}
FROM json_to_recordset(%(documents)s::json) AS w (
    job_id uuid, configuration text, title text, skills text, company text, text text, concepts text,
    title_key bigint, title_length int, likeness bigint
)
JOIN jobs_job j ON j.id = w.job_id
JOIN jobs_company c ON c.id = j.company_id
LEFT JOIN jobs_compensation p ON p.job_id = j.id AND p.kind = 'base'
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT place_id) FILTER (WHERE place_id IS NOT NULL) AS places,
        array_agg(DISTINCT country_id::text) FILTER (WHERE country_id IS NOT NULL) AS countries
    FROM jobs_joblocation WHERE job_id = w.job_id
) l
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT country_id::text) FILTER (WHERE is_allowed) AS allowed,
        array_agg(DISTINCT country_id::text) FILTER (WHERE NOT is_allowed AND region_code = '') AS denied
    FROM jobs_remoteeligibility WHERE job_id = w.job_id
) e
CROSS JOIN LATERAL (
    SELECT array_agg(skill_id ORDER BY skill_id) AS known,
        array_agg(skill_id ORDER BY skill_id) FILTER (WHERE necessity = 'required') AS required
    FROM jobs_jobskill WHERE job_id = w.job_id
) s
LEFT JOIN LATERAL (
    SELECT least(
        div(p.top_yearly_minor * 100.0, x.per_euro * power(10.0, m.digits)), {2**63 - 1}
    )::bigint AS pay_common
    FROM jobs_fxrate x JOIN jobs_currency m ON m.code = x.currency_id
    WHERE x.currency_id = p.currency_id AND p.top_yearly_minor IS NOT NULL ORDER BY x.on_date DESC LIMIT 1
) r ON true
CROSS JOIN LATERAL (
    SELECT setweight(to_tsvector(w.configuration::regconfig, w.title), 'A')
        || setweight(to_tsvector(w.configuration::regconfig, w.skills), 'B')
        || setweight(to_tsvector(w.configuration::regconfig, w.company), 'C')
        || w.concepts::tsvector AS head
    OFFSET 0
) h"""  # noqa: S608

# What is written waits on a list of the index of words, in kilobytes, until a writer finds it longer and sorts it in,
# or a worker does. Every search reads the list; but the more is sorted in together, the less a posting costs.
PENDING = 512
PENDING_IN_BATCHES = 2048
MANY = 250

# A row that would say the same is left alone. Where a vector stays the same, so does what is stored of it apart from
# the row: then a row is written at a fraction of the cost.
_WRITE = Statement[list[tuple[int]]](
    f"""
WITH bounded AS MATERIALIZED (
    SELECT set_config('gin_pending_list_limit', %(kilobytes)s::int::text, true)
), written AS (
    INSERT INTO job_search AS t ({", ".join(COLUMNS)}) {ROWS} CROSS JOIN bounded ORDER BY 1
    ON CONFLICT (job_id) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name not in ("job_id", "head", "tsv"))},
        head = CASE WHEN t.head = EXCLUDED.head THEN t.head ELSE EXCLUDED.head END,
        tsv = CASE WHEN t.tsv = EXCLUDED.tsv THEN t.tsv ELSE EXCLUDED.tsv END
    WHERE ({", ".join(f"t.{name}" for name in COLUMNS)}) IS DISTINCT FROM
        ({", ".join(f"EXCLUDED.{name}" for name in COLUMNS)})
    RETURNING 1
) SELECT count(*) FROM written""",  # noqa: S608
    list,
)


def index(job_ids: Collection[UUID]) -> None:
    """Make the index say of the jobs what the tables say; those that it may not show leave it.

    In the caller's transaction, with which it is seen, and in as many statements for one job as for a thousand. Waits
    for whoever is writing one of them.
    """
    if job_ids:
        with transaction.atomic(savepoint=False):
            write(job_ids)


def write(job_ids: Collection[UUID], *, is_patient: bool = True) -> Sequence[UUID]:
    """As `index`, in the transaction that is open; the jobs that were there. Those that somebody is writing are left
    out, and what is pending of them stays, unless `is_patient`.
    """
    found = (_TAKE_WAITING if is_patient else _TAKE_FREE).read({"keys": _json(list(job_ids))})
    documents = described(found)
    if len(documents) < len(found):
        gone = [row[0] for row in found if not row[_IS_SHOWN]]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM job_search WHERE job_id = ANY(%s::uuid[])", [array(gone)])
    kilobytes = PENDING_IN_BATCHES if len(documents) >= MANY else PENDING
    if documents and _WRITE.read({**given(documents), "kilobytes": kilobytes})[0][0]:
        # The statement passes by Django's cursor, which tells of the others.
        caching.written("job_search")
    return [row[0] for row in found]


def read(job_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """What the index says in words of those of the jobs that it may show, in the order of their keys."""
    return described(_LOOK.read({"keys": _json(list(job_ids))}))


def described(found: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """What the index says in words of the rows of `_READ` that it may show."""
    shown = [row for row in found if row[_IS_SHOWN]]
    occupations = classify({row[_TITLE] for row in shown})
    listed = codes.classify(occupations)
    return [_document(row, dict(occupations[row[_TITLE]]), listed[row[_TITLE]]) for row in shown]


def given(documents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The documents as `ROWS` is given them."""
    return {"documents": _json(documents)}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_IS_SHOWN, _TITLE = 1, 4  # among the columns of `_READ`


def _document(row: tuple[Any, ...], known: dict[int, float], listed: Concepts) -> dict[str, Any]:
    """What one row of `_READ` comes to; `known` are the occupations that its title is taken for."""
    job_id, _, company_id, language, title, text, company, occupation, cluster, skill_ids, skills = row
    title_words = words_of(title)
    if occupation is not None:
        known[occupation] = max(known.get(occupation, 0.0), LIKE)
    return {
        "job_id": job_id,
        "configuration": configuration_of(language),
        "title": _joined(title_words, GAP),
        "skills": _joined((word for name in skills or () for word in (*_named(name), GAP)), most=MOST_BYTES // 4),
        "company": _joined(_named(company), GAP),
        "text": _joined(words_of(text)),
        "concepts": " ".join((*_concepts(known, listed, skill_ids or ()), *_exactly(title_words))),
        "title_key": key_of(title_words),
        "title_length": min(len(title_words), 1_000),
        # Clusters below zero, so that they are nobody's hash.
        "likeness": likeness_of(company_id, title_words) if cluster is None else -cluster,
    }


@lru_cache(maxsize=10_000)
def _named(name: str) -> Sequence[str]:
    """The words of a skill's or a company's name: of many jobs they are the same."""
    return tuple(words_of(name))


def _joined(words: Iterable[str], *ending: str, most: int = MOST_BYTES) -> str:
    """The words that a vector has room for, one behind the other."""
    words = list(words)
    if words and max(map(len, words)) > LONGEST_WORD:
        words = [word for word in words if len(word) <= LONGEST_WORD]
    text = " ".join(words)
    # No letter takes more than four bytes.
    if len(text) * 4 > most and len(encoded := text.encode()) > most:
        text = encoded[:most].decode(errors="ignore").rpartition(" ")[0]
    return " ".join([text, *ending])


def _concepts(occupations: Mapping[int, float], listed: Concepts, skills: Iterable[int]) -> Iterator[str]:
    """The vector of what is meant, as PostgreSQL writes it."""
    for occupation, probability in sorted(occupations.items()):
        yield f"'o:{occupation}':1{label(probability)}"
    for code, probability in listed:
        yield f"'c:{code}':1{label(probability)}"
    for skill in sorted(skills):
        yield f"'s:{skill}':1"


def _exactly(title_words: Iterable[str]) -> Iterator[str]:
    """The title's words as they are, beside their stems: "engineering" is not quite "engineer" (`score.EXACT`)."""
    for word in dict.fromkeys(title_words):
        if len(word) <= LONGEST_WORD:
            yield f"'={word}':1A"


def rows(statement: str, **given: Any) -> list[tuple[Any, ...]]:
    """What a statement reads."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()
