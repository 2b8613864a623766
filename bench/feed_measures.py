"""What a feed is measured by: whether what is right comes first, how much of the board it shows, and the rules."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import fmean
from uuid import UUID

from bench.search_measures import DEPTH, ndcg, recall, reciprocal_rank

CONSIDERED = 200
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody whom a feed is made for, and how right each job is for them; others are worth nothing."""

    user_id: UUID
    kinds: Sequence[str]
    """The groups that the person is counted in."""
    text: str
    """All that the person says, as one text."""
    titles: str
    """Of it, only what the person is or wants to be called."""
    right: Mapping[UUID, int]
    also: Mapping[UUID, int] = field(default_factory=dict)
    """The same by another rule, if there is one."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What breadth is measured by: of each job its company, and what it is like."""

    companies: Mapping[UUID, UUID]
    concepts: Mapping[UUID, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """The means of one contender over the people of one kind."""

    people: int
    ndcg: float
    recall: float
    reciprocal_rank: float
    also: float = 0.0
    """NDCG@10 by the other rule."""


@dataclass(slots=True)
class Breadth:
    """What a contender's first ten of everybody come to."""

    coverage: float
    """Share of the jobs that anybody is shown."""
    gini: float
    """Of how often each job is shown: 0 where all are shown alike, 1 where one has it all."""
    diversity: float
    """How unlike two jobs of one page are, from 0 to 1, on average."""
    companies: float
    """Distinct companies of a page."""
    violations: int = 0
    """Jobs among the first two hundred that break a rule of the person's."""
    broken: Counter[str] = field(default_factory=Counter)


def figures(found: Sequence[Sequence[UUID]], subjects: Sequence[Subject]) -> dict[str, Figures]:
    """The means by kind, and of everybody."""
    values: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for jobs, subject in zip(found, subjects, strict=True):
        keys = [str(job) for job in jobs]
        right, also = ({str(job): grade for job, grade in rule.items()} for rule in (subject.right, subject.also))
        by_other = ndcg(keys, also) if also else 0.0
        row = ndcg(keys, right), recall(keys, right, CONSIDERED), reciprocal_rank(keys, right), by_other
        for kind in (EVERYBODY, *subject.kinds):
            values[kind].append(row)
    return {kind: Figures(len(rows), *map(fmean, zip(*rows, strict=True))) for kind, rows in values.items()}


def breadth(found: Sequence[Sequence[UUID]], shape: Shape) -> Breadth:
    """Of the first ten of each."""
    pages = [jobs[:DEPTH] for jobs in found]
    shown = Counter(job for page in pages for job in page)
    unlike = [
        1 - _likeness(shape.concepts.get(one, frozenset()), shape.concepts.get(other, frozenset()))
        for page in pages
        for one, other in combinations(page, 2)
    ]
    return Breadth(
        coverage=len(shown) / max(1, len(shape.companies)),
        gini=gini(list(shown.values()), len(shape.companies)),
        diversity=fmean(unlike) if unlike else 0.0,
        companies=fmean(len({shape.companies.get(job) for job in page}) for page in pages) if pages else 0.0,
    )


def gini(counts: Collection[int], of: int) -> float:
    """How unevenly something is spread over so many, of whom those not counted have nothing."""
    total = sum(counts)
    if not total or not of:
        return 0.0
    ordered = [0] * (of - len(counts)) + sorted(counts)
    return (2 * sum(place * count for place, count in enumerate(ordered, 1)) / (of * total)) - (of + 1) / of


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0
