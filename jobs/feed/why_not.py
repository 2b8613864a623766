"""Why a job is not in somebody's feed: the rules that it breaks, or its place in it and what it lacks."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from jobs.feed import session, weights
from jobs.feed.candidates import MOST_RANKED
from jobs.feed.constraints import Constraints, eligible, rules
from jobs.feed.match import Gap, Match, Rule
from jobs.feed.person import person_of, version_of
from jobs.feed.ranking import scored
from jobs.feed.reasons import GapCode, named
from jobs.feed.session import FeedSession, SessionGone
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
    made, current = _current(owner, viewer) if kept else (None, ())
    places = {match.job_id: place for place, match in enumerate(current)}
    if person.says_something:
        version = weights.active().version
        judged = named(scored(person, kept, now)) if kept else ()
    else:
        # What many open, and what is new, is judged beside the others of it alone.
        version, judged = made.model_version if made else 0, current
    matches = {match.job_id: match for match in judged}
    if made and (left_out := matches.keys() - places.keys()):
        # Scores of other weights say nothing of these.
        is_full = made.size >= MOST_RANKED and made.model_version == version
        least = min((match.score for match in current), default=0.0)
        for job_id, is_twin, is_later in _left_out(left_out, made, _shown(places, person.constraints, now)):
            match = matches[job_id]
            is_outranked = is_full and match.score <= least
            code = GapCode.TWIN if is_twin else GapCode.CAME_LATER if is_later else GapCode.OUTRANKED
            if is_twin or is_later or is_outranked:
                matches[job_id] = match._replace(gaps=(*match.gaps, Gap(code, {})))
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


def _shown(placed: Collection[UUID], constraints: Constraints, at: datetime) -> Fragment:
    """The likenesses of those of the placed jobs that are still shown."""
    return Fragment.of(
        "SELECT s.likeness FROM job_search s WHERE s.job_id = ANY({}::uuid[]) AND {}",
        list(placed),
        eligible(constraints, at),
    )


def _left_out(job_ids: Collection[UUID], made: FeedSession, shown: Fragment) -> Sequence[tuple[UUID, bool, bool]]:
    """For each of the jobs whether another is shown that says the same, and whether it came later. One statement."""
    asked = Fragment.of(
        "SELECT s.job_id, s.likeness IN ({}), s.published_at > {} FROM job_search s WHERE s.job_id = ANY({}::uuid[])",
        shown,
        made.at,
        list(job_ids),
    )
    return rows(asked)


def _current(owner: str, viewer: Viewer) -> tuple[FeedSession | None, Sequence[Match]]:
    """The current session, if the person has said nothing since that changes it, and its matches."""
    with suppress(CacheAway, SessionGone):
        current = session.current(owner)
        if current and current.person_version == version_of(viewer, current.at):
            return current, session.matches(owner, current, 0, current.size)
    return None, ()
