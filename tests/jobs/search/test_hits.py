"""Ranked hits as bytes."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.search.hits import SIZE, PackedHits, as_good, shown
from jobs.search.port import Hit

FOUND = st.builds(
    Hit,
    job_id=st.uuids(),
    value=st.floats(min_value=0, max_value=1e6),
    company_id=st.uuids(),
    likeness=st.integers(-(2**63), 2**63 - 1),
)


def place(hit: Hit) -> tuple[float, UUID]:
    return hit.value, hit.job_id


@given(st.lists(FOUND, max_size=20))
def test_hits_are_what_was_packed(hits: list[Hit]) -> None:
    packed = PackedHits.of(hits)
    assert list(packed) == hits
    assert [packed[place] for place in range(len(packed))] == hits
    assert [packed[place] for place in range(-len(packed), 0)] == hits
    assert len(packed) == len(hits)
    assert PackedHits.of(packed) is packed


@given(st.lists(FOUND, max_size=20), st.integers(-25, 25), st.integers(-25, 25))
def test_a_stretch_of_hits_is_the_same_stretch(hits: list[Hit], start: int, end: int) -> None:
    assert list(PackedHits.of(hits)[start:end]) == hits[start:end]


@given(st.lists(FOUND, max_size=20, unique_by=lambda hit: hit.job_id), st.integers(0, 20))
def test_the_best_come_by_score_and_then_by_id(hits: list[Hit], most: int) -> None:
    best = PackedHits.best(PackedHits.of(hits).by_id().values(), most)
    assert list(best) == sorted(hits, key=place, reverse=True)[:most]


@given(st.lists(FOUND, min_size=1, max_size=20, unique_by=lambda hit: hit.job_id), FOUND)
def test_those_as_good_as_a_place_come_first(hits: list[Hit], other: Hit) -> None:
    hits.sort(key=place, reverse=True)
    for least in (place(hits[len(hits) // 2]), place(other)):
        expected = [hit for hit in hits if place(hit) >= least]
        assert list(as_good(hits, least)) == list(as_good(PackedHits.of(hits), least)) == expected
    assert as_good(hits, None) is hits


@given(st.lists(FOUND, min_size=1, max_size=20, unique_by=lambda hit: hit.job_id), FOUND)
def test_what_was_shown_ends_with_the_last_job_or_with_those_as_good(hits: list[Hit], gone: Hit) -> None:
    hits.sort(key=place, reverse=True)
    last = hits[len(hits) // 2]
    for found in (hits, PackedHits.of(hits)):
        assert shown(found, place(last)) == hits.index(last) + 1
        # Though it may be worth more or less by now.
        assert shown(found, (last.value + 1, last.job_id)) == hits.index(last) + 1
        assert shown(found, place(gone)) == sum(place(hit) >= place(gone) for hit in hits)


def test_what_is_no_hit_is_told() -> None:
    packed = PackedHits.of([Hit(UUID(int=1), 1.0, UUID(int=2), 3)])
    with pytest.raises(ValueError, match="no hits"):
        PackedHits(packed.data[: SIZE - 1])
    with pytest.raises(ValueError, match="stretches"):
        packed[::2]
    for beyond in (1, -2):
        with pytest.raises(IndexError):
            packed[beyond]
