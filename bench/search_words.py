"""The queries of each class, chosen by how many of the documents have their words.

The rule: the shares of lexemes are counted in a seeded sample of the documents. Candidates are words of at least four
letters a to z, no stop words, that stand so in a posting and that the English stemmer leaves as they are: the word
asked is the lexeme found. What the search asks for beside it, since other languages' stemmers make that of the word, a
tenth as many documents have at most: all look for about the same. Those of a class are the candidates whose share comes
nearest to the class's; words of titles are those that the most titles have.
"""

import math
import re
from dataclasses import dataclass
from itertools import batched, islice
from typing import Any

from jobs.search.postgres.stems import stems
from jobs.search.stopwords import STOP_WORDS

SAMPLE = 20_000
RARE, MEDIUM, COMMON, VERY_COMMON = 0.0005, 0.06, 0.4, 1.0
BESIDE = 0.1
"""So much of a word's share other lexemes that are asked for it may have.
"""
_PLAIN = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of queries by class, and the share of the documents that each of their words has.

    `typed` are the commonest words of six to nine letters, which somebody begins to write, or writes wrongly.
    """

    classes: dict[str, list[str]]
    shares: dict[str, float]
    typed: list[str]


def chosen(cursor: Any, many: int) -> Words:
    """As many queries a class, the same for the same documents."""
    lexemes, titles = _shares(cursor, "tsv", "ABCD"), _shares(cursor, "head", "A")
    anywhere = _candidates(cursor, lexemes)

    def words(shares: dict[str, float], wanted: float, count: int) -> list[str]:
        found = (
            word
            for word in nearest(shares, wanted, 10 * count)
            if _beside(word, lexemes) <= BESIDE * shares[word] and _is_written(cursor, word)
        )
        return list(islice(found, count))

    common = words(anywhere, COMMON, 5 * many)
    classes = {
        "rare word": words(anywhere, RARE, many),
        "medium word": words(anywhere, MEDIUM, many),
        "very common word": words(anywhere, VERY_COMMON, many),
        "common word of titles": words(_candidates(cursor, titles), VERY_COMMON, many),
        "two common words": [" ".join(pair) for pair in batched(common[: 2 * many], 2)],
        "three common words": [" ".join(three) for three in batched(common[2 * many :], 3)],
    }
    asked = {word for texts in classes.values() for text in texts for word in text.split()}
    cursor.execute("SELECT term FROM search_term WHERE term ~ '^[a-z]{6,9}$' ORDER BY jobs DESC, term LIMIT 20")
    typed = [term for (term,) in cursor.fetchall()]
    return Words(classes, {word: anywhere.get(word, titles.get(word, 0)) for word in sorted(asked)}, typed)


def swapped(word: str) -> str:
    """The word with its third and fourth letters exchanged."""
    return word[:2] + word[3] + word[2] + word[4:]


def nearest(shares: dict[str, float], wanted: float, many: int) -> list[str]:
    """The words whose shares come nearest to what is wanted, by ratio."""
    return sorted(shares, key=lambda word: (abs(math.log(shares[word] / wanted)), word))[:many]


def _shares(cursor: Any, column: str, labels: str) -> dict[str, float]:
    """The share of the sample's documents that has each lexeme."""
    cursor.execute("SELECT count(*) FROM job_search")
    (documents,) = cursor.fetchone()
    percent = min(100.0, 100 * SAMPLE / max(documents, 1))
    sample = f"FROM job_search TABLESAMPLE SYSTEM ({percent:.4f}) REPEATABLE (1)"
    cursor.execute(f"SELECT count(*) {sample}")
    (sampled,) = cursor.fetchone()
    cursor.execute("SELECT word, ndoc FROM ts_stat(%s, %s)", [f"SELECT {column} {sample}", labels.lower()])
    return {word: documents / sampled for word, documents in cursor.fetchall()}


def _candidates(cursor: Any, shares: dict[str, float]) -> dict[str, float]:
    """Those that may be asked."""
    words = [word for word in shares if _PLAIN.fullmatch(word) and word not in STOP_WORDS]
    cursor.execute(
        "SELECT word FROM unnest(%s::text[]) word WHERE tsvector_to_array(to_tsvector('nexus_en', word)) = ARRAY[word]",
        [words],
    )
    return {word: shares[word] for (word,) in cursor.fetchall()}


def _beside(word: str, lexemes: dict[str, float]) -> float:
    """The share of what else the search asks for, where it is asked for a word."""
    ((_, *others),) = stems([word])
    return sum(lexemes.get(other, 0.0) for other in others)


def _is_written(cursor: Any, word: str) -> bool:
    """Whether it is a word, and not merely what the stemmer leaves of others."""
    cursor.execute(
        "SELECT count(*) FILTER (WHERE (j.title || ' ' || j.description_text) ~* %s) > 0 FROM ("
        " SELECT job_id FROM job_search WHERE tsv @@ %s::tsquery LIMIT 50) s JOIN jobs_job j ON j.id = s.job_id",
        [rf"\m{word}\M", word],
    )
    return bool(cursor.fetchone()[0])
