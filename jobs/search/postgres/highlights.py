"""Where found jobs have what was asked for, as HTML in which `<mark>` is the only mark-up and all else is escaped.

What PostgreSQL has for this knows neither folded words nor ours, so it is done here, for the rows of one page: the
words of a text are compared with those of the question as the index compares them, folded and by their stems, and the
words as they stand in the text are marked.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from uuid import UUID

from jobs.search.port import Atom, Highlights, Query, Question, SearchField
from jobs.search.postgres.fragment import Fragment, rows
from jobs.search.postgres.matching import live, stems
from jobs.search.words import words_of

MOST_CHARACTERS = 50_000  # of a text that are looked at
MOST_FRAGMENTS = 3
WIDTH = 180  # characters of a fragment, about
MOST_MARKS = 200  # of a text that are considered

# As `fold` parts words, but in the text as it stands: an accent may be a sign of its own, an apostrophe parts nothing.
_TOKEN = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f'’‘ʻʼ`´]+[^\W_]+)*[\u0300-\u036f]*(?:[+#]+(?![^\W_]))?|(?<![\w.])\.[^\W\d_][^\W_]*"
)
# Each two characters that stand together are a word (`jobs.search.words`).
_UNPARTED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]+")

type Span = tuple[int, int]


def highlights(query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Highlights]:
    """Where those of the jobs that are live have what the query asks for.

    One statement, and one or two for the stems of words that were not asked for lately.
    """
    if query.question is None or not job_ids:
        return {}
    wanted = _Wanted.of(query.question)
    if not wanted:
        return {}
    found = rows(Fragment.of(_READ, list(job_ids), live(query)))
    marker = _Marker(wanted)
    read = [
        (job_id, skill_ids, [_Text.of(each) for each in (title, company, text, *names)])
        for job_id, title, company, text, skill_ids, names in found
    ]
    marker.learn(each for _, _, texts in read for each in texts)
    return {job_id: _highlighted(marker, skill_ids, *texts) for job_id, skill_ids, texts in read}


_READ = f"""
SELECT s.job_id, j.title, c.name, left(j.description_text, {MOST_CHARACTERS}), k.ids, k.names
FROM job_search s JOIN jobs_job j ON j.id = s.job_id JOIN jobs_company c ON c.id = s.company_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(id ORDER BY name, id), '{{{{}}}}') AS ids,
        coalesce(array_agg(name ORDER BY name, id), '{{{{}}}}') AS names
    FROM jobs_skill WHERE id = ANY(s.skill_ids)
) k
WHERE s.job_id = ANY({{}}::uuid[]) AND {{}}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Text:
    """A text, and what in it may be a word."""

    text: str
    tokens: Sequence[str]

    @classmethod
    def of(cls, text: str) -> "_Text":
        return cls(text, _TOKEN.findall(text))

    def placed(self) -> Iterator[tuple[int, str, int]]:
        """Each of its tokens with its number and its place."""
        return ((number, match[0], match.start()) for number, match in enumerate(_TOKEN.finditer(self.text)))


def _highlighted(
    marker: "_Marker", skill_ids: Sequence[int], title: _Text, company: _Text, text: _Text, *skills: _Text
) -> Highlights:
    marked = [
        _marked(skill.text, marker.spans(skill, SearchField.SKILL) or _all_if(skill, key in marker.skills))
        for key, skill in zip(skill_ids, skills, strict=True)
    ]
    return Highlights(
        title=_marked(title.text, marker.spans(title, SearchField.TITLE)),
        company=_marked(company.text, marker.spans(company, SearchField.COMPANY)),
        skills=tuple(html for html in marked if html is not None),
        text=tuple(_fragments(text.text, marker.spans(text, SearchField.ANY))),
    )


