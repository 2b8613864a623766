"""The response cache: which answers it may share, who makes them, and how long they live."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from jobs.models import CloseReason
from jobs.services import job as jobs
from jobs.services import job_editing
from kernel import caching
from kernel.caching import Versions
from kernel.viewer import ANONYMOUS, Viewer
from nexus.graphql import answers, cache
from nexus.graphql.cache import Key, Produced
from nexus.graphql.planning import engine
from tests.door import send
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.valkey import Valkey, running
from tests.waiting import until

TAXONOMY = Key(b"the key of a test that reads skills", ("taxonomy",))
FEED = "query Feed($first: Int, $where: JobWhere) { jobs(first: $first, where: $where) { nodes { title } } }"

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cache is on, and holds nothing."""
    settings.RESPONSE_CACHE = True
    monkeypatch.setattr(caching, "versions", Versions())
    monkeypatch.setattr(caching, "_away_until", 0.0)
    monkeypatch.setattr(cache, "_answers", answers.Answers())
    for name in caching.server().scan_iter(f"{settings.KEY_PREFIX}:answer:*"):
        caching.server().delete(name)
    yield
    cache.forget()


@pytest.fixture
def valkey(settings: LazySettings) -> Iterator[Valkey]:
    """A cache server of the test's own in place of the others'."""
    with running() as server:
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": server.url}}
        yield server


class Maker:
    """Makes answers, and counts them."""

    def __init__(self, data: bytes = b"made", *, is_storable: bool = True) -> None:
        self.data = data
        self.is_storable = is_storable
        self.made = 0

    def __call__(self) -> Produced:
        self.made += 1
        return Produced(self.data + b" %d" % self.made, self.is_storable)


def key_of(source: str, variables: Any = None, viewer: Viewer = ANONYMOUS, operation: str | None = None) -> Key | None:
    return cache.key_of(engine().plan(source, operation), source, variables, viewer)


def counted(act: Callable[[], object]) -> dict[str, int]:
    """What the act added to the counts."""
    before = cache.counts()
    act()
    return {name: count - before[name] for name, count in cache.counts().items() if count != before[name]}


@committing
@pytest.mark.parametrize(
    "source",
    [
        "{ viewer { user { email } } }",
        "{ jobs { nodes { title } } viewer { user { email } } }",
        "{ ... on Query { ...Mine } } fragment Mine on Query { viewer { user { email } } }",
        '{ node(id: "x") { id } }',
        "{ nodes(ids: []) { id } }",
        "{ rateLimit { remaining } }",
        '{ costOf(document: "{ __typename }") { cost } }',
        "{ __typename }",
        "{ __schema { description } }",
        'mutation { tokenCreate(input: {email: "a", password: "b"}) { token } }',
    ],
)
def test_what_is_not_public_is_not_shared(source: str) -> None:
    assert counted(lambda: key_of(source)) == {"bypass": 1}
    assert key_of(source) is None


@committing
def test_only_the_answers_to_nobody_are_shared() -> None:
    assert key_of(FEED) is not None
    assert key_of(FEED, viewer=viewer_of(UserFactory())) is None


@committing
def test_nothing_is_shared_out_of_a_transaction_or_when_switched_off(settings: LazySettings) -> None:
    with transaction.atomic():
        assert key_of(FEED) is None
    settings.RESPONSE_CACHE = False
    assert key_of(FEED) is None


@committing
def test_the_key_is_document_operation_and_declared_variables() -> None:
    two = "query A { jobs { nodes { title } } } query B { jobs { nodes { slug } } }"
    keys = [
        key_of(FEED),
        key_of(FEED, {"first": 1}),
        key_of(FEED, {"first": 2}),
        key_of(FEED, {"first": 1, "where": {"remoteFor": "DE", "countries": ["DE"]}}),
        key_of(FEED + " "),
        key_of(two, operation="A"),
        key_of(two, operation="B"),
    ]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    reordered = {"where": {"countries": ["DE"], "remoteFor": "DE"}, "first": 1}
    assert key_of(FEED, reordered) == keys[3]
    assert key_of(FEED, {"first": 1, "undeclared": 5}) == keys[1]
    assert key_of(FEED, {"first": 2**70}) is None


