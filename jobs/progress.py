"""How far a long command has come."""

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30
LONGEST = 110  # characters of a line that is written over
REDRAWN_EVERY = 0.2  # seconds


class Line:
    """A line on a terminal that is written over again and again; nothing elsewhere."""

    def __init__(self, stream: TextIO, *, is_wanted: bool = True) -> None:
        self._stream = stream if is_wanted and stream.isatty() else None

    def show(self, text: str) -> None:
        if self._stream:
            self._stream.write(f"\r\x1b[K{text[:LONGEST]}")
            self._stream.flush()

    def clear(self) -> None:
        self.show("")


def bar(share: float) -> str:
    """The part from 0 to 1 that is done, drawn."""
    filled = round(WIDTH * share)
    return "█" * filled + "·" * (WIDTH - filled)


class Progress:
    """A bar with rate and time left on a terminal; elsewhere a line at each tenth."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._is_terminal = stream.isatty()
        self._what, self._total, self._started, self._shown = "", 0, 0.0, 0.0
        self._tenth = 0

    def start(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._started = self._clock()
        self._shown, self._tenth = float("-inf"), 0
        self.show(0)

    def show(self, done: int) -> None:
        """Say that `done` of the total are done."""
        now = self._clock()
        is_done = done >= self._total
        if self._is_terminal:
            if is_done or now - self._shown >= REDRAWN_EVERY:
                self._shown = now
                self._stream.write(f"\r\x1b[K{self._bar(done, now)}" + "\n" * is_done)
                self._stream.flush()
        elif self._total and done * 10 // self._total > self._tenth:
            self._tenth = done * 10 // self._total
            self._stream.write(f"{self._line(done, now)}\n")
            self._stream.flush()

    def _bar(self, done: int, now: float) -> str:
        return f"{bar(done / self._total if self._total else 1)} {self._line(done, now)}"

    def _line(self, done: int, now: float) -> str:
        seconds = now - self._started
        line = f"{self._what} {done:,} of {self._total:,}"
        if not done or seconds <= 0:
            return line
        rate = done / seconds
        if done >= self._total:
            return f"{line}, {rate:,.0f} a second, {duration(seconds)}"
        return f"{line}, {rate:,.0f} a second, {duration((self._total - done) / rate)} left"


def duration(seconds: float) -> str:
    """4 s, 2 min 05 s, 1 h 10 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
