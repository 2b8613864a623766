"""`python -m bench`: Nexus, its peers and the floors under them, at the same works on the same database.

Every contender's answer is compared with ours before anything is timed. What is read are the ratios within one run.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bench import report
from bench.authentication import authentication
from bench.board import Board, board
from bench.contenders import CONTENDERS, running
from bench.feed import PEOPLE, feed, feed_at
from bench.feed import told as told_feed
from bench.hiring import hiring
from bench.hiring import told as told_hiring
from bench.library import library
from bench.memory import growth
from bench.processes import Server
from bench.refusals import refusals
from bench.rounds import Pace, ask, check_values, measure
from bench.search import search, search_at, told
from bench.targets import Results, Target, http_targets
from bench.works import Work, works

PARTS = ("http", "engine", "refusals", "memory", "authentication", "search", "feed", "hiring")
BOARDS = ("search", "feed")
QUICK = Pace(rounds=2, seconds=1.0, connections=8, warm_up=0.5)
FULL = Pace(rounds=5, seconds=1.5, connections=8)


type Part = tuple[str, list[Target], dict[str, Any]]


def main() -> None:
    options = arguments()
    pace = QUICK if options.quick else FULL
    machine, date = report.machine(), report.today()
    parts = dict(measured(options, pace))
    targets = [target for _, found, _ in parts.values() for target in found]
    texts = [f"{machine}. {date}.", f"### Targets\n\n{report.target_table(targets)}"]
    text = "\n\n".join([*texts, *(text for text, _, _ in parts.values())])
    content = {"machine": machine, "date": date, "pace": asdict(pace), "targets": [target.row() for target in targets]}
    content |= {name: figures for name, (_, _, figures) in parts.items()}
    # These have parts of the page to themselves: their boards take an hour, or are written to, and are measured apart.
    alone = options.parts[0] if len(options.parts) == 1 and options.parts[0] in (*BOARDS, "hiring") else "bench"
    report.save(alone, text, content, record=options.record)
    print(text)


def measured(options: argparse.Namespace, pace: Pace) -> Iterator[tuple[str, Part]]:
    """The chosen parts: each with its text, its targets and its figures."""
    apart = {"engine", "hiring"}
    apart |= {"search"} if options.search_jobs or options.search_figures else set()
    apart |= {"feed"} if options.feed_jobs or options.feed_figures else set()
    if set(options.parts) - apart:
        with board(options.jobs) as made:
            if "http" in options.parts:
                yield "http", http(made, options, pace)
            if "refusals" in options.parts:
                yield "refusals", refusals(made, quick=options.quick)
            if "memory" in options.parts:
                yield "memory", growth(made, quick=options.quick)
            if "authentication" in options.parts:
                yield "authentication", authentication(made, quick=options.quick)
            if "search" in options.parts and "search" not in apart:
                yield "search", told([search(made, quick=options.quick)])
            if "feed" in options.parts and "feed" not in apart:
                yield "feed", told_feed([feed(made, quick=options.quick)])
    yield from apart_measured(options)
    if "engine" in options.parts:
        yield "engine", library(quick=options.quick)


def apart_measured(options: argparse.Namespace) -> Iterator[tuple[str, Part]]:
    """Search and the feed on boards of their own, or as they were measured before."""
    if "search" in options.parts and (options.search_figures or options.search_jobs):
        sizes = options.search_jobs or ()
        yield "search", told(options.search_figures or [search_at(size, quick=options.quick) for size in sizes])
    if "feed" in options.parts and (options.feed_figures or options.feed_jobs):
        sizes, people = options.feed_jobs or (), options.feed_people
        figures = options.feed_figures or [feed_at(size, people=people, quick=options.quick) for size in sizes]
        yield "feed", told_feed(figures)
    if "hiring" in options.parts:
        yield "hiring", told_hiring(options.hiring_figures or hiring(quick=options.quick))


def arguments() -> argparse.Namespace:
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: about three minutes")
    parser.add_argument("--contenders", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--works", nargs="+", metavar="NAME", help="feed-20, feed-100, nested, job, … (all)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--jobs", type=int, default=20_000, help="postings of the market (20,000)")
    parser.add_argument(
        "--search-jobs",
        type=int,
        nargs="+",
        metavar="N",
        help="search boards of these sizes, say 100000 1000000, in place of the market's",
    )
    for name in BOARDS:
        parser.add_argument(
            f"--{name}-figures",
            type=report.printed,
            nargs="+",
            metavar="FILE",
            help=f"what bench.{name}_measure printed of boards that are there, in place of making any",
        )
    parser.add_argument(
        "--hiring-figures",
        type=report.printed,
        metavar="FILE",
        help="what bench.hiring_measure printed, in place of making a board",
    )
    parser.add_argument(
        "--feed-jobs", type=int, nargs="+", metavar="N", help="feed boards of these sizes, in place of the market's"
    )
    parser.add_argument("--feed-people", type=int, default=PEOPLE, help=f"people of each of these ({PEOPLE:,})")
    parser.add_argument("--record", action="store_true", help="write the tables into docs/performance.md as well")
    options = parser.parse_args()
    if "nexus" not in options.contenders:
        options.contenders.insert(0, "nexus")
    return options


def http(made: Board, options: argparse.Namespace, pace: Pace) -> Part:
    """Whole requests through real servers."""
    chosen = [contender for contender in CONTENDERS if contender.name in options.contenders]
    todo = [work for work in works(newest_slug(made)) if not options.works or work.name in options.works]
    missing: dict[str, str] = {}
    results: Results = {}
    sizes: dict[str, dict[str, int]] = {}
    with running(made, chosen, missing) as servers:
        present = [contender for contender in chosen if contender.name in servers]
        for work in todo:
            contenders = [contender for contender in present if work.name in contender.works]
            prepare(made, work, servers["nexus"])
            sizes[work.name] = check_values(work, contenders, servers, servers["nexus"])
        for work in todo:
            contenders = [contender for contender in present if work.name in contender.works]
            results[work.name] = measure(made, work, contenders, servers, pace)
    text = report.http_tables(results, todo, CONTENDERS, sizes)
    for name, reason in missing.items():
        text += f"\n\nMissing: {title_of(name)}. {reason}"
    figures = {work: {name: asdict(found) for name, found in each.items()} for work, each in results.items()}
    return text, http_targets(results), {"missing": missing, "sizes": sizes, "figures": figures}


def prepare(made: Board, work: Work, nexus: Server) -> None:
    """The constant reply is the feed's, byte for byte as Nexus sends it."""
    if work.name == "feed-20-cached":
        (made.home / "constant.json").write_bytes(ask(nexus, work.request("nexus")))


def newest_slug(made: Board) -> str:
    """A job from the middle of the feed; its public id is a slug, too."""
    with made.connect() as connection:
        row = connection.execute(
            "SELECT public_id FROM jobs_job WHERE lifecycle = 'published' AND moderation = 'clear'"
            " AND visibility = 'public' AND expires_at > now() ORDER BY published_at DESC OFFSET 50 LIMIT 1"
        ).fetchone()
    assert row is not None
    return str(row[0])


def title_of(name: str) -> str:
    return next(contender.title for contender in CONTENDERS if contender.name == name)


if __name__ == "__main__":
    main()
