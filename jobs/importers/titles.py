"""Recognises the occupation that a posting's title names, and with it the category."""

import re
from dataclasses import dataclass

from jobs.importers.phrases import Phrases
from jobs.models import Category, OccupationTerm
from jobs.text import fold

# What follows is a team, a place or a grade: the occupation stands before it.
_HEAD = re.compile(r"\s*(?:[,(|;:\[]|\s[-–—/]\s|[–—]|\s(?:to|for)\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Meaning:
    occupation_id: int | None
    category_id: int | None
    abbreviation: str = ""


class TitleReader:
    """Recognises occupations by the terms as they were when this was made, and categories by slug or name."""

    def __init__(self) -> None:
        meanings: dict[str, _Meaning] = {}
        rows = OccupationTerm.objects.values_list("term", "is_abbreviation", "occupation_id", "occupation__category_id")
        for term, is_abbreviation, occupation, category in rows:
            meaning = _Meaning(occupation, category, term.upper() if is_abbreviation else "")
            other = meanings.get(term)
            if other is not None:
                # A term of two occupations says at most what they have in common.
                common = category if category == other.category_id else None
                meaning = _Meaning(None, common, meaning.abbreviation and other.abbreviation)
            meanings[term] = meaning
        self._terms = Phrases(meanings.items())
        self._categories: dict[str, int] = {}
        for pk, slug, name in Category.objects.values_list("pk", "slug", "name"):
            self._categories[fold(slug)] = self._categories[fold(name)] = pk

    def category(self, said: str) -> int | None:
        """The category of that slug or name."""
        return self._categories.get(fold(said))

    def read(self, title: str) -> tuple[int | None, int | None]:
        """Keys of the occupation and of its category; None where the title names none that is known."""
        head = _HEAD.split(title, maxsplit=1)[0]
        meaning = self._longest(head) or (self._longest(title) if head != title else None)
        return (meaning.occupation_id, meaning.category_id) if meaning else (None, None)

    def _longest(self, title: str) -> _Meaning | None:
        words = fold(title).split()
        is_shouted = title.isupper()
        best: _Meaning | None = None
        best_length = 0
        for hit in self._terms.find(words):
            abbreviation = hit.value.abbreviation
            # "IT", "PA" and "SE" are only abbreviations in capitals, among words that are not.
            if abbreviation and (is_shouted or not re.search(rf"\b{re.escape(abbreviation)}\b", title)):
                continue
            # Of equals the last counts: in English the noun comes last ("Nurse Educator").
            if hit.end - hit.start >= best_length:
                best, best_length = hit.value, hit.end - hit.start
        return best
