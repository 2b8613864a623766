from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import orjson
import pytest
from django.conf import settings

from jobs.feed import session
from jobs.feed.constraints import Constraints
from jobs.feed.match import Feature, Gap, Match, Reason, Source
from jobs.feed.reading import FeedRequest, feed
from jobs.feed.session import FeedSession, SessionGone
from kernel import caching
from kernel.caching import CacheAway
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.feed_board import seeker
from tests.search_board import live_jobs

AT = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
NUMBERS = count()


def matches(count: int = 5) -> list[Match]:
    """All that a match may say, with numbers that only come back if every digit does."""
    return [
        Match(
            uuid4(),
            uuid4(),
            0.1 + 0.2 * number,
            {Feature.SKILL: 1 / 3, Feature.FATIGUE: -0.1 * number},
            (Source.SKILLS, Source.POPULAR),
            (Reason(Feature.SKILL, 1 / 3, {"skill_ids": [3, 4], "count": 2, "asked": 3}),),
            (Gap("skills", {"skill_ids": [5], "count": 1}), Gap("pay_unknown", {})),
            number == 3,
            1 / 7,
        )
        for number in range(count)
    ]


def begun(owner: str, size: int = 5, *, is_current: bool = True) -> tuple[FeedSession, list[Match]]:
    made = FeedSession(
        # Twelve bits of chance alone tell those of one instant apart.
        session.new_id(owner, AT + timedelta(milliseconds=next(NUMBERS))),
        AT,
        "v1",
        7,
        size,
        Constraints(uuid4(), ("en", "de"), ("DE",), ("DE",), (), ("full_time",), ("remote",)),
    )
    those = matches(size)
    session.begin(owner, made, those, is_current=is_current)
    return made, those


def owner() -> str:
    return session.owner_of(Viewer(user_id=uuid4()))


def keys(of: str) -> list[str]:
    found = caching.server().scan_iter(f"{settings.KEY_PREFIX}:feed:{of}:*")
    return sorted(key.decode() for key in found)


def test_what_was_kept_comes_back_to_the_last_digit() -> None:
    mine = owner()
    made, those = begun(mine)
    assert session.current(mine) == made
    assert session.found(mine, made.id) == made
    assert session.matches(mine, made, 0, 100) == those
    assert session.matches(mine, made, 2, 2) == those[2:4]
    assert session.matches(mine, made, 5, 2) == []


def test_an_empty_feed_is_kept_too() -> None:
    mine = owner()
    made, _ = begun(mine, 0)
    assert session.current(mine) == made
    assert session.matches(mine, made, 0, 10) == []


def test_the_newest_is_current_and_one_made_again_is_not() -> None:
    mine = owner()
    first, _ = begun(mine)
    second, _ = begun(mine)
    assert session.current(mine) == second
    again, _ = begun(mine, is_current=False)
    assert session.current(mine) == second
    assert session.found(mine, first.id) == first
    assert session.found(mine, again.id) == again


def test_nobody_reads_the_session_of_another() -> None:
    mine, theirs = owner(), owner()
    made, _ = begun(mine)
    assert session.current(theirs) is None
    assert session.found(theirs, made.id) is None
    with pytest.raises(SessionGone):
        session.matches(theirs, made, 0, 5)
    with pytest.raises(ValueError, match="no session of this feed"):
        session.instant_of(theirs, made.id)


def test_an_id_tells_its_owner_and_instant_and_cannot_be_made_up() -> None:
    mine = owner()
    key = session.new_id(mine, AT)
    assert session.instant_of(mine, key) == AT
    assert (key.version, key.variant) == (8, "specified in RFC 4122")
    assert session.instant_of(mine, session.new_id(mine, AT + timedelta(microseconds=999))) == AT
    for bit in (0, 40, 61, 65, 80, 127):
        with pytest.raises(ValueError, match="no session of this feed"):
            session.instant_of(mine, UUID(int=key.int ^ 1 << bit))
    with pytest.raises(ValueError, match="no session of this feed"):
        session.instant_of(mine, uuid4())


def test_ids_of_one_instant_differ() -> None:
    mine = owner()
    assert len({session.new_id(mine, AT) for _ in range(20)}) > 15


