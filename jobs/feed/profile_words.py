"""The words of a profile: which of them tell what somebody does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from jobs.search.occupations import without_grades
from jobs.search.stopwords import STOP_WORDS
from jobs.search.words import words_of

MOST_WORDS = 40
MOST_TITLES = 4
LONGEST = 60
_MOST_CHARACTERS = 20_000
# What somebody was called says more than what they tell of it.
_TITLE, _SKILL, _TEXT = 3.0, 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Texts:
    """The parts of a profile in words."""

    titles: Sequence[str]
    skills: Sequence[str]
    texts: Sequence[str]

    def words(self) -> dict[str, float]:
        """Each word that may tell something, with how much what it stands in counts; more where it comes again."""
        found: dict[str, float] = {}
        for texts, worth in ((self.titles, _TITLE), (self.skills, _SKILL), (self.texts, _TEXT)):
            counts: dict[str, int] = {}
            for word in words_of(" ".join(texts)[:_MOST_CHARACTERS]):
                if len(word) <= LONGEST and word not in STOP_WORDS and not word.isdigit() and len(word) > 1:
                    counts[word] = counts.get(word, 0) + 1
            for word, count in counts.items():
                found[word] = found.get(word, 0.0) + worth * count / (count + 1.0) * 2
        return found


def titles(called: Mapping[str, float]) -> tuple[tuple[tuple[str, ...], float], ...]:
    """The words of each title without what only says how high the post is, those that count most first."""
    found: dict[tuple[str, ...], float] = {}
    for title, share in called.items():
        words = tuple(dict.fromkeys(word for word in without_grades(words_of(title)) if word not in STOP_WORDS))
        if 0 < len(words) <= 8:
            found[words] = max(found.get(words, 0.0), share)
    return tuple(sorted(found.items(), key=lambda item: -item[1])[:MOST_TITLES])


def telling(words: Mapping[str, float], counts: Mapping[str, int]) -> tuple[tuple[str, float], ...]:
    """The words that tell most, the rarest first. A word that no live job has in its head is nobody's trade."""
    total = counts.get("", 0)
    if not total:
        rated = dict(words)
    else:
        rated = {word: worth * rarity(counts[word], total) for word, worth in words.items() if counts.get(word)}
    most = sorted(rated.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]
    return tuple(sorted(most, key=lambda item: (counts.get(item[0], 0), item[0])))


def rarity(jobs: int, total: int) -> float:
    """How much it tells to have what so many of all jobs have."""
    return max(log(1 + (total - min(jobs, total) + 0.5) / (min(jobs, total) + 0.5)), 0.1)
