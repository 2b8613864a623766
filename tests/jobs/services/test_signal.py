"""Signals: taken at once, written once, and neither lost nor doubled whoever dies in between."""

import os
import signal as signals_of_the_system
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from accounts.services import erasure
from jobs.errors import TooManySignals
from jobs.models import InteractionEvent, Job, JobHeat, JobModeration, MembershipRole
from jobs.services import heat, interaction, saved_job, signal
from jobs.services.signal import Signal, SignalRefusal
from kernel import caching
from kernel.errors import Forbidden, Invalid
from kernel.viewer import ANONYMOUS, Scope, Viewer
from nexus.environment import BASE_DIR
from tests.factories import JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.kernel.races import in_threads
from tests.search_board import database_url, other_connection
from tests.valkey import Valkey, running
from tests.waiting import until

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)

# One instant for all, by which what is counted can be told.
NOW = timezone.now()
_DRAIN = "import django; django.setup(); from jobs.services import signal; signal.drain()"


@pytest.fixture(autouse=True)
def _nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_away_until", 0.0)
    with caching.reaching() as server:
        server.delete(signal._stream())


@pytest.fixture
def valkey(settings: LazySettings) -> Iterator[Valkey]:
    """A cache server of the test's own in place of the others'."""
    with running() as server:
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": server.url}}
        yield server


def made(job: Job | UUID, kind: str = "view", **values: Any) -> Signal:
    moment = values.pop("occurred_at", NOW)
    key = job if isinstance(job, UUID) else job.pk
    return Signal(values.pop("id", uuid4()), key, kind, moment, **values)


def seeker() -> Viewer:
    return viewer_of(UserFactory())


def heats() -> dict[UUID, int]:
    return dict(JobHeat.objects.values_list("job_id", "signals"))


