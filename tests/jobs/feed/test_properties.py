"""What holds of every page of every feed, whatever others write while it is read.

Writers note when what they wrote was committed, readers when they began to ask: a page may hold what was taken away
while it was read, and never what was gone before.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.feed import session, weights
from jobs.feed.person import person_of
from jobs.feed.ranking import rank, scored
from jobs.feed.reading import FeedPage, FeedRequest, feed
from jobs.feed.session import SessionGone
from jobs.models import InteractionEvent, InteractionKind, Job, JobDismissal, JobModeration, JobSearch, Profile
from jobs.search.postgres.document import index
from jobs.services import dismissal, employer_block
from jobs.services import profile as profiles
from kernel import caching
from kernel.errors import NotFound
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, CurrencyFactory, JobFactory, PlaceFactory, SkillFactory
from tests.feed_board import ids, seeker
from tests.kernel.races import in_threads

WORKPLACES = ["on_site", "hybrid", "remote"]
TERMS = ["full_time", "part_time", "contract"]
PAGES = 40


@dataclass(frozen=True)
class Wish:
    """What the person wants for a while. Empty: all the same."""

    workplaces: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    def keeps(self, job: Job) -> bool:
        is_there = not self.workplaces or not job.workplace or job.workplace in self.workplaces
        return is_there and (
            not self.terms or not job.employment_types or bool({*self.terms} & {*job.employment_types})
        )


@dataclass
class Board:
    """A board and one person, and what was done when."""

    viewer: Viewer
    jobs: dict[UUID, Job]
    likeness: dict[UUID, int]
    gone: dict[UUID, float] = field(default_factory=dict)
    """Since when a job may not be shown any more."""
    wishes: list[tuple[float, float, Wish]] = field(default_factory=list)
    """What was wanted, from when it was begun to be written until when it had been."""
    lock: Lock = field(default_factory=Lock)

    def take(self, keys: Sequence[UUID], act: Callable[[], object]) -> None:
        act()
        done = monotonic()
        with self.lock:
            for key in keys:
                self.gone.setdefault(key, done)

    def wish(self, wish: Wish) -> None:
        begun = monotonic()
        changes = {"workplaces": list(wish.workplaces), "employment_types": list(wish.terms)}
        profiles.update(by=self.viewer, changes=changes)
        with self.lock:
            self.wishes.append((begun, monotonic(), wish))

    def wished(self, start: float, end: float) -> list[Wish]:
        """All that may have been wanted at some moment of this time."""
        with self.lock:
            written = list(self.wishes)
        until = [*(done for _, done, _ in written[1:]), float("inf")]
        # The one that is being written now is not among them yet: whoever reads it is told afterwards.
        return [wish for (begun, _, wish), done in zip(written, until, strict=True) if begun <= end and done >= start]


def board(random: Random, size: int = 60) -> Board:
    viewer = seeker("Feeding")
    skill = SkillFactory(name="Feeding", slug="feeding")
    companies = [CompanyFactory() for _ in range(size // 5)]
    place = PlaceFactory()
    jobs = []
    for number in range(size):
        # Every fifth says what the one before it says.
        what = number - 1 if number % 5 == 4 else number
        values: dict[str, Any] = {
            "title": f"Feeder {what}",
            "company": companies[what % len(companies)],
            "workplace": random.choice([*WORKPLACES, ""]),
            "employment_types": random.choice([[], ["full_time"], ["part_time"], ["full_time", "contract"]]),
            "skills": [skill],
            "places": [place],
        }
        jobs.append(JobFactory(**values))
    index([job.pk for job in jobs])
    likeness = dict(JobSearch.objects.values_list("job_id", "likeness"))
    made = Board(viewer, {job.pk: job for job in jobs}, likeness)
    made.wishes.append((0.0, 0.0, Wish()))
    return made


def take_away(board: Board, random: Random) -> None:
    """Do one of the things that take a job out of the person's feed for good."""
    key = random.choice(list(board.jobs))
    viewer, job = board.viewer, board.jobs[key]
    rows = Job.objects.filter(pk=key)
    ways: list[Callable[[], object]] = [
        lambda: board.take([key], lambda: rows.update(lifecycle="paused")),
        lambda: board.take([key], lambda: rows.update(moderation=JobModeration.FROZEN)),
        lambda: board.take([key], lambda: rows.update(expires_at=timezone.now())),
        lambda: board.take(
            [key],
            lambda: InteractionEvent.objects.create(user_id=viewer.user_id, job_id=key, kind=InteractionKind.APPLY),
        ),
        *3 * [lambda: dismiss(board, key)],
    ]
    if random.random() < 0.1:
        company = [other for other, one in board.jobs.items() if one.company_id == job.company_id]
        ways = [lambda: board.take(company, lambda: employer_block.block(by=viewer, company_id=job.company_id))]
    random.choice(ways)()


