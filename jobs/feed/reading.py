"""The feed as it is read: pages of a session, what is new since, why a job is not in it, and what would open more.

A session is an order that was decided once. Its pages never reshuffle: each job keeps its place, what may no longer be
shown is left out when its page is read, and what comes behind it moves up. A position counts places of the session and
not jobs that were shown, so nothing comes twice.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from jobs.feed import improving, session, weights
from jobs.feed import why_not as explaining
from jobs.feed.constraints import Constraints, eligible
from jobs.feed.improving import Improvement
from jobs.feed.match import Match
from jobs.feed.person import Person, person_of, version_of
from jobs.feed.popular import MODEL_VERSION, coarse, constraints_of, key_of, popular
from jobs.feed.ranking import rank
from jobs.feed.reasons import named
from jobs.feed.session import FeedSession, SessionGone
from jobs.feed.why_not import WhyNot
from jobs.models import Job
from jobs.search.port import Precision, Total
from jobs.search.postgres.fragment import Fragment, rows, rows_again
from jobs.search.where import Near
from jobs.selectors import job as jobs
from kernel.caching import CacheAway
from kernel.viewer import Viewer

__all__ = [
    "FedJob",
    "FeedPage",
    "FeedPosition",
    "FeedRequest",
    "Improvement",
    "WhyNot",
    "feed",
    "improvements",
    "new_since",
    "why_not",
]

LONGEST = timedelta(hours=2)
"""A first page no longer goes on with a session of so long ago, however often it was looked at since."""
SHARED_FOR = timedelta(minutes=5)
"""For so long those who have said nothing are shown the same."""
OLDEST = timedelta(days=1)
"""A session that was lost is made again as of its instant, or as of so long ago."""
SPARE = 10
MOST_AT_ONCE = 100
MOST_LOOKED_THROUGH = 5_000
# Of the jobs that came last those that may be shown, and how many were looked at, if not all.
_CAME = """
SELECT (SELECT count(*) FROM (SELECT FROM (
        SELECT * FROM job_search WHERE published_at > {} AND published_at <= {}
        ORDER BY published_at DESC, job_id DESC LIMIT {}
    ) s WHERE {} LIMIT {}) found),
    (SELECT count(*) FROM (
        SELECT FROM job_search WHERE published_at > {} AND published_at <= {} LIMIT {}
    ) came)"""


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """Behind which place of which session a page begins."""

    session_id: UUID
    offset: int


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """Which part of the feed is wanted. `near` and `country` are for those who have said nothing of their work."""

    size: int = 20
    after: FeedPosition | None = None
    is_refreshed: bool = False
    """Make a new session, whatever there is."""
    near: Near | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class FedJob:
    """A job on a page of the feed."""

    job: Job
    match: Match
    position: FeedPosition


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page, and the session that it is of."""

    jobs: Sequence[FedJob]
    session_id: UUID
    at: datetime
    model_version: int
    has_next: bool
    is_restored: bool = False
    """The session was gone, and has been made anew as of its instant: there may be jobs that were shown before."""


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, and where: what a session is found by."""

    viewer: Viewer
    near: Near | None
    country: str | None
    asked: str = field(init=False)
    owner: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", key_of(self.near, self.country))
        object.__setattr__(self, "owner", session.owner_of(self.viewer, self.asked))

    @property
    def is_nobody(self) -> bool:
        """Whether the same is shown to all who ask so."""
        return self.owner.startswith("anonymous:")

    def constraints(self, at: datetime) -> Constraints:
        return constraints_of(self.country) if self.is_nobody else person_of(self.viewer, at).constraints


@dataclass(frozen=True, slots=True)
class _Order:
    """A session to read from: its matches from a place on, and what they have to keep to today."""

    session: FeedSession
    read: Callable[[int, int], Sequence[Match]]
    constraints: Constraints
    is_made_now: bool = False
    """Whether what found its matches has just asked for all of the rules."""


def feed(viewer: Viewer, request: FeedRequest) -> FeedPage:
    """A page of the viewer's feed. ValueError for a position of somebody else's session.

    A first page goes on with the session that is there, if nothing has changed since that the person said or that
    ranks: three statements then (two of them for nobody), and some twelve where one has to be made.

    Every page is held to what the person says now, whatever the session was made with. A later page whose session is
    lost, because the half hour is over or the cache server was away, is read from the same session made again: as of
    its instant, with its chances, and behind the same place. So a reader goes on about where they were. What has
    changed since may have moved jobs over that place: some are then seen twice and others not, until a first page is
    asked for, which is made as of now.
    """
    now = timezone.now()
    asker = _asker(viewer, request)
    after = request.after
    if after is not None and after.offset < 0:
        raise ValueError("A page begins behind a place from 0.")
    session_id = after.session_id if after else session.new_id(asker.owner, now)
    as_of = max(session.instant_of(asker.owner, session_id), now - OLDEST)
    with suppress(CacheAway, SessionGone):
        order = _kept(asker, request, now)
        if order:
            page = _page(order, request, now)
            # Where nothing is left of what was kept, there may be others by now.
            if page.jobs or after is not None or not request.size:
                return page
    # One that is made again is not what the next first page goes on with.
    order = _made(asker, session_id, as_of, is_current=after is None)
    return _page(order, request, now, is_restored=after is not None)


def new_since(viewer: Viewer, session_id: UUID, most: int = 100, *, asked: FeedRequest | None = None) -> Total:
    """How many eligible jobs came since a session was made, counted up to `most`. One statement.

    `asked` is what its page was asked with: a session of somebody who has said nothing is found by that. ValueError
    for somebody else's session.
    """
    now = timezone.now()
    asker = _asker(viewer, asked or FeedRequest())
    made_at = session.instant_of(asker.owner, session_id)
    constraints = None
    with suppress(CacheAway):
        found = session.found(asker.owner, session_id)
        constraints = found and found.constraints
    constraints = constraints or asker.constraints(now)
    # The newest of them: a board may get thousands an hour of which next to none are for this person.
    looked_at = made_at, now, MOST_LOOKED_THROUGH
    ((count, came),) = rows(Fragment.of(_CAME, *looked_at, eligible(constraints, now), most, *looked_at))
    is_least = count >= most or came >= MOST_LOOKED_THROUGH
    return Total(count, Precision.AT_LEAST if is_least else Precision.EXACT)


def why_not(viewer: Viewer, job_ids: Collection[UUID]) -> dict[UUID, WhyNot]:
    """For live jobs that the viewer may see: what keeps each out of the viewer's feed. Nothing for nobody."""
    asker = _asker(viewer, FeedRequest())
    return {} if asker.is_nobody else explaining.why_not(viewer, asker.owner, job_ids)


