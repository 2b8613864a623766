"""What search is judged by: postings, taxonomies without a fifth of their words, queries, and what is right for each.

Everything is made from real postings and official taxonomies by the rules below; nobody, and no search engine, judged
a posting by hand. A title is *of* an occupation when it is one of its official titles, without the grade and what
stands behind a comma, a dash or a bracket. A federal series is *of* an occupation when `SERIES_SHARE` of its postings
whose titles are known, and `SERIES_LEAST` of them at least, are.

- **alternate titles**: an alternate title of O*NET, of at most two occupations by the seven digits of SOC, none of them
  a rest ("All Other"); right are postings of the occupations by their title (2), and by their official series (1).
- **typos**: a title with one letter left out, doubled, swapped with the next or hit beside in its longest word; right
  are postings with all the words of the title as it should be.
- **skill phrases**: another name of a skill in ESCO; right are postings of occupations for which it is essential.
- **abbreviations**: the short form of a title in O*NET, and of a title in the postings themselves that has it in
  brackets; right are postings whose title has the long form or the short one.
- **exact titles**: a title; right are postings with the very title (2) and with all its words (1).

Unseen are words whose hash says so: they, and the relations of skills and of technologies likewise, are never loaded.
"""

import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from jobs.search.words import words_of
from jobs.text import fold