@committing
@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("{ skills { nodes { name } } }", ("taxonomy",)),
        ("{ categories { totalCount } }", ("taxonomy",)),
        ("{ skills { nodes { jobs { totalCount } } } }", ("company", "job", "taxonomy")),
        ("{ jobs { totalCount } }", ("company", "job", "taxonomy")),
        ("{ companies { nodes { name } } }", ("company", "job", "taxonomy")),
    ],
)
def test_a_key_has_the_tags_of_all_that_is_read(source: str, tags: tuple[str, ...]) -> None:
    key = key_of(source)
    assert key is not None
    assert key.tags == tags


def test_an_answer_is_made_once_and_then_found() -> None:
    make = Maker()
    first = cache.serve(TAXONOMY, make)
    assert (first.data, first.source) == (b"made 1", "fresh")
    second = cache.serve(TAXONOMY, make)
    assert (second.data, second.source) == (b"made 1", "process")
    assert cache.peek(TAXONOMY) is not None
    assert 0 <= second.age < second.max_age <= caching.LIFETIME_SECONDS
    assert make.made == 1


def test_another_process_finds_it_in_the_cache_server(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    cache.serve(TAXONOMY, make)
    monkeypatch.setattr(cache, "_answers", answers.Answers())
    assert cache.peek(TAXONOMY) is None
    found = cache.serve(TAXONOMY, make)
    assert (found.data, found.source) == (b"made 1", "redis")
    assert cache.serve(TAXONOMY, make).source == "process"


def test_what_other_code_has_made_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    cache.serve(TAXONOMY, make)
    monkeypatch.setattr(cache, "_answers", answers.Answers())
    monkeypatch.setattr(answers, "release", lambda: "another")
    assert cache.serve(TAXONOMY, make).data == b"made 2"


def test_the_event_loop_is_given_nothing_once_the_versions_are_to_be_asked_for() -> None:
    cache.serve(TAXONOMY, Maker())
    caching.versions._asked_at -= caching.LAG_SECONDS
    assert cache.peek(TAXONOMY) is None
    assert cache.serve(TAXONOMY, Maker(b"no")).data == b"made 1"
    assert cache.peek(TAXONOMY) is not None


def test_a_new_version_ends_every_answer_that_read_it() -> None:
    make = Maker()
    cache.serve(TAXONOMY, make)
    caching.versions.bump({"company"})
    assert cache.serve(TAXONOMY, make).data == b"made 1"
    caching.versions.bump({"taxonomy"})
    assert cache.peek(TAXONOMY) is None
    assert cache.serve(TAXONOMY, make).data == b"made 2"


def test_what_has_errors_is_kept_for_nobody() -> None:
    make = Maker(is_storable=False)
    assert [cache.serve(TAXONOMY, make).data for _ in range(2)] == [b"made 1", b"made 2"]
    assert cache.serve(TAXONOMY, make).max_age == 0


def test_a_failure_reaches_its_own_caller_only() -> None:
    def fail() -> Produced:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):
        cache.serve(TAXONOMY, fail)
    assert cache.serve(TAXONOMY, Maker()).source == "fresh"


def test_of_many_who_ask_at_once_one_makes_the_answer() -> None:
    threads = 16
    together = threading.Barrier(threads)
    waiting = threading.Event()
    make = Maker()

    def slowly() -> Produced:
        waiting.wait(10)
        return make()

    def ask() -> cache.Stored:
        together.wait(10)
        return cache.serve(TAXONOMY, slowly)

    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask) for _ in range(threads)]
        until(lambda: together.n_waiting == 0 and cache._flights._flights)
        waiting.set()
        found = [future.result() for future in asked]
    assert make.made == 1
    assert {stored.data for stored in found} == {b"made 1"}
    assert sorted(stored.source for stored in found) == ["fresh"] + ["process"] * (threads - 1)
    assert not cache._flights._flights


@pytest.mark.parametrize("raises", [True, False])
def test_who_waited_for_nothing_makes_an_answer_of_its_own(raises: bool) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def fail() -> Produced:
        begun.set()
        go_on.wait(10)
        if raises:
            raise RuntimeError("the database is away")
        return Produced(b"with errors", is_storable=False)

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(cache.serve, TAXONOMY, fail)
        assert begun.wait(10)
        waiting = pool.submit(cache.serve, TAXONOMY, Maker(b"sound"))
        go_on.set()
        assert waiting.result().data == b"sound 1"
        assert (failing.exception() is not None) is raises


