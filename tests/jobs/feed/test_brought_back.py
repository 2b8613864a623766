"""What somebody put away and brings back is in the feed again."""

from collections.abc import Callable

import pytest

from jobs.feed.reading import FeedRequest, feed
from jobs.services import dismissal, employer_block
from tests.feed_board import forget_shared_feeds, ids, seeker
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_feeds() -> None:
    forget_shared_feeds()


def hide_and_bring_back() -> dict[str, tuple[Callable[..., object], Callable[..., object]]]:
    return {
        "a job": (
            lambda job, viewer: dismissal.dismiss(by=viewer, job_id=job.pk),
            lambda job, viewer: dismissal.undo(by=viewer, job_id=job.pk),
        ),
        "a company": (
            lambda job, viewer: employer_block.block(by=viewer, company_id=job.company_id),
            lambda job, viewer: employer_block.unblock(by=viewer, company_id=job.company_id),
        ),
    }


@pytest.mark.parametrize("what", hide_and_bring_back())
def test_what_is_brought_back_is_there_again_though_the_feed_was_made_without_it(what: str) -> None:
    hide, bring_back = hide_and_bring_back()[what]
    job, other = live_jobs("Feeder 0", "Feeder 1")
    viewer = seeker()
    first = feed(viewer, FeedRequest())
    hide(job, viewer)
    assert ids(feed(viewer, FeedRequest())) == [other.pk]
    assert feed(viewer, FeedRequest()).session_id == first.session_id
    without = feed(viewer, FeedRequest(is_refreshed=True))
    assert ids(without) == [other.pk]
    bring_back(job, viewer)
    again = feed(viewer, FeedRequest())
    assert set(ids(again)) == {job.pk, other.pk}
    assert again.session_id != without.session_id
