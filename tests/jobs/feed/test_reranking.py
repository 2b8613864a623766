"""The order in which judged jobs are shown."""

from collections import Counter
from random import Random
from uuid import uuid4

import pytest

from jobs.feed.reranking import (
    AS_GOOD,
    EXPLORED_AT,
    PER_COMPANY,
    PER_OCCUPATION,
    UNDER_EXPOSED,
    WINDOW,
    Judged,
    ordered,
)
from tests.jobs.feed.rows import row

SEEN = 10 * UNDER_EXPOSED


def test_the_best_come_first_where_nothing_is_alike() -> None:
    judged = [Judged(row(exposure=SEEN), place / 100) for place in range(40, 60)]
    placed = ordered(judged, 10, seed=1)
    assert [one.judged.score for one in placed] == [place / 100 for place in range(59, 49, -1)]
    assert not any(one.is_exploration for one in placed)
    assert {one.propensity for one in placed} == {1.0}


@pytest.mark.parametrize("seed", range(5))
def test_no_ten_are_one_companys_or_one_occupations(seed: int) -> None:
    chance = Random(seed)
    companies = [uuid4() for _ in range(12)]
    judged = [
        Judged(
            row(
                company_id=chance.choice(companies[: 1 + number // 4] if number < 40 else companies),
                occupations={chance.choice([1, 1, 1, 2, 3, 4, 5]): 1.0},
                exposure=SEEN,
            ),
            0.7 - number / 10_000,
        )
        for number in range(120)
    ]
    placed = ordered(judged, 60, seed)
    assert len({one.judged.row.job_id for one in placed}) == 60
    for start in range(60 - WINDOW):
        those = [one.judged.row for one in placed[start : start + WINDOW]]
        assert max(Counter(one.company_id for one in those).values()) <= PER_COMPANY
        assert max(Counter(next(iter(one.occupations)) for one in those).values()) <= PER_OCCUPATION


def test_nothing_much_worse_comes_before_another_of_the_same_company() -> None:
    company = uuid4()
    good = [Judged(row(company_id=company, exposure=SEEN), 0.8 - number / 1000) for number in range(8)]
    worse = [Judged(row(exposure=SEEN), 0.8 * AS_GOOD - 0.05) for _ in range(8)]
    assert [one.judged for one in ordered([*worse, *good], 8, seed=0)] == good


def test_all_are_there_though_they_are_of_one_company() -> None:
    company = uuid4()
    judged = [Judged(row(company_id=company, occupations={1: 1.0}, exposure=SEEN), 0.5) for _ in range(30)]
    assert len(ordered(judged, 300, seed=0)) == 30


def test_what_is_unlike_comes_before_what_is_a_little_better() -> None:
    first = Judged(row(title_key=5, exposure=SEEN), 0.9)
    same = Judged(row(title_key=5, exposure=SEEN), 0.89)
    other = Judged(row(title_key=6, exposure=SEEN), 0.88)
    last = Judged(row(exposure=SEEN), 0.5)
    assert [one.judged for one in ordered([last, other, same, first], 4, seed=0)] == [first, other, same, last]


@pytest.mark.parametrize("seed", range(8))
def test_one_place_in_ten_is_for_what_hardly_anybody_was_shown(seed: int) -> None:
    known = [Judged(row(exposure=SEEN), 0.8 - number / 1000) for number in range(60)]
    fresh = [Judged(row(), 0.65) for _ in range(20)]
    placed = ordered([*known, *fresh], 40, seed)
    for start in range(0, 40, WINDOW):
        tried = [place - start for place in range(start, start + WINDOW) if placed[place].is_exploration]
        assert len(tried) == 1
        assert tried[0] in EXPLORED_AT
        one = placed[start + tried[0]]
        assert one.judged.row.exposure < UNDER_EXPOSED
        assert 0 < one.propensity <= 1
    assert placed == ordered([*known, *fresh], 40, seed)


def test_chance_has_the_likelihood_that_it_tells() -> None:
    known = [Judged(row(exposure=SEEN), 0.8) for _ in range(12)]
    liked, plain = Judged(row(exposure=10, signals=9), 0.65), Judged(row(exposure=10, signals=1), 0.65)
    drawn: Counter[object] = Counter()
    told = {}
    for seed in range(400):
        for one in ordered([*known, liked, plain], 10, seed):
            if one.is_exploration:
                drawn[one.judged.row.job_id] += 1
                told[one.judged.row.job_id] = one.propensity
    assert sum(told.values()) == pytest.approx(1)
    assert told[liked.row.job_id] > told[plain.row.job_id]
    for key, likelihood in told.items():
        assert drawn[key] / sum(drawn.values()) == pytest.approx(likelihood, abs=0.08)


def test_what_does_not_fit_is_not_tried_out() -> None:
    known = [Judged(row(exposure=SEEN), 0.8) for _ in range(12)]
    # Whatever is not known is 0.5: a job of another kind of work has more than half of a good score.
    for score in (0.2, 0.5):
        assert not any(one.is_exploration for one in ordered([*known, Judged(row(), score)], 10, seed=0))


def test_nothing_is_ordered_of_nothing() -> None:
    assert ordered([], 10, seed=0) == []
