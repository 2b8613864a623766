from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import PlatformRole
from jobs.feed import reading, session, weights
from jobs.feed import why_not as explaining
from jobs.feed.constraints import Constraints
from jobs.feed.match import Rule
from jobs.feed.person import version_of
from jobs.feed.ranking import rank
from jobs.feed.reading import FeedRequest, WhyNot, feed, why_not
from jobs.feed.reasons import text_of, text_of_gap
from jobs.feed.session import FeedSession
from jobs.models import (
    DuplicateCluster,
    InteractionEvent,
    InteractionKind,
    Job,
    JobDismissal,
    JobFingerprint,
    JobModeration,
    JobSearch,
    JobVisibility,
    Profile,
)
from jobs.services import dismissal, employer_block, preferences
from kernel import caching
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import ExperienceFactory, JobFactory, PlaceFactory, SkillFactory, UserFactory, viewer_of
from tests.feed_board import ids, match_of, seeker
from tests.search_board import index_all, live_job

pytestmark = pytest.mark.django_db


def picky() -> Viewer:
    """Somebody who wants what `wanted` makes, and nothing else."""
    return seeker(
        "Feeding",
        home=PlaceFactory(latitude=52.5, longitude=13.4),
        radius_km=30,
        languages=["en"],
        employment_types=["full_time"],
        workplaces=["on_site", "remote"],
    )


def wanted(**values: object) -> Job:
    usual = {
        "places": [PlaceFactory(latitude=52.5, longitude=13.4)],
        "skills": [SkillFactory(name="Feeding", slug="feeding")],
        "workplace": "on_site",
        "employment_types": ["full_time"],
        "language": "en",
    }
    job = JobFactory(title="Feeder", **{**usual, **values})
    index_all()
    return job


def one(viewer: Viewer, job: Job) -> WhyNot:
    return why_not(viewer, [job.pk])[job.pk]


def told(answer: WhyNot) -> set[str]:
    assert answer.match is not None
    assert all(map(text_of_gap, answer.match.gaps))
    return {gap.code for gap in answer.match.gaps}


def test_a_job_in_the_feed_has_its_place_and_its_match() -> None:
    viewer = picky()
    jobs = [wanted() for _ in range(3)]
    page = feed(viewer, FeedRequest())
    found = why_not(viewer, [job.pk for job in jobs])
    assert [found[key].place for key in ids(page)] == [0, 1, 2][: len(page.jobs)]
    for job in jobs:
        answer = found[job.pk]
        assert (answer.broken, answer.model_version) == ((), weights.active().version)
        assert answer.match is not None
        assert answer.match.job_id == job.pk
        assert all(map(text_of, answer.match.reasons))
        assert answer.match.reasons
        assert "It does not say what it pays." in map(text_of_gap, answer.match.gaps)


def test_a_job_that_came_after_the_session_has_a_match_and_no_place() -> None:
    viewer = picky()
    wanted()
    feed(viewer, FeedRequest())
    later = wanted(published_at=timezone.now())
    answer = one(viewer, later)
    assert (answer.broken, answer.place) == ((), None)
    assert told(answer) >= {"came_later"}
    feed(viewer, FeedRequest(is_refreshed=True))
    assert one(viewer, later).place is not None


