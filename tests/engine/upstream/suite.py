"""graphql-core's own tests: its source distribution, of the version and with the checksum that are locked.

Fetched by pip, so from wherever this machine gets its packages, and kept in a cache folder; nothing of it is committed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from nexus.environment import BASE_DIR

# What upstream's tests are written for, beside pytest. The run has them to itself: they are no part of our environment.
PLUGINS = Path(__file__).with_name("requirements.txt")


class Unavailable(Exception):
    """What was asked for could not be fetched, or is not what the lock says."""


def cache_folder() -> Path:
    """Where downloads are kept from run to run."""
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home) / "nexus" if home else BASE_DIR / "var" / "cache"


def locked_sdist(package: str) -> tuple[str, str]:
    """The version of a package in `uv.lock`, and the SHA-256 of its source distribution in hexadecimal."""
    lock = tomllib.loads((BASE_DIR / "uv.lock").read_text(encoding="utf-8"))
    (entry,) = (entry for entry in lock["package"] if entry["name"] == package)
    return entry["version"], entry["sdist"]["hash"].removeprefix("sha256:")


def graphql_core() -> Path:
    """The unpacked source distribution of the locked graphql-core. Raises Unavailable."""
    version, checksum = locked_sdist("graphql-core")

    def fetch(folder: Path) -> None:
        requirement = folder / "requirements.txt"
        requirement.write_text(f"graphql-core=={version} --hash=sha256:{checksum}\n")
        source_only = ("--no-binary", "graphql-core")
        _pip("download", "--no-deps", *source_only, "--require-hashes", "-r", requirement, "-d", folder)
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")

    folder = _cached(f"graphql-core-{checksum[:16]}", fetch)
    return folder / f"graphql_core-{version}"


def plugins() -> Path:
    """A folder for PYTHONPATH with the pytest plug-ins that upstream's tests need. Raises Unavailable."""
    digest = hashlib.sha256(PLUGINS.read_bytes()).hexdigest()

    def fetch(folder: Path) -> None:
        _pip("install", "--no-deps", "--require-hashes", "-r", PLUGINS, "--target", folder)

    return _cached(f"graphql-core-plugins-{digest[:16]}", fetch)


def _cached(name: str, fetch: Callable[[Path], None]) -> Path:
    """The folder of this name, which is filled elsewhere and then put in place whole."""
    target = cache_folder() / name
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
    try:
        fetch(made)
        made.rename(target)
    except OSError:
        # Another run may have been faster; whatever else it is, it is told.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word of why"])[-1]
        raise Unavailable(f"`pip {arguments[0]}` failed: {last}")
