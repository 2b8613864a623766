"""What a text is taken to mean: the occupations it may be a title of, and the skills it may be a name of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.search import occupations, skills
from jobs.search.nearest import Space
from jobs.search.postgres import terms

MOST_OCCUPATIONS = 12
# Taxonomies part the same work differently: what has names in common with what is meant may be meant as well.
KIN = 0.5
MOST_BY_SKILL = 30
# How likely an occupation is meant by a skill that it takes.
BY_SKILL = 0.5
_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Meaning:
    """Occupations and skills by key, each with how likely it is meant, from 0 to 1."""

    occupations: Mapping[int, float]
    skills: Mapping[int, float]


def of(words: Sequence[str]) -> Meaning:
    """What the words mean. They are a title or a skill, whichever they are more like."""
    titles = occupations.space()
    title = titles.nearest(words, 1)
    meant = skills.skills_of(words)
    is_title = not meant or (bool(title) and title[0][1] >= meant[0][1])
    likely = _with_kin(titles, dict(occupations.occupations_of(titles, words)))
    if is_title:
        return Meaning(likely, {})
    taking = skills.occupations_taking(meant)
    live = terms.jobs_of(taking)
    for key in [key for key in taking if key in live][:MOST_BY_SKILL]:
        likely[key] = max(likely.get(key, 0.0), min(1.0, BY_SKILL * taking[key]))
    return Meaning(likely, dict(meant))


def _with_kin(titles: Space, likely: Mapping[int, float]) -> dict[int, float]:
    found = dict(likely)
    for key, weight in likely.items():
        for other, likeness in titles.kin(key):
            found[other] = max(found.get(other, 0.0), KIN * weight * likeness)
    best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST_OCCUPATIONS]
    return {key: weight for key, weight in best if weight >= _LEAST}