def test_an_old_answer_is_given_while_one_makes_it_anew() -> None:
    cache.serve(TAXONOMY, Maker(b"old"))
    begun, go_on = threading.Event(), threading.Event()

    def anew() -> Produced:
        begun.set()
        go_on.wait(10)
        return Produced(b"new")

    with time_machine.travel(time.time() + caching.LIFETIME_SECONDS - 2, tick=True), ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(cache.serve, TAXONOMY, anew)
        assert begun.wait(10)
        assert counted(lambda: cache.serve(TAXONOMY, Maker(b"no"))) == {"stale": 1}
        assert cache.serve(TAXONOMY, Maker(b"no")).data == b"old 1"
        caching.versions.bump({"taxonomy"})
        assert cache.serve(TAXONOMY, Maker(b"newer")).data == b"newer 1", "an old one is never given past a write"
        go_on.set()
        assert renewing.result().data == b"new"


def test_of_many_processes_one_makes_an_answer_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.serve(TAXONOMY, Maker(b"old"))
    name = answers.shared_name(TAXONOMY.digest, caching.versions.known(TAXONOMY.tags))
    with time_machine.travel(time.time() + caching.LIFETIME_SECONDS - 2, tick=True):
        is_ours, entry = answers.claim(name, ("1",))
        assert is_ours
        assert entry is not None
        assert cache.serve(TAXONOMY, Maker(b"no")).data == b"old 1"


def test_an_answer_that_another_process_makes_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = caching.versions.of(TAXONOMY.tags)
    name = answers.shared_name(TAXONOMY.digest, versions)
    assert answers.claim(name, versions) == (True, None)
    await_ = answers._await
    awaited = threading.Event()

    def awaiting(*arguments: Any) -> Any:
        awaited.set()
        return await_(*arguments)

    monkeypatch.setattr(answers, "_await", awaiting)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.serve, TAXONOMY, Maker(b"own"))
        assert awaited.wait(10)
        now = time.time()
        answers.share(name, answers.Entry(b"theirs", versions, now, now + 20, now + 30))
        assert (waiting.result().data, waiting.result().source) == (b"theirs", "redis")
    assert cache.serve(TAXONOMY, Maker(b"no")).source == "process"


def test_who_waits_in_vain_for_another_process_goes_alone() -> None:
    versions = caching.versions.of(TAXONOMY.tags)
    name = answers.shared_name(TAXONOMY.digest, versions)
    assert answers.claim(name, versions) == (True, None)
    started = time.monotonic()
    assert cache.serve(TAXONOMY, Maker(b"own")).data == b"own 1"
    assert time.monotonic() - started < answers.CLAIM_SECONDS
    answers.share(name, None)
    assert answers.claim(name, versions) == (True, None), "a claim without an answer is taken away"


@committing
def test_an_answer_never_outlives_the_job_that_ends() -> None:
    job = JobFactory(expires_at=timezone.now() + timedelta(seconds=10))
    key = key_of(FEED)
    assert key is not None
    make = Maker()
    assert cache.serve(key, make).max_age <= 10
    with time_machine.travel(job.expires_at - timedelta(seconds=1), tick=False):
        assert cache.serve(key, make).data == b"made 1"
    with time_machine.travel(job.expires_at, tick=False):
        assert cache.serve(key, make).data == b"made 2"


def test_an_answer_lives_for_half_a_minute_at_most() -> None:
    make = Maker()
    cache.serve(TAXONOMY, make)
    with time_machine.travel(time.time() + caching.LIFETIME_SECONDS, tick=False):
        assert cache.serve(TAXONOMY, make).data == b"made 2"


def test_answers_are_not_made_anew_all_at_the_same_moment() -> None:
    keys = [Key(b"%d" % number, TAXONOMY.tags) for number in range(50)]
    for key in keys:
        cache.serve(key, Maker())
    entries = [cache._answers.get(key.digest) for key in keys]
    lives = [entry.renewed_from - entry.made_at for entry in entries if entry is not None]
    assert len(lives) == 50
    assert max(lives) - min(lives) > 1
    assert max(lives) <= caching.LIFETIME_SECONDS - cache.RENEWAL_SECONDS


