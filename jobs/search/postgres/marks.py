"""The words of texts that are what a query asks for: which they are, and where they stand."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobs.search.port import Atom, Question, SearchField
from jobs.search.postgres.stems import stems
from jobs.search.words import words_of

MOST_MARKS = 200  # of a text that are considered

# As `fold` parts words, but in the text as it stands: an accent may be a sign of its own, an apostrophe parts nothing,
# nor does what is not seen (a soft hyphen).
_TOKEN = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f'’‘ʻʼ`´\u00ad\u061c\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+[^\W_]+)*[\u0300-\u036f]*(?:[+#]+(?![^\W_]))?"
    r"|(?<![\w.])\.[^\W\d_][^\W_]*"
)
# What is folded to something else than its small letter, or may be: beyond ASCII all but dashes, quotes and bullets.
_CHANGING = re.compile(
    r"['`+#\u00aa-\u1fff\u200d-\u200f\u2018\u2019\u202a-\u202e\u2030-\U0010ffff]|\.(?<![\w.]\.)[^\W\d_]"
)
_PLAIN = re.compile(r"[a-z0-9]+")
# Each two characters that stand together are a word (`jobs.search.words`).
_UNPARTED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]+")

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be marked: words and phrases by where they count, prefixes with a star, and the keys of skills."""

    phrases: Mapping[SearchField, Collection[tuple[str, ...]]]
    skills: Collection[int]

    @classmethod
    def of(cls, question: Question) -> "Wanted | None":
        """None: nothing. What is excluded is nowhere, and small words that need not be there are everywhere."""
        clauses = [clause for clause in question.clauses if not clause.is_excluded and not clause.is_optional]
        atoms = [*(atom for clause in clauses for atom in clause.any_of), *question.instead]
        worded = [atom for atom in atoms if atom.words]
        phrases = {
            field: dict.fromkeys(_starred(atom) for atom in worded if atom.field in (field, SearchField.ANY))
            for field in SearchField
        }
        skills = {atom.skill for atom in atoms if atom.skill is not None}
        return cls(phrases, skills) if skills or any(phrases.values()) else None


