"""Search beside what it could cost: the tables and the targets of what `python -m bench.search_measure` measures."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from bench.board import Board, board
from bench.contenders import NEXUS_SETTINGS
from bench.report import table
from bench.say import say
from bench.search_targets import search_targets
from bench.targets import Target
from nexus.environment import BASE_DIR

QUICK = ["--rounds", "5", "--words", "3", "--most-seconds", "2"]
FULL = ["--rounds", "15", "--words", "5", "--most-seconds", "20"]
# By group: the heading, the way that is ours, and what it is compared with.
GROUPS = {
    "search": ("The best twenty", "ours", ("naive", "tantivy")),
    "count": ("How many there are", "ours", ("exact", "tantivy")),
    "facets": ("Eight facets of ten values", "ours", ("exact", "tantivy")),
    "lists": ("Other orders, pages of twenty", "ours", ()),
    "lookups": ("While somebody types, and after they have read", "ours", ()),
    "requests": ("Whole requests, all but HTTP", "ours", ()),
}


def search(made: Board, *, quick: bool) -> dict[str, Any]:
    """The figures of one board, of some of its queries in a quick run."""
    say("Search")
    environment = os.environ | NEXUS_SETTINGS | made.environment | {"RESPONSE_CACHE": "off"}
    command = [sys.executable, "-m", "bench.search_measure", *(QUICK if quick else FULL)]
    output = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(output.stdout)
    return figures


def search_at(jobs: int, *, quick: bool) -> dict[str, Any]:
    """The figures of a board with so many postings, made for them."""
    with board(jobs) as made:
        return search(made, quick=quick)


def told(boards: list[dict[str, Any]]) -> tuple[str, list[Target], dict[str, Any]]:
    """Tables of the largest board, beside the smallest where there are several."""
    boards = sorted(boards, key=lambda figures: figures["documents"])
    least, most = boards[0], boards[-1]
    parts = [f"### Search among {most['documents']:,} live jobs", _words(most)]
    parts += [_group(name, most, least if least["documents"] < most["documents"] else None) for name in GROUPS]
    parts.append(_writes(boards))
    return "\n\n".join(parts), search_targets(most, least), {f"{one['documents']} jobs": one for one in boards}


def _group(name: str, most: dict[str, Any], least: dict[str, Any] | None) -> str:
    title, ours, others = GROUPS[name]
    works = most["milliseconds"].get(name, {})
    floor = next((ways["floor"] for ways in works.values() if "floor" in ways), None)
    others = tuple(way for way in others if any(way in ways for ways in works.values()))
    columns = ["", "ms", *(f"{way}, ms" for way in others), *(f"{way} ÷ ours" for way in others)]
    if floor:
        columns.append("÷ floor")
    if least:
        columns.append(f"÷ that at {least['documents']:,}")
    rows = []
    for work, ways in works.items():
        our = ways.get(ours, ways.get("floor"))
        row: list[Any] = [work if "floor" not in ways else f"floor: {work}", our, *(ways.get(way) for way in others)]
        row += [ways[way] / our if way in ways else None for way in others]
        if floor:
            row.append(our / floor)
        if least:
            before = least["milliseconds"].get(name, {}).get(work, {})
            row.append(our / before[way] if (way := ours if ours in before else "floor") in before else None)
        rows.append(row)
    return f"#### {title}\n\n{table(columns, rows)}"


def _words(figures: dict[str, Any]) -> str:
    rows = [[name, ", ".join(texts), _span(figures, texts)] for name, texts in figures["words"].items()]
    return table(["class", "queries", "share of the documents that have each word"], rows)


def _span(figures: dict[str, Any], texts: Sequence[str]) -> str:
    shares = sorted(figures["shares"][word] for text in texts for word in text.split())
    return f"{shares[0]:.2%} to {shares[-1]:.2%}" if shares else "–"


def _writes(boards: list[dict[str, Any]]) -> str:
    rows = [
        [f"{figures['documents']:,} documents: {way}", took]
        for figures in boards
        for way, took in figures["milliseconds"].get("writes", {}).get("a job", {}).items()
    ]
    largest = boards[-1]
    sizes = [[name, size / 2**20] for name, size in largest["sizes"].items() if size >= 2**20]
    building = largest["tantivy seconds"]
    tantivy = f"\n\ntantivy read and indexed the same documents in {building:,.0f} s." if building else ""
    return (
        f"#### Indexing\n\n{table(['', 'ms a job'], rows)}{tantivy}\n\n"
        f"{table([f'table or index at {largest["documents"]:,} documents', 'MiB'], sizes)}"
    )
