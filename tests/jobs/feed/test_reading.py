from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from accounts.models import PlatformRole
from jobs.feed import reading, session, weights
from jobs.feed.match import Feature, Gap, Reason
from jobs.feed.ranking import Ranking
from jobs.feed.reading import FeedRequest, feed, new_since
from jobs.feed.reasons import text_of, text_of_gap
from jobs.models import (
    InteractionEvent,
    InteractionKind,
    Job,
    JobDismissal,
    JobModeration,
    JobSearch,
    JobVisibility,
    Profile,
    RankingModel,
    SearchTerm,
)
from jobs.search.port import Precision, Total
from jobs.search.postgres import stems
from jobs.search.where import Near
from jobs.services import employer_block, preferences
from jobs.services import profile as profiles
from kernel import caching
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import PlaceFactory, SkillFactory, UserFactory, viewer_of
from tests.feed_board import forget_shared_feeds, ids, match_of, ranked_as, read_through, said, seeker
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_feeds() -> None:
    forget_shared_feeds()


def titled(count: int, **values: Any) -> list[Job]:
    return live_jobs(*(f"Feeder {number}" for number in range(count)), **values)


def lose(viewer: Viewer) -> None:
    """What half an hour does."""
    for key in caching.server().scan_iter(f"{settings.KEY_PREFIX}:feed:{session.owner_of(viewer)}:*"):
        caching.server().delete(key)