def test_what_fits_less_than_all_that_there_is_room_for_is_outranked(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = picky()
    fits = wanted()
    baker = live_job("Baker", places=[fits.locations.get().place], language="en")
    monkeypatch.setattr(reading, "rank", lambda *given, **seed: rank(*given, **seed, size=1))
    feed(viewer, FeedRequest())
    assert one(viewer, fits).place == 0
    # There was room for more: nothing led to it.
    assert "outranked" not in told(one(viewer, baker))
    monkeypatch.setattr(explaining, "MOST_RANKED", 1)
    answer = one(viewer, baker)
    assert answer.place is None
    assert "outranked" in told(answer)


@pytest.mark.parametrize(("weighed_by", "size"), [(0, 1), (None, 0)])
def test_a_session_of_other_weights_or_of_nothing_outranks_nothing(
    monkeypatch: pytest.MonkeyPatch, weighed_by: int | None, size: int
) -> None:
    monkeypatch.setattr(explaining, "MOST_RANKED", size)
    viewer, job = picky(), wanted()
    now, owner = timezone.now(), session.owner_of(viewer)
    version = weights.active().version if weighed_by is None else weighed_by
    made = FeedSession(session.new_id(owner, now), now, version_of(viewer, now), version, size, Constraints())
    session.begin(owner, made, [match_of(live_job("Other"))._replace(score=9.0)][:size])
    answer = one(viewer, job)
    assert answer.place is None
    assert "outranked" not in told(answer)


def test_of_what_says_the_same_one_is_in_the_feed() -> None:
    viewer, job = picky(), wanted()
    twin = wanted(company=job.company)
    feed(viewer, FeedRequest())
    places = {key: one(viewer, key) for key in (job, twin)}
    ((left_out, answer),) = [(key, answer) for key, answer in places.items() if answer.place is None]
    assert "twin" in told(answer)
    (shown,) = {job, twin} - {left_out}
    dismissal.dismiss(by=viewer, job_id=shown.pk, reason="wrong_place")
    assert "twin" not in told(one(viewer, left_out))


def test_a_place_is_of_what_was_said_last() -> None:
    viewer, job = picky(), wanted()
    feed(viewer, FeedRequest())
    assert one(viewer, job).place == 0
    preferences.update(by=viewer, changes={"wanted_titles": ["Baker"]})
    answer = one(viewer, job)
    assert answer.place is None
    assert not told(answer) & {"twin", "came_later", "outranked"}


def test_without_a_session_or_the_cache_server_there_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, job = picky(), wanted()
    assert one(viewer, job).place is None
    feed(viewer, FeedRequest())
    assert one(viewer, job).place == 0
    monkeypatch.setattr(caching, "_away_until", float("inf"))
    answer = one(viewer, job)
    assert answer.place is None
    assert answer.match is not None


def test_who_has_said_nothing_of_their_work_is_told_by_what_is_popular() -> None:
    user = UserFactory()
    Profile.objects.create(user=user, home=PlaceFactory(latitude=52.5, longitude=13.4))
    viewer, job = viewer_of(user), wanted()
    assert one(viewer, job) == WhyNot((), None, None, 0)
    page = feed(viewer, FeedRequest())
    assert (page.model_version, ids(page)) == (0, [job.pk])
    assert one(viewer, job) == WhyNot((), page.jobs[0].match, 0, 0)


def dismissed(viewer: Viewer, job: Job) -> None:
    JobDismissal.objects.create(user_id=viewer.user_id, job=job)


def says_the_same(viewer: Viewer, job: Job) -> None:
    likeness = JobSearch.objects.get(pk=job.pk).likeness
    JobDismissal.objects.create(user_id=viewer.user_id, job=live_job("Other"), likeness=likeness)


def found_to_say_the_same(viewer: Viewer, job: Job) -> None:
    # After it was dismissed, as when a posting comes back under another reference.
    before = live_job("Other")
    dismissal.dismiss(by=viewer, job_id=before.pk)
    cluster = DuplicateCluster.objects.create(leader=before)
    for one in (before, job):
        JobFingerprint.objects.update_or_create(job=one, defaults={"cluster": cluster})
    Job.objects.filter(pk=before.pk).update(lifecycle="paused")
    index_all()
    assert JobSearch.objects.get(pk=job.pk).likeness == -cluster.pk


def applied(viewer: Viewer, job: Job) -> None:
    InteractionEvent.objects.create(user_id=viewer.user_id, job=job, kind=InteractionKind.APPLY)


def blocked(viewer: Viewer, job: Job) -> None:
    employer_block.block(by=viewer, company_id=job.company_id)


def closed(viewer: Viewer, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lifecycle="paused")


def frozen(viewer: Viewer, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(moderation=JobModeration.FROZEN)


def unlisted(viewer: Viewer, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(visibility=JobVisibility.UNLISTED)


def over(viewer: Viewer, job: Job) -> None:
    JobSearch.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


ACTS: list[tuple[Callable[[Viewer, Job], None], Rule]] = [
    (dismissed, Rule.DISMISSED),
    (says_the_same, Rule.DISMISSED),
    (found_to_say_the_same, Rule.DISMISSED),
    (applied, Rule.APPLIED),
    (blocked, Rule.BLOCKED),
    (closed, Rule.LIVE),
    (frozen, Rule.LIVE),
    (unlisted, Rule.LIVE),
    (over, Rule.LIVE),
]


@pytest.mark.parametrize(("act", "rule"), ACTS)
def test_what_was_done_names_its_rule_and_keeps_it_out(act: Callable[[Viewer, Job], None], rule: Rule) -> None:
    viewer, job = picky(), wanted()
    assert one(viewer, job).broken == ()
    act(viewer, job)
    assert one(viewer, job) == WhyNot((rule,), None, None)
    assert job.pk not in ids(feed(viewer, FeedRequest()))


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"language": "de"}, {Rule.LANGUAGE}),
        ({"employment_types": ["part_time"]}, {Rule.EMPLOYMENT_TYPE}),
        ({"workplace": "hybrid"}, {Rule.WORKPLACE}),
        ({"language": "fr", "workplace": "hybrid"}, {Rule.LANGUAGE, Rule.WORKPLACE}),
    ],
)
def test_what_the_job_is_names_all_rules_that_it_breaks(values: dict[str, object], rules: set[Rule]) -> None:
    viewer, job = picky(), wanted(**values)
    assert set(one(viewer, job).broken) == rules
    assert job.pk not in ids(feed(viewer, FeedRequest()))


