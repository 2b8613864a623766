"""Progress, on stderr: stdout is for results."""

import sys
import time

_STARTED = time.monotonic()


def say(text: str) -> None:
    """One line of progress, after the minutes and seconds since the start."""
    minutes, seconds = divmod(int(time.monotonic() - _STARTED), 60)
    sys.stderr.write(f"{minutes:2}:{seconds:02}  {text}\n")
    sys.stderr.flush()
