"""Heat: what the signals of late are worth, whatever the order and the batches in which they came."""

import random
from datetime import datetime, timedelta
from itertools import product
from math import inf

import pytest
from django.db import connection
from django.utils import timezone

from jobs.models import InteractionEvent, Job, JobHeat
from jobs.services import heat, interaction
from tests.factories import JobFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)


def worth(signals: list[tuple[str, datetime]], at: datetime) -> float:
    """The same in plain Python, where nothing is a logarithm."""
    weights = {"view": 1, "save": 3, "apply_click": 3, "apply": 7}
    return sum(weights.get(kind, 0) * 0.5 ** ((at - moment) / (3 * DAY)) for kind, moment in signals)


def exposure(signals: list[tuple[str, datetime]], at: datetime) -> float:
    return sum(0.5 ** ((at - moment) / (7 * DAY)) for kind, moment in signals if kind == "impression")


def note(job: Job, kind: str, moment: datetime) -> None:
    """Somebody does something with a job."""
    interaction.note(UserFactory().pk, job.pk, kind, moment)


def write(job: Job, signals: list[tuple[str, datetime]], at: datetime = NOW) -> None:
    for kind, moment in signals:
        InteractionEvent.objects.create(user=UserFactory(), job=job, kind=kind, occurred_at=moment)
    heat.rebuild(at)


def test_a_view_of_this_instant_is_worth_one_and_half_of_that_three_days_later() -> None:
    job = JobFactory()
    note(job, "view", NOW)
    kept = JobHeat.objects.get()
    assert (kept.job_id, kept.signals) == (job.pk, 1)
    assert heat.heat_at(kept.heat, NOW) == pytest.approx(1)
    assert heat.heat_at(kept.heat, NOW + 3 * DAY) == pytest.approx(0.5)
    assert heat.heat_at(kept.heat, NOW + 30 * DAY) == pytest.approx(2**-10)


@pytest.mark.parametrize("seed", range(5))
def test_one_by_one_or_all_at_once_it_comes_to_the_same(seed: int) -> None:
    rng = random.Random(seed)
    kinds = ["view", "save", "apply_click", "apply", "hide"]
    signals = [(rng.choice(kinds), NOW - rng.uniform(0, 40) * DAY) for _ in range(30)]
    job = JobFactory()
    for kind, moment in signals:
        note(job, kind, moment)
    one_by_one = JobHeat.objects.get()
    assert heat.heat_at(one_by_one.heat, NOW) == pytest.approx(worth(signals, NOW))
    assert one_by_one.signals == sum(kind != "hide" for kind, _ in signals)
    JobHeat.objects.all().delete()
    heat.rebuild(NOW)
    at_once = JobHeat.objects.get()
    assert at_once.heat == pytest.approx(one_by_one.heat)
    assert at_once.signals == one_by_one.signals


def test_impressions_are_exposure_and_no_heat() -> None:
    job = JobFactory()
    signals = [("impression", NOW - days * DAY) for days in (0, 1, 7, 20)]
    write(job, signals)
    kept = JobHeat.objects.get()
    assert (kept.heat, kept.signals) == (-inf, 0)
    assert heat.heat_at(kept.heat, NOW) == 0
    assert heat.exposure_at(kept.exposure, kept.exposed_at, NOW) == pytest.approx(exposure(signals, NOW))
    assert heat.exposure_at(kept.exposure, kept.exposed_at, NOW + 7 * DAY) == pytest.approx(exposure(signals, NOW) / 2)


def test_what_is_added_to_a_job_that_was_only_shown_is_all_its_heat() -> None:
    job = JobFactory()
    write(job, [("impression", NOW - DAY)])
    note(job, "save", NOW)
    kept = JobHeat.objects.get()
    assert heat.heat_at(kept.heat, NOW) == pytest.approx(3)
    assert heat.exposure_at(kept.exposure, kept.exposed_at, NOW) == pytest.approx(0.5 ** (1 / 7))


def test_long_ago_and_far_ahead_are_no_numbers_that_cannot_be() -> None:
    job = JobFactory()
    note(job, "view", NOW - 3_000 * DAY)
    note(job, "view", NOW + 30_000 * DAY)
    note(job, "view", NOW)
    assert heat.heat_at(JobHeat.objects.get().heat, NOW + 30_000 * DAY) == pytest.approx(1)


def test_the_hotter_stays_the_hotter() -> None:
    """The column can be ordered by as it is, on any day."""
    early, late = JobFactory(), JobFactory()
    note(early, "apply", NOW - 9 * DAY)  # 7/8 of a view today
    note(late, "view", NOW)
    assert list(JobHeat.objects.order_by("-heat").values_list("job_id", flat=True)) == [late.pk, early.pk]


def test_made_anew_it_forgets_what_no_event_tells_of() -> None:
    job = JobFactory()
    JobHeat.objects.create(job=job, heat=heat.of(7, NOW))
    write(job, [("view", NOW - 3 * DAY)])
    assert heat.heat_at(JobHeat.objects.get().heat, NOW) == pytest.approx(0.5)


def test_what_was_done_before_is_looked_up_by_an_index_of_its_own() -> None:
    """By that of the job's events, or of the person's, it would walk past all that are others."""
    users, jobs = [UserFactory() for _ in range(5)], [JobFactory() for _ in range(5)]
    InteractionEvent.objects.bulk_create(
        InteractionEvent(user=user, job=job, kind="view", occurred_at=NOW - timedelta(minutes=minutes))
        for user, job in product(users, jobs)
        for minutes in range(80)
    )
    written = f"written AS (SELECT user_id, job_id, kind, occurred_at FROM {interaction.TABLE})"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN WITH {written}, {heat.ADD_WRITTEN}", {"at": NOW})
        lookups = [line for (line,) in cursor.fetchall() if " known" in line]
    # Of a partition without events any index does.
    assert any("job_id_expr_occurred_at_idx on " in line for line in lookups)
