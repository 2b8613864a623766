"""The page that tells how to add an importer is followed to the letter, and its test passes."""

import re
from pathlib import Path

import pytest

from jobs.importers import formats

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "importers.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_guide_to_the_next_importer_works(monkeypatch: pytest.MonkeyPatch) -> None:
    importer, test = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    written: dict[str, object] = {}
    exec(compile(importer, "bakeboard.py", "exec"), written)
    monkeypatch.setitem(formats.FORMATS, "bakeboard", written["Bakeboard"]())
    checks: dict[str, object] = {}
    exec(compile(test, "test_bakeboard.py", "exec"), checks)
    run = [check() for name, check in checks.items() if name.startswith("test_") and callable(check)]
    assert len(run) == 2


def test_every_format_is_in_the_guide() -> None:
    table = re.findall(r"^\| `(\w[\w-]*)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert table == list(formats.FORMATS)
