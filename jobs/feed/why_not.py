"""Why a job is not in somebody's feed: the rules that it breaks, or its place in it and what it lacks."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from jobs.feed import session, weights
from jobs.feed.constraints import Constraints, rules
from jobs.feed.match import Match, Rule
from jobs.feed.person import person_of
from jobs.feed.ranking import scored
from jobs.feed.reasons import named
from jobs.feed.session import SessionGone
from jobs.search.postgres.fragment import Fragment, join, rows
from kernel.caching import CacheAway
from kernel.viewer import Viewer


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What keeps a job out of a feed: the rules that it breaks; or else its place and what it lacks."""

    broken: Sequence[Rule]
    match: Match | None
    place: int | None
    """From 0, in the current session; None where it is not in it."""
    model_version: int = 0
    """The weights that judged it, where it breaks no rule."""


def why_not(viewer: Viewer, owner: str, job_ids: Collection[UUID]) -> dict[UUID, WhyNot]:
    """For each of the jobs what keeps it out of the feed of a person, whose sessions are `owner`'s.

    What is not live and public breaks `LIVE`, and so does what there is not: nobody learns here what there is.
    """
    if not job_ids:
        return {}
    now = timezone.now()
    person = person_of(viewer, now)
    broken = _broken(person.constraints, job_ids)
    kept = [job_id for job_id, those in broken.items() if not those]
    version, current = _current(owner) if kept else (0, ())
    places = {match.job_id: place for place, match in enumerate(current)}
    # What many open, and what is new, is judged beside the others of it alone.
    judged = current
    if person.says_something:
        version = weights.active().version
        judged = named(scored(person, kept, now)) if kept else ()
    matches = {match.job_id: match for match in judged}
    return {
        job_id: WhyNot(those, None, None) if those else WhyNot((), matches.get(job_id), places.get(job_id), version)
        for job_id, those in broken.items()
    }


def _broken(constraints: Constraints, job_ids: Collection[UUID]) -> dict[UUID, tuple[Rule, ...]]:
    """The rules that each of the jobs breaks. One statement."""
    asked = rules(constraints, timezone.now())
    kept = join(", ", (Fragment.of("({}) IS TRUE", condition) for condition in asked.values()))
    found = Fragment.of(
        "SELECT s.job_id, ARRAY[{}] FROM job_search s WHERE s.job_id = ANY({}::uuid[])",
        Fragment(kept.text.removeprefix("(").removesuffix(")"), kept.params),
        list(job_ids),
    )
    names = list(asked)
    broken = {
        job_id: tuple(rule for rule, is_kept in zip(names, keeps, strict=True) if not is_kept)
        for job_id, keeps in rows(found)
    }
    return {job_id: broken.get(job_id, (Rule.LIVE,)) for job_id in job_ids}


def _current(owner: str) -> tuple[int, Sequence[Match]]:
    """The matches of the current session, and the version of the weights that made them; none while there is none."""
    with suppress(CacheAway, SessionGone):
        current = session.current(owner)
        if current:
            return current.model_version, session.matches(owner, current, 0, current.size)
    return 0, ()
