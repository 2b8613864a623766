"""Recognises skills: those that a source lists, and those that a title or a text mentions.

A skill whose name is also an everyday word (Go, Excel, Spring) is taken in a text only in its own spelling and in
company: within `NEAR` words (a single letter: `NEAR_LETTER`) of a skill that is clear, or before a word like
"developer". Not looked for in a text: names of languages, everybody's virtues (teamwork, leadership), whatever the
employer is called, and sentences in which it says what it is and sells.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from jobs.importers.phrases import Hit, Phrases
from jobs.models import Necessity, Skill, SkillAlias, SkillKind
from jobs.services.incoming import AskedSkill
from jobs.text import fold

NEAR = 6
NEAR_LETTER = 2  # for C and R, which enumerate things, too
MOST_SKILLS = 40
MOST_LISTED = 100
_COMPANIONS = frozenset(
    {
        "developer",
        "developers",
        "dev",
        "devs",
        "engineer",
        "engineers",
        "programmer",
        "programmers",
        "programming",
        "language",
        "framework",
        "code",
        "coding",
    }
)
# "Acme is a platform for …", "Our mission is …": what the employer is and sells, not what it asks for.
_SELF_PORTRAIT = re.compile(
    r"(?:(?<=[.!?] )|^)[ \t]*(?P<who>\S[^.!?\n]{0,40}?)(?: is (?:an? |the |building )| are (?:building |on a mission)"
    r"|['’]re (?:building |on a mission)| builds | provides | makes | helps | offers |['’]s mission | exists to )"
    r"[^.!?\n]{0,600}",
    re.MULTILINE,
)
_EMPLOYER = frozenset({"we", "our mission", "our vision", "our platform", "our product", "our company"})
_ADDRESS = re.compile(r"https?://\S{1,500}|www\.\S{1,500}")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_NICE = re.compile(
    r"nice[ -]to[ -]have|preferred (?:qualifications|skills|experience)|bonus points"
    r"|would be (?:a plus|great|an advantage)|desirable|desired (?:qualifications|skills)|von vorteil",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    name: str
    kind: str
    is_ambiguous: bool  # this spelling is an everyday word, too
    is_name: bool  # this spelling is the skill's own name


class SkillReader:
    """Recognises skills by the alias table as it was when this was made."""

    def __init__(self) -> None:
        skills = {skill.pk: skill for skill in Skill.objects.only("name", "kind", "is_ambiguous")}
        known: list[tuple[str, _Known]] = []
        for alias, pk in SkillAlias.objects.values_list("alias", "skill_id"):
            skill = skills[pk]
            is_name = alias == fold(skill.name)
            known.append((alias, _Known(pk, skill.name, skill.kind, skill.is_ambiguous and is_name, is_name)))
        self._phrases = Phrases(known)
        # Titles and employers repeat.
        self._of_title = lru_cache(maxsize=20_000)(self._read_title)
        self._of_company = lru_cache(maxsize=1_000)(self._read_company)
        self._spellings = {
            skill.pk: re.compile(rf"(?<![^\W_]){re.escape(skill.name)}(?![^\W_]|[+#])")
            for skill in skills.values()
            if skill.is_ambiguous
        }

    def listed(self, required: Iterable[str], nice: Iterable[str]) -> tuple[tuple[AskedSkill, ...], list[str]]:
        """The skills that a source lists, `MOST_LISTED` at most, and those of its words that are unknown."""
        found: dict[int, Necessity] = {}
        unknown: list[str] = []
        for names, necessity in ((required, Necessity.REQUIRED), (nice, Necessity.NICE)):
            for name in names:
                skill = self._phrases.get(fold(name))
                if skill is None:
                    unknown.append(name)
                else:
                    found.setdefault(skill.id, necessity)
        return tuple(AskedSkill(skill, necessity) for skill, necessity in found.items())[:MOST_LISTED], unknown

    def mentioned(self, title: str, text: str, *, company: str = "") -> tuple[AskedSkill, ...]:
        """The skills that a title and a text mention, `MOST_SKILLS` at most; they are guessed."""
        found: dict[int, Necessity] = dict.fromkeys(self._of_title(title), Necessity.REQUIRED)
        if not text:
            return tuple(AskedSkill(skill, necessity, True) for skill, necessity in islice(found.items(), MOST_SKILLS))
        own = self._of_company(company)
        required, nice = _halves(_of_the_job(text, company))
        for part, necessity in ((required, Necessity.REQUIRED), (nice, Necessity.NICE)):
            for skill in self._mentioned(part, is_title=False):
                if skill not in own:
                    found.setdefault(skill, necessity)
        return tuple(AskedSkill(skill, necessity, True) for skill, necessity in islice(found.items(), MOST_SKILLS))

    def _read_title(self, title: str) -> tuple[int, ...]:
        return tuple(self._mentioned(title, is_title=True))

    def _read_company(self, company: str) -> frozenset[int]:
        return frozenset(hit.value.id for hit in self._phrases.find(fold(company).split()))

    def _mentioned(self, text: str, *, is_title: bool) -> list[int]:
        words = fold(text).split()
        hits = list(self._phrases.find(words))
        clear = [hit.start for hit in hits if not hit.value.is_ambiguous and hit.value.kind != SkillKind.LANGUAGE]
        return [hit.value.id for hit in hits if self._is_meant(hit, words, clear, text, is_title=is_title)]

    def _is_meant(
        self, hit: Hit[_Known], words: Sequence[str], clear: Sequence[int], text: str, *, is_title: bool
    ) -> bool:
        skill = hit.value
        if not is_title and skill.kind == SkillKind.PROFESSIONAL:
            # "You report to the leadership": what every text praises says nothing of the job.
            return False
        if not is_title and skill.kind == SkillKind.LANGUAGE and skill.is_name:
            # "French" in a text is as often a company or a cuisine; "fluent French" is an alias of its own.
            return False
        if not skill.is_ambiguous:
            return True
        is_accompanied = hit.end < len(words) and words[hit.end] in _COMPANIONS
        if not is_accompanied:
            near = NEAR_LETTER if len(skill.name) == 1 else NEAR
            is_accompanied = any(abs(other - hit.start) <= near for other in clear)
        return is_accompanied and bool(self._spellings[skill.id].search(text))


def _of_the_job(text: str, company: str) -> str:
    """The text without addresses, and without the sentences in which the employer says what it is and sells."""
    name = _BRACKETS.sub("", company).strip().lower()

    def unless_of_the_job(match: re.Match[str]) -> str:
        who = match["who"].lower()
        return " " if who in _EMPLOYER or (name and who.startswith(name)) else match[0]

    bare = _ADDRESS.sub(" ", text) if "http" in text or "www." in text else text
    return _SELF_PORTRAIT.sub(unless_of_the_job, bare)


def _halves(text: str) -> tuple[str, str]:
    """The text before and after the heading of what is merely nice to have."""
    match = _NICE.search(text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")
