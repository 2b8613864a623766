"""Which words stand in for which: from our table, from the names that taxonomies have, and from live titles.

"Medical Support Assistant (MSA)" explains itself, and a taxonomy that has both "rn" and "registered nurse" for one
occupation does as well. Where nobody says what an abbreviation is short for, it may be a title with these initials.
What operators added stays as it is.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

from jobs.search.abbreviations import LONGEST, initials, pairs, told
from jobs.search.words import words_of

FILE = Path(__file__).resolve().parent.parent.parent / "data" / "synonyms.csv"
TOLD = 0.9
NAMED = 0.85
GUESSED = 0.6
# What is short for something is found by its long form, too, and counts a little less.
BACK = 0.9
MOST = 4
"""Long forms of one abbreviation, and abbreviations of one long form."""
_LONGEST_TEXT = 120
_TIMES_COMMONER = 10

_NAMES = """
    SELECT t.occupation_id, t.term FROM jobs_occupationterm t
    UNION SELECT l.occupation_id, l.label FROM jobs_occupationlabel l
"""


@dataclass(slots=True)
class Tally:
    """What live titles say about abbreviations. Made before the titles are read, and then given each of them."""

    named: Mapping[str, set[str]]
    """By long form, the abbreviations that a taxonomy has beside it."""
    guessed: Mapping[str, set[str]]
    """By title of a taxonomy, its initials."""
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    """How many jobs have a long form in their title."""

    @classmethod
    def of_taxonomies(cls) -> "Tally":
        names: dict[int, list[str]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_NAMES)
            for key, name in cursor.fetchall():
                names.setdefault(key, []).append(" ".join(words_of(name)))
        named: dict[str, set[str]] = {}
        for short, long in pairs(names):
            named.setdefault(long, set()).add(short)
        guessed: dict[str, set[str]] = {}
        for said in names.values():
            for name in said:
                if shorts := set(initials(name.split())):
                    guessed[name] = shorts
        return cls(named, guessed)

    def add(self, title: str, words: Sequence[str], jobs: int) -> None:
        if "(" in title:
            for pair in told(title):
                self.told[pair] += jobs
        for start in range(len(words)):
            for end in range(start + 2, min(start + LONGEST + 1, len(words)) + 1):
                phrase = " ".join(words[start:end])
                if phrase in self.guessed or phrase in self.named:
                    self.said[phrase] += jobs

    def rows(self, jobs: Mapping[str, int]) -> dict[tuple[str, str], float]:
        """The weight of each pair of words and what stands in for them; `jobs` is how many have each word."""
        found = dict(_ours())
        both: dict[tuple[str, str], float] = {}
        by_short: dict[str, Counter[tuple[str, float]]] = {}
        for (short, long), count in self.told.items():
            by_short.setdefault(short, Counter())[long, TOLD] += count
        for long, shorts in self.named.items():
            for short in shorts if self.said[long] else ():
                by_short.setdefault(short, Counter())[long, NAMED] += self.said[long]
        for short, longs in by_short.items():
            for (long, weight), _ in longs.most_common(MOST):
                both[short, long] = max(weight, both.get((short, long), 0.0))
                both[long, short] = max(weight * BACK, both.get((long, short), 0.0))
        for pair, weight in both.items():
            found.setdefault(pair, weight)
        for pair, weight in self._guesses(jobs, {short for short, _ in found}):
            found.setdefault(pair, weight)
        return {(a, b): weight for (a, b), weight in found.items() if max(len(a), len(b)) <= _LONGEST_TEXT and a != b}

    def _guesses(self, jobs: Mapping[str, int], known: set[str]) -> Iterator[tuple[tuple[str, str], float]]:
        by_short: dict[str, Counter[str]] = {}
        for long, shorts in self.guessed.items():
            for short in shorts:
                # What is a word itself is no abbreviation. Two letters stand for so much that only those that hardly
                # any job has are guessed at.
                times = 1 if len(short) > 2 else _TIMES_COMMONER
                if short not in known and self.said[long] > jobs.get(short, 0) * times:
                    by_short.setdefault(short, Counter())[long] = self.said[long]
        for short, longs in by_short.items():
            most = longs.most_common(MOST)
            for long, count in most:
                yield (short, long), GUESSED * (count / most[0][1]) ** 0.5


def _ours() -> Iterator[tuple[tuple[str, str], float]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            weight = float(row["weight"])
            words = " ".join(words_of(row["words"]))
            for meaning in row["meanings"].split("|"):
                meant = " ".join(words_of(meaning))
                yield (words, meant), weight
                if not row["one_way"]:
                    yield (meant, words), weight * BACK


def write(cursor: CursorWrapper, rows: Mapping[tuple[str, str], float]) -> None:
    """Make these the synonyms that are ours, in the transaction that is open."""
    cursor.execute(
        "CREATE TEMP TABLE said (folded text, stands_for text, weight float8, PRIMARY KEY (folded, stands_for))"
        " ON COMMIT DROP"
    )
    with cursor.copy("COPY said FROM STDIN") as copy:
        for (folded, stands_for), weight in rows.items():
            copy.write_row((folded, stands_for, round(weight, 3)))
    cursor.execute(
        "DELETE FROM search_synonym t WHERE is_ours AND NOT EXISTS"
        " (SELECT FROM said s WHERE s.folded = t.folded AND s.stands_for = t.stands_for)"
    )
    cursor.execute(
        "INSERT INTO search_synonym AS t (folded, stands_for, weight, is_ours)"
        " SELECT folded, stands_for, weight, true FROM said ORDER BY 1, 2"
        " ON CONFLICT (folded, stands_for) DO UPDATE SET weight = EXCLUDED.weight"
        " WHERE t.is_ours AND t.weight <> EXCLUDED.weight"
    )
    cursor.execute("DROP TABLE said")