def test_the_process_keeps_so_many_bytes(settings: LazySettings) -> None:
    settings.RESPONSE_CACHE_MB = 1
    kept = answers.Answers()
    entry = answers.Entry(bytes(100_000), (), 0, 0, 0)
    for number in range(20):
        kept.put(b"%d" % number, entry)
        kept.get(b"0")
    assert len(kept) == 9
    assert kept.size == 9 * (100_000 + answers.OVERHEAD_BYTES)
    assert kept.get(b"0") is not None, "what is used is kept"
    kept.put(b"too large", answers.Entry(bytes(200_000), (), 0, 0, 0))
    assert kept.get(b"too large") is None
    kept.put(b"0", answers.Entry(b"", (), 0, 0, 0))
    assert kept.size == 8 * (100_000 + answers.OVERHEAD_BYTES) + answers.OVERHEAD_BYTES


def test_with_no_room_in_the_process_the_cache_server_has_it(settings: LazySettings) -> None:
    settings.RESPONSE_CACHE_MB = 0
    make = Maker()
    assert [cache.serve(TAXONOMY, make).source for _ in range(3)] == ["fresh", "redis", "redis"]
    assert make.made == 1


def test_requests_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_REMEMBERED", 3)
    for number in range(5):
        cache.remember(b"%d" % number, TAXONOMY, number)
    assert [cache.recall(b"%d" % number) for number in range(5)] == [
        None, None, (TAXONOMY, 2), (TAXONOMY, 3), (TAXONOMY, 4)
    ]  # fmt: skip


def test_without_the_cache_server_the_process_caches_by_itself(valkey: Valkey) -> None:
    make = Maker()
    assert cache.serve(TAXONOMY, make).source == "fresh"
    valkey.stop()
    caching.versions._asked_at = 0.0
    assert cache.serve(TAXONOMY, make).source == "process"
    assert not caching.versions.is_current
    caching.versions.bump({"taxonomy"})
    assert cache.serve(TAXONOMY, make).data == b"made 2"
    assert cache.serve(TAXONOMY, make).data == b"made 2"


def test_when_the_cache_server_is_back_it_is_used_again(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    valkey.stop()
    cache.serve(TAXONOMY, Maker())
    valkey.start()
    monkeypatch.setattr(caching, "_away_until", 0.0)
    caching.versions._asked_at = 0.0
    caching.versions.bump({"taxonomy"})
    cache.serve(TAXONOMY, Maker())
    monkeypatch.setattr(cache, "_answers", answers.Answers())
    assert cache.serve(TAXONOMY, Maker(b"no")).source == "redis"


def test_a_cache_server_that_hangs_holds_a_request_up_once(valkey: Valkey) -> None:
    caching.versions.of(TAXONOMY.tags)
    valkey.freeze()
    started = time.monotonic()
    assert cache.serve(TAXONOMY, Maker()).source == "fresh"
    assert time.monotonic() - started < caching.RETRY_SECONDS + 1
    started = time.monotonic()
    assert cache.serve(TAXONOMY, Maker(b"no")).source == "process"
    assert time.monotonic() - started < 0.1
    valkey.thaw()


@committing
def test_the_process_that_changes_a_job_shows_it_changed_at_once() -> None:
    admin = viewer_of(UserFactory(platform_admin=True))
    job = JobFactory(title="Before")

    def titles() -> list[str]:
        return [node["title"] for node in send(FEED).data["jobs"]["nodes"]]

    assert counted(titles) == {"miss": 1}
    assert counted(titles) == {"process": 1}
    job = job_editing.amend(by=admin, job_id=job.pk, version=job.version, changes={"title": "After"})
    assert titles() == ["After"]
    jobs.close(by=admin, job_id=job.pk, reason=CloseReason.FILLED)
    assert titles() == []
    draft = JobFactory(draft=True, title="Published", company__verified_at=timezone.now())
    assert titles() == []
    jobs.publish(by=admin, job_id=draft.pk)
    assert titles() == ["Published"]


@committing
def test_answers_with_errors_are_given_as_they_are_and_not_kept() -> None:
    for _ in range(2):
        answer = send('{ jobs(after: "made up") { nodes { title } } }')
        assert answer.codes == ["BAD_REQUEST"]
    assert cache.counts()["miss"] >= 2