class TestRecording:
    def test_what_is_taken_waits_and_is_written_with_all_that_it_says(self) -> None:
        by, job, session = seeker(), JobFactory(), uuid4()
        given = made(job, surface="feed", session=session, position=3, model_version=7, seconds=25)
        assert signal.record(by=by, signals=[given]) == signal.Recorded(1)
        assert (signal.waiting().count, InteractionEvent.objects.count()) == (1, 0)
        assert signal.drain() == 1
        assert signal.waiting() == signal.Waiting(0, None)
        event = InteractionEvent.objects.get()
        assert (event.id, event.user_id, event.job_id) == (uuid5(by.user_id, given.id.hex), by.user_id, job.pk)
        assert (event.kind, event.occurred_at, event.surface) == ("view", given.occurred_at, "feed")
        assert (event.session, event.position, event.model_version, event.seconds) == (session, 3, 7, 25)

    def test_what_waits_says_since_when(self) -> None:
        before = timezone.now() - timedelta(milliseconds=1)
        signal.record(by=seeker(), signals=[made(JobFactory()), made(JobFactory())])
        found = signal.waiting()
        assert found.count == 2
        assert found.since is not None
        assert before <= found.since <= timezone.now()

    @pytest.mark.parametrize(
        ("values", "code", "field"),
        [
            ({"kind": "save"}, SignalRefusal.NOT_CLAIMABLE, "kind"),
            ({"kind": "hide"}, SignalRefusal.NOT_CLAIMABLE, "kind"),
            ({"kind": "apply"}, SignalRefusal.NOT_CLAIMABLE, "kind"),
            ({"kind": "gaze"}, SignalRefusal.NOT_CLAIMABLE, "kind"),
            ({"occurred_at": timezone.now() - timedelta(days=7, minutes=1)}, SignalRefusal.TOO_OLD, "occurred_at"),
            ({"occurred_at": datetime.min.replace(tzinfo=UTC)}, SignalRefusal.TOO_OLD, "occurred_at"),
            ({"occurred_at": timezone.now() + timedelta(hours=1)}, SignalRefusal.IN_FUTURE, "occurred_at"),
            ({"occurred_at": datetime(2026, 1, 1)}, SignalRefusal.OUT_OF_RANGE, "occurred_at"),  # noqa: DTZ001
            ({"surface": "moon"}, SignalRefusal.OUT_OF_RANGE, "surface"),
            ({"position": -1}, SignalRefusal.OUT_OF_RANGE, "position"),
            ({"seconds": 40_000}, SignalRefusal.OUT_OF_RANGE, "seconds"),
            ({"model_version": 2**31}, SignalRefusal.OUT_OF_RANGE, "model_version"),
        ],
    )
    def test_one_that_cannot_be_is_refused_alone(self, values: dict[str, Any], code: SignalRefusal, field: str) -> None:
        job = JobFactory()
        bad = made(job, **values)
        found = signal.record(by=seeker(), signals=[made(job), bad, made(job)])
        assert found.accepted == 2
        assert found.refused == (signal.RefusedSignal(1, bad.id, code, field),)
        signal.drain()
        assert InteractionEvent.objects.count() == 2

    def test_all_kinds_that_a_client_may_claim_are_taken(self) -> None:
        job = JobFactory()
        given = [made(job, kind) for kind in signal.SignalKind.values]
        assert signal.record(by=seeker(), signals=given) == signal.Recorded(3)
        signal.drain()
        assert set(InteractionEvent.objects.values_list("kind", flat=True)) == {"impression", "view", "apply_click"}
        assert JobHeat.objects.get().signals == 2

    def test_as_many_as_there_may_be_and_none_more(self) -> None:
        by, job = seeker(), JobFactory()
        given = [made(job) for _ in range(signal.MOST_SIGNALS + 1)]
        assert signal.record(by=by, signals=[]) == signal.Recorded(0)
        assert signal.record(by=by, signals=given[:-1]).accepted == signal.MOST_SIGNALS
        with pytest.raises(Invalid) as refusal:
            signal.record(by=by, signals=given)
        assert refusal.value.field == "signals"

    def test_only_people_tell_what_they_do(self) -> None:
        person, job = UserFactory(), JobFactory()
        for by in (
            ANONYMOUS,
            viewer_of(UserFactory(moderator=True)),
            viewer_of(UserFactory(platform_admin=True)),
            Viewer(user_id=person.pk, key_id=uuid4(), scopes=frozenset({Scope.PROFILE_READ})),
            Viewer(user_id=person.pk, impersonator_id=uuid4()),
        ):
            with pytest.raises(Forbidden):
                signal.record(by=by, signals=[made(job)])
        by = Viewer(user_id=person.pk, key_id=uuid4(), scopes=frozenset({Scope.PROFILE_WRITE}))
        assert signal.record(by=by, signals=[made(job)]).accepted == 1

    def test_where_there_is_no_room_none_is_taken_and_it_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signal, "MOST_WAITING", 5)
        by, job = seeker(), JobFactory()
        signal.record(by=by, signals=[made(job) for _ in range(4)])
        with pytest.raises(TooManySignals):
            signal.record(by=by, signals=[made(job), made(job)])
        assert signal.waiting().count == 4
        assert signal.record(by=by, signals=[made(job)]).accepted == 1
        signal.drain()
        assert signal.record(by=by, signals=[made(job), made(job)]).accepted == 2