def dismiss(board: Board, key: UUID) -> None:
    # What is not shown to anybody any more cannot be dismissed; and nobody knows any more what it was like.
    with suppress(NotFound):
        dismissed = dismissal.dismiss(by=board.viewer, job_id=key)
        alike = [other for other, likeness in board.likeness.items() if likeness == dismissed.likeness]
        board.take([key, *alike], lambda: None)


def wish(board: Board, random: Random) -> None:
    """Want something else, or nothing in particular."""
    terms = random.sample(TERMS, random.choice([0, 0, 1, 2]))
    board.wish(Wish(tuple(random.sample(WORKPLACES, random.randint(0, 2))), tuple(terms)))


@dataclass
class Look:
    """A page that was read, and when."""

    start: float
    end: float
    page: FeedPage
    is_first: bool
    order: Sequence[UUID]
    """Of its whole session."""


def look(board: Board, request: FeedRequest) -> Look:
    start = monotonic()
    page = feed(board.viewer, request)
    end = monotonic()
    owner = session.owner_of(board.viewer)
    order: list[UUID] = []
    with suppress(SessionGone):
        kept = session.found(owner, page.session_id)
        order = [match.job_id for match in session.matches(owner, kept, 0, kept.size)] if kept else []
    return Look(start, end, page, request.after is None, order)


def read(board: Board, random: Random, pages: int) -> Iterator[Look]:
    """So many pages, of sessions read to their end or left for another one."""
    seen: list[Look] = []
    for _ in range(pages):
        if seen and seen[-1].page.has_next and random.random() < 0.85:
            after = seen[-1].page.jobs[-1].position
            seen.append(look(board, FeedRequest(random.randint(1, 7), after)))
        else:
            seen.append(look(board, FeedRequest(random.randint(1, 7), is_refreshed=random.random() < 0.5)))
        yield seen[-1]


def violations(board: Board, seen: Look) -> list[str]:
    """What a page holds that it may not."""
    found = [
        f"{board.jobs[key].title} was gone for {seen.start - board.gone[key]:.3f} s"
        for key in ids(seen.page)
        if key in board.gone and board.gone[key] < seen.start
    ]
    wishes = board.wished(seen.start, seen.end)
    if not any(all(wish.keeps(board.jobs[key]) for key in ids(seen.page)) for wish in wishes):
        found.append(f"none of {wishes} was kept to")
    return found


def unordered(looks: Sequence[Look]) -> list[UUID]:
    """Sessions of which the pages, one after the other, do not hold each job once and in the session's order."""
    reads: list[list[Look]] = []
    for one in looks:
        if one.is_first:
            reads.append([])
        reads[-1].append(one)
    found = []
    for those in reads:
        places = iter(those[0].order)
        is_one = len({one.page.session_id for one in those}) == 1
        # Each is looked for behind the one before it.
        if not (is_one and all(key in places for one in those for key in ids(one.page))):
            found.append(those[0].page.session_id)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_between_pages_no_rule_is_broken_and_nothing_moves(seed: int) -> None:
    random = Random(seed)
    made = board(random)
    looks: list[Look] = []
    shown: Counter[str] = Counter()
    for one in read(made, random, 40):
        looks.append(one)
        assert violations(made, one) == []
        shown["jobs"] += len(one.page.jobs)
        if random.random() < 0.5:
            random.choice([take_away, take_away, wish])(made, random)
    assert unordered(looks) == []
    # It was a test of something.
    assert shown["jobs"] > 40
    assert len(made.gone) > 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("is_lossy", [False, True], ids=["kept", "lost now and then"])
