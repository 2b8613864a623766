"""`python -m bench.search_quality`: how good search is, by a judged set that is made from real postings.

`bench.judgments` says by which rules. NDCG@10, recall@10 and the mean reciprocal rank of each kind of query, for words
that were loaded and for words that never were, of our search and of others over the same postings.
"""

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.board import Board, empty_board
from bench.judgments import KINDS, PARTLY, Corpus, Judged, corpus, judgments, truth, write_corpus, write_seen
from bench.say import say
from bench.search_measures import ndcg, recall, reciprocal_rank
from nexus.environment import BASE_DIR

PAGE = BASE_DIR / "docs" / "search-quality.md"
STRICT, OF_JUDGED = "NDCG@10", "NDCG@10 of what is judged"
MEASURES = {STRICT: ndcg, OF_JUDGED: ndcg, "recall@10": recall, "MRR": reciprocal_rank}
"""Elsewhere a posting that no rule judges counts as wrong. Of what is judged it is left out, and what is behind it
moves up: condensed lists, for judgments that are incomplete (Sakai, Alternatives to Bpref, SIGIR 2007)."""
AIMS = {"alternate titles": 0.60, "typos": 0.95, "skill phrases": 0.45, "abbreviations": 0.90}
"""NDCG@10 of words that were never loaded, with what no rule judges for wrong. Exact titles are compared with BM25."""

type Contender = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """The means of one contender over the queries of one kind."""

    queries: int
    values: Mapping[str, float]


def main() -> None:
    options = _arguments()
    data = options.data.resolve()
    of, known = corpus(data, options.share), truth(data)
    judged = [one for one in judgments(of, known, options.queries) if one.kind in options.kinds]
    with empty_board() as board, tempfile.TemporaryDirectory(prefix="nexus-quality-") as folder:
        load(board, data, of, Path(folder))
        os.environ.update(board.environment)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
        import django

        django.setup()
        from bench.search_contenders import contenders

        figures = {name: measured(contender, judged) for name, contender in contenders().items()}
    text = f"{report.machine()}. {report.today()}.\n\n{told(figures, of, judged)}"
    if options.record:
        begin, end = report.BEGIN.format(name="quality"), report.END.format(name="quality")
        head, _, rest = PAGE.read_text().partition(begin)
        PAGE.write_text(f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}")
    print(text)


def load(board: Board, data: Path, of: Corpus, folder: Path) -> None:
    """The postings and what is seen of the taxonomies, imported and indexed as any board does it."""
    say(f"Loading {len(of.postings):,} postings")
    write_seen(data, folder / "taxonomies")
    write_corpus(of, folder / "postings.jsonl")
    for command in (
        ("migrate", "-v0"),
        ("reference_load", "-v0"),
        ("taxonomy_load", str(folder / "taxonomies"), "-v0"),
        ("jobs_import", str(folder / "postings.jsonl"), "--source", "judged", "--live-days", "30", "-v0"),
        ("search_rebuild", "-v0"),
    ):
        board.manage(*command)


def measured(contender: Contender, judged: Sequence[Judged]) -> dict[tuple[str, bool], Figures]:
    """The contender's means, by kind and by whether the words are unseen."""
    values: dict[tuple[str, bool], list[list[float]]] = defaultdict(list)
    for one in judged:
        found = contender(one.query)
        judged_ones = [key for key in found if one.known is None or key in one.known]
        values[one.kind, one.is_unseen].append(
            [measure(judged_ones if name == OF_JUDGED else found, one.right) for name, measure in MEASURES.items()]
        )
    return {
        key: Figures(len(rows), dict(zip(MEASURES, map(_mean, zip(*rows, strict=True)), strict=True)))
        for key, rows in values.items()
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def told(figures: Mapping[str, Mapping[tuple[str, bool], Figures]], of: Corpus, judged: Sequence[Judged]) -> str:
    """The tables: a row for each kind of query, seen and unseen."""
    texts = [f"{len(of.postings):,} postings, {len(judged):,} queries."]
    for measure in MEASURES:
        rows: list[list[object]] = []
        for kind in KINDS:
            for is_unseen in (False, True):
                ours = figures["Nexus"].get((kind, is_unseen))
                if ours is None or (measure == OF_JUDGED and kind not in PARTLY):
                    continue
                row: list[object] = [kind, "unseen" if is_unseen else "loaded", ours.queries]
                row += [round(figures[name][kind, is_unseen].values[measure], 3) for name in figures]
                if measure == STRICT:
                    row.append(f"{AIMS[kind]:.2f}" if is_unseen and kind in AIMS else "")
                rows.append(row)
        columns = ["query", "words", "queries", *figures, *(["aim"] if measure == STRICT else [])]
        texts.append(f"### {measure}\n\n{report.table(columns, rows)}")
    return "\n\n".join(texts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of postings and taxonomies")
    parser.add_argument("--queries", type=int, default=150, help="of each kind, loaded and unseen each (150)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--share", type=float, default=1.0, help="of the postings (1.0: all)")
    parser.add_argument("--record", action="store_true", help="write the tables into docs/search-quality.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