class TestWriting:
    def test_told_twice_it_counts_once(self) -> None:
        by, job = seeker(), JobFactory()
        once = made(job)
        for _ in range(2):
            signal.record(by=by, signals=[once, once])
        signal.drain()
        signal.record(by=by, signals=[once])
        signal.drain()
        assert InteractionEvent.objects.count() == 1
        assert heats() == {job.pk: 1}

    def test_told_again_with_another_time_it_counts_once(self) -> None:
        by, job, key = seeker(), JobFactory(), uuid4()
        moments = [timezone.now() - timedelta(days=days) for days in (1, 6, 0, 3)]
        for moment in moments[:2]:
            signal.record(by=by, signals=[made(job, id=key, occurred_at=moment)])
        signal.drain()
        for moment in moments[2:]:
            signal.record(by=by, signals=[made(job, id=key, occurred_at=moment)])
            signal.drain()
        assert InteractionEvent.objects.count() == 1
        assert heats() == {job.pk: 1}

    def test_an_id_is_its_persons_own(self) -> None:
        job, key = JobFactory(), uuid4()
        for by in (seeker(), seeker()):
            signal.record(by=by, signals=[made(job, id=key)])
        signal.drain()
        assert InteractionEvent.objects.count() == 2

    def test_no_job_or_one_that_is_gone_takes_no_other_with_it(self) -> None:
        by, job, gone = seeker(), JobFactory(), JobFactory()
        found = signal.record(by=by, signals=[made(uuid4()), made(job), made(gone)])
        assert found == signal.Recorded(3)
        gone.delete()
        assert signal.drain() == 3
        assert [event.job_id for event in InteractionEvent.objects.all()] == [job.pk]

    def test_a_job_that_cannot_be_seen_is_taken_like_one_that_is_not_there(self) -> None:
        by = seeker()
        for job in (JobFactory(draft=True).pk, JobFactory(frozen=True).pk, uuid4()):
            assert signal.record(by=by, signals=[made(job)]) == signal.Recorded(1)

    @committing
    def test_who_is_forgotten_meanwhile_leaves_nothing(self) -> None:
        user, job = UserFactory(), JobFactory()
        signal.record(by=viewer_of(user), signals=[made(job)])
        with transaction.atomic():
            erasure.erase(user, by=viewer_of(user))
        signal.drain()
        assert not InteractionEvent.objects.exists()
        assert heats() == {}

    def test_what_the_database_refuses_takes_no_other_with_it(self) -> None:
        job = JobFactory()
        with caching.reaching() as server:
            server.xadd(signal._stream(), {"s": b"{"})
        signal.record(by=seeker(), signals=[made(job) for _ in range(5)])
        with caching.reaching() as server:
            server.xadd(signal._stream(), {"s": signal._entry(uuid4(), made(job, surface="moon"))})
        assert signal.drain() == 7
        assert InteractionEvent.objects.count() == 5
        assert heats() == {job.pk: 1}
        assert signal.waiting().count == 0

    def test_as_much_as_is_wanted_is_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signal, "BATCH", 10)
        by, job = seeker(), JobFactory()
        signal.record(by=by, signals=[made(job) for _ in range(35)])
        assert signal.drain(most=15) == 20
        assert InteractionEvent.objects.count() == 20
        assert signal.drain() == 15
        assert heats() == {job.pk: 1}

    def test_heat_has_each_signal_at_its_own_time(self) -> None:
        now, job = timezone.now(), JobFactory()
        for kind, days in [("view", 0), ("view", 3), ("apply_click", 6)]:
            signal.record(by=seeker(), signals=[made(job, kind, occurred_at=now - timedelta(days=days))])
        signal.drain()
        assert heat.heat_at(JobHeat.objects.get().heat, now) == pytest.approx(1 + 1 / 2 + 3 / 4)


