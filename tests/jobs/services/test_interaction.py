import threading
from datetime import UTC, date, datetime

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection, connections, transaction

from jobs.models import InteractionEvent, JobHeat
from jobs.services import interaction
from tests.factories import JobFactory, UserFactory
from tests.search_board import other_connection

pytestmark = pytest.mark.django_db(transaction=True)


def partition_of(event: InteractionEvent) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM jobs_interactionevent WHERE id = %s", [event.id])
        return cursor.fetchone()[0]


def event(moment: datetime, **values: object) -> InteractionEvent:
    return InteractionEvent.objects.create(job=JobFactory(), kind="view", occurred_at=moment, **values)


def test_months_are_made_once() -> None:
    assert interaction.make_months(date(2031, 11, 30), date(2032, 1, 1)) == [
        "jobs_interactionevent_2031_11",
        "jobs_interactionevent_2031_12",
        "jobs_interactionevent_2032_01",
    ]
    assert interaction.make_months(date(2031, 12, 5), date(2032, 2, 1)) == ["jobs_interactionevent_2032_02"]


def test_event_goes_to_the_partition_of_its_month() -> None:
    interaction.make_months(date(2031, 11, 1), date(2031, 12, 1))
    assert partition_of(event(datetime(2031, 11, 30, 23, 59, 59, tzinfo=UTC))) == "jobs_interactionevent_2031_11"
    assert partition_of(event(datetime(2031, 12, 1, tzinfo=UTC))) == "jobs_interactionevent_2031_12"
    assert partition_of(event(datetime(2040, 1, 1, tzinfo=UTC))) == "jobs_interactionevent_default"


def test_events_move_from_the_default_partition_to_their_month() -> None:
    early, late = (event(datetime(2031, month, 15, tzinfo=UTC), user=UserFactory()) for month in (5, 6))
    assert partition_of(early) == "jobs_interactionevent_default"
    interaction.make_months(date(2031, 5, 1), date(2031, 5, 1))
    assert partition_of(early) == "jobs_interactionevent_2031_05"
    assert partition_of(late) == "jobs_interactionevent_default"
    assert InteractionEvent.objects.get(pk=early.pk).user_id == early.user_id


def test_partition_keeps_the_rules_and_indexes_of_the_table() -> None:
    interaction.make_months(date(2031, 5, 1), date(2031, 5, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE contype = 'f'), count(*) FILTER (WHERE contype = 'c'),"
            " count(*) FILTER (WHERE contype = 'p') FROM pg_constraint"
            " WHERE conrelid = 'jobs_interactionevent_2031_05'::regclass"
        )
        assert cursor.fetchone() == (2, 5, 1)
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'jobs_interactionevent_2031_05'")
        assert cursor.fetchone() == (5,)


def test_several_at_once_make_each_month_once() -> None:
    start = threading.Barrier(4)
    made: list[str] = []

    def make() -> None:
        start.wait(10)
        made.extend(interaction.make_months(date(2031, 1, 1), date(2031, 3, 1)))
        connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(made) == [f"jobs_interactionevent_2031_{month:02}" for month in (1, 2, 3)]


def test_writer_that_waited_for_a_new_month_is_not_lost() -> None:
    """An event that is not committed yet holds the month up; it ends up in it."""
    moment = datetime(2031, 8, 8, tzinfo=UTC)
    job = JobFactory()
    with transaction.atomic():
        written = InteractionEvent.objects.create(job=job, kind="view", occurred_at=moment)
        maker = threading.Thread(target=_make_and_close, args=(date(2031, 8, 1),))
        maker.start()
        wait_for_lock()
    maker.join(30)
    assert partition_of(written) == "jobs_interactionevent_2031_08"


def _make_and_close(month: date) -> None:
    interaction.make_months(month, month)
    connections.close_all()


def wait_for_lock() -> None:
    """Until somebody waits for the default partition."""
    query = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'jobs_interactionevent_default'::regclass"
    deadline = threading.Event()
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone():
                return
        deadline.wait(0.02)
    raise AssertionError("nobody waited for the default partition")


