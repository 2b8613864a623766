"""Rules about files: how large, how named, and what the edge may not say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "engine", "jobs", "kernel", "nexus", "schema", "tests")
MOST_LINES = 500
KERNEL_MODULES = {
    "__init__", "apps", "caching", "errors", "events", "idempotency", "ids", "machine", "models", "outbox",
    "prepared", "reading", "release", "rows", "subscribers", "viewer", "write_behind",
}  # fmt: skip
# Caches, hot reads and the outbox are the floor's largest parts, because every app stands on them.
KERNEL_MOST_LINES = 2_150
FORBIDDEN_NAMES = {"common.py", "helpers.py", "misc.py", "utils.py"}

# Selectors and services are the only ones who talk to the database.
EDGE = ("nexus/feeds", "nexus/graphql", "nexus/rest", "schema")
FORBIDDEN_ATTRIBUTES = {
    "_base_manager", "_default_manager", "aggregate", "annotate", "bulk_create", "bulk_update", "get_or_create",
    "in_bulk", "objects", "prefetch_related", "select_for_update", "select_related", "update_or_create", "values_list",
}  # fmt: skip
FORBIDDEN_IMPORTS = {
    "django.db.transaction", "django.db.connection", "django.db.models.F", "django.db.models.Prefetch",
    "django.db.models.Q", "django.db.models.QuerySet", "django.shortcuts.get_object_or_404",
}  # fmt: skip


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {"node_modules", "migrations"} & set(path.parts)
    ]


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def database_words(source: str) -> Iterator[str]:
    """Every place in `source` that talks to the database, as `line: word`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            yield f"{node.lineno}: .{node.attr}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in FORBIDDEN_IMPORTS:
            yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (f"{node.lineno}: {name}" for name in sorted(names & FORBIDDEN_IMPORTS))


def test_no_python_file_is_longer_than_500_lines() -> None:
    sizes = {path.relative_to(ROOT): line_count(path) for path in python_files(*PACKAGES)}
    assert len(sizes) > 50, "the search found too little to mean anything"
    assert {path: lines for path, lines in sizes.items() if lines > MOST_LINES} == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = [path.relative_to(ROOT) for path in python_files(*PACKAGES) if path.name in FORBIDDEN_NAMES]
    assert named == []


def test_the_floor_has_its_named_modules_only() -> None:
    assert {path.stem for path in python_files("kernel")} <= KERNEL_MODULES


def test_the_floor_stays_small() -> None:
    assert sum(line_count(path) for path in python_files("kernel")) < KERNEL_MOST_LINES


@pytest.mark.parametrize("room", [room for room in EDGE if (ROOT / room).is_dir()])
def test_the_edge_never_talks_to_the_database(room: str) -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in python_files(room)
        if (words := list(database_words(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("Job.objects.all()", "1: .objects"),
        ("Job._default_manager", "1: ._default_manager"),
        ("from django.db import transaction", "1: django.db.transaction"),
        ("from django.db import connection as c", "1: django.db.connection"),
        ("import django.db\ndjango.db.transaction.atomic()", "2: django.db.transaction"),
        ("def late():\n    from django.db.models import Q", "2: django.db.models.Q"),
        ("jobs.live().select_related('company')", "1: .select_related"),
    ],
)
def test_a_word_to_the_database_is_found(source: str, word: str) -> None:
    assert list(database_words(source)) == [word]


def test_migrations_are_numbered_in_order_and_say_what_they_do() -> None:
    folders = [path for path in ROOT.glob("*/migrations") if path.is_dir()]
    assert folders
    for folder in folders:
        names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
        assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
        for name in names:
            assert re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+)*", name), name
            assert not re.search(r"_auto_|_merge_|\d{8}", name), f"{name}: name it after what it changes"
