"""How much the words of a posting are those of a profile: looked up in its whole text, for the likeliest jobs alone."""

from collections.abc import Collection, Mapping
from uuid import UUID

from jobs.feed.person import Person
from jobs.feed.profile_words import rarity
from jobs.search.port import Atom
from jobs.search.postgres import matching
from jobs.search.postgres.fragment import Fragment, join, rows_again
from jobs.search.postgres.stems import warm
from kernel.reading import array

HALF = 0.12
"""The share of the words, by how telling they are, that makes half of all that they can make."""
_GROUPS = 4
# In the order of D, C, B, A: a word in the text, the company's name, a skill, the title.
_PLACES = "{0.6,0.3,0.9,1}"
# `ts_rank` gives the mean over the words asked for, and by this much less.
_RANK_OF_ONE = 1.64493406685


def meanings(person: Person, job_ids: Collection[UUID]) -> Mapping[int, float]:
    """For each of the jobs, by the number of its key, from 0 to 1; nothing at all for somebody without words.

    One statement, or two.
    """
    if not person.words or not job_ids:
        return {}
    total = person.counts.get("", 0)
    worth = {word: rarity(person.counts.get(word, 0), total) if total else 1.0 for word, _ in person.words}
    atoms = {word: Atom((word,)) for word in worth}
    warm(atoms.values())
    # Words that tell about as much are looked up together.
    ordered = sorted(worth, key=lambda word: (-worth[word], word))
    size = -(-len(ordered) // _GROUPS)
    parts = []
    for start in range(0, len(ordered), size):
        group = ordered[start : start + size]
        mean = sum(worth[word] for word in group) / len(group)
        found = " | ".join(matching.tsquery_of(atoms[word]) for word in group)
        lexemes = found.count("|") + 1
        parts.append(
            Fragment.of(
                "ts_rank({}::float4[], s.words, {}::tsquery) * {}::float8",
                _PLACES,
                found,
                lexemes * _RANK_OF_ONE * mean / sum(worth.values()),
            )
        )
    # Opened once, and not for each group.
    opened = Fragment.of(
        "(SELECT job_id, tsv || ''::tsvector AS words FROM job_search WHERE job_id = ANY({}::uuid[]) OFFSET 0) s",
        array(job_ids),
    )
    found_shares = rows_again(Fragment.of("SELECT s.job_id, {} FROM {}", join(" + ", parts), opened))
    # By number: a UUID is hashed in Python each time.
    return {job_id.int: share / (share + HALF) for job_id, share in found_shares}