def test_event_of_a_forgotten_person_is_kept_and_of_a_deleted_job_is_not() -> None:
    user = UserFactory()
    seen = event(datetime(2031, 5, 5, tzinfo=UTC), user=user)
    user.delete()
    assert InteractionEvent.objects.get(pk=seen.pk).user_id is None
    seen.job.delete()
    assert not InteractionEvent.objects.exists()


def months() -> list[str]:
    """The partitions, by their month."""
    return [part.name.removeprefix("jobs_interactionevent_") for part in interaction.partitions()]


def test_the_parts_are_told_in_the_order_of_their_months() -> None:
    interaction.make_months(date(2031, 12, 1), date(2032, 2, 1))
    assert months() == ["2031_12", "2032_01", "2032_02", "default"]
    assert [part.start for part in interaction.partitions()] == [
        datetime(2031, 12, 1, tzinfo=UTC),
        datetime(2032, 1, 1, tzinfo=UTC),
        datetime(2032, 2, 1, tzinfo=UTC),
        None,
    ]


def test_upkeep_makes_the_months_to_come_and_forgets_those_that_are_over(settings: LazySettings) -> None:
    settings.INTERACTION_MONTHS = 13
    interaction.make_months(date(2030, 9, 1), date(2030, 12, 1))
    forgotten = event(datetime(2030, 10, 31, 23, 59, 59, tzinfo=UTC))
    kept = [event(datetime(2030, month, 1, tzinfo=UTC)) for month in (11, 12)]
    made, gone = interaction.keep_up(datetime(2031, 12, 31, 23, 59, tzinfo=UTC))
    assert made == [f"jobs_interactionevent_{month}" for month in ("2031_12", "2032_01", "2032_02", "2032_03")]
    assert gone == ["jobs_interactionevent_2030_09", "jobs_interactionevent_2030_10"]
    assert months() == ["2030_11", "2030_12", "2031_12", "2032_01", "2032_02", "2032_03", "default"]
    assert {row.pk for row in InteractionEvent.objects.all()} == {row.pk for row in kept}
    assert not InteractionEvent.objects.filter(pk=forgotten.pk).exists()
    assert interaction.keep_up(datetime(2031, 12, 31, 23, 59, tzinfo=UTC)) == ([], [])


def test_what_is_too_old_in_the_default_partition_goes_and_the_rest_of_it_stays(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.INTERACTION_MONTHS = 13
    monkeypatch.setattr(interaction, "FORGOTTEN_AT_ONCE", 3)
    for day in range(1, 9):
        event(datetime(2030, 10, day, tzinfo=UTC))
    kept = [event(datetime(2030, 11, 1, tzinfo=UTC)), event(datetime(2050, 1, 1, tzinfo=UTC))]
    assert interaction.keep_up(datetime(2031, 12, 15, tzinfo=UTC))[1] == []
    assert {row.pk for row in InteractionEvent.objects.all()} == {row.pk for row in kept}


def test_upkeep_does_not_wait_long_for_who_reads_since_others_would_wait_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interaction, "PATIENCE", "50ms")
    interaction.make_months(date(2030, 9, 1), date(2030, 9, 1))
    now = datetime(2031, 12, 15, tzinfo=UTC)
    with other_connection() as reader:
        reader.execute("SELECT count(*) FROM jobs_interactionevent")
        with pytest.raises(OperationalError):
            interaction.keep_up(now)
    assert "2030_09" in months()
    assert interaction.keep_up(now)[1] == ["jobs_interactionevent_2030_09"]


def test_what_is_noted_is_an_event_and_heat() -> None:
    user, job, now = UserFactory(), JobFactory(), datetime(2031, 5, 5, tzinfo=UTC)
    interaction.note(user.pk, job.pk, "save", now)
    noted = InteractionEvent.objects.get()
    assert (noted.user_id, noted.job_id, noted.kind, noted.occurred_at) == (user.pk, job.pk, "save", now)
    assert JobHeat.objects.get().signals == 1