def test_where_the_place_was_wrong_the_same_may_be_right_elsewhere() -> None:
    viewer, job = picky(), wanted()
    twin = wanted(company=job.company)
    dismissal.dismiss(by=viewer, job_id=job.pk, reason="wrong_place")
    assert (one(viewer, job).broken, one(viewer, twin).broken) == ((Rule.DISMISSED,), ())
    assert ids(feed(viewer, FeedRequest())) == [twin.pk]
    dismissal.dismiss(by=viewer, job_id=job.pk, reason="wrong_role")
    assert one(viewer, twin).broken == (Rule.DISMISSED,)
    assert ids(feed(viewer, FeedRequest())) == []


def test_ones_own_company_is_a_rule() -> None:
    viewer, job = picky(), wanted(company__name="Feeders Ltd")
    ExperienceFactory(profile=Profile.objects.get(user_id=viewer.user_id), organisation="Feeders Ltd", is_current=True)
    assert one(viewer, job).broken == (Rule.OWN_COMPANY,)


def test_what_there_is_not_looks_like_what_is_hidden() -> None:
    viewer, draft, nothing = picky(), JobFactory(draft=True), uuid4()
    found = why_not(viewer, [draft.pk, nothing])
    assert found == {draft.pk: WhyNot((Rule.LIVE,), None, None), nothing: WhyNot((Rule.LIVE,), None, None)}


def test_nobody_has_no_why() -> None:
    job = wanted()
    for viewer in (
        ANONYMOUS,
        viewer_of(UserFactory(platform_role=PlatformRole.ADMIN)),
        replace(picky(), key_id=uuid4(), scopes=frozenset({Scope.JOBS_READ})),
    ):
        assert why_not(viewer, [job.pk]) == {}
    assert why_not(picky(), []) == {}


def test_many_jobs_take_as_many_statements_as_one() -> None:
    viewer = picky()
    jobs = [wanted() for _ in range(4)]
    feed(viewer, FeedRequest())
    counts = []
    for keys in ([jobs[0].pk], [job.pk for job in jobs]):
        why_not(viewer, keys)
        with CaptureQueriesContext(connection) as statements:
            why_not(viewer, keys)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14