class TestCounting:
    """People are counted, not what they send, whether it came at once, one by one, or is counted anew."""

    def counted(self) -> dict[UUID, tuple[int, float, float]]:
        """By job: how many signals ever, what they are worth now, and how often it was shown of late."""
        return {
            kept.job_id: (
                kept.signals,
                round(heat.heat_at(kept.heat, NOW), 3),
                round(heat.exposure_at(kept.exposure, kept.exposed_at, NOW), 3),
            )
            for kept in JobHeat.objects.all()
        }

    def as_made_anew(self) -> dict[UUID, tuple[int, float, float]]:
        JobHeat.objects.update(signals=0, heat=900, exposure=900)
        heat.rebuild(NOW)
        return self.counted()

    @pytest.mark.parametrize("batch", [1, 3, 100])
    def test_somebody_counts_once_by_what_they_did(self, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signal, "BATCH", batch)
        by, other, job = seeker(), seeker(), JobFactory()
        told = [made(job, kind) for kind in ("view", "apply_click", "impression", "view", "impression")]
        signal.record(by=by, signals=[*told, made(job), *(made(job, kind) for kind in ("impression", "apply_click"))])
        signal.record(by=other, signals=[made(job), made(job)])
        signal.drain()
        assert InteractionEvent.objects.count() == 10
        assert self.counted() == {job.pk: (3, 1 + 3 + 1, 1)} == self.as_made_anew()

    def test_after_a_pause_it_counts_again(self) -> None:
        user, job = UserFactory(), JobFactory()
        for days in (40, 34, 30, 22, 14, 9, 2):
            interaction.note(user.pk, job.pk, "view", NOW - timedelta(days=days))
        worth = sum(0.5 ** (days / 3) for days in (40, 22, 14))
        assert self.counted() == {job.pk: (3, round(worth, 3), 0)} == self.as_made_anew()

    @pytest.mark.parametrize("seed", range(4))
    def test_no_dates_make_more_of_what_one_person_does(self, seed: int) -> None:
        """All that there is to do, on each day that a client may name, for weeks; and told in any order."""
        user, job = UserFactory(), JobFactory()
        kinds = ("view", "apply_click", "impression")
        now = timezone.now()
        earliest = now - signal.OLDEST + timedelta(minutes=1)
        claimed = [earliest, now + signal.AHEAD, *(now - timedelta(days=days) for days in range(7))]
        for days in (0, 8, 16, 24, 32, 40):
            for kind in ("save", "apply") if days == 0 else ("view", "save", "apply_click", "apply"):
                interaction.note(user.pk, job.pk, kind, NOW - timedelta(days=days))
        told = [made(job, kind, occurred_at=moment) for kind in kinds for moment in claimed]
        Random(seed).shuffle(told)
        for some in (told[:10], told[10:]):
            assert signal.record(by=viewer_of(user), signals=some).refused == ()
            signal.drain()
        (_, worth, shown) = self.counted()[job.pk]
        assert 12 < worth <= heat.OF_ONE
        assert shown <= 1.001
        assert heat.PAUSE > signal.OLDEST + signal.AHEAD
        JobHeat.objects.all().delete()
        heat.rebuild(now + signal.AHEAD)
        assert 12 < self.counted()[job.pk][1] <= heat.OF_ONE

    @pytest.mark.parametrize("role", MembershipRole)
    def test_who_acts_for_the_company_makes_its_jobs_no_warmer(self, role: str) -> None:
        own, other = JobFactory(), JobFactory()
        user = UserFactory()
        MembershipFactory(company=own.company, user=user, role=role)
        kinds = ("view", "apply_click", "impression")
        signal.record(by=viewer_of(user), signals=[made(job, kind) for job in (own, other) for kind in kinds])
        signal.drain()
        assert InteractionEvent.objects.count() == 6
        assert self.counted() == {other.pk: (2, 4, 1)} == self.as_made_anew()

    def test_what_no_event_tells_of_is_cold_when_it_is_made_anew(self) -> None:
        team, job = MembershipFactory(), JobFactory()
        own = JobFactory(company=team.company)
        signal.record(by=viewer_of(team.user), signals=[made(own)])
        signal.drain()
        for each in (own, job):
            JobHeat.objects.create(job=each, heat=900, exposure=50, signals=3)
        heat.rebuild(NOW)
        assert self.counted() == {own.pk: (3, 0, 0), job.pk: (3, 0, 0)}

    def test_what_nobody_may_see_gets_no_signals(self) -> None:
        by, seen = seeker(), JobFactory()
        hidden = [JobFactory(draft=True), JobFactory(frozen=True), JobFactory(moderation=JobModeration.REMOVED)]
        signal.record(by=by, signals=[made(job) for job in (*hidden, seen)])
        signal.drain()
        assert [event.job_id for event in InteractionEvent.objects.all()] == [seen.pk]
        assert heats() == {seen.pk: 1}

    def test_kept_and_let_go_of_and_kept_it_counts_once(self) -> None:
        by, job = seeker(), JobFactory()
        for _ in range(3):
            saved_job.save(by=by, job_id=job.pk)
            saved_job.unsave(by=by, job_id=job.pk)
        assert heats() == {job.pk: 1}

    def test_of_nobody_nothing_gets_warmer(self) -> None:
        job = JobFactory()
        signal.record_click(job.pk, key=uuid4(), at=NOW, surface="")
        signal.drain()
        assert InteractionEvent.objects.count() == 1
        assert self.counted() == {} == self.as_made_anew()