def test_under_concurrent_writes_no_rule_is_broken_and_nothing_moves(seed: int, is_lossy: bool) -> None:
    made = board(Random(seed), 120)
    readers: list[list[Look]] = [[], []]
    owner = session.owner_of(made.viewer)

    def reading(number: int) -> None:
        readers[number].extend(read(made, Random(f"reader {seed} {number}"), PAGES))

    def writing() -> None:
        random = Random(f"writer {seed}")
        for _ in range(45):
            take_away(made, random)

    def wishing() -> None:
        # One alone: the notes are in the order in which it was written.
        random = Random(f"wishes {seed}")
        for _ in range(25):
            wish(made, random)

    def losing() -> None:
        random = Random(f"losses {seed}")
        for _ in range(20):
            keys = list(caching.server().scan_iter(f"{settings.KEY_PREFIX}:feed:{owner}:*"))
            for key in keys if random.random() < 0.5 else keys[:1]:
                caching.server().delete(key)

    acts = [lambda: reading(0), lambda: reading(1), writing, wishing, *([losing] if is_lossy else [])]
    assert in_threads(*acts) == [None] * len(acts)
    for looks in readers:
        assert len(looks) == PAGES
        assert [told for one in looks for told in violations(made, one)] == []
        if not is_lossy:
            assert unordered(looks) == []
            assert not any(one.page.is_restored for one in looks)
    assert sum(len(one.page.jobs) for looks in readers for one in looks) > PAGES
    assert len(made.gone) > 10


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_what_was_dismissed_is_never_seen_again_nor_what_says_the_same(seed: int) -> None:
    random = Random(seed)
    made = board(random)
    by_likeness = Counter(made.likeness.values())
    repeated = [key for key, likeness in made.likeness.items() if by_likeness[likeness] > 1]
    assert repeated
    for key in random.sample(repeated, 2) + random.sample(list(made.jobs), 3):
        dismiss(made, key)
        for request in (FeedRequest(50), FeedRequest(50, is_refreshed=True)):
            assert made.gone.keys().isdisjoint(ids(feed(made.viewer, request)))
        caching.server().delete(*caching.server().scan_iter(f"{settings.KEY_PREFIX}:feed:*"))
        assert made.gone.keys().isdisjoint(ids(feed(made.viewer, FeedRequest(50))))
    assert len(made.gone) > 5
    # Undone, it is there again.
    again = JobDismissal.objects.order_by("dismissed_at").first()
    assert again is not None
    dismissal.undo(by=made.viewer, job_id=again.job_id)
    others = set(JobDismissal.objects.values_list("likeness", flat=True))
    if again.likeness not in others:
        shown = {made.likeness[key] for key in ids(feed(made.viewer, FeedRequest(60, is_refreshed=True)))}
        assert again.likeness in shown


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_parts_add_up_and_the_top_reason_lifts_the_score(seed: int) -> None:
    random = Random(seed)
    made = board(random)
    Profile.objects.filter(user_id=made.viewer.user_id).update(
        headline="Feeder",
        seniority="mid",
        salary_floor_minor=40_000_00,
        salary_floor_currency=CurrencyFactory(),
        salary_floor_period="year",
    )
    now = timezone.now()
    person = person_of(made.viewer, now)
    matches = rank(person, now, seed=seed).matches
    assert len(matches) > 20
    worth = weights.active().slid(person.sliders)
    for match in [*matches, *scored(person, list(made.jobs), now)]:
        assert abs(sum(match.parts.values()) - match.score) < 1e-9
        assert match.parts.keys() == worth.keys()
        assert match.reasons
        for reason in match.reasons:
            assert match.parts[reason.code] == reason.weight
            for instead in (0.0, 0.5 * worth[reason.code]):
                assert sum((dict(match.parts) | {reason.code: instead}).values()) < match.score
