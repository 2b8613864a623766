"""Rows of the real files, by their ids."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any


def rows_of(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of a file, the first of each id."""
    content = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
    if ".csv" in path.name:
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(content, newline="")))
    elif ".jsonl" in path.name:
        rows = [json.loads(line) for line in content.split("\n") if line.strip()]
    else:
        rows = json.loads(content)
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.get("id") or row["Job ID"], row)
    return found