@pytest.mark.parametrize(
    ("viewer", "is_own"),
    [
        (Viewer(user_id=uuid4()), True),
        (Viewer(user_id=uuid4(), key_id=uuid4(), scopes=frozenset({Scope.PROFILE_READ})), True),
        (Viewer(user_id=uuid4(), key_id=uuid4(), scopes=frozenset({Scope.JOBS_READ})), False),
        (Viewer(user_id=uuid4(), platform_role="moderator"), False),
        (Viewer(user_id=uuid4(), platform_role="admin"), False),
        (ANONYMOUS, False),
    ],
)
def test_who_may_not_look_for_work_gets_what_everybody_gets(viewer: Viewer, is_own: bool) -> None:
    assert session.owner_of(viewer, "berlin") == (f"user:{viewer.user_id.hex}" if is_own else "anonymous:berlin")  # type: ignore[union-attr]


def test_each_look_keeps_all_of_it_for_half_an_hour_again() -> None:
    mine = owner()
    made, _ = begun(mine)
    looks = {lambda: session.current(mine): "", lambda: session.found(mine, made.id): ":current"}
    for look, not_kept in looks.items():
        assert len(keys(mine)) == 4
        for key in keys(mine):
            assert 0 < caching.server().ttl(key) <= session.KEPT_SECONDS
            caching.server().expire(key, 60)
        assert look() == made
        longer = {key for key in keys(mine) if caching.server().ttl(key) > 60}
        assert longer == {key for key in keys(mine) if not (not_kept and key.endswith(not_kept))}


def test_it_is_json_and_nothing_else() -> None:
    mine = owner()
    begun(mine)
    (pointer,) = (key for key in keys(mine) if key.endswith(":current"))
    (kept,) = (key for key in keys(mine) if key.endswith(":sessions"))
    header, listed = (key for key in keys(mine) if key not in (pointer, kept))
    assert isinstance(orjson.loads(caching.server().get(header)), dict)
    assert [type(orjson.loads(one)) for one in caching.server().lrange(listed, 0, -1)] == [list] * 5
    assert caching.server().get(pointer) in header.encode()
    assert caching.server().lrange(kept, 0, -1) == [caching.server().get(pointer)]


@pytest.mark.parametrize(
    "kept", [b"", b"{", b"{}", b"[]", b"null", b"\x80\x04K\x01.", b'{"constraints": {"user_id": 3}}']
)
def test_a_header_that_was_not_written_so_is_no_session(kept: bytes) -> None:
    mine = owner()
    made, _ = begun(mine)
    header = next(key for key in keys(mine) if key.endswith(made.id.hex))
    caching.server().set(header, kept)
    assert session.current(mine) is None
    assert session.found(mine, made.id) is None


def test_a_header_of_a_release_that_knew_one_country_is_no_session() -> None:
    mine = owner()
    made, _ = begun(mine)
    header = next(key for key in keys(mine) if key.endswith(made.id.hex))
    kept = orjson.loads(caching.server().get(header))
    kept["constraints"]["remote_for"] = "DE"
    caching.server().set(header, orjson.dumps(kept))
    assert session.current(mine) is None


def test_a_session_without_all_of_its_matches_is_gone() -> None:
    mine = owner()
    made, _ = begun(mine)
    listed = next(key for key in keys(mine) if key.endswith(":jobs"))
    caching.server().rpop(listed)
    assert len(session.matches(mine, made, 0, 4)) == 4
    with pytest.raises(SessionGone):
        session.matches(mine, made, 0, 5)
    caching.server().lset(listed, 0, b'["x"]')
    with pytest.raises(SessionGone):
        session.matches(mine, made, 0, 1)
    caching.server().delete(listed)
    with pytest.raises(SessionGone):
        session.matches(mine, made, 0, 1)


def kept_of(of: str, made: Sequence[FeedSession]) -> list[int]:
    """Which of the sessions are kept whole, by their numbers; nothing is kept of the others. Nothing is read."""
    found = keys(of)
    parts = [[key for key in found if key.removesuffix(":jobs").endswith(one.id.hex)] for one in made]
    assert {len(those) for those in parts} <= {0, 2}
    return [number for number, those in enumerate(parts) if those]


def test_so_many_sessions_of_a_person_are_kept_and_the_oldest_goes() -> None:
    mine, theirs = owner(), owner()
    other, _ = begun(theirs)
    made = []
    for number in range(30):
        made.append(begun(mine)[0])
        assert kept_of(mine, made) == list(range(max(0, number - 7), number + 1))
    assert len(keys(mine)) == 2 * session.MOST_KEPT + 2
    assert session.current(mine) == made[-1]
    assert session.found(mine, made[21].id) is None
    assert session.found(theirs, other.id) == other


