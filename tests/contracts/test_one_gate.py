"""One gate: what takes a posting from the public takes it from every public path, in the same moment.

Over a real server with all its caches on, which have been asked before: by nobody, and by somebody without a part in
the posting. What another process did, cached answers show within a second (`docs/caching.md`); all else at once.

That a path has a probe is held by listing the paths: root fields, fields that lead to jobs, endpoints of the REST
mirror, public documents.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from accounts.models import User
from jobs.search.postgres.document import index
from jobs.services import company_standing
from tests.contracts import gate_paths
from tests.contracts.gate_board import Board, make_board
from tests.factories import UserFactory, viewer_of
from tests.feed_sessions import forget_feeds
from tests.instances import instance
from tests.waiting import until


@dataclass(frozen=True)
class Closing:
    """Something that takes a posting from the public, and what gives it back, if anything does."""

    shut: Callable[[Board], object]
    reopen: Callable[[Board], object] | None
    is_over: bool
    """The posting has ended: what it was may be said to be gone (410), and not only that there is nothing (404)."""
    is_elsewhere: bool = False
    """It is done in another process than that which is asked."""


def _act(mutation: str, who: str, extra: str = "") -> Callable[[Board], object]:
    """A mutation through the door."""

    def act(board: Board) -> None:
        by: User = getattr(board, who)
        document = f"mutation($id: ID!) {{ {mutation}(input: {{jobId: $id {extra}}}) {{ userErrors {{ message }} }} }}"
        assert board.graphql(document, {"id": board.id}, by=by)[mutation]["userErrors"] == []

    return act


def _standing(turn: Callable[..., object]) -> Callable[[Board], object]:
    return lambda board: turn(by=viewer_of(UserFactory(platform_admin=True)), company_id=board.company.pk)


def _restored(board: Board) -> None:
    _standing(company_standing.restore)(board)
    # As the worker does: what comes back is indexed anew.
    index([board.job.pk])


CLOSINGS = {
    "frozen": Closing(
        _act("jobFreeze", "moderator", 'comment: "A fraud."'), _act("jobUnfreeze", "moderator"), is_over=False
    ),
    "paused": Closing(_act("jobPause", "owner"), _act("jobResume", "owner"), is_over=False),
    "company suspended": Closing(_standing(company_standing.suspend), _restored, is_over=False, is_elsewhere=True),
    "closed": Closing(_act("jobClose", "owner", "reason: FILLED"), None, is_over=True),
}


@pytest.mark.parametrize(
    ("known", "there"),
    [
        (gate_paths.ROOTS, gate_paths.roots),
        (gate_paths.EDGES, gate_paths.edges),
        (gate_paths.ENDPOINTS, gate_paths.endpoints),
        (gate_paths.DOCUMENTS, gate_paths.documents),
    ],
    ids=["root fields", "fields that lead to jobs", "endpoints", "documents"],
)
def test_every_path_has_a_probe_or_a_reason(known: dict[str, object], there: Callable[[], set[str]]) -> None:
    assert sorted(there() - known.keys()) == [], "say in gate_paths how to see whether it leads to a job"
    assert sorted(known.keys() - there()) == [], "there is no such path"


def test_every_probe_goes_by_a_path() -> None:
    assert set(gate_paths.named()) == gate_paths.PROBES.keys()


@pytest.fixture
def url(django_db_setup: None, transactional_db: None) -> Iterator[str]:
    """A server with every cache on."""
    with instance(RESPONSE_CACHE="on", RATE_LIMIT="0", RATE_LIMIT_ADDRESS="0") as address:
        yield address


def shown(board: Board) -> set[tuple[str, str]]:
    """The paths that lead to the posting, and whom."""
    people = {"nobody": None, "somebody": board.stranger}
    return {(name, who) for name, probe in gate_paths.PROBES.items() for who, by in people.items() if probe(board, by)}


@pytest.mark.live
@pytest.mark.django_db(transaction=True)
def test_what_shuts_the_gate_shuts_it_on_every_path_at_once(url: str) -> None:
    everywhere = {(name, who) for name in gate_paths.PROBES for who in ("nobody", "somebody")}
    for number, (name, closing) in enumerate(CLOSINGS.items()):
        forget_feeds()
        board = make_board(url, number)
        until(lambda board=board: shown(board) == everywhere)
        assert shown(board) == everywhere, "whatever keeps answers has them by now"
        closing.shut(board)
        if closing.is_elsewhere:
            until(lambda board=board: not shown(board))
        assert shown(board) == set(), name
        assert board.get(f"/jobs/{board.job.slug}.jsonld").status == (410 if closing.is_over else 404), name
        assert board.get(f"/api/v1/jobs/{board.job.slug}").status == 404, name
        _is_told_to_its_company(board, name)
        if closing.reopen:
            closing.reopen(board)
            until(lambda board=board: shown(board) >= everywhere - FEEDS)


# A feed keeps to the order that was decided before.
FEEDS = {(name, who) for name in ("own feed", "feed of nobody") for who in ("nobody", "somebody")}


def _is_told_to_its_company(board: Board, name: str) -> None:
    """Who works on it is told where it stands, and why."""
    document = """query($id: ID!) { node(id: $id) { ... on Job {
        lifecycle moderation moderationDecision { decision comment } availableActions } } }"""
    told = board.graphql(document, {"id": board.id}, by=board.owner)["node"]
    frozen = {"decision": "FROZEN", "comment": "A fraud."}
    assert (told["moderation"], told["moderationDecision"]) == (
        ("FROZEN", frozen) if name == "frozen" else ("CLEAR", None)
    )
    assert ("RESUME" in told["availableActions"]) is (name == "paused")
    assert ("ARCHIVE" in told["availableActions"]) is (name == "closed")