def test_pages_follow_the_order_once_through(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = titled(8)
    order = [jobs[number] for number in (5, 2, 7, 0, 1, 6, 3, 4)]
    made = ranked_as(monkeypatch, order)
    pages = read_through(seeker())
    assert [ids(page) for page in pages] == [[job.pk for job in order[start : start + 3]] for start in (0, 3, 6)]
    assert [page.has_next for page in pages] == [True, True, False]
    assert [fed.job.title for fed in pages[0].jobs] == [job.title for job in order[:3]]
    assert [fed.position.offset for page in pages for fed in page.jobs] == list(range(1, 9))
    assert len({page.session_id for page in pages}) == 1
    assert not any(page.is_restored for page in pages)
    assert len(made) == 1
    assert {(page.model_version, page.at) for page in pages} == {(weights.active().version, made[0][0])}


def test_a_page_that_takes_all_has_no_next(monkeypatch: pytest.MonkeyPatch) -> None:
    ranked_as(monkeypatch, titled(3))
    assert [len(ids(page)) for page in read_through(seeker())] == [3]


def test_behind_the_last_place_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ranked_as(monkeypatch, titled(3))
    viewer = seeker()
    position = feed(viewer, FeedRequest(3)).jobs[-1].position
    page = feed(viewer, FeedRequest(3, replace(position, offset=9_999)))
    assert (page.jobs, page.has_next) == ([], False)


def test_a_warm_first_page_takes_three_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = titled(30)
    ranked_as(monkeypatch, jobs)
    viewer = seeker()
    weights.active()
    first = feed(viewer, FeedRequest())
    with CaptureQueriesContext(
        connection,
    ) as statements:
        again = feed(viewer, FeedRequest())
    # One for the person's version, one for the rules, one for the rows. (This test is inside a transaction, where the
    # weights are read from the table.)
    assert len([one for one in statements if "rankingmodel" not in one["sql"]]) == 3
    assert said(again) == said(first)
    assert len(ids(again)) == 20


def test_the_rules_are_asked_for_again_of_what_was_not_made_just_now() -> None:
    titled(3)
    viewer = seeker("Feeding")

    def asked_again(request: FeedRequest) -> int:
        with CaptureQueriesContext(connection) as statements:
            assert feed(viewer, request).jobs
        return sum(
            one["sql"].startswith("SELECT s.job_id FROM job_search s WHERE s.job_id = ANY") for one in statements
        )

    assert asked_again(FeedRequest(1, is_refreshed=True)) == 0
    assert asked_again(FeedRequest(1)) == 1
    assert asked_again(FeedRequest(1, feed(viewer, FeedRequest(1)).jobs[0].position)) == 1


def test_a_feed_is_made_in_twelve_statements() -> None:
    home = PlaceFactory(latitude=52.5, longitude=13.4)
    viewer = seeker("Feeding", "Sowing", home=home, radius_km=30, headline="Feeder", languages=["en"])
    jobs = titled(12, places=[home], skills=[SkillFactory(name="Feeding", slug="feeding")])
    InteractionEvent.objects.create(user_id=viewer.user_id, job=jobs[0], kind=InteractionKind.VIEW)
    feed(viewer, FeedRequest())
    with CaptureQueriesContext(connection) as statements:
        page = feed(viewer, FeedRequest(is_refreshed=True))
    assert len(ids(page)) == 12
    assert len(statements) <= 12
    # However many words nobody has asked for lately.
    stems._kept.clear()
    with CaptureQueriesContext(connection) as statements:
        feed(viewer, FeedRequest(is_refreshed=True))
    assert len(statements) <= 12
    # Or one that looks further, since the board has more than came.
    SearchTerm.objects.update_or_create(term="", defaults={"jobs": 600_000})
    with CaptureQueriesContext(connection) as statements:
        feed(viewer, FeedRequest(is_refreshed=True))
    assert len([one for one in statements if "FROM candidate, LATERAL" in one["sql"]]) == 2
    assert len(statements) <= 12
    # And one more to see that the profile has changed.
    profiles.update(by=viewer, changes={"headline": "Sower"})
    with CaptureQueriesContext(connection) as statements:
        assert feed(viewer, FeedRequest()).session_id != page.session_id
    assert len(statements) <= 13


def test_the_words_of_many_titles_are_asked_for_at_once() -> None:
    viewer = seeker("Feeding", headline="Feeder")
    preferences.update(by=viewer, changes={"wanted_titles": ["Sower", "Reaper", "Thresher", "Gleaner"]})
    titled(3)
    feed(viewer, FeedRequest())
    stems._kept.clear()
    with CaptureQueriesContext(connection) as statements:
        feed(viewer, FeedRequest(is_refreshed=True))
    assert sum("tsvector_to_array(to_tsvector(configuration" in one["sql"] for one in statements) == 1


def test_a_session_of_a_secret_of_before_is_made_anew() -> None:
    """Its cursors would be refused."""
    viewer = seeker("Feeding")
    titled(4)
    first = feed(viewer, FeedRequest(2))
    changed = {"SECRET_KEY": "another secret, as long as it takes", "SECRET_KEY_FALLBACKS": [settings.SECRET_KEY]}
    with override_settings(**changed):
        second = feed(viewer, FeedRequest(2))
        assert second.session_id != first.session_id
        assert len(ids(feed(viewer, FeedRequest(2, second.jobs[-1].position)))) == 2


def test_a_first_page_goes_on_with_the_session_until_something_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ranked_as(monkeypatch, titled(4))
    viewer = seeker()
    first = feed(viewer, FeedRequest())
    assert feed(viewer, FeedRequest(2)).session_id == first.session_id
    assert len(made) == 1
    refreshed = feed(viewer, FeedRequest(is_refreshed=True))
    assert refreshed.session_id != first.session_id
    assert feed(viewer, FeedRequest()).session_id == refreshed.session_id
    profiles.update(by=viewer, changes={"headline": "Feeder"})
    changed = feed(viewer, FeedRequest())
    assert changed.session_id not in (first.session_id, refreshed.session_id)
    # Where somebody is counts for those who have said nothing.
    assert feed(viewer, FeedRequest(country="FR")).session_id == changed.session_id
    assert len(made) == 3


def test_other_weights_make_another_session(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = titled(2)
    ranked_as(monkeypatch, jobs)
    viewer = seeker()
    first = feed(viewer, FeedRequest())
    version = weights.active().version + 1
    monkeypatch.setattr(reading.weights, "active", lambda: weights.Weights(version, {Feature.SKILL: 1.0}))
    monkeypatch.setattr(reading, "rank", lambda *_, **__: Ranking([match_of(job) for job in reversed(jobs)], version))
    second = feed(viewer, FeedRequest())
    assert (second.model_version, ids(second)) == (version, ids(first)[::-1])


def test_a_session_that_is_looked_at_all_day_grows_old_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ranked_as(monkeypatch, titled(2))
    viewer = seeker()
    first = feed(viewer, FeedRequest(1))
    with time_machine.travel(timezone.now() + reading.LONGEST - timedelta(minutes=1)):
        assert feed(viewer, FeedRequest(1)).session_id == first.session_id
    with time_machine.travel(timezone.now() + reading.LONGEST + timedelta(minutes=1)):
        assert feed(viewer, FeedRequest(1)).session_id != first.session_id
        later = feed(viewer, FeedRequest(1, first.jobs[0].position))
    assert (later.session_id, later.is_restored) == (first.session_id, False)


def close(job: Job, viewer: Viewer) -> None:
    Job.objects.filter(pk=job.pk).update(lifecycle="closed", close_reason="filled", closed_at=timezone.now())


def freeze(job: Job, viewer: Viewer) -> None:
    Job.objects.filter(pk=job.pk).update(moderation=JobModeration.FROZEN)


def hide(job: Job, viewer: Viewer) -> None:
    Job.objects.filter(pk=job.pk).update(visibility=JobVisibility.UNLISTED)


def end(job: Job, viewer: Viewer) -> None:
    # By the clock alone: the index is not told.
    JobSearch.objects.filter(pk=job.pk).update(expires_at=timezone.now())


def end_unseen(job: Job, viewer: Viewer) -> None:
    # The index says that it is live, the table that it is not.
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    JobSearch.objects.filter(pk=job.pk).update(expires_at=timezone.now() + timedelta(days=1))


def dismiss(job: Job, viewer: Viewer) -> None:
    JobDismissal.objects.create(user_id=viewer.user_id, job=job)


def apply(job: Job, viewer: Viewer) -> None:
    InteractionEvent.objects.create(user_id=viewer.user_id, job=job, kind=InteractionKind.APPLY)


def block(job: Job, viewer: Viewer) -> None:
    employer_block.block(by=viewer, company_id=job.company_id)


HIDING = [close, freeze, hide, end, end_unseen, dismiss, apply, block]


@pytest.mark.parametrize("act", HIDING)
def test_what_may_no_longer_be_shown_is_left_out_and_others_move_up(
    act: Callable[[Job, Viewer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = titled(9)
    ranked_as(monkeypatch, jobs)
    viewer = seeker()
    first = feed(viewer, FeedRequest(3))
    for job in (jobs[1], jobs[3], jobs[4], jobs[8]):
        act(job, viewer)
    second = feed(viewer, FeedRequest(3, first.jobs[-1].position))
    third = feed(viewer, FeedRequest(3, second.jobs[-1].position)) if second.has_next else None
    assert (ids(second), second.has_next, third) == ([jobs[number].pk for number in (5, 6, 7)], False, None)
    again = feed(viewer, FeedRequest(3))
    assert (again.session_id, ids(again)) == (first.session_id, [jobs[number].pk for number in (0, 2, 5)])


def test_a_page_is_filled_however_many_may_no_longer_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = titled(60)
    ranked_as(monkeypatch, jobs)
    viewer = seeker()
    first = feed(viewer, FeedRequest(2))
    JobSearch.objects.filter(pk__in=[job.pk for job in jobs[2:57]]).delete()
    second = feed(viewer, FeedRequest(2, first.jobs[-1].position))
    assert (ids(second), second.has_next) == ([jobs[57].pk, jobs[58].pk], True)
    last = feed(viewer, FeedRequest(2, second.jobs[-1].position))
    assert (ids(last), last.has_next) == ([jobs[59].pk], False)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"employment_types": ["part_time"]}, [4]),
        ({"languages": [{"tag": "de"}]}, [5]),
        ({"workplaces": ["remote"]}, [3]),
    ],
)
def test_later_pages_are_held_to_what_the_person_says_now(
    changes: dict[str, Any], kept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual: dict[str, Any] = {"language": "en", "workplace": "on_site", "employment_types": ["full_time"]}
    odd: dict[int, dict[str, Any]] = {
        3: {"workplace": "remote"},
        4: {"employment_types": ["part_time", "contract"]},
        5: {"language": "de"},
    }
    jobs = [live_job(f"Feeder {number}", **{**usual, **odd.get(number, {})}) for number in range(7)]
    ranked_as(monkeypatch, jobs)
    viewer = seeker()
    first = feed(viewer, FeedRequest(2))
    profiles.update(by=viewer, changes=changes)
    second = feed(viewer, FeedRequest(9, first.jobs[-1].position))
    assert (second.session_id, ids(second)) == (first.session_id, [jobs[number].pk for number in kept])
    assert feed(viewer, FeedRequest(9)).session_id != first.session_id


def test_a_session_that_is_lost_is_made_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = titled(9)
    made = ranked_as(monkeypatch, jobs)
    viewer = seeker()
    first = feed(viewer, FeedRequest(3))
    lose(viewer)
    second = feed(viewer, FeedRequest(3, first.jobs[-1].position))
    assert (second.is_restored, second.session_id, second.at) == (True, first.session_id, first.at)
    assert ids(second) == [job.pk for job in jobs[3:6]]
    third = feed(viewer, FeedRequest(3, second.jobs[-1].position))
    assert (third.is_restored, ids(third)) == (False, [job.pk for job in jobs[6:]])
    # The same instant and the same chances; and a first page begins anew.
    assert made[0] == made[1]
    assert feed(viewer, FeedRequest(3)).session_id != first.session_id


def test_a_session_is_made_again_as_of_a_day_ago_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ranked_as(monkeypatch, titled(4))
    viewer = seeker()
    first = feed(viewer, FeedRequest(2))
    lose(viewer)
    now = timezone.now() + timedelta(days=9)
    with time_machine.travel(now, tick=False):
        second = feed(viewer, FeedRequest(2, first.jobs[-1].position))
    assert second.is_restored
    assert made[1][0] == now - reading.OLDEST


def test_without_the_cache_server_pages_follow_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = titled(8)
    ranked_as(monkeypatch, jobs)
    monkeypatch.setattr(caching, "_away_until", float("inf"))
    viewer = seeker()
    pages = read_through(viewer)
    assert [key for page in pages for key in ids(page)] == [job.pk for job in jobs]
    assert [page.is_restored for page in pages] == [False, True, True]
    assert len({page.session_id for page in pages}) == 1
    assert new_since(viewer, pages[0].session_id).value == 0


def test_the_position_of_another_feed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ranked_as(monkeypatch, titled(4))
    viewer, other = seeker(), seeker()
    position = feed(viewer, FeedRequest(2)).jobs[-1].position
    nobody = feed(ANONYMOUS, FeedRequest(2)).jobs[-1].position
    for reader, request in [
        (other, FeedRequest(2, position)),
        (ANONYMOUS, FeedRequest(2, position)),
        (viewer, FeedRequest(2, nobody)),
        (ANONYMOUS, FeedRequest(2, nobody, country="FR")),
        (ANONYMOUS, FeedRequest(2, nobody, near=Near(52.5, 13.4))),
        (viewer, FeedRequest(2, replace(position, session_id=uuid4()))),
    ]:
        with pytest.raises(ValueError, match="no session of this feed"):
            feed(reader, request)
    with pytest.raises(ValueError, match="no session of this feed"):
        new_since(other, position.session_id)
    with pytest.raises(ValueError, match="from 0"):
        feed(viewer, FeedRequest(2, replace(position, offset=-1)))


def test_names_stand_beside_keys_in_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    job = live_job()
    sql, rust = SkillFactory(name="SQL"), SkillFactory(name="Rust")
    reason = Reason(Feature.SKILL, 0.2, {"skill_ids": [sql.pk], "count": 1, "asked": 2})
    gap = Gap("skills", {"skill_ids": [rust.pk], "count": 1})
    match = match_of(job)._replace(reasons=(reason,), gaps=(gap,))
    monkeypatch.setattr(reading, "rank", lambda *_, **__: Ranking([match], 1))
    viewer = seeker()
    for _ in range(2):
        (fed,) = feed(viewer, FeedRequest()).jobs
        assert text_of(fed.match.reasons[0]) == "You have 1 of the 2 skills it names: SQL."
        assert text_of_gap(fed.match.gaps[0]) == "Your profile lacks 1 skill it asks for: Rust."


def test_new_since_counts_what_came_and_is_for_this_person(monkeypatch: pytest.MonkeyPatch) -> None:
    ranked_as(monkeypatch, titled(2))
    viewer = seeker(languages=["en"])
    page = feed(viewer, FeedRequest())
    assert new_since(viewer, page.session_id).value == 0
    live_job("Before", published_at=timezone.now() - timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        came = [live_job(f"New {number}", published_at=timezone.now() - timedelta(minutes=1)) for number in range(3)]
        live_job("Neu", language="de", published_at=timezone.now() - timedelta(minutes=1))
        live_job("To come", published_at=timezone.now() + timedelta(minutes=1))
        with CaptureQueriesContext(connection) as statements:
            assert new_since(viewer, page.session_id) == Total(3, Precision.EXACT)
        assert len(statements) == 1
        assert new_since(viewer, page.session_id, most=2) == Total(2, Precision.AT_LEAST)
        with monkeypatch.context() as looked_at:
            looked_at.setattr(reading, "MOST_LOOKED_THROUGH", 4)
            assert new_since(viewer, page.session_id) == Total(3, Precision.AT_LEAST)
        dismiss(came[0], viewer)
        assert new_since(viewer, page.session_id).value == 2
        lose(viewer)
        assert new_since(viewer, page.session_id).value == 2


# Those who have said nothing


def test_nobody_gets_what_is_new_and_the_same_for_five_minutes() -> None:
    now = timezone.now()
    jobs = [live_job(f"Feeder {age}", published_at=now - timedelta(days=age)) for age in (9, 1, 5, 3)]
    page = feed(ANONYMOUS, FeedRequest(3))
    assert ids(page) == [jobs[number].pk for number in (1, 3, 2)]
    assert page.model_version == 0
    live_job("Newest", published_at=now - timedelta(minutes=1))
    with CaptureQueriesContext(connection) as statements:
        assert said(feed(ANONYMOUS, FeedRequest(3))) == said(page)
    assert len(statements) == 2
    for viewer in (
        viewer_of(UserFactory(platform_role=PlatformRole.ADMIN)),
        replace(viewer_of(UserFactory()), key_id=uuid4(), scopes=frozenset({Scope.JOBS_READ})),
    ):
        assert said(feed(viewer, FeedRequest(3))) == said(page)
    assert feed(ANONYMOUS, FeedRequest(3, country="DE")).session_id != page.session_id
    assert new_since(ANONYMOUS, page.session_id).value == 0
    with time_machine.travel(now + timedelta(minutes=6)):
        later = feed(ANONYMOUS, FeedRequest(3))
        assert later.session_id != page.session_id
        assert later.jobs[0].job.title == "Newest"
        following = feed(ANONYMOUS, FeedRequest(3, page.jobs[-1].position))
    assert (following.session_id, following.is_restored) == (page.session_id, False)
    assert ids(following) == [jobs[0].pk]


def test_what_is_shared_is_made_around_thereabouts_and_not_around_who_asked_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Near | None] = []
    monkeypatch.setattr(reading, "popular", lambda constraints, near, *_: made.append(near) or [])
    feed(ANONYMOUS, FeedRequest(near=Near(52.46, 13.36, 11)))
    feed(viewer_of(UserFactory()), FeedRequest(near=Near(52.54, 13.44, 25)))
    assert made == [Near(52.5, 13.4, 25)] * 2


def test_nobody_learns_of_hidden_jobs() -> None:
    jobs = titled(4)
    page = feed(ANONYMOUS, FeedRequest(1))
    shown = {job.pk for job in jobs} - set(ids(page))
    gone, frozen = [job for job in jobs if job.pk in shown][:2]
    close(gone, ANONYMOUS)
    freeze(frozen, ANONYMOUS)
    rest = feed(ANONYMOUS, FeedRequest(9, page.jobs[0].position))
    assert set(ids(rest)) == shown - {gone.pk, frozen.pk}


def test_somebody_who_has_said_nothing_has_a_feed_of_their_own() -> None:
    jobs = titled(5)
    viewer = viewer_of(UserFactory())
    dismiss(jobs[2], viewer)
    page = feed(viewer, FeedRequest())
    assert set(ids(page)) == {job.pk for job in jobs} - {jobs[2].pk}
    assert page.model_version == 0
    assert feed(viewer, FeedRequest()).session_id == page.session_id
    dismiss(jobs[0], viewer)
    assert jobs[0].pk not in ids(feed(viewer, FeedRequest()))
    assert jobs[0].pk in ids(feed(ANONYMOUS, FeedRequest()))
    # Elsewhere it is another feed; and another one as soon as the person says something.
    away = feed(viewer, FeedRequest(country="FR"))
    assert away.session_id != page.session_id
    assert feed(viewer, FeedRequest(country="FR")).session_id == away.session_id
    profiles.update(by=viewer, changes={"headline": "Feeder"})
    assert feed(viewer, FeedRequest(country="FR")).session_id != away.session_id


def test_somebody_with_a_home_and_nothing_else_is_shown_what_is_there() -> None:
    here, there = PlaceFactory(latitude=52.5, longitude=13.4), PlaceFactory(latitude=48.1, longitude=11.6)
    near, far = live_job("Feeder", places=[here]), live_job("Feeder", places=[there])
    index_all()
    viewer = viewer_of(Profile.objects.create(user=UserFactory(), home=here, radius_km=30).user)
    assert ids(feed(viewer, FeedRequest())) == [near.pk, far.pk]


def test_one_version_is_decided() -> None:
    assert RankingModel.objects.filter(is_active=True).count() == 1
    assert weights.active().version == RankingModel.objects.get(is_active=True).version


def test_a_session_of_which_nothing_is_left_is_made_anew() -> None:
    (gone,) = live_jobs("Gone")
    assert ids(feed(ANONYMOUS, FeedRequest())) == [gone.pk]
    Job.objects.filter(pk=gone.pk).update(moderation=JobModeration.FROZEN)
    (come,) = live_jobs("Come")

    assert ids(feed(ANONYMOUS, FeedRequest())) == [come.pk]