def test_what_somebody_reads_on_in_is_not_the_oldest() -> None:
    mine = owner()
    made = [begun(mine)[0] for _ in range(8)]
    assert session.found(mine, made[0].id) == made[0]
    assert session.page(mine, made[2].id, 1, 2)
    made += [begun(mine)[0] for _ in range(5)]
    assert kept_of(mine, made) == [0, 2, 7, 8, 9, 10, 11, 12]
    # Those that are read go by themselves in the same order.
    listed = caching.server().lrange(next(key for key in keys(mine) if key.endswith(":sessions")), 0, -1)
    assert [kept.decode() for kept in listed] == [made[number].id.hex for number in (12, 11, 10, 9, 8, 2, 0, 7)]


def test_one_that_is_made_again_counts_once_and_takes_the_place_of_another() -> None:
    mine = owner()
    made = [begun(mine)[0] for _ in range(9)]
    for _ in range(3):
        session.begin(mine, made[0], matches(), is_current=False)
    assert kept_of(mine, made) == [0, 2, 3, 4, 5, 6, 7, 8]
    assert session.current(mine) == made[8]


@pytest.mark.parametrize("lost", [":sessions", ":current"])
def test_they_are_counted_again_by_being_read_where_the_count_is_lost(lost: str) -> None:
    mine = owner()
    made = [begun(mine)[0] for _ in range(8)]
    caching.server().delete(next(key for key in keys(mine) if key.endswith(lost)))
    for one in made:
        assert session.found(mine, one.id) == one
    made += [begun(mine)[0] for _ in range(8)]
    assert kept_of(mine, made) == list(range(8, 16))


def test_nothing_of_a_person_is_kept_for_longer_than_half_an_hour() -> None:
    """So that nothing has to be forgotten with the account."""
    mine = owner()
    for _ in range(9):
        made, _ = begun(mine)
    session.found(mine, made.id)
    assert all(0 < caching.server().ttl(key) <= session.KEPT_SECONDS for key in keys(mine))


def test_those_of_a_place_are_not_one_persons_to_push_out() -> None:
    place = session.owner_of(ANONYMOUS, uuid4().hex)
    made = [begun(place)[0] for _ in range(20)]
    assert kept_of(place, made) == list(range(20))
    assert len(keys(place)) == 2 * 20 + 1
    assert session.current(place) == made[-1]
    assert session.found(place, made[0].id) == made[0]


def test_to_begin_and_to_read_are_one_way_to_the_server_each(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = owner()
    those = [begun(mine)[0] for _ in range(8)]
    connection = caching.server().connection_pool.connection_class
    sent: list[object] = []
    send = connection.send_packed_command
    monkeypatch.setattr(
        connection, "send_packed_command", lambda self, *given, **named: sent.append(send(self, *given, **named))
    )
    begun(mine)
    assert len(sent) == 1
    assert session.page(mine, those[3].id, 0, 3)
    assert len(sent) == 2


@pytest.mark.django_db
def test_a_page_of_one_that_went_is_restored() -> None:
    live_jobs(*(f"Feeder {number}" for number in range(6)))
    viewer = seeker("Feeder")
    mine = session.owner_of(viewer)
    first = feed(viewer, FeedRequest(2))
    for _ in range(session.MOST_KEPT):
        feed(viewer, FeedRequest(0, is_refreshed=True))
    assert len(keys(mine)) == 2 * session.MOST_KEPT + 2
    second = feed(viewer, FeedRequest(2, first.jobs[-1].position))
    assert (second.is_restored, second.session_id, len(second.jobs)) == (True, first.session_id, 2)
    assert len(keys(mine)) == 2 * session.MOST_KEPT + 2
    third = feed(viewer, FeedRequest(2, second.jobs[-1].position))
    assert (third.is_restored, len(third.jobs), third.has_next) == (False, 2, False)
    shown = {fed.job.pk for page in (first, second, third) for fed in page.jobs}
    assert len(shown) == 6


def test_a_server_that_is_away_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = owner()
    made, those = begun(mine)
    monkeypatch.setattr(caching, "_away_until", float("inf"))
    for act in (
        lambda: session.begin(mine, made, those),
        lambda: session.current(mine),
        lambda: session.found(mine, made.id),
        lambda: session.matches(mine, made, 0, 5),
    ):
        with pytest.raises(CacheAway):
            act()