KINDS = ("alternate titles", "typos", "skill phrases", "abbreviations", "exact titles")
PARTLY = ("alternate titles", "skill phrases")
"""Of these the rules judge only postings that are known to be of any occupation: about half of them."""
SERIES_SHARE = 0.3
SERIES_LEAST = 5
LEAST_RIGHT = {"alternate titles": 10, "skill phrases": 10}
# Of each file so much, chosen by hash. Greenhouse's titles are many and alike.
SOURCES = {
    "usajobs_civil": 1.0,
    "usajobs_titles": 1.0,
    "usajobs_summaries": 1.0,
    "city_la": 1.0,
    "gsa_tts": 1.0,
    "ats_teasers": 1.0,
    "greenhouse": 0.2,
}
KEPT = ("id", "title", "company", "location", "description", "country")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_SHORT = re.compile(r"\b((?:[A-Z][a-z]+ ){1,5}[A-Z][a-z]+) \(([A-Z]{2,5})\)")
_BEHIND = re.compile(r"\s*(?:[,(|;:\[]|\s[-–—/]\s|[–—])")
_GRADES = frozenset(
    [
        "senior",
        "sr",
        "junior",
        "jr",
        "lead",
        "principal",
        "staff",
        "supervisory",
        "chief",
        "associate",
        "entry",
        "level",
        "mid",
        "i",
        "ii",
        "iii",
        "iv",
        "v",
        "1",
        "2",
        "3",
        "4",
    ]
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and what is right for it: how right, from 1, by the posting's id."""

    kind: str
    query: str
    is_unseen: bool
    right: Mapping[str, int]
    known: Set[str] | None = None
    """The postings of which the rule says whether they are right; None: of all."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The postings, and what is known of their titles."""

    postings: Sequence[Mapping[str, str]]
    series: Mapping[str, Sequence[str]]
    cores: Mapping[str, Sequence[str]] = field(default_factory=dict)


def is_unseen(text: str) -> bool:
    """Whether something belongs to the fifth that is never loaded."""
    return sha256(text.encode()).digest()[0] % 5 == 0


def chance(text: str) -> float:
    """A number from 0 to 1 that a text always gets."""
    return int.from_bytes(sha256(b"chance" + text.encode()).digest()[:6]) / 2**48


def corpus(data: Path, share: float = 1.0) -> Corpus:
    """The postings: one of each title and employer."""
    postings, series, cores = [], {}, {}
    known: set[tuple[str, str]] = set()
    for source, part in SOURCES.items():
        for row in json_lines(data / f"postings_{source}.jsonl.gz"):
            same = fold(row["title"]), row.get("company", "").lower()
            # One of them has two rows of one id.
            if chance(row["id"]) >= part * share or same in known or row["id"] in cores:
                continue
            known.add(same)
            postings.append({key: row[key] for key in KEPT if row.get(key)})
            series[row["id"]] = _series(row)
            cores[row["id"]] = _cores(row["title"])
    return Corpus(postings, series, cores)


def _series(row: Mapping[str, object]) -> Sequence[str]:
    codes = row.get("occupation_codes") or ([row["occupation_code"]] if row.get("occupation_code") else [])
    return [str(code)[:4] for code in codes] if isinstance(codes, list) else []


def _cores(title: str) -> Sequence[str]:
    """The title without its grade, and without what stands behind it."""
    found = []
    for part in (title, _BEHIND.split(title, maxsplit=1)[0]):
        words = [word for word in fold(part).split() if word not in _GRADES]
        if words:
            found.append(singular(words))
    return list(dict.fromkeys(found))


def singular(words: Sequence[str]) -> str:
    last = words[-1]
    if len(last) > 3 and last.endswith("s") and not last.endswith(("ss", "us", "is")):
        last = f"{last[:-3]}y" if last.endswith("ies") else last[:-1]
    return " ".join([*words[:-1], last])


@dataclass(slots=True)
class Truth:
    """The taxonomies as they are, with what is unseen."""

    titles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # a title's occupations
    alternates: set[str] = field(default_factory=set)
    rests: set[str] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # a skill's names
    essential: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # a skill's occupations
    shorts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # an abbreviation's long forms


def truth(data: Path) -> Truth:
    folder = data / "taxonomies"
    known = Truth()
    for row in table(folder / "onet_occupations.csv.gz"):
        known.titles[core_of(row["title"])].add(row["soc"][:7])
        if row["title"].endswith("All Other"):
            known.rests.add(row["soc"][:7])
    for row in table(folder / "onet_alternate_titles_70pct.csv.gz"):
        title = _IN_BRACKETS.sub("", row["alternate_title"])
        known.titles[core_of(title)].add(row["soc"][:7])
        known.alternates.add(core_of(title))
        short = row["short_title"]
        if short.isupper() and short.isalpha() and 2 <= len(short) <= 5 and title != short:
            known.shorts[short].add(fold(title))
    for row in table(folder / "esco_occupations.csv.gz"):
        for title in (row["label"], *row["alt_labels"].split("|")):
            if title:
                known.titles[core_of(title)].add(row["id"])
    for row in table(folder / "esco_skills.csv.gz"):
        known.names[row["id"]] = [name for name in dict.fromkeys(map(fold, row["alt_labels"].split("|"))) if name]
    for row in table(folder / "esco_occupation_skill_relations.csv.gz"):
        if row["relation"] == "e":
            known.essential[row["skill_id"]].add(row["occupation_id"])
    return known


def core_of(text: str) -> str:
    return singular(fold(text).split() or [""])


def write_seen(data: Path, folder: Path) -> None:
    """The taxonomies without what is unseen, as tables that can be loaded."""

    def title_is_seen(row: dict[str, str]) -> bool:
        return not is_unseen(core_of(_IN_BRACKETS.sub("", row["alternate_title"])))

    def with_seen_names(row: dict[str, str]) -> bool:
        row["alt_labels"] = "|".join(n for n in row["alt_labels"].split("|") if not is_unseen(core_of(n)))
        return True

    def relation_is_seen(row: dict[str, str]) -> bool:
        return not is_unseen(row["occupation_id"] + row["skill_id"])

    def technology_is_seen(row: dict[str, str]) -> bool:
        return not is_unseen(row["soc"][:7] + row["example"])

    kept = {
        "onet_alternate_titles_70pct": title_is_seen,
        "onet_technology_skills": technology_is_seen,
        "esco_occupations": with_seen_names,
        "esco_skills": with_seen_names,
        "esco_occupation_skill_relations": relation_is_seen,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((data / "taxonomies").glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        if name.startswith(("onet_", "esco_", "isco")):
            is_kept = kept.get(name, lambda row: True)
            rows = [row for row in table(path) if is_kept(row)]
            with (folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)


def write_corpus(of: Corpus, path: Path) -> None:
    """The postings, as `manage.py jobs_import` reads them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(posting)}\n" for posting in of.postings)


def judgments(of: Corpus, known: Truth, most: int) -> list[Judged]:
    """At most so many queries of each kind, seen and unseen."""
    makers = (_alternates, _typos, _skills, _abbreviations, _exact)
    judged: list[Judged] = []
    for kind, maker in zip(KINDS, makers, strict=True):
        found = [one for one in maker(kind, of, known) if len(one.right) >= LEAST_RIGHT.get(kind, 3)]
        found.sort(key=lambda one: chance(one.query))
        for unseen in (False, True):
            judged += [one for one in found if one.is_unseen == unseen][:most]
    return judged


def of_occupations(of: Corpus, known: Truth) -> dict[str, dict[str, int]]:
    """Each occupation's postings: 2 by title, 1 by series."""
    right: dict[str, dict[str, int]] = defaultdict(dict)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    counted: Counter[str] = Counter()
    for job, cores in of.cores.items():
        occupations = set().union(*(known.titles.get(core, set()) for core in cores))
        for occupation in occupations:
            right[occupation][job] = 2
        for code in of.series[job] if occupations else ():
            counted[code] += 1
            votes[code].update(occupations)
    series: dict[str, list[str]] = defaultdict(list)
    for code, voted in votes.items():
        for occupation, count in voted.items():
            if count >= max(SERIES_LEAST, SERIES_SHARE * counted[code]):
                series[code].append(occupation)
    for job, codes in of.series.items():
        for code in codes:
            for occupation in series[code]:
                right[occupation].setdefault(job, 1)
    return right


def _alternates(kind: str, of: Corpus, known: Truth) -> Iterator[Judged]:
    by_occupation = {code: right for code, right in of_occupations(of, known).items() if _is_soc(code)}
    of_any = frozenset(job for right in by_occupation.values() for job in right)
    for title in sorted(known.alternates):
        occupations = {code for code in known.titles[title] if _is_soc(code)}
        # What many occupations are called ("supervisor") asks for none of them.
        if len(occupations) <= 2 and not occupations & known.rests:
            right: dict[str, int] = {}
            for occupation in occupations:
                for job, grade in by_occupation.get(occupation, {}).items():
                    right[job] = max(grade, right.get(job, 0))
            yield Judged(kind, title, is_unseen(title), right, of_any)


def _is_soc(code: str) -> bool:
    return code[2:3] == "-"


def _skills(kind: str, of: Corpus, known: Truth) -> Iterator[Judged]:
    by_occupation = {code: right for code, right in of_occupations(of, known).items() if not _is_soc(code)}
    of_any = frozenset(job for right in by_occupation.values() for job, grade in right.items() if grade == 2)
    for skill, names in known.names.items():
        right: dict[str, int] = {}
        for occupation in known.essential.get(skill, ()):
            right |= {job: 1 for job, grade in by_occupation.get(occupation, {}).items() if grade == 2}
        unseen = [name for name in names if is_unseen(singular(name.split()))]
        seen = [name for name in names if not is_unseen(singular(name.split()))]
        for chosen, hidden in ((seen, False), (unseen, True)):
            if chosen:
                yield Judged(kind, min(chosen, key=chance), hidden, right, of_any)


def _abbreviations(kind: str, of: Corpus, known: Truth) -> Iterator[Judged]:
    words = _words(of)
    shorts: dict[str, set[str]] = {short: set(longs) for short, longs in known.shorts.items()}
    for posting in of.postings:
        for long, short in _SHORT.findall(posting["title"]):
            parts = fold(long).split()
            tail = parts[-len(short) :]
            if "".join(part[0] for part in tail) == short.lower():
                shorts.setdefault(short, set()).add(" ".join(tail))
    for short, longs in shorts.items():
        right: dict[str, int] = {}
        for long in longs:
            # Words in their order, as one phrase.
            right |= {job: 1 for job in _having(words, long.split()) if f" {long} " in words.texts[job]}
        count = len(right)
        right |= {job: 1 for job in words.jobs.get(short.lower(), ()) if short in words.written[job]}
        # Unseen by what was not loaded: all its long forms were held back.
        unseen = all(is_unseen(singular(long.split())) for long in longs)
        if count >= 3:
            yield Judged(kind, short.lower(), unseen, right)


@dataclass(slots=True)
class _Words:
    jobs: dict[str, set[str]]
    texts: dict[str, str]
    written: dict[str, set[str]]


def _words(of: Corpus) -> _Words:
    found = _Words(defaultdict(set), {}, {})
    for posting in of.postings:
        words = words_of(posting["title"])
        found.texts[posting["id"]] = f" {' '.join(words)} "
        found.written[posting["id"]] = set(re.findall(r"\w+", posting["title"]))
        for word in words:
            found.jobs[word].add(posting["id"])
    return found


def _having(words: _Words, asked: Sequence[str]) -> set[str]:
    return set.intersection(*(words.jobs.get(word, set()) for word in asked)) if asked else set()


def _typos(kind: str, of: Corpus, known: Truth) -> Iterator[Judged]:
    words = _words(of)
    for core in sorted({core for cores in of.cores.values() for core in cores}):
        parts = core.split()
        longest = max(parts, key=lambda part: (len(part), part))
        if len(parts) > 4 or len(longest) < 5 or not longest.isalpha() or not longest.isascii():
            continue
        wrong = mistaken(longest)
        # A mistake that makes another word is none.
        if wrong not in words.jobs and chance(f"typo {core}") < 0.1:
            query = " ".join(wrong if part is longest else part for part in parts)
            yield Judged(kind, query, is_unseen(core), dict.fromkeys(_having(words, parts), 1))


_BESIDE = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def mistaken(word: str) -> str:
    """The word with one mistake in it, always the same."""
    place = 1 + int(chance(f"place {word}") * (len(word) - 2))
    way = int(chance(f"way {word}") * 4)
    if way == 0:
        return word[:place] + word[place + 1 :]
    if way == 1:
        return word[:place] + word[place] + word[place:]
    if way == 2 and word[place] != word[place + 1]:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    row = next((row for row in _BESIDE if word[place] in row), _BESIDE[0])
    beside = row[(row.find(word[place]) + 1) % len(row)]
    return word[:place] + beside + word[place + 1 :]


def _exact(kind: str, of: Corpus, known: Truth) -> Iterator[Judged]:
    words = _words(of)
    same: dict[str, list[str]] = defaultdict(list)
    for job, text in words.texts.items():
        same[text].append(job)
    for text, jobs in same.items():
        if chance(f"exact {text}") < 0.1:
            right = dict.fromkeys(_having(words, text.split()), 1) | dict.fromkeys(jobs, 2)
            yield Judged(kind, text.strip(), is_unseen(text), right)


def json_lines(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)


def table(path: Path) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline=""))
