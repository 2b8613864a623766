"""What a feed misses by looking at a bounded number of jobs: its best beside the best of all that its ways lead to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import mean
from typing import Any
from unittest.mock import patch

BEST = 20
"""A page."""
FAR = 1_000_000
"""As good as no bound."""
MOST_READ = 2_000


def looked(users: Sequence[Any]) -> dict[str, float] | None:
    """Of the best twenty among all that the ways lead to for a person, as `rank` puts two hundred in order: the share
    that is in their feed, and how the scores of the feed's own best twenty compare. Means over those who have said
    something of their work; None where nobody has, or nothing fits.
    """
    from django.utils import timezone

    from jobs.feed import ranking
    from jobs.feed.person import person_of
    from kernel.viewer import Viewer

    now = timezone.now()
    recalls: list[float] = []
    scores: list[float] = []
    for user in users:
        person = person_of(Viewer(user_id=user), now)
        if not person.says_something:
            continue
        ours = ranking.rank(person, now).matches
        with _unbounded():
            best = _best(ranking.rank(person, now).matches)
        if best:
            kept = {match.job_id for match in ours}
            recalls.append(mean(match.job_id in kept for match in best))
            scores.append(sum(match.score for match in _best(ours)) / sum(match.score for match in best))
    return {"people": len(recalls), "recall": mean(recalls), "score": mean(scores)} if recalls else None


def _best(matches: Sequence[Any]) -> list[Any]:
    return sorted(matches, key=lambda match: (-match.score, match.job_id))[:BEST]


@contextmanager
def _unbounded() -> Iterator[None]:
    """All that a way leads to is looked at and considered, and more is judged by its text as well.

    What is asked for stays as it is, and so do the newest and the hottest of the board.
    """
    from django.db import connection

    from jobs.feed import candidates, ranking
    from jobs.feed.ways import SHARES, Way, ways

    considered = candidates.considered

    def all_ways(*given: Any) -> list[Way]:
        return [way._replace(walked=way.walked and FAR) for way in ways(*given)]

    def all_considered(person: Any, activity: Any, at: Any) -> list[candidates.CandidateRow]:
        return considered(person, activity, at, FAR)

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        with (
            patch.object(candidates, "ways", all_ways),
            patch.object(candidates, "considered", all_considered),
            patch.multiple(candidates, LOOKED_AT=FAR, LOOKED_AT_WHOLE=FAR),
            patch.object(ranking, "MOST_READ", MOST_READ),
            patch.dict(SHARES, dict.fromkeys(SHARES, FAR)),
        ):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
