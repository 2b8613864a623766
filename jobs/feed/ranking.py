"""From a person to an ordered list of matches: candidates, score, order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from math import sumprod
from operator import itemgetter
from uuid import UUID

from jobs.feed import candidates, weights
from jobs.feed.activity import Activity, activity_of
from jobs.feed.candidates import MOST_RANKED, CandidateRow
from jobs.feed.features import FEATURES, NEUTRAL, Judge
from jobs.feed.match import Feature, Match
from jobs.feed.meaning import meanings
from jobs.feed.person import Person
from jobs.feed.reasons import explain
from jobs.feed.reranking import Judged, Placed, ordered
from jobs.search.postgres.stems import stems

MOST_READ = 200
"""Of the candidates so many are judged by their whole text as well: the best by all else, of what says the same one."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A feed, best first, and the version of the weights that made it."""

    matches: Sequence[Match]
    model_version: int


def rank(person: Person, at: datetime, *, size: int = MOST_RANKED, seed: int = 0) -> Ranking:
    """The best jobs for a person as of an instant. `seed` decides what is left to chance. Six statements at most.

    They are for the weights, what was liked and what those like who like it, the candidates, words that were not asked
    for lately, and the text of the likeliest; and one more where few fit, or once an hour (`stems`).
    """
    model = weights.active()
    worth = model.slid(person.sliders)
    activity = activity_of(person, at)
    judging = _Judging(person, activity, worth)
    rows = candidates.considered(person, activity, at)
    judged = judging.judge(judging.likeliest(rows, max(MOST_READ, size)))
    return Ranking([_match(judging, one) for one in ordered(judged, size, seed)], model.version)


def scored(person: Person, job_ids: Collection[UUID], at: datetime) -> Sequence[Match]:
    """What `rank` would say of these very jobs, whether or not it considers them; without order."""
    worth = weights.active().slid(person.sliders)
    judging = _Judging(person, activity_of(person, at), worth)
    judged = judging.judge([judging.looked_at(row) for row in candidates.these(person, job_ids, at)])
    return [_match(judging, Placed(one)) for one in judged]


type _Looked = tuple[CandidateRow, list[float | None]]

_MEANING = FEATURES.index(Feature.MEANING)


class _Judging:
    """A person's judge with weights."""

    def __init__(self, person: Person, activity: Activity, worth: Mapping[Feature, float]) -> None:
        self.person = person
        self.worth = [(feature, weight, FEATURES.index(feature)) for feature, weight in worth.items()]
        # All of a person's words at once: the judge asks for them title by title, the ways and the text again.
        stems([*(word for words, _ in person.titles for word in words), *(word for word, _ in person.words)])
        self._judge = Judge(person, activity)
        self._weights = [worth.get(feature, 0.0) for feature in FEATURES]

    def looked_at(self, row: CandidateRow) -> _Looked:
        """A job and its features, all but the one that takes its text."""
        return row, self._judge.values(row)

    def likeliest(self, rows: Sequence[CandidateRow], most: int) -> list[_Looked]:
        """The best by the score without the text, of equals the younger; of what says the same over again one."""
        looked = [
            (-self._score(values), row.age_days, row.job_id.int, (row, values))
            for row, values in map(self.looked_at, rows)
        ]
        best: dict[int, _Looked] = {}
        for *_, one in sorted(looked, key=itemgetter(0, 1, 2)):
            best.setdefault(one[0].likeness, one)
        return list(islice(best.values(), most))

    def judge(self, looked: Sequence[_Looked]) -> Sequence[Judged]:
        """The verdict on each."""
        read = meanings(self.person, [row.job_id for row, _ in looked])
        for row, values in looked:
            values[_MEANING] = read.get(row.job_id.int)
        return [Judged(row, self._score(values), values) for row, values in looked]

    def _score(self, values: Sequence[float | None]) -> float:
        return sumprod(self._weights, [NEUTRAL if value is None else value for value in values])


def _match(judging: _Judging, placed: Placed) -> Match:
    row, score, values = placed.judged
    reasons, gaps = explain(judging.person, values, judging.worth, row)
    return Match(
        job_id=row.job_id,
        company_id=row.company_id,
        score=score,
        parts={
            feature: weight * (NEUTRAL if (value := values[place]) is None else value)
            for feature, weight, place in judging.worth
        },
        sources=row.named_sources(),
        reasons=reasons,
        gaps=gaps,
        is_exploration=placed.is_exploration,
        propensity=placed.propensity,
    )
