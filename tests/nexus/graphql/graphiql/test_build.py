import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nexus.graphql.graphiql import build
from nexus.graphql.graphiql.build import BuildError, find_node, is_current, sources_stamp

SOURCES = ("package.json", "package-lock.json", "build.mjs")


def copy_sources(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in SOURCES:
        shutil.copy(build.FOLDER / name, folder)
    shutil.copytree(build.FOLDER / "src", folder / "src")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[bool]]]:
    """A folder that two builds were started in at once, after one that was killed, and what the two said."""
    folder = copy_sources(tmp_path_factory.mktemp("build") / "a path with spaces")
    (folder / "dist" / ".new-killed" / "bundle").mkdir(parents=True)
    (folder / "dist" / "explorer-OLD.js").touch()
    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(build.build, folder) for _ in range(2)]
        said = [outcome.result() for outcome in outcomes]
    yield folder, said
    shutil.rmtree(folder)


@pytest.mark.needs("node")
def test_two_builds_at_once_build_once(built: tuple[Path, list[bool]]) -> None:
    folder, said = built
    assert sorted(said) == [False, True]
    assert is_current(folder)
    assert not build.build(folder)


@pytest.mark.needs("node")
def test_build_holds_its_own_files_and_no_others(built: tuple[Path, list[bool]]) -> None:
    folder, _ = built
    manifest = json.loads((folder / "dist" / "manifest.json").read_bytes())
    names = {path.name for path in (folder / "dist").iterdir()}
    assert names == {*manifest["files"], "manifest.json"}
    assert {manifest["script"], manifest["style"], manifest["icon"]} <= names
    assert not [name for name in names if name.endswith(".map")]
    kinds = {path.name for path in folder.iterdir()}
    assert kinds == {*SOURCES, "src", "dist", "node_modules"}


@pytest.mark.needs("node")
def test_every_file_name_carries_a_hash(built: tuple[Path, list[bool]]) -> None:
    folder, _ = built
    for path in (folder / "dist").iterdir():
        assert path.name == "manifest.json" or path.match("*-????????.*"), path.name


@pytest.mark.needs("node")
def test_bundle_names_no_other_host_to_load_from(built: tuple[Path, list[bool]]) -> None:
    folder, _ = built
    for path in (folder / "dist").glob("*.css"):
        assert "url(http" not in path.read_text()
        assert "@import" not in path.read_text()
    for path in (folder / "dist").glob("*.js"):
        script = path.read_text()
        assert 'import("http' not in script
        assert 'from"http' not in script
        assert 'importScripts("http' not in script


@pytest.mark.parametrize("changed", [*SOURCES, "src/explorer.jsx", "src/new.js"])
def test_changed_source_makes_another_stamp(tmp_path: Path, changed: str) -> None:
    folder = copy_sources(tmp_path / "explorer")
    before = sources_stamp(folder)
    with (folder / changed).open("a") as file:
        file.write(" ")
    assert sources_stamp(folder) != before


@pytest.mark.parametrize("fault", ["another stamp", "a file is gone", "no JSON", "no stamp", "nothing"])
def test_build_that_is_not_whole_is_not_current(tmp_path: Path, fault: str) -> None:
    folder = copy_sources(tmp_path / "explorer")
    (folder / "dist").mkdir()
    (folder / "dist" / "explorer-A.js").touch()
    manifest = folder / "dist" / "manifest.json"
    whole = {"stamp": sources_stamp(folder), "files": ["explorer-A.js"]}
    manifest.write_text(json.dumps(whole))
    assert is_current(folder)
    match fault:
        case "another stamp":
            manifest.write_text(json.dumps(whole | {"stamp": "0"}))
        case "a file is gone":
            (folder / "dist" / "explorer-A.js").unlink()
        case "no JSON":
            manifest.write_text("{")
        case "no stamp":
            manifest.write_text("[]")
        case "nothing":
            manifest.unlink()
    assert not is_current(folder)


def put_program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize("version", ["v12.22.9", "v19.9.0", "", "nonsense"])
def test_node_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    put_program(tmp_path, "node", f"echo {version}")
    put_program(tmp_path, "npm", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    node = find_node()
    assert node is None or node.node != str(tmp_path / "node")


def test_node_without_npm_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_program(tmp_path, "node", "echo v24.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    node = find_node()
    assert node is None or node.node != str(tmp_path / "node")
    put_program(tmp_path, "npm", "exit 0")
    node = find_node()
    assert node is not None
    assert (node.node, node.npm) == (str(tmp_path / "node"), (str(tmp_path / "npm"),))


@pytest.mark.needs("node")
def test_lock_file_that_does_not_fit_is_told_and_leaves_the_old_build(tmp_path: Path) -> None:
    folder = copy_sources(tmp_path / "explorer")
    (folder / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {}}')
    (folder / "dist").mkdir()
    (folder / "dist" / "manifest.json").write_text("{}")
    with pytest.raises(BuildError, match="npm could not install the packages"):
        build.build(folder)
    assert [path.name for path in (folder / "dist").iterdir()] == ["manifest.json"]


def test_command_without_node_says_so_in_one_line(tmp_path: Path) -> None:
    package = copy_sources(tmp_path / "nexus" / "graphql" / "graphiql")
    for name in ("__init__.py", "build.py", "page.py"):
        shutil.copy(build.FOLDER / name, package)
    # The Python under the virtual environment, without its packages: no wheel with Node, and no uv to fetch it with.
    done = subprocess.run(
        [sys._base_executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {RUN_COMMAND}"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("explorer: not built: there is no Node here")
    assert "Node 20 or newer" in done.stderr


RUN_COMMAND = "from nexus.graphql.graphiql import build; sys.exit(build.main([]))"
