"""How to go on with what was typed: titles, skills, companies and places of live jobs.

`search_suggestion` holds each by all the words that it may be begun with: "Senior Data Engineer" is found by "sen",
"data en" and "eng". `rebuild` makes the table anew from the live jobs, every few minutes; so long does a new title take
to be suggested. What is gone is never suggested, from the moment that it is: each row names some of its jobs, and is
shown only if one of them is live now and still has it. (A suggestion whose four witnesses have all gone is missing
until the next `rebuild`, though other jobs may have it.)

Of the many rows behind "s" or "engineer" only the commonest are read: they lie in an index by kind and magnitude.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from jobs.progress import Progress
from jobs.search.port import Suggestion, SuggestionKind
from jobs.search.postgres.fragment import Fragment, rows
from jobs.search.words import words_of
from kernel import caching
from kernel.reading import Statement, array

MOST = 20
MOST_TYPED = 200  # characters; of more nothing is suggested
LEAST_TO_CORRECT = 4
LONGEST_EDITED = 16  # letters at the end of what was typed among which a mistake is looked for
MOST_CORRECTIONS = 3
FEW = 3  # jobs behind all that was found; fewer, and what was typed may have been a mistake

LONGEST_TITLE = 80
MOST_STARTS = 6  # words of a text that it can be begun with
BATCH = 5_000
_LAST = "\U0010ffff"  # stands behind all that begins alike
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def suggest(prefix: str, kinds: Collection[SuggestionKind], size: int, at: datetime) -> Sequence[Suggestion]:
    """At most `size` suggestions, the commonest first, of each kind about as many.

    One statement; where it finds hardly anything for four letters or more, two others look for what was meant.
    """
    typed = _typed(prefix)
    size = min(size, MOST)
    asked = list(dict.fromkeys(kinds)) or list(SuggestionKind)
    if not typed or size < 1:
        return []
    found = _beginning(typed, asked, size, at)
    if len(found) < size and sum(each.count for each in found) < FEW and len(typed) >= LEAST_TO_CORRECT:
        seen = {(each.kind, each.key or each.text) for each in found}
        for correction in _corrections(typed):
            meant = _beginning(correction, asked, size, at, is_corrected=True)
            found += [each for each in meant if (each.kind, each.key or each.text) not in seen]
            if meant:
                break
    return found[:size]


def _typed(prefix: str) -> str:
    """What suggestions have to begin with: the words of what was typed; nothing begins with more than so many."""
    words = " ".join(words_of(prefix[: MOST_TYPED + 1]))
    return words if len(prefix) <= MOST_TYPED and len(words) <= LONGEST_TITLE else ""


# The commonest of each kind, magnitude by magnitude, until there are enough: what is less common is not even read. The
# offset says so to the planner, to whom it is as dear to look for jobs behind all magnitudes.
_BEGINNING = f"""
SELECT c.kind, c.key, c.text, c.jobs, c.folded = %(typed)s AS is_whole
FROM unnest(%(kinds)s::text[]) k (kind) CROSS JOIN LATERAL (
    SELECT t.* FROM generate_series({{most}}, 0, -1) m (magnitude) CROSS JOIN LATERAL (
        SELECT t.* FROM (
            SELECT * FROM search_suggestion
            WHERE kind = k.kind AND magnitude = m.magnitude AND folded ~>=~ %(typed)s AND folded ~<~ %(last)s
            LIMIT {{tier}}
        ) t
        WHERE EXISTS (
            SELECT FROM job_search s
            WHERE s.job_id = ANY(t.witnesses) AND s.published_at <= %(at)s AND s.expires_at > %(at)s
            AND CASE t.kind
                WHEN '{SuggestionKind.TITLE}' THEN s.title_key = t.key::bigint
                WHEN '{SuggestionKind.SKILL}' THEN t.key::int = ANY(s.skill_ids)
                WHEN '{SuggestionKind.COMPANY}' THEN s.company_id = t.key::uuid
                ELSE t.key::int = ANY(s.place_ids)
            END
        )
        OFFSET 0
    ) t
    LIMIT %(enough)s
) c"""  # noqa: S608
MOST_MAGNITUDE = 7
SPARE = 5
"""Rows that are read beyond those that are wanted: some lead to the same, and names come before other names."""
TIER = 100
"""Rows of a kind and magnitude that are looked at; the first by the alphabet, if there are more."""
_STATEMENT: Statement[Sequence[Any]] = Statement(_BEGINNING.format(most=MOST_MAGNITUDE, tier=TIER), list)


def _beginning(
    typed: str, kinds: Sequence[SuggestionKind], size: int, at: datetime, *, is_corrected: bool = False
) -> list[Suggestion]:
    names = [str(kind) for kind in kinds]
    given = {"typed": typed, "last": typed + _LAST, "kinds": array(names), "at": at, "enough": size + SPARE}
    found: dict[tuple[str, str], tuple[tuple[Any, ...], str, int]] = {}
    for kind, key, text, jobs, is_whole in _STATEMENT.read(given):
        # By its own name before what is also called so.
        rank = (not is_whole, f" {typed}" not in _folded(text), -jobs, len(text), text, kind, key)
        known = found.get((kind, key))
        if known is None or rank < known[0]:
            found[kind, key] = rank, text, jobs
    ranked = sorted(found.items(), key=lambda each: each[1][0])
    by_kind = [[each for each in ranked if each[0][0] == kind] for kind in names]
    taken = [each for each in chain.from_iterable(zip_longest(*by_kind)) if each][:size]
    return [
        Suggestion(SuggestionKind(kind), text, jobs, _KEYS[kind](key), is_corrected)
        for (kind, key), (_, text, jobs) in sorted(taken, key=lambda each: each[1][0])
    ]


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    return " " + " ".join(words_of(text))


_KEYS: dict[str, Any] = {
    SuggestionKind.TITLE: lambda _: None,
    SuggestionKind.SKILL: int,
    SuggestionKind.COMPANY: UUID,
    SuggestionKind.PLACE: int,
}


# Without their order the planner may take all of what begins so out of the index, and only then the first.
_MEANT: Statement[Sequence[tuple[str]]] = Statement(
    """
