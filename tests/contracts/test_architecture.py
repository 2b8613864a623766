"""The arrows of the house hold, and each of them is seen to refuse."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "engine", "jobs", "kernel", "nexus", "schema")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

LATE = "def late():\n    import {}"
CHECKED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}"

# For each contract: modules, the code that each gets, and what the contract must then name.
UPWARD = {
    "house": [
        ("kernel/errors.py", "import accounts.models", "kernel.errors -> accounts.models"),
        ("kernel/ids.py", "import engine", "kernel.ids -> engine"),
        ("accounts/errors.py", "import jobs.models", "accounts.errors -> jobs.models"),
        ("jobs/errors.py", LATE.format("schema.root"), "jobs.errors -> schema.root"),
        ("schema/root.py", CHECKED.format("nexus.settings"), "schema.root -> nexus.settings"),
    ],
    "rooms": [
        ("jobs/services/__init__.py", "import jobs.tasks", "jobs.services -> jobs.tasks"),
        ("jobs/selectors/__init__.py", CHECKED.format("jobs.services"), "jobs.selectors -> jobs.services"),
        ("jobs/models/__init__.py", LATE.format("jobs.selectors"), "jobs.models -> jobs.selectors"),
        ("accounts/errors.py", "import accounts.models", "accounts.errors -> accounts.models"),
        ("jobs/attic.py", "", "- jobs.attic"),
    ],
    "nouns": [
        ("schema/core/__init__.py", "import schema.job.types", "schema.core -> schema.job.types"),
        ("schema/job/__init__.py", "import schema.root", "schema.job -> schema.root"),
        ("schema/attic.py", "", "- schema.attic"),
    ],
    "engine": [
        ("engine/__init__.py", "import django.db", "engine -> django"),
        ("engine/__init__.py", "import kernel.errors", "engine -> kernel.errors"),
    ],
    "engine-callers": [("jobs/selectors/__init__.py", "import engine", "jobs.selectors -> engine")],
    "kit": [
        ("schema/core/__init__.py", "import jobs.models", "schema.core -> jobs.models"),
        ("schema/core/__init__.py", "import accounts.models", "schema.core -> accounts.models"),
    ],
    "graphql": [
        ("jobs/errors.py", "import graphql", "jobs.errors -> graphql"),
        ("nexus/urls.py", "import graphene_django", "nexus.urls -> graphene_django"),
    ],
    "rest": [("nexus/urls.py", "import rest_framework", "nexus.urls -> rest_framework")],
    "redis": [("jobs/services/__init__.py", "import redis", "jobs.services -> redis")],
}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree's Python files: what import-linter reads, and nothing else."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        for source in python_files(ROOT / package):
            target = copy / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return copy


def python_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "node_modules" not in path.parts]


def lint(tree: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [f"--contract={contract}" for contract in contracts]
    command = [LINT_IMPORTS, "--no-cache", "--no-logo", *chosen]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=60)


def test_the_house_as_it_stands_keeps_every_arrow(pristine: Path) -> None:
    result = lint(pristine)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Contracts: \d+ kept, 0 broken", result.stdout)


def test_every_contract_is_seen_to_refuse() -> None:
    declared = set(re.findall(r'^id = "([\w-]+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE))
    assert set(UPWARD) == declared


@pytest.mark.parametrize("contract", UPWARD)
def test_imports_upward_are_refused(pristine: Path, tmp_path: Path, contract: str) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(pristine, tree)
    if not (tree / "jobs/tasks").exists():
        (tree / "jobs/tasks.py").touch()
    for module, code, _ in UPWARD[contract]:
        with (tree / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{code}\n")

    result = lint(tree, contract)

    assert result.returncode == 1, result.stdout + result.stderr
    told = " ".join(result.stdout.split())
    assert [named for *_, named in UPWARD[contract] if named not in told] == []