def improvements(viewer: Viewer, session_id: UUID, *, asked: FeedRequest | None = None) -> Sequence[Improvement]:
    """What would open how many more jobs to the viewer, the most first; at most six. Counted up to a thousand each.

    More than the session has; where it is gone, or the cache server away, nobody knows what it had. Nothing for nobody.
    ValueError for somebody else's session.
    """
    asker = _asker(viewer, asked or FeedRequest())
    session.instant_of(asker.owner, session_id)
    if asker.is_nobody:
        return ()
    shown: Sequence[Match] = ()
    with suppress(CacheAway, SessionGone):
        found = session.found(asker.owner, session_id)
        shown = session.matches(asker.owner, found, 0, found.size) if found else ()
    return improving.improvements(viewer, shown=[match.job_id for match in shown])


def _asker(viewer: Viewer, request: FeedRequest) -> _Asker:
    return _Asker(viewer, request.near, request.country)


def _kept(asker: _Asker, request: FeedRequest, now: datetime) -> _Order | None:
    """The session to go on with, if there is one. Raises `CacheAway` and `SessionGone`."""
    after = request.after
    if request.is_refreshed and after is None:
        return None
    begin = after.offset if after else 0
    kept = session.page(asker.owner, after.session_id if after else None, begin, _at_once(request))
    if kept is None:
        return None
    found, ahead = kept
    constraints = found.constraints
    is_as_said = asker.is_nobody or version_of(asker.viewer, found.at) == found.person_version
    if after is None:
        # Of a secret that is no longer the board's: its cursors would be refused.
        if not session.is_of(asker.owner, found.id) or not (is_as_said and _is_as_ranked(asker, found, now)):
            return None
    elif not is_as_said:
        constraints = asker.constraints(now)

    def read(start: int, count: int) -> Sequence[Match]:
        return ahead if start == begin else session.matches(asker.owner, found, start, count)

    return _Order(found, read, constraints)