def _starred(atom: Atom) -> tuple[str, ...]:
    return (*atom.words[:-1], f"{atom.words[-1]}*") if atom.is_prefix else atom.words


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and the words in it that may be wanted: where they begin, and as they are looked up."""

    text: str
    candidates: Sequence[tuple[int, str]]


class Marker:
    """Finds in texts what is wanted: `read` them all, then `learn`, then ask for the `spans` of each.

    Nearly all words of a text begin otherwise than any that is wanted. So the beginnings are looked for, and only what
    stands there is cut into words. Where folding may change how a word begins, all of the words around are compared.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.skills = wanted.skills
        # Of each word by where it counts: which phrases have it, as which of their words, and whether it is the last.
        self._places: dict[SearchField, dict[str, list[tuple[int, int, bool]]]] = {}
        for field, phrases in wanted.phrases.items():
            places = self._places[field] = defaultdict(list)
            for index, phrase in enumerate(phrases):
                for length, word in enumerate(phrase):
                    places[word].append((index, length, length + 1 == len(phrase)))
        starred = dict.fromkeys(word for places in self._places.values() for word in places)
        whole = [word for word in starred if not word.endswith("*")]
        self._prefixes = [word[:-1] for word in starred if word.endswith("*")]
        self._by_form: dict[str, set[str]] = defaultdict(set)
        for word, forms in zip(whole, stems(whole), strict=True):
            for form in forms:
                self._by_form[form].add(word)
        # A stemmer may have changed the last letter of what it left: "company" has the stem "compani".
        self._stems_begin = tuple({form[:-1] if len(form) > 3 else form for form in self._by_form})
        begins = sorted({*self._stems_begin, *self._prefixes})
        self._begins = [word for word in begins if word.isascii() and not _begins_with_another(word, begins)]
        self._texts: dict[str, Text] = {}
        # Of each candidate that is something wanted: where in it its words stand, and what each is alike.
        self._hits: dict[str, Sequence[tuple[int, int, Collection[str]]]] = {}

    def read(self, text: str) -> Text:
        """The text with its candidates; one that came before (the name of a skill) is not read again."""
        read = self._texts.get(text)
        if read is None:
            read = self._texts[text] = Text(text, sorted(self._candidates(text)))
        return read

    def _candidates(self, text: str) -> Iterator[tuple[int, str]]:
        plain = text.lower()
        if len(plain) != len(text):
            # Its letters stand elsewhere now.
            yield from _tokens(text, 0, len(text))
            return
        if _CHANGING.search(plain):
            parts: list[str] = []
            at = 0
            while (changing := _CHANGING.search(plain, at)) is not None:
                start = plain.rfind(" ", at, changing.start()) + 1 or at
                end = plain.find(" ", changing.end())
                end = len(plain) if end < 0 else end
                yield from _tokens(text, start, end)
                parts += [plain[at:start], " " * (end - start)]
                at = end
            plain = "".join([*parts, plain[at:]])
        for begins in self._begins:
            at = plain.find(begins)
            while at >= 0:
                if (not at or not plain[at - 1].isalnum()) and (word := _PLAIN.match(plain, at)):
                    yield at, word[0]
                at = plain.find(begins, at + 1)

    def learn(self) -> None:
        """Compare the words of what was read with those that are wanted. Only what was learned is found."""
        tokens = {token for text in self._texts.values() for _, token in text.candidates}
        pieces = {token: _pieces(token) for token in tokens}
        alike = self._alike({word for found in pieces.values() for _, _, word in found})
        for token in {token for token, found in pieces.items() for _, _, word in found if word in alike}:
            self._hits[token] = [(start, end, alike.get(word, ())) for start, end, word in pieces[token]]

    def spans(self, read: Text, field: SearchField) -> list[Span]:
        """Where a text has something that is wanted there: in its order, and none in another."""
        if not read.candidates:
            return []
        places, text = self._places[field], read.text
        found: list[Span] = []
        # Of each phrase and how much of it there was so far: where it begins, and which word has to be the next.
        begun: dict[tuple[int, int], tuple[int, tuple[int, int]]] = {}
        for at, token in read.candidates:
            words = self._hits.get(token, ())
            for number, (start, end, alike) in enumerate(words):
                here = at, number
                going: dict[tuple[int, int], tuple[int, tuple[int, int]]] = {}
                for index, length, is_last in (place for word in alike for place in places.get(word, ())):
                    begins, due = begun.get((index, length), (0, None)) if length else (at + start, here)
                    if due != here:
                        continue
                    if is_last:
                        found.append((begins, at + end))
                    elif number + 1 < len(words):
                        going[index, length + 1] = begins, (at, number + 1)
                    elif (following := _TOKEN.search(text, at + len(token))) is not None:
                        going[index, length + 1] = begins, (following.start(), 0)
                begun = going
            if len(found) > MOST_MARKS:
                break
        return _merged(found)

    def _alike(self, words: Collection[str]) -> Mapping[str, Collection[str]]:
        """Which of the wanted words each word is, as the index sees it; words that are none are left out.

        Only words that begin as a wanted one does are asked for their stems.
        """
        near = [word for word in words if word.startswith(self._stems_begin)] if self._stems_begin else []
        found: dict[str, set[str]] = defaultdict(set)
        for word, forms in zip(near, stems(near), strict=True):
            for form in forms:
                if form in self._by_form:
                    found[word] |= self._by_form[form]
        for prefix in self._prefixes:
            for word in words:
                if word.startswith(prefix):
                    found[word].add(f"{prefix}*")
        return found


def _begins_with_another(word: str, others: Iterable[str]) -> bool:
    return any(word != other and word.startswith(other) for other in others)


def _tokens(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """All that may be words in a part of a text that spaces part from the rest."""
    return ((match.start(), match[0]) for match in _TOKEN.finditer(text, start, end))


@lru_cache(maxsize=100_000)
def _pieces(token: str) -> tuple[tuple[int, int, str], ...]:
    """The words that a token of a text is cut into, and where they stand in it. Nearly always it is one."""
    if token.isascii() or not _UNPARTED.search(token):
        return tuple((0, len(token), word) for word in words_of(token))
    found: list[tuple[int, int, str]] = []
    end = 0
    for run in _UNPARTED.finditer(token):
        found += [(end, run.start(), word) for word in words_of(token[end : run.start()])]
        stops = [min(at + 2, run.end()) for at in range(run.start(), max(run.start() + 1, run.end() - 1))]
        found += [(at, stop, word) for at, stop in enumerate(stops, run.start()) for word in words_of(token[at:stop])]
        end = run.end()
    return (*found, *((end, len(token), word) for word in words_of(token[end:])))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
