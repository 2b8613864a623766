"""`manage.py signals` and `manage.py feed_cells`."""

from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.models import FeedCell, InteractionEvent, JobHeat
from jobs.services import interaction, signal
from kernel import caching
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.jobs.feed.liking import jobs_of, kind, like
from tests.search_board import other_connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    with caching.reaching() as server:
        server.delete(signal._stream())


def told(name: str, **options: object) -> list[str]:
    output = StringIO()
    call_command(name, stdout=output, **options)
    return output.getvalue().splitlines()


def tell(count: int) -> None:
    job = JobFactory()
    taken = [signal.Signal(uuid4(), job.pk, "view", timezone.now()) for _ in range(count)]
    signal.record(by=viewer_of(UserFactory()), signals=taken)


def test_it_shows_what_waits_and_which_months_are_kept() -> None:
    interaction.make_months(date(2031, 5, 1), date(2031, 6, 1))
    assert told("signals") == [
        "0 of at most 200,000 signals wait",
        "2031-05: about 0 rows",
        "2031-06: about 0 rows",
        "what is of no month: about 0 rows",
    ]
    tell(3)
    assert told("signals")[0].startswith("3 of at most 200,000 signals wait, the first for ")
    assert not InteractionEvent.objects.exists()


def test_what_waits_is_written_by_hand() -> None:
    tell(3)
    assert told("signals", drain=True)[:2] == ["3 signals written", "0 of at most 200,000 signals wait"]
    assert InteractionEvent.objects.count() == 3


def test_months_are_made_by_hand() -> None:
    assert told("signals", months=True)[0] == f"{interaction.MONTHS_AHEAD + 1} months made, 0 forgotten"
    assert told("signals", months=True)[0] == "0 months made, 0 forgotten"


@pytest.mark.django_db(transaction=True)
def test_months_that_are_in_use_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interaction, "PATIENCE", "50ms")
    with other_connection() as reader:
        reader.execute("SELECT count(*) FROM jobs_interactionevent")
        with pytest.raises(CommandError, match="in use"):
            told("signals", months=True)


def test_heat_is_made_anew_from_what_was_written() -> None:
    like(jobs_of(*kind(), count=2), 3)
    assert told("signals", heat=True)[0] == "2 jobs have heat"
    assert list(JobHeat.objects.values_list("signals", flat=True)) == [3, 3]


def test_without_the_cache_server_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_away_until", float("inf"))
    with pytest.raises(CommandError, match="cache server does not answer"):
        told("signals")


def test_kinds_of_work_are_learned(capsys: pytest.CaptureFixture[str]) -> None:
    like(jobs_of(*kind()) + jobs_of(*kind()), 5)
    (line,) = told("feed_cells")
    assert line.startswith("4 rows learned in ")
    assert FeedCell.objects.count() == 4
    assert "Jobs 2 of 2" in capsys.readouterr().err