def _is_as_ranked(asker: _Asker, found: FeedSession, now: datetime) -> bool:
    """Whether a session made now would have been made alike."""
    if now - found.at > (SHARED_FOR if asker.is_nobody else LONGEST):
        return False
    if found.asked:
        return found.asked == asker.asked
    return found.model_version == weights.active().version


def _made(asker: _Asker, session_id: UUID, as_of: datetime, *, is_current: bool) -> _Order:
    """A session as of an instant; kept, if the cache server is there. The current one is as of now."""
    person = None if asker.is_nobody else person_of(asker.viewer, as_of)
    constraints = person.constraints if person else constraints_of(asker.country)
    if person and person.says_something:
        ranking = rank(person, as_of, seed=session.seed_of(session_id))
        matches, model_version, asked = ranking.matches, ranking.model_version, ""
    else:
        if person and asker.country and not constraints.countries:
            named_one = constraints_of(asker.country)
            constraints = replace(constraints, countries=named_one.countries, remote_for=named_one.remote_for)
        near = asker.near or (_around_home(person) if person else None)
        matches, model_version, asked = popular(constraints, coarse(near), as_of, person), MODEL_VERSION, asker.asked
    # With the names: the pages are read more often than it is made.
    matches = named(matches)
    version = person.version if person else ""
    made = FeedSession(session_id, as_of, version, model_version, len(matches), constraints, asked)
    # Nothing is not worth keeping: there may be something the next moment.
    if matches:
        with suppress(CacheAway):
            session.begin(asker.owner, made, matches, is_current=is_current)
    return _Order(made, lambda start, count: matches[start : start + count], constraints, is_made_now=is_current)


def _around_home(person: Person) -> Near | None:
    if person.home is None:
        return None
    near = Near(*person.home, or_remote_for=person.home_country or None)
    return replace(near, radius_km=person.radius_km) if person.radius_km else near


def _page(order: _Order, request: FeedRequest, now: datetime, *, is_restored: bool = False) -> FeedPage:
    """The next jobs behind a place that may be shown now; two statements, and two more for what so many hide.

    One of a session that was just made.
    """
    made = order.session
    place = request.after.offset if request.after else 0
    taken: list[FedJob] = []
    has_next = False
    count = _at_once(request)
    while place < made.size and not has_next:
        chunk = order.read(place, count)
        missing = request.size + 1 - len(taken)
        wanted = [*enumerate(chunk, place)]
        if not order.is_made_now:
            allowed = _allowed([match.job_id for match in chunk], order.constraints, now)
            wanted = [(number, match) for number, match in wanted if match.job_id in allowed]
        wanted = wanted[:missing]
        shown = jobs.listed_by_id([match.job_id for _, match in wanted])
        for number, match in wanted:
            if match.job_id in shown:
                position = FeedPosition(made.id, number + 1)
                taken.append(FedJob(shown[match.job_id], match, position))
        has_next = len(taken) > request.size
        place = wanted[-1][0] + 1 if len(wanted) == missing else place + len(chunk)
        count = MOST_AT_ONCE
    return FeedPage(
        taken[: request.size],
        made.id,
        made.at,
        made.model_version,
        has_next,
        is_restored,
    )


def _at_once(request: FeedRequest) -> int:
    """So many matches are read for a page: one tells whether there is a next one, some may have to be left out."""
    return request.size + 1 + SPARE


def _allowed(job_ids: Sequence[UUID], constraints: Constraints, now: datetime) -> set[UUID]:
    """Those of the jobs that keep all of the rules."""
    among = Fragment.of("SELECT s.job_id FROM job_search s WHERE s.job_id = ANY({}::uuid[])", list(job_ids))
    return {job_id for (job_id,) in rows_again(among + " AND " + eligible(constraints, now))}
