"""People who look for work, and a feed whose order a test decides."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from jobs.feed import reading, weights
from jobs.feed.match import Feature, Match, Source
from jobs.feed.person import Person
from jobs.feed.ranking import Ranking
from jobs.feed.reading import FeedPage, FeedRequest, feed
from jobs.models import Job, Profile
from kernel import caching
from kernel.viewer import Viewer
from tests.factories import ProfileFactory, ProfileSkillFactory, SkillFactory, viewer_of


def seeker(*skills: str, **profile: Any) -> Viewer:
    """Somebody with a profile that wants nothing in particular, but has one skill at least."""
    row: Profile = ProfileFactory(**{"home": None, "radius_km": None, "headline": "", **profile})
    for name in skills or ("Feeding",):
        ProfileSkillFactory(profile=row, skill=SkillFactory(name=name, slug=name.lower()))
    return viewer_of(row.user)


def match_of(job: Job, score: float = 1.0) -> Match:
    return Match(job.pk, job.company_id, score, {Feature.SKILL: score}, (Source.SKILLS,))


def ranked_as(patch: pytest.MonkeyPatch, order: Sequence[Job]) -> list[tuple[datetime, int]]:
    """Have whoever has said something get just this order; gives the instants and seeds that it was made with."""
    made: list[tuple[datetime, int]] = []

    def rank(person: Person, at: datetime, *, size: int = 300, seed: int = 0) -> Ranking:
        made.append((at, seed))
        matches = [match_of(job, 1 - place / 1000) for place, job in enumerate(order)]
        return Ranking(matches, weights.active().version)

    patch.setattr(reading, "rank", rank)
    return made


def forget_shared_feeds() -> None:
    """What was made for those who have said nothing, on the boards of other tests."""
    for key in caching.server().scan_iter(f"{settings.KEY_PREFIX}:feed:anonymous:*"):
        caching.server().delete(key)


def ids(page: FeedPage) -> list[UUID]:
    return [fed.match.job_id for fed in page.jobs]


def said(page: FeedPage) -> tuple[object, ...]:
    """All that a page says, but for the rows of the jobs."""
    return page.session_id, page.at, page.model_version, [(fed.match, fed.position) for fed in page.jobs], page.has_next


def read_through(
    viewer: Viewer, size: int = 3, *, between: Callable[[FeedPage], object] = lambda page: None, **asked: Any
) -> list[FeedPage]:
    """All pages of a feed, one after the other; `between` happens after each of them."""
    pages = [feed(viewer, FeedRequest(size, **asked))]
    while pages[-1].has_next:
        between(pages[-1])
        pages.append(feed(viewer, FeedRequest(size, pages[-1].jobs[-1].position, **asked)))
    return pages
