"""The order of ranked jobs near the top."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from jobs.search.diversity import STRETCH, WINDOW, diversify
from jobs.search.port import Hit


def hits(*companies: int, likenesses: tuple[int, ...] = ()) -> list[Hit]:
    """Hits of these companies, the best first; each says something of its own unless told otherwise."""
    return [
        Hit(UUID(int=number), 9.0 - number / 100, UUID(int=company), likenesses[number] if likenesses else number)
        for number, company in enumerate(companies)
    ]


def numbers(found: list[Hit]) -> list[int]:
    return [hit.job_id.int for hit in found]


def test_one_company_does_not_hold_the_top() -> None:
    found = diversify(hits(*[1] * 30, *range(2, 40)), 3)
    assert numbers(found)[:3] == [0, 1, 2]
    for start in range(0, 60, WINDOW):
        most = Counter(hit.company_id for hit in found[start : start + WINDOW]).most_common(1)
        assert start >= 40 or most[0][1] <= 3


def test_one_company_holds_all_where_there_are_no_others() -> None:
    assert numbers(diversify(hits(*[1] * 30), 3)) == list(range(30))


def test_what_hardly_fits_is_not_put_before_what_does() -> None:
    good, poor = hits(1, 1, 1, 1, 2), [replace(hit, value=0.7) for hit in hits(*[3] * 6)[5:]]
    assert numbers(diversify([*good, *poor], 3)) == [0, 1, 2, 4, 3, 5]


def test_what_says_the_same_comes_behind_the_rest() -> None:
    assert numbers(diversify(hits(1, 2, 3, 4, likenesses=(7, 7, 8, 7)), 3)) == [0, 2, 1, 3]


def test_zero_leaves_the_order_alone() -> None:
    board = hits(*[1] * 30, likenesses=(7,) * 30)
    assert diversify(board, 0) == board


def test_far_down_rank_alone_counts() -> None:
    board = hits(*[1] * (STRETCH + 20), likenesses=(7,) * (STRETCH + 20))
    assert diversify(board, 3)[STRETCH:] == board[STRETCH:]


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 30)), max_size=150),
    st.integers(0, 5),
)
def test_every_hit_stays_once(rows: list[tuple[int, int]], per_company: int) -> None:
    board = hits(*(company for company, _ in rows), likenesses=tuple(likeness for _, likeness in rows))
    assert sorted(numbers(diversify(board, per_company))) == list(range(len(board)))