SELECT v.variant FROM json_array_elements_text(%(variants)s::json) v (variant) CROSS JOIN LATERAL (
    SELECT sum(jobs) AS jobs FROM (
        SELECT jobs FROM search_suggestion WHERE folded ~>=~ v.variant AND folded ~<~ (v.variant || %(last)s)
        ORDER BY folded USING ~<~ LIMIT 500
    ) begun
) t
WHERE t.jobs IS NOT NULL
ORDER BY starts_with(%(typed)s, v.variant), t.jobs DESC, v.variant LIMIT %(most)s""",
    list,
)


def _corrections(typed: str) -> Iterable[str]:
    """What was probably meant: something that there is, one mistake from what was typed, the commonest first.

    Only a part of what was typed is taken last: it always begins more than all of it does.
    """
    variants = sorted({edited for edited in _edits(typed) if not edited.startswith(typed)})
    given = {"variants": orjson.dumps(variants).decode(), "last": _LAST, "typed": typed, "most": MOST_CORRECTIONS}
    return [variant for (variant,) in _MEANT.read(given)]


def _edits(typed: str) -> Iterator[str]:
    """The text with a letter too few, too many, another, or two exchanged. The first letter is taken for right."""
    for place in range(max(1, len(typed) - LONGEST_EDITED), len(typed) + 1):
        before, behind = typed[:place], typed[place:]
        if behind:
            yield before + behind[1:]
            if len(behind) > 1:
                yield before + behind[1] + behind[0] + behind[2:]
            for letter in _LETTERS:
                yield before + letter + behind[1:]
        for letter in _LETTERS:
            yield before + letter + behind


# Witnesses: the newest job of each of four shares, so that it costs no sorting. Ids begin with the time.
_WITNESSES = """array_remove(ARRAY[
    max(s.job_id::text COLLATE "C") FILTER (WHERE uuid_hash(s.job_id) % 4 = 0),
    max(s.job_id::text COLLATE "C") FILTER (WHERE abs(uuid_hash(s.job_id) % 4) = 1),
    max(s.job_id::text COLLATE "C") FILTER (WHERE abs(uuid_hash(s.job_id) % 4) = 2),
    max(s.job_id::text COLLATE "C") FILTER (WHERE abs(uuid_hash(s.job_id) % 4) = 3)
], NULL)::uuid[]"""
_LIVE = "s.published_at <= now() AND s.expires_at > now()"
_PARTS = {
    # In the commonest of its spellings.
    SuggestionKind.TITLE: f"""
        SELECT DISTINCT ON (title_key) title_key::text, title, NULL::text[], sum(jobs) OVER (PARTITION BY title_key),
            first_value(witnesses) OVER (PARTITION BY title_key ORDER BY jobs DESC, title)
        FROM (
            SELECT s.title_key, j.title, count(*) AS jobs, {_WITNESSES} AS witnesses
            FROM job_search s JOIN jobs_job j ON j.id = s.job_id
            WHERE {_LIVE} AND length(j.title) <= {LONGEST_TITLE} GROUP BY s.title_key, j.title
        ) spelled ORDER BY title_key, jobs DESC, title""",  # noqa: S608
    SuggestionKind.SKILL: f"""
        SELECT k.id::text, k.name, k.aliases::text[], c.jobs, c.witnesses FROM (
            SELECT key, count(*) AS jobs, {_WITNESSES} AS witnesses
            FROM job_search s, unnest(s.skill_ids) key WHERE {_LIVE} GROUP BY key
        ) c JOIN jobs_skill k ON k.id = c.key""",  # noqa: S608
    SuggestionKind.COMPANY: f"""
        SELECT k.id::text, k.name, k.aliases::text[], c.jobs, c.witnesses FROM (
            SELECT s.company_id AS key, count(*) AS jobs, {_WITNESSES} AS witnesses
            FROM job_search s WHERE {_LIVE} GROUP BY s.company_id
        ) c JOIN jobs_company k ON k.id = c.key""",  # noqa: S608
    SuggestionKind.PLACE: f"""
        SELECT k.id::text, concat_ws(', ', k.name, nullif(k.region_name, ''), k.country_id),
            ARRAY[k.ascii_name] || ARRAY(SELECT name FROM jobs_placename WHERE place_id = k.id ORDER BY id LIMIT 20),
            c.jobs, c.witnesses
        FROM (
            SELECT key, count(*) AS jobs, {_WITNESSES} AS witnesses
            FROM job_search s, unnest(s.place_ids) key WHERE {_LIVE} GROUP BY key
        ) c JOIN jobs_place k ON k.id = c.key""",  # noqa: S608
}


def rebuild(progress: Progress | None = None) -> int:
    """Make the table anew from the live jobs; how many titles, skills, companies and places there are.

    In one transaction, while others read what there was before; only what differs is written. Zero, with nothing done,
    while another is at it.
    """
    with transaction.atomic():
        ((is_ours,),) = rows(Fragment("SELECT pg_try_advisory_xact_lock(hashtextextended('nexus.suggestions', 0))"))
        if not is_ours:
            return 0
        _run("""
            CREATE TEMPORARY TABLE suggestion_fresh (
                kind text, key text, text text, names text[], jobs bigint, magnitude smallint, witnesses uuid[]
            )""")
        if progress:
            progress.start("suggestions, kinds", len(_PARTS))
        for done, (kind, part) in enumerate(_PARTS.items(), 1):
            _run(f"""
                INSERT INTO suggestion_fresh (kind, key, text, names, jobs, witnesses, magnitude)
                SELECT '{kind}', key, text, names, jobs, witnesses, least(floor(log(4, jobs)), {MOST_MAGNITUDE})
                FROM ({part}) part (key, text, names, jobs, witnesses)""")  # noqa: S608
            if progress:
                progress.show(done)
        _run("CREATE INDEX ON suggestion_fresh (kind, key)")
        _run("ANALYZE suggestion_fresh")
        total = _replace(progress)
        _run("DROP TABLE suggestion_fresh")
        return total


def _replace(progress: Progress | None) -> int:
    """Make `search_suggestion` say what `suggestion_fresh` does."""
    _run("""
        DELETE FROM search_suggestion t WHERE NOT EXISTS (
            SELECT FROM suggestion_fresh f WHERE f.kind = t.kind AND f.key = t.key
        )""")
    _run("""
        UPDATE search_suggestion t SET jobs = f.jobs, magnitude = f.magnitude, witnesses = f.witnesses, text = f.text
        FROM suggestion_fresh f WHERE f.kind = t.kind AND f.key = t.key
        AND (t.jobs, t.text, t.witnesses) IS DISTINCT FROM (f.jobs, f.text, f.witnesses)""")
    ((total,),) = rows(Fragment("SELECT count(*) FROM suggestion_fresh"))
    if progress:
        progress.start("suggestions", total)
    done = 0
    with connection.cursor() as cursor:
        cursor.execute("""
            DECLARE fresh CURSOR FOR
            SELECT f.kind, f.key, f.text, f.names, f.jobs, f.magnitude, f.witnesses, t.there
            FROM suggestion_fresh f LEFT JOIN (
                SELECT kind, key, array_agg(folded) AS there FROM search_suggestion GROUP BY kind, key
            ) t ON t.kind = f.kind AND t.key = f.key""")
        while True:
            cursor.execute(f"FETCH {BATCH} FROM fresh")
            batch = cursor.fetchall()
            if not batch:
                break
            _settle(batch)
            done += len(batch)
            if progress:
                progress.show(done)
        cursor.execute("CLOSE fresh")
    return total


def _settle(batch: Iterable[tuple[Any, ...]]) -> None:
    """Write the ways to begin each that are not there yet, and take away those that are no longer."""
    added: list[tuple[Any, ...]] = []
    gone: list[tuple[str, str, str]] = []
    for kind, key, text, names, jobs, magnitude, witnesses, there in batch:
        wanted = _starts(kind, text, names or ())
        known = set(there or ())
        added += [(kind, key, text, folded, jobs, magnitude, witnesses) for folded in wanted - known]
        gone += [(kind, key, folded) for folded in known - wanted]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "DELETE FROM search_suggestion WHERE (kind, key, folded) IN"
                " (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))",
                [list(column) for column in zip(*gone, strict=True)],
            )
        if added:
            columns = "(kind, key, text, folded, jobs, magnitude, witnesses)"
            statement = f"COPY search_suggestion {columns} FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in added:
                    copy.write_row(row)
            caching.written("search_suggestion")


def _starts(kind: str, text: str, names: Iterable[str]) -> set[str]:
    """All that a suggestion may be begun with: itself from each of its first words on, and its other names."""
    starts: set[str] = set()
    for name in dict.fromkeys((text, *names)):
        words = words_of(name)
        # What stands behind a place's name, its region and country, is no way to begin it.
        first = len(words_of(name.partition(",")[0])) if kind == SuggestionKind.PLACE else len(words)
        first = first if name == text else 1
        starts.update(" ".join(words[start:])[:300] for start in range(min(first, MOST_STARTS)))
    starts.discard("")
    return starts


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
