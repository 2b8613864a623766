"""Reading on, page after page, while postings come, change and go: each that stays is found once."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from jobs.models import CloseReason, Job, JobLifecycle
from jobs.search import diversity
from jobs.search.port import JobSearchOrderField, SearchOrder
from jobs.search.positions import SearchPosition
from jobs.search.postgres import document, estimates, plans, terms, ways
from jobs.search.where import Near
from jobs.selectors.search import SearchRequest, search
from kernel import caching
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, PlaceFactory

BERLIN = Near(52.52, 13.41, 100, or_remote_for="DE")
ORDERS = [
    SearchOrder(),
    *(SearchOrder(field, is_descending) for field in list(JobSearchOrderField)[1:] for is_descending in (True, False)),
]
WORDS = ("python", "senior", "engineer", "cloud")
TEXTS = ("", "python", "python work", "title:python", "-cloud", "pyth* or senior")


class Board:
    """Postings of few companies, in few places, with few words, so that there are ties and repetitions."""

    def __init__(self, rng: random.Random, size: int) -> None:
        self.companies = CompanyFactory.create_batch(4)
        self.places = [PlaceFactory(latitude=52.52 + step / 10, longitude=13.41) for step in (0, 0, 1, 3, 40)]
        self.jobs = [self.publish(rng) for _ in range(size)]
        document.index([job.pk for job in self.jobs])

    def publish(self, rng: random.Random) -> Job:
        pay = rng.choice([None, (40_000_00, rng.choice([50_000_00, 60_000_00]))])
        return JobFactory(
            title=" ".join(rng.sample(WORDS, rng.randint(1, 3))),
            description_source=" ".join(["work", *rng.sample(WORDS, 2)]),
            company=rng.choice(self.companies),
            places=rng.sample(self.places, rng.randint(0, 2)),
            workplace=rng.choice(["remote", "on_site"]),
            pay=pay,
            published_at=timezone.now() - timedelta(minutes=rng.randint(1, 5)),
        )

    def write(self, rng: random.Random) -> None:
        """A posting comes (some say that they are older), ends, or is published again."""
        act = rng.choice(["close", "close", "publish", "republish"])
        if act == "publish":
            self.jobs.append(self.publish(rng))
            document.index([self.jobs[-1].pk])
            return
        job = Job.objects.filter(pk=rng.choice(self.jobs).pk, lifecycle=JobLifecycle.PUBLISHED)
        if act == "close":
            job.update(lifecycle=JobLifecycle.CLOSED, close_reason=CloseReason.FILLED, closed_at=timezone.now())
        else:
            job.update(published_at=timezone.now())
            document.index(list(job.values_list("pk", flat=True)))


def live() -> set[tuple[UUID, object]]:
    """The postings that are live, and since when."""
    return set(Job.objects.filter(lifecycle=JobLifecycle.PUBLISHED).values_list("pk", "published_at"))


def read_through(request: SearchRequest, between: Callable[[], None]) -> list[UUID]:
    """The jobs of all the pages; `between` is called after each. Cursors go through what the doors write."""
    found: list[UUID] = []
    while True:
        result = search(ANONYMOUS, request)
        found += [hit.job.pk for hit in result.hits]
        if not result.has_next:
            return found
        assert len(result.hits) == request.size, "A page that is not the last is full."
        between()
        request = replace(request, after=SearchPosition.read(result.hits[-1].position.written()))


@pytest.fixture(params=["few", "many", "walked", "in a window"])
def _bounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans for many matches, with few of them; and ways that are chosen though they are too short."""
    if request.param != "few":
        monkeypatch.setattr(plans, "FEW", 12)
        monkeypatch.setattr(plans, "MOST_RANKED", 12)
        monkeypatch.setattr(plans, "MOST_HEADS", 20)
        monkeypatch.setattr(plans, "ENOUGH_HEADS", 8)
        monkeypatch.setattr(plans, "MOST_TEXTS", 6)
        monkeypatch.setattr(ways, "MOST_SORTED", 10)
    if request.param == "walked":
        monkeypatch.setattr(plans, "UNSURE", 0)
        monkeypatch.setattr(plans, "UNSURE_HEADS", 0)
        monkeypatch.setattr(ways.Search, "way", lambda *_, **__: ways.Way.WALK)
        monkeypatch.setattr(ways.Search, "_far", lambda *_: 10)
    if request.param == "in a window":
        monkeypatch.setattr(plans, "UNSURE", 0)
        monkeypatch.setattr(plans, "UNSURE_HEADS", 0)
        monkeypatch.setattr(
            ways.Search, "way", lambda *_, has_window=False, **__: ways.Way.WINDOW if has_window else ways.Way.INDEX
        )
        monkeypatch.setattr(estimates, "since", lambda at, share: at - timedelta(minutes=2))
    monkeypatch.setattr(diversity, "STRETCH", 15)
    monkeypatch.setattr(diversity, "WINDOW", 5)


@pytest.fixture(params=["kept", "lost", "away"])
def forget(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Whether rankings are there for the next page."""
    if request.param == "away":
        monkeypatch.setattr(caching, "_away_until", float("inf"))

    def lose() -> None:
        for key in caching.server().scan_iter(f"{settings.KEY_PREFIX}:ranked:*"):
            caching.server().delete(key)

    return lose if request.param == "lost" else lambda: None


@pytest.mark.django_db
@pytest.mark.usefixtures("_bounds")
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.field}-{order.is_descending}")
def test_each_job_that_stays_is_found_once(order: SearchOrder, forget: Callable[[], None]) -> None:
    rng = random.Random(f"{order}")
    board = Board(rng, 24)
    for text in rng.sample(TEXTS, 2):
        before = live()
        terms.rebuild()
        # The words are counted anew once while somebody reads.
        counting = iter([terms.rebuild])

        def between(counting: Iterator[Callable[[], None]] = counting) -> None:
            forget()
            for _ in range(rng.randint(0, 2)):
                board.write(rng)
            next(counting, lambda: None)()

        near = (BERLIN,) if order.field is JobSearchOrderField.DISTANCE or rng.random() < 0.3 else ()
        request = SearchRequest(text=text, order=order, near=near, size=rng.choice([2, 4, 7]), per_company=2)
        whole = read_through(replace(request, size=100), lambda: None)
        found = read_through(request, between)
        assert len(found) == len(set(found)), text
        stayed = {key for key, _ in before & live()}
        assert stayed & set(whole) <= set(found), text


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_bounds")
@pytest.mark.parametrize("order", ORDERS[:4], ids=lambda order: str(order.field))
def test_writers_at_the_same_time_change_nothing_of_it(order: SearchOrder) -> None:
    rng = random.Random(7)
    board = Board(rng, 40)
    before = live()
    is_over = threading.Event()

    def write() -> None:
        own = random.Random(8)
        try:
            while not is_over.is_set():
                board.write(own)
        finally:
            connections.close_all()

    near = (BERLIN,) if order.field is JobSearchOrderField.DISTANCE else ()
    request = SearchRequest(text="python or senior", order=order, near=near, size=3)
    whole = read_through(replace(request, size=100), lambda: None)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = read_through(request, lambda: None)
    finally:
        is_over.set()
        writer.join()
    assert len(found) == len(set(found))
    assert {key for key, _ in before & live()} & set(whole) <= set(found)
