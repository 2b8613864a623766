"""Whom a feed is judged by: people made from résumés and official taxonomies, and what is right for each.

The postings, what is of an occupation, and what is never loaded are those of `bench.judgments`. A person is a JSON
Resume document, and comes to the board as anybody's does. What tells their occupation is never loaded: titles, and
relations of skills and technologies, whose hash says so. Right are postings of the occupation that is kept back, which
is what the person does next: by their title (2), and by their official series (1); so are, by their title (1), postings
of related occupations: of O*NET the closest (Primary-Short), of ESCO those of the same unit group of ISCO-08.

- **titles**: a headline, which is an unseen title of an occupation of O*NET; unseen technologies of the occupation.
- **histories**: no headline; two earlier positions, with unseen titles of the occupation and of the one that is related
  most; the occupation's description as a summary; unseen technologies of both.
- **skills**: no title at all; skills that ESCO calls essential to an occupation, by relations that are unseen.
- **career changers**: as histories, but all of another major group; and one wanted role, with an unseen title. What is
  related to what they did is not right.
- **résumés**: real ones, whole. Right are postings whose title has all the words of one of the category's titles
  (`bench.feed_resumes`) (2), and postings of the occupations that have these titles (1).
- **texts**: the same résumés as nothing but one text.

The *other rule* (`also`) differs in kind, so that nothing is fitted to the first without being seen: right are postings
whose title has all words of any title of the occupation, official or alternate, that has two words or more and few
occupations (2), or of a related occupation (1); for résumés, of the occupations of the category alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.feed_resumes import CATEGORIES, resume_of
from bench.judgments import (
    Corpus,
    Truth,
    chance,
    core_of,
    is_unseen,
    json_lines,
    of_occupations,
    singular,
    table,
)
from jobs.search.words import words_of

KINDS = ("titles", "histories", "skills", "career changers", "résumés", "texts")
LEAST_RIGHT = 5
LONGEST_TEXT = 5_000
TECHNOLOGIES, ESSENTIALS = 6, 10
# A title of more occupations than this tells none of them; one of more words is hardly anybody's.
FEW_OCCUPATIONS, LONGEST_TITLE = 3, 5


@dataclass(frozen=True, slots=True)
class JudgedPerson:
    """Somebody, and how right each posting is for them, by its id."""

    kind: str
    key: str
    resume: Mapping[str, Any]
    right: Mapping[str, int]
    wanted: tuple[str, ...] = ()
    """Roles that the person asks for, beside the document."""
    also: Mapping[str, int] = field(default_factory=dict)
    """How right by the other rule."""
    group: str = ""
    """Of those for whom the same is right; nothing: the person alone."""

    def is_kept_back(self) -> bool:
        """Whether they are of the half that nothing was chosen on."""
        return bool(sha256(f"h8{self.group or self.key}".encode()).digest()[0] & 1)

    def text(self) -> str:
        """All that the person says, as one text."""
        return " ".join([*self.wanted, *_texts(self.resume)])

    def title(self) -> str:
        """What the person wants to be called, or is."""
        called = [*self.wanted, self.resume.get("basics", {}).get("label", "")]
        called += [work.get("position", "") for work in self.resume.get("work", ())]
        return next(filter(None, called), "")


@dataclass(slots=True)
class _Known:
    """What of the taxonomies only people need."""

    descriptions: dict[str, str] = field(default_factory=dict)
    technologies: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    related: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, str] = field(default_factory=dict)
    skills: dict[str, str] = field(default_factory=dict)
    titles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # unseen, by occupation


def people(data: Path, of: Corpus, known: Truth, most: int) -> list[JudgedPerson]:
    """At most so many of each kind, always the same."""
    more = _known(data, known)
    right = _Right(of_occupations(of, known), by_words(of, known))
    resumes = list(_resumes(data, of, known, right))
    makers: dict[str, Iterable[JudgedPerson]] = {
        "titles": _of_titles(right, more),
        "histories": _of_histories(right, more),
        "skills": _of_skills(right, known, more),
        "career changers": _changers(right, more),
        "résumés": resumes,
        "texts": (_as_text(one) for one in resumes),
    }
    found: list[JudgedPerson] = []
    for kind in KINDS:
        some = [one for one in makers[kind] if sum(grade == 2 for grade in one.right.values()) >= LEAST_RIGHT]
        found += sorted(some, key=lambda one: chance(f"{kind} {one.key}"))[:most]
    return found


def _known(data: Path, known: Truth) -> _Known:
    folder, more = data / "taxonomies", _Known()
    for row in table(folder / "onet_occupations.csv.gz"):
        if row["soc"].endswith(".00"):
            more.descriptions[row["soc"][:7]] = row["description"]
    for row in table(folder / "onet_technology_skills.csv.gz"):
        if is_unseen(row["soc"][:7] + row["example"]):
            more.technologies[row["soc"][:7]].append(row["example"])
    for row in table(folder / "onet_related_occupations.csv.gz"):
        code, other = row["soc"][:7], row["related_soc"][:7]
        if row["tier"] == "Primary-Short" and code != other and other not in more.related[code]:
            more.related[code].append(other)
    more.groups = {row["id"]: row["isco"] for row in table(folder / "esco_occupations.csv.gz")}
    more.skills = {row["id"]: row["label"] for row in table(folder / "esco_skills.csv.gz")}
    _read_titles(known, more)
    return more


def _read_titles(known: Truth, more: _Known) -> None:
    for title in sorted(known.alternates):
        codes = {code for code in known.titles[title] if code[2:3] == "-"}
        # What many occupations are called tells none of them.
        if is_unseen(title) and len(codes) <= 2 and not codes & known.rests:
            for code in codes:
                more.titles[code].append(title)
    for titles in more.titles.values():
        titles.sort(key=chance)


@dataclass(frozen=True, slots=True)
class _Right:
    """How right postings are for an occupation, by the one rule and by the other."""

    by_name: Mapping[str, Mapping[str, int]]
    by_words: Mapping[str, Mapping[str, int]]

    def person(
        self, kind: str, code: str, resume: Mapping[str, Any], related: Sequence[str], wanted: tuple[str, ...] = ()
    ) -> JudgedPerson:
        """Somebody of the occupation; what is of related ones is half as right."""
        rights = [_with_related(rule, code, related) for rule in (self.by_name, self.by_words)]
        return JudgedPerson(kind, code, resume, rights[0], wanted, rights[1])


def _with_related(right: Mapping[str, Mapping[str, int]], code: str, related: Sequence[str]) -> dict[str, int]:
    found = {job: 1 for other in related for job, grade in right.get(other, {}).items() if grade == 2}
    return found | dict(right.get(code, {}))


def by_words(of: Corpus, known: Truth) -> dict[str, dict[str, int]]:
    """Each occupation's postings by the other rule: those whose title has all words of one of its titles."""
    having: dict[str, set[str]] = defaultdict(set)
    for posting in of.postings:
        for word in words_of(posting["title"]):
            having[singular([word])].add(posting["id"])
    right: dict[str, dict[str, int]] = defaultdict(dict)
    for title, codes in known.titles.items():
        words = {singular([word]) for word in words_of(title)}
        if 2 <= len(words) <= LONGEST_TITLE and len(codes) <= FEW_OCCUPATIONS:
            found = set.intersection(*(having.get(word, set()) for word in words))
            for code in codes if found else ():
                right[code].update(dict.fromkeys(found, 2))
    return right