class TestWithoutCacheServer:
    def test_signals_are_written_at_once(self, valkey: Valkey) -> None:
        valkey.stop()
        by, job = seeker(), JobFactory()
        once = made(job)
        assert signal.record(by=by, signals=[once, made(uuid4())]).accepted == 2
        assert signal.record(by=by, signals=[once]).accepted == 1
        assert InteractionEvent.objects.count() == 1
        assert heats() == {job.pk: 1}
        assert signal.drain() == 0

    def test_taken_before_and_after_it_was_away_it_counts_once(
        self, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by, job = seeker(), JobFactory()
        once = made(job)
        signal.record(by=by, signals=[once])
        valkey.freeze()
        assert signal.record(by=by, signals=[once]).accepted == 1
        assert InteractionEvent.objects.count() == 1
        valkey.thaw()
        monkeypatch.setattr(caching, "_away_until", 0.0)
        signal.drain()
        assert heats() == {job.pk: 1}

    @committing
    def test_several_write_at_once(self, valkey: Valkey) -> None:
        valkey.stop()
        jobs = [JobFactory() for _ in range(20)]
        people = [seeker() for _ in range(4)]
        shared = made(jobs[0])

        def tell(by: Viewer, order: int) -> None:
            for _ in range(5):
                signal.record(by=by, signals=[made(job) for job in jobs[::order]] + [shared])

        # Each of them twice at once, and in opposite orders.
        told = in_threads(*[lambda by=by, order=order: tell(by, order) for by in people for order in (1, -1)])
        assert told == [None] * 8
        assert InteractionEvent.objects.count() == 8 * 5 * 20 + 4
        assert heats() == dict.fromkeys((job.pk for job in jobs), 4)


@committing
class TestSeveralAtWork:
    def test_they_write_each_signal_once_and_wait_for_one_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signal, "BATCH", 50)
        jobs = [JobFactory() for _ in range(30)]
        for by in (seeker() for _ in range(6)):
            signal.record(by=by, signals=[made(job) for job in jobs * 3])
        assert in_threads(*[signal.drain] * 4).count(None) == 0
        assert signal.waiting().count == 0
        assert InteractionEvent.objects.count() == 6 * 90
        assert heats() == {job.pk: 6 for job in jobs}

    def test_while_signals_come_none_is_left_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signal, "BATCH", 7)
        jobs = [JobFactory() for _ in range(5)]

        def tell(by: Viewer) -> None:
            for _ in range(20):
                signal.record(by=by, signals=[made(job) for job in jobs])

        def drain() -> None:
            for _ in range(30):
                signal.drain()

        people = [seeker() for _ in range(3)]
        assert in_threads(*[lambda by=by: tell(by) for by in people], drain, drain) == [None] * 5
        signal.drain()
        assert heats() == {job.pk: 3 for job in jobs}

    def test_killed_in_the_middle_nothing_is_lost_or_doubled(self) -> None:
        jobs = [JobFactory() for _ in range(10)]
        for by in (seeker(), seeker()):
            signal.record(by=by, signals=[made(job) for job in jobs])
        for _ in range(2):
            with other_connection() as somebody:
                # The drain gets as far as this job, and waits.
                somebody.execute("SELECT FROM jobs_job WHERE id = %s FOR UPDATE", [jobs[-1].pk])
                worker = drain_elsewhere()
                until(lambda: waiting_for_a_row() == 1)
                worker.send_signal(signals_of_the_system.SIGKILL)
                assert worker.wait() == -signals_of_the_system.SIGKILL
                somebody.rollback()
            until(lambda: waiting_for_a_row() == 0)
            assert (signal.waiting().count, InteractionEvent.objects.count(), heats()) == (20, 0, {})
        assert signal.drain() == 20
        assert InteractionEvent.objects.count() == 20
        assert heats() == {job.pk: 2 for job in jobs}

    def test_cut_off_between_writing_and_letting_go_nothing_is_doubled(
        self, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = JobFactory()
        for _ in range(10):
            signal.record(by=seeker(), signals=[made(job)])
        with caching.reaching() as server:
            server.execute_command("ACL", "SETUSER", "default", "-xtrim")
        signal.drain()
        assert (InteractionEvent.objects.count(), heats()) == (10, {job.pk: 10})
        monkeypatch.setattr(caching, "_away_until", 0.0)
        assert signal.waiting().count == 10
        with caching.reaching() as server:
            server.execute_command("ACL", "SETUSER", "default", "+xtrim")
        assert signal.drain() == 10
        assert (InteractionEvent.objects.count(), heats()) == (10, {job.pk: 10})
        assert signal.waiting().count == 0


def drain_elsewhere() -> subprocess.Popen[bytes]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings", "DATABASE_URL": database_url()}
    return subprocess.Popen([sys.executable, "-c", _DRAIN], cwd=BASE_DIR, env=environment)


def waiting_for_a_row() -> int:
    """How many others wait for a row of this database that somebody has locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])
