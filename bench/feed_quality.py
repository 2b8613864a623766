"""`python -m bench.feed_quality`: how good the feed is, beside others that a feed has to be better than.

On a seeded market of people with tastes that no profile says (`bench.feed_market`), and, where DATA has real postings
and taxonomies, on judged people (`bench.feed_judgments`): NDCG@10, recall of 200, the reciprocal rank of the first that
is right, how much of the board is shown and how evenly, how unlike the jobs of a page are, and how often a rule is
broken.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from uuid import UUID

from bench import report
from bench.board import Board, empty_board
from bench.feed_measures import EVERYBODY, Breadth, Figures, Subject, breadth, figures
from bench.say import say
from nexus.environment import BASE_DIR

PAGE = BASE_DIR / "docs" / "feed-quality.md"
BM25 = "BM25 of the profile"
OURS = "Nexus"
TIMES = 3.0
"""Times the NDCG@10 of BM25 of the whole profile: what the feed aims at on judged people."""
COLD_JOBS = "jobs that nobody has opened"

type Contender = Callable[[Subject], Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a contender came to."""

    figures: Mapping[str, Figures]
    breadth: Breadth
    milliseconds: float


def main() -> None:
    options = _arguments()
    texts = []
    with empty_board() as board, tempfile.TemporaryDirectory(prefix="nexus-quality-") as folder:
        _begin(board)
        if options.weights:
            _weigh(options.weights)
        if options.data and not options.only_market:
            texts.append(_judged(board, options, Path(folder)))
            _clear(board)
        if not options.only_judged:
            texts.append(_market(options))
    text = "\n\n".join([f"{report.machine()}. {report.today()}.", *texts])
    if options.record:
        begin, end = report.BEGIN.format(name="feed quality"), report.END.format(name="feed quality")
        head, _, rest = PAGE.read_text().partition(begin)
        PAGE.write_text(f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}")
    print(text)


def _begin(board: Board) -> None:
    board.manage("migrate", "-v0")
    board.manage("reference_load", "-v0")
    os.environ |= {"DEBUG": "1", "LOG_LEVEL": "ERROR"} | board.environment
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    import django

    django.setup()


def _weigh(path: Path) -> None:
    """Rank with other weights than those that a new board has."""
    import orjson
    from django.db import transaction

    from jobs.feed import weights

    with transaction.atomic():
        weights.activate(weights.add(orjson.loads(path.read_bytes()), "Tried by the bench.").version)


def _clear(board: Board) -> None:
    """The judged people and postings go; taxonomies stay."""
    with board.connect() as connection:
        connection.execute("TRUNCATE accounts_user, jobs_company, job_search, search_pending CASCADE")


def _judged(board: Board, options: argparse.Namespace, folder: Path) -> str:
    from bench.feed_judgments import people
    from bench.feed_people import enlist
    from bench.judgments import corpus, truth
    from bench.search_quality import load

    data = options.data.resolve()
    of, known = corpus(data, options.share), truth(data)
    load(board, data, of, folder)
    judged = people(data, of, known, options.people)
    say(f"Making accounts of {len(judged):,} judged people")
    subjects = enlist(judged)
    at = datetime.now(UTC)
    found = measured(subjects, at, without=("popular",))
    aim = TIMES * found[BM25].figures[EVERYBODY].ndcg
    reached = found[OURS].figures[EVERYBODY].ndcg
    return (
        f"### Judged people\n\n{len(of.postings):,} postings, {len(subjects):,} people.\n\n{told(found)}\n\n"
        f"Aim: {TIMES:.0f} times BM25 of the whole profile, {aim:.3f}; reached: {reached:.3f},"
        f" {reached / max(aim / TIMES, 1e-9):.1f} times."
    )


def _market(options: argparse.Namespace) -> str:
    from bench.feed_market import market

    at = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    subjects = market(options.jobs, options.market_people, seed=options.seed, at=at)
    found = measured(subjects, at, has_cold_jobs=True)
    rights = fmean(len(subject.right) for subject in subjects)
    return (
        f"### Market\n\n{options.jobs:,} postings, {len(subjects):,} people; on average {rights:.0f} jobs are right"
        f" for one.\n\n{told(found)}"
    )


