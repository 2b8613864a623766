"""What can be read of a file, by a process of its own that gets so much time, memory and room, and no more."""

import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from jobs.services import file_reader
from jobs.services.file_kinds import KINDS

MOST_TEXT, MOST_IMAGE = 1_000_000, 10_000_000
# Seconds by the clock: who waits takes no time on a processor, and on a busy machine everybody waits.
PATIENCE = 2 * file_reader.SECONDS


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read: the text of a document, or an image made anew. `fault` says why there is none."""

    text: str = ""
    image: bytes | None = None
    fault: str = ""


def read(file: IO[bytes], mime: str) -> Contents:
    """What can be read of a file of this kind; of a document that was not read to its end, the text until there."""
    is_image = KINDS[mime].is_image
    most = MOST_IMAGE if is_image else MOST_TEXT
    with TemporaryFile() as given, TemporaryFile() as said:
        shutil.copyfileobj(file, given)
        given.seek(0)
        code = _run([mime, str(most)], given, said)
        said.seek(0)
        content = said.read(most)
    if not is_image:
        fault = "" if code == 0 else "It was not read to its end."
        return Contents(text=content.decode("utf-8", "ignore").strip(), fault=fault)
    if code == 0:
        return Contents(image=content)
    if code == file_reader.TOO_LARGE:
        return Contents(fault=f"An image has at most {file_reader.MOST_PIXELS:,} pixels.")
    return Contents(fault="This image cannot be read.")


def _run(arguments: list[str], given: IO[bytes], said: IO[bytes]) -> int:
    """Have the reader run; its exit code, or that of the signal that ended it."""
    program = str(Path(file_reader.__file__).resolve())
    # Of this process it gets nothing but the two files: no environment, and so no secret.
    process = subprocess.Popen(
        [sys.executable, "-I", program, *arguments],
        stdin=given,
        stdout=said,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        close_fds=True,
    )
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return -1
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
