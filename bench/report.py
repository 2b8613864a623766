"""The results as Markdown and JSON."""

import json
import os
import platform
import re
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.rounds import ratio
from bench.targets import Results, Target
from bench.works import Work
from nexus.environment import BASE_DIR

PAGE = BASE_DIR / "docs" / "performance.md"
FOLDER = BASE_DIR / "var" / "bench"
BEGIN, END = "<!-- {name}: written by the bench -->", "<!-- /{name} -->"


def machine() -> str:
    """What it ran on, in a line."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (found := re.search(r"model name\s*: (.+)", cpuinfo.read_text())):
        model = found[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def table(columns: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table; numbers to the right."""
    dashes = ["--:" if all(_is_number(row[i]) for row in rows) else ":--" for i in range(len(columns))]
    lines = [columns, dashes, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_number(value: Any) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or value in ("", "–", None)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "**no**"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def printed(path: str) -> dict[str, Any]:
    """Figures of a board, as `bench.search_measure`, `bench.feed_measure` and `bench.hiring_measure` print them."""
    try:
        figures = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise ArgumentTypeError(f"{path}: {error}") from error
    if not isinstance(figures, dict) or not figures.keys() & {"jobs", "documents", "sustained"}:
        raise ArgumentTypeError(f"{path} has no figures of a board.")
    return figures


def http_tables(
    results: Results, works: list[Work], contenders: list[Contender], sizes: dict[str, dict[str, int]]
) -> str:
    """A table for each work; the last column is the CPU of server and PostgreSQL against Nexus's."""
    titles = {contender.name: contender.title for contender in contenders}
    parts = []
    for work in works:
        figures = results.get(work.name)
        if not figures:
            continue
        base = figures.get("nexus") or figures.get("nexus-cached")
        rows = []
        for name, found in figures.items():
            median = found.medians()
            against = ratio(found.all_cpu, base.all_cpu) if base else None
            rows.append(
                [
                    titles[name],
                    *(median[quantity] for quantity in ("server", "database", "rate", "p50", "p99", "memory")),
                    sizes[work.name][name] / 1000,
                    against,
                ]
            )
        columns = ["", "server CPU ms", "PostgreSQL CPU ms", "req/s", "p50 ms", "p99 ms", "memory MiB", "answer kB"]
        parts.append(f"### {work.title[0].upper()}{work.title[1:]}\n\n{table([*columns, 'CPU ÷ Nexus'], rows)}")
    return "\n\n".join(parts)


def target_table(targets: list[Target]) -> str:
    rows = [list(target.row().values()) for target in targets]
    return table(["target", "bound", "measured", "met"], [[*row[:2], _cell(row[2]), row[3]] for row in rows])


def save(name: str, text: str, content: dict[str, Any], *, record: bool) -> None:
    """Writes var/bench/NAME.md and .json; with `record` also the page's part of that name."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.md").write_text(text + "\n")
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    if record:
        begin, end = BEGIN.format(name=name), END.format(name=name)
        head, _, rest = PAGE.read_text().partition(begin)
        _, _, tail = rest.partition(end)
        PAGE.write_text(f"{head}{begin}\n{text}\n{end}{tail}")