def measured(
    subjects: Sequence[Subject], at: datetime, *, without: Sequence[str] = (), has_cold_jobs: bool = False
) -> dict[str, Measured]:
    """What each contender comes to over all subjects."""
    from bench.feed_contenders import contenders
    from bench.feed_people import shape
    from bench.feed_rules import broken

    form, results = shape(), {}
    cold = _cold_jobs() if has_cold_jobs else frozenset()
    for name, contender in contenders(at).items():
        if name in without:
            continue
        say(f"{name}")
        started = time.perf_counter()
        found = [list(contender(subject)) for subject in subjects]
        took = (time.perf_counter() - started) * 1000 / max(1, len(subjects))
        wide = breadth(found, form)
        wide.broken = broken(subjects, found, at)
        wide.violations = wide.broken.total()
        all_figures = figures(found, subjects)
        if cold:
            all_figures |= {COLD_JOBS: _of_cold_jobs(found, subjects, cold)}
        results[name] = Measured(all_figures, wide, took)
    return results


def _cold_jobs() -> frozenset[UUID]:
    from bench.feed_market import cold_jobs

    return cold_jobs()


def _of_cold_jobs(found: Sequence[Sequence[UUID]], subjects: Sequence[Subject], cold: frozenset[UUID]) -> Figures:
    """As if there were no others."""
    some = [replace(each, right={job: gain for job, gain in each.right.items() if job in cold}) for each in subjects]
    pairs = [(jobs, subject) for jobs, subject in zip(found, some, strict=True) if subject.right]
    only = [[job for job in jobs if job in cold] for jobs, _ in pairs]
    return figures(only, [subject for _, subject in pairs])[EVERYBODY]


def told(found: Mapping[str, Measured]) -> str:
    """A table of each measure: a row for each contender, a column for each kind of people."""
    kinds = list(next(iter(found.values())).figures)
    parts = []
    measures = {"NDCG@10": "ndcg", "NDCG@10 by the other rule": "also"}
    measures |= {"Recall of 200": "recall", "MRR": "reciprocal_rank"}
    if not any(one.figures[EVERYBODY].also for one in found.values()):
        del measures["NDCG@10 by the other rule"]
    for title, value in measures.items():
        rows = [[name, *(f"{getattr(one.figures[kind], value):.3f}" for kind in kinds)] for name, one in found.items()]
        people = next(iter(found.values())).figures
        columns = ["", *(f"{kind} ({people[kind].people:,})" for kind in kinds)]
        parts.append(f"#### {title}\n\n{report.table(columns, [list(row) for row in rows])}")
    wide = [
        [
            name,
            f"{one.breadth.coverage:.1%}",
            f"{one.breadth.gini:.3f}",
            f"{one.breadth.diversity:.3f}",
            f"{one.breadth.companies:.1f}",
            one.breadth.violations,
            f"{one.milliseconds:.0f}",
        ]
        for name, one in found.items()
    ]
    columns = ["", "coverage", "Gini of exposure", "diversity", "companies of ten", "rules broken", "ms a person"]
    parts.append(f"#### Breadth and rules\n\n{report.table(columns, [list(row) for row in wide])}")
    return "\n\n".join(parts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="folder of postings and taxonomies; none: the market alone")
    parser.add_argument("--people", type=int, default=150, help="judged people of each kind (150)")
    parser.add_argument("--share", type=float, default=1.0, help="of the judged postings (1.0: all)")
    parser.add_argument("--jobs", type=int, default=6_000, help="postings of the market (6,000)")
    parser.add_argument("--market-people", type=int, default=300, help="people of the market (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the market (1)")
    parser.add_argument("--weights", type=Path, help="a JSON object of features to rank with (those of a new board)")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-judged", action="store_true", help="leave the market out")
    only.add_argument("--only-market", action="store_true", help="leave the judged people out")
    parser.add_argument("--record", action="store_true", help="write the tables into docs/feed-quality.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
