"""What the jobs have in common that somebody did something with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from jobs.feed.person import Person
from jobs.search.postgres.fragment import Fragment, rows_again
from jobs.search.words import key_of, likeness_of, words_of
from kernel.reading import array

type Cell = tuple[int, int | None]
"""An occupation, and a skill that is asked for with it."""

MOST_TITLES = 12
MOST_CELLS = 16
MOST_NEAR = 60
MOST_SAID = 8


class Liked(NamedTuple):
    """A job that somebody did something with: what that is worth, and what it is added to."""

    worth: float
    occupations: Sequence[int]
    skills: Sequence[int]
    title_key: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What somebody liked of late, by what is said of jobs; below 0: put away more than liked. Nobody did nothing."""

    occupations: Mapping[int, float] = field(default_factory=dict)
    skills: Mapping[int, float] = field(default_factory=dict)
    titles: Mapping[int, float] = field(default_factory=dict)
    """By `title_key`."""
    cells: Sequence[Cell] = ()
    """The kinds of work that were liked most."""
    near: Mapping[Cell, float] = field(default_factory=dict)
    """The kinds of work that those like who like these: how much, from 0 to 1."""
    by_likeness: Mapping[int, Sequence[Liked]] = field(default_factory=dict)
    """What of these is by jobs that say the same."""

    @property
    def title_keys(self) -> Sequence[int]:
        """Those that were liked most."""
        liked = sorted(((value, key) for key, value in self.titles.items() if value > 0), reverse=True)
        return [key for _, key in liked[:MOST_TITLES]]

    def __bool__(self) -> bool:
        return bool(self.titles)

    def without(self, likeness: int) -> "Activity":
        """What was liked but for the jobs that say this; the kinds of work stay."""
        occupations, skills, titles = dict(self.occupations), dict(self.skills), dict(self.titles)
        for own in self.by_likeness[likeness]:
            titles[own.title_key] -= own.worth
            for key in own.occupations:
                occupations[key] -= own.worth
            for key in own.skills:
                skills[key] -= own.worth
        return replace(self, occupations=occupations, skills=skills, titles=titles)


# What is no longer live is liked as before. The rarest skills say most of a job.
_LIKED = """
SELECT j.id, j.title, coalesce((
        SELECT array_agg(substr(u.lexeme, 3)::int) FROM unnest(s.head) u
        WHERE u.lexeme LIKE 'o:%%' AND u.weights && '{{A,B}}'::text[]
    ), CASE WHEN j.occupation_id IS NULL THEN '{{}}' ELSE ARRAY[j.occupation_id] END),
    coalesce(s.skill_ids, ARRAY(SELECT skill_id FROM jobs_jobskill k WHERE k.job_id = j.id)),
    s.likeness, j.company_id
FROM jobs_job j LEFT JOIN job_search s ON s.job_id = j.id WHERE j.id = ANY({}::uuid[])"""
_NEAR = """
SELECT c.near_occupation_id, c.near_skill_id, max(c.likeness * w.value) FROM feed_cell c
JOIN unnest({}::int[], {}::int[], {}::float8[]) AS w (occupation_id, skill_id, value)
    ON w.occupation_id = c.occupation_id AND w.skill_id IS NOT DISTINCT FROM c.skill_id
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {}"""


def activity_of(person: Person, at: datetime) -> Activity:
    """What a person liked, and what is liked by those who like that; two statements.

    Of who does not want to be profiled, nothing.
    """
    if not person.is_profiled:
        return Activity()
    if not person.liked:
        # What the person said is a beginning.
        can = [key for key, _ in _most(person.skills)]
        does = _most(person.occupations)
        return Activity(near=_near([(value, (kind, skill)) for kind, value in does for skill in (None, *can)]))
    worth = dict(person.liked)
    occupations: dict[int, float] = {}
    skills: dict[int, float] = {}
    titles: dict[int, float] = {}
    cells: dict[Cell, float] = {}
    by_likeness: dict[int, list[Liked]] = {}
    for job_id, title, kinds, asked, likeness, company_id in rows_again(Fragment.of(_LIKED, array(worth))):
        value = worth[job_id]
        words = words_of(title)
        key = key_of(words)
        titles[key] = titles.get(key, 0.0) + value
        # What is no longer live may be there again.
        alike = likeness_of(company_id, words) if likeness is None else likeness
        by_likeness.setdefault(alike, []).append(Liked(value, kinds, asked, key))
        for kind in kinds:
            occupations[kind] = occupations.get(kind, 0.0) + value
            # Each is of its occupation as a whole, too.
            for skill in (None, *asked[:8]):
                cells[kind, skill] = cells.get((kind, skill), 0.0) + value
        for skill in asked:
            skills[skill] = skills.get(skill, 0.0) + value
    best = sorted(((value, cell) for cell, value in cells.items() if value > 0), key=lambda item: -item[0])
    best = best[:MOST_CELLS]
    liked = tuple(cell for _, cell in best if cell[1] is not None)
    return Activity(occupations, skills, titles, liked, _near(best), by_likeness)


def _most(values: Mapping[int, float]) -> list[tuple[int, float]]:
    return sorted(values.items(), key=lambda item: (-item[1], item[0]))[:MOST_SAID]


def _near(cells: Sequence[tuple[float, Cell]]) -> dict[Cell, float]:
    if not cells:
        return {}
    most = cells[0][0]
    given = [[cell[0] for _, cell in cells], [cell[1] for _, cell in cells], [value / most for value, _ in cells]]
    return {(kind, skill): value for kind, skill, value in rows_again(Fragment.of(_NEAR, *given, MOST_NEAR))}
