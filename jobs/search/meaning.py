"""What a text is taken to mean: the occupations it may be a title of, and the skills it may be a name of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import DatabaseError, connection

from jobs.search import codes, occupations, skills
from jobs.search.nearest import Space
from jobs.search.occupations import Concepts
from jobs.search.postgres import terms

log = structlog.get_logger(__name__)

MOST_OCCUPATIONS = 8
# Our own occupations are wider than those of the taxonomies, some of which are several: beside these they count less. A
# board whose titles were never indexed with a taxonomy's has ours alone.
BESIDE_CODES, MOST_BESIDE_CODES = 0.4, 4
MOST_BY_SKILL = 40
MOST_SKILLS = 3
# An occupation of so many likely jobs is rather more than half as likely meant as one of very many; one of none, a
# fifth. Chosen on loaded names that were held out (docs/search-quality.md).
FEW_JOBS = 5
# How likely an occupation is meant by a skill that it takes.
BY_SKILL = 0.6
# The less a text is like a title, beside how much it is like a skill, the less it is taken for one.
_DOUBT = 8.0
# What is less likely meant is not looked for: it would bring in many jobs that nobody asked for, and none to the top.
_LEAST = 0.05
# A word that says what somebody is ends the names of so many occupations, and stands elsewhere in those of so few. What
# ends with one is a title, unless it is this much more like a skill: "music therapist" is not just music.
_ENDED = 8
_ELSEWHERE = 0.2
_FAR_MORE = 2.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """Occupations and skills by key, each with how likely it is meant, from 0 to 1."""

    occupations: Mapping[int, float]
    skills: Mapping[int, float]
    codes: Mapping[int, float] = field(default_factory=dict)


def prepare() -> None:
    """Read the taxonomies, so that nobody's search has to: for a thread of its own, when a process starts."""
    try:
        occupations.space()
        codes.space()
        skills.space()
    except DatabaseError:
        # Whoever searches first will, or be told what is wrong.
        log.warning("meaning_not_prepared")
    finally:
        connection.close()


def of(words: Sequence[str], at: datetime | None = None) -> Meaning:
    """What the words mean, as of an instant, or now. They are a title or a skill, whichever they are more like; if they
    end as titles do, rather a title.
    """
    titles = occupations.space()
    title = titles.nearest(words, 1)
    meant = skills.skills_of(words)
    listed = codes.space().meant(words)
    near = occupations.occupations_of(titles, words)
    as_title, as_skill = (found[0][1] if found else 0.0 for found in (title, meant))
    is_title = as_title >= as_skill / (_FAR_MORE if _ends_as_titles(titles, words) else 1.0)
    taking = {} if is_title else skills.occupations_taking(meant)
    live, live_codes = terms.jobs_of({*taking, *(key for key, _ in near)}, [key for key, _ in listed], at)
    likely = _looked_for(near, live)[:MOST_OCCUPATIONS]
    finer: dict[int, float] = {}
    if live_codes:
        finer = dict(_looked_for(listed, live_codes, codes.FEW)[:MOST_OCCUPATIONS])
        likely = tuple((key, BESIDE_CODES * weight) for key, weight in likely[:MOST_BESIDE_CODES])
    if is_title:
        return Meaning(dict(likely), {}, finer)
    doubt = (as_title / as_skill) ** _DOUBT
    finer = {key: weight * doubt for key, weight in finer.items() if weight * doubt >= _LEAST}
    found = {key: weight * doubt for key, weight in likely}
    for key in [key for key in taking if key in live][:MOST_BY_SKILL]:
        found[key] = max(found.get(key, 0.0), BY_SKILL * taking[key])
    return Meaning({key: weight for key, weight in found.items() if weight >= _LEAST}, dict(meant[:MOST_SKILLS]), finer)


def _ends_as_titles(titles: Space, words: Sequence[str]) -> bool:
    """Whether the last word is one that titles end with, and is hardly anything else in them."""
    return bool(words) and titles.endings(words[-1]) >= _ENDED and titles.is_ending(words[-1], _ELSEWHERE)


def _looked_for(near: Concepts, live: Mapping[int, int], power: float = 1.0) -> Concepts:
    """The same occupations, those of few jobs as less likely than those of many, as far as they are likely at all. The
    likeliest is as likely as the first was.

    Who looks for something in a board looks sooner for what there is; and what is rare is near many a text by chance.
    """
    shares = {key: weight * ((live.get(key, 0) + 1) / (live.get(key, 0) + FEW_JOBS)) ** power for key, weight in near}
    whole = near[0][1] / max(shares.values()) if near else 0.0
    likely = ((key, share * whole) for key, share in shares.items() if share * whole >= _LEAST)
    return tuple(sorted(likely, key=lambda one: (-one[1], one[0])))