def _of_titles(right: _Right, more: _Known) -> Iterator[JudgedPerson]:
    for code, titles in more.titles.items():
        resume = {"basics": {"label": titles[0].title()}, "skills": _technologies(more, code)}
        yield right.person("titles", code, resume, more.related[code])


def _of_histories(right: _Right, more: _Known) -> Iterator[JudgedPerson]:
    for code, titles in more.titles.items():
        before = next((other for other in more.related[code] if other in more.titles), None)
        if len(titles) > 1 and before:
            resume = _history(more, code, titles[1], before)
            yield right.person("histories", code, resume, more.related[code])


def _history(more: _Known, code: str, title: str, before: str) -> dict[str, Any]:
    return {
        "basics": {"summary": more.descriptions.get(code, "")},
        "work": [
            {"position": title.title(), "name": "Acme", "startDate": "2022-03-01"},
            {
                "position": more.titles[before][0].title(),
                "name": "Globex",
                "startDate": "2017-05-01",
                "endDate": "2022-02-01",
            },
        ],
        "skills": _technologies(more, code) + _technologies(more, before)[: TECHNOLOGIES // 2],
    }


def _technologies(more: _Known, code: str) -> list[dict[str, str]]:
    chosen = sorted(dict.fromkeys(more.technologies.get(code, ())), key=lambda name: chance(f"{code} {name}"))
    return [{"name": name} for name in chosen[:TECHNOLOGIES]]


def _of_skills(right: _Right, known: Truth, more: _Known) -> Iterator[JudgedPerson]:
    unseen: dict[str, list[str]] = defaultdict(list)
    for skill, occupations in known.essential.items():
        for code in occupations:
            if code in more.groups and is_unseen(code + skill):
                unseen[code].append(skill)
    groups: dict[str, list[str]] = defaultdict(list)
    for code, group in more.groups.items():
        groups[group].append(code)
    for code, skills in unseen.items():
        if len(skills) >= 3:
            chosen = sorted(skills, key=lambda skill: chance(f"{code} {skill}"))[:ESSENTIALS]
            resume = {"skills": [{"name": more.skills[skill]} for skill in chosen]}
            siblings = [other for other in groups[more.groups[code]] if other != code]
            yield right.person("skills", code, resume, siblings)


def _changers(right: _Right, more: _Known) -> Iterator[JudgedPerson]:
    codes = sorted(more.titles, key=lambda code: chance(f"changer {code}"))
    for code, other in zip(codes, [*codes[1:], *codes[:1]], strict=True):
        before = next((each for each in more.related[other] if each in more.titles), None)
        if before and code[:2] not in (other[:2], before[:2]):
            resume = _history(more, other, more.titles[other][0], before)
            wanted = (more.titles[code][-1].title(),)
            yield right.person("career changers", code, resume, more.related[code], wanted)


def _resumes(data: Path, of: Corpus, known: Truth, right: _Right) -> Iterator[JudgedPerson]:
    having: dict[str, set[str]] = defaultdict(set)
    for posting in of.postings:
        for word in words_of(posting["title"]):
            having[word].add(posting["id"])
    by_category: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for category, titles in CATEGORIES.items():
        codes = {code for title in titles for code in known.titles.get(core_of(title), ())}
        found = dict.fromkeys((job for code in codes for job in right.by_name.get(code, ())), 1)
        for title in titles:
            found |= dict.fromkeys(set.intersection(*(having[word] for word in title.split())), 2)
        also = dict.fromkeys((job for code in codes for job in right.by_words.get(code, ())), 1)
        by_category[category] = found, also
    for row in json_lines(data / "resumes_public.jsonl.gz"):
        found, also = by_category[row["category"]]
        yield JudgedPerson("résumés", row["id"], resume_of(row["text"]), found, also=also, group=row["category"])


def _as_text(person: JudgedPerson) -> JudgedPerson:
    text = " \n".join(_texts(person.resume))[:LONGEST_TEXT]
    return replace(person, kind="texts", resume={"basics": {"summary": text}})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name not in ("startDate", "endDate"):
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