def _all_if(text: _Text, is_wanted: bool) -> list[Span]:
    return [(0, len(text.text))] if is_wanted else []


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be marked: words and phrases by where they count, prefixes with a star, and the keys of skills."""

    phrases: Mapping[SearchField, Collection[tuple[str, ...]]]
    skills: Collection[int]

    @classmethod
    def of(cls, question: Question) -> "_Wanted | None":
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


class _Marker:
    """Finds in texts what is wanted."""

    def __init__(self, wanted: _Wanted) -> None:
        self.skills = wanted.skills
        self._phrases = {field: list(phrases) for field, phrases in wanted.phrases.items()}
        # Of each token that is something wanted: where in it its words stand, and what each is alike.
        self._hits: dict[str, Sequence[tuple[int, int, Collection[str]]]] = {}

    def learn(self, texts: Iterable[_Text]) -> None:
        """Compare the words of the texts with those that are wanted. Only what was learned is found."""
        pieces = {token: _pieces(token) for token in set[str]().union(*(text.tokens for text in texts))}
        starred = {word for phrases in self._phrases.values() for phrase in phrases for word in phrase}
        alike = _alike(starred, {word for found in pieces.values() for _, _, word in found})
        for token in {token for token, found in pieces.items() for _, _, word in found if word in alike}:
            self._hits[token] = [(start, end, alike.get(word, ())) for start, end, word in pieces[token]]

    def spans(self, text: _Text, field: SearchField) -> list[Span]:
        """Where a text has something that is wanted there: in its order, and none in another."""
        hits = self._hits
        if hits.keys().isdisjoint(text.tokens):
            return []
        phrases = self._phrases[field]
        found: list[Span] = []
        # Of each phrase and how much of it there was so far: where it begins, and which word has to be the next.
        begun: dict[tuple[int, int], tuple[int, int]] = {}
        for number, token, at in text.placed():
            if token not in hits:
                continue
            words = hits[token]
            for place, (start, end, alike) in enumerate(words):
                here = number * MOST_CHARACTERS + place
                following = here + 1 if place + 1 < len(words) else (number + 1) * MOST_CHARACTERS
                going: dict[tuple[int, int], tuple[int, int]] = {}
                for index, phrase in enumerate(phrases):
                    for length, wanted in enumerate(phrase):
                        if wanted not in alike:
                            continue
                        begins, due = begun.get((index, length), (0, -1)) if length else (at + start, here)
                        if due != here:
                            continue
                        if length + 1 == len(phrase):
                            found.append((begins, at + end))
                        else:
                            going[index, length + 1] = (begins, following)
                begun = going
            if len(found) > MOST_MARKS:
                break
        return _merged(found)


def _alike(starred: Collection[str], words: Collection[str]) -> Mapping[str, Collection[str]]:
    """Which of the wanted words each word is, as the index sees it; words that are none are left out.

    Only words that begin as a wanted one does are asked for their stems.
    """
    whole = [word for word in starred if not word.endswith("*")]
    prefixes = [word[:-1] for word in starred if word.endswith("*")]
    by_form: dict[str, set[str]] = defaultdict(set)
    for word, forms in zip(whole, stems(whole), strict=True):
        for form in forms:
            by_form[form].add(word)
    # A stemmer may have changed the last letter of what it left: "company" has the stem "compani".
    begins = tuple({form[:-1] if len(form) > 3 else form for form in by_form})
    near = [word for word in words if word.startswith(begins)] if begins else []
    found: dict[str, set[str]] = defaultdict(set)
    for word, forms in zip(near, stems(near), strict=True):
        for form in forms:
            if form in by_form:
                found[word] |= by_form[form]
    for prefix in prefixes:
        for word in words:
            if word.startswith(prefix):
                found[word].add(f"{prefix}*")
    return found


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


def _marked(text: str, spans: Sequence[Span]) -> str | None:
    """The text as HTML with the spans marked; None without any."""
    if not spans:
        return None
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return "".join([*parts, escape(text[at:])])


def _fragments(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """The parts of a text that have the most different words of what is wanted, in its order."""
    windows: list[tuple[int, int, int]] = []  # worth, first and last span
    for first, (start, _) in enumerate(spans):
        last = first
        while last + 1 < len(spans) and spans[last + 1][1] - start <= WIDTH:
            last += 1
        words = {text[begin:end].lower() for begin, end in spans[first : last + 1]}
        windows.append((len(words), first, last))
    taken: list[tuple[int, int]] = []
    for _, first, last in sorted(windows, key=lambda window: -window[0]):
        if len(taken) < MOST_FRAGMENTS and all(last < other or first > end for other, end in taken):
            taken.append((first, last))
    behind = 0
    for first, last in sorted(taken):
        start, end = _around(text, spans[first][0], spans[last][1], behind)
        behind = end
        inner = [(begin - start, stop - start) for begin, stop in spans[first : last + 1]]
        marked = _marked(text[start:end], inner)
        if marked:
            before, after = "… " if start else "", " …" if end < len(text) else ""
            yield f"{before}{' '.join(marked.split())}{after}"


def _around(text: str, start: int, end: int, behind: int) -> Span:
    """The span and some of what stands around it, from one word's edge to another's."""
    room = max(0, WIDTH - (end - start)) // 2
    low, high = max(behind, start - room), min(len(text), end + room)
    if low > behind:
        edge = _SPACE.search(text, low, start)
        low = edge.end() if edge else start
    if high < len(text):
        edges = list(_SPACE.finditer(text, end, high))
        high = edges[-1].start() if edges else end
    return low, high


_SPACE = re.compile(r"\s+")
