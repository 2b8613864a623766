"""How long an operation may run, and who may end it before."""

from time import monotonic

from engine.errors import ExecutionCancelled, ExecutionTimedOut


class Deadline:
    """A span of time from now on, in seconds, that any thread may end early."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = monotonic() + seconds
        self._is_cancelled = False

    @property
    def expired(self) -> bool:
        """Whether the time is up, or `cancel` was called."""
        return self._is_cancelled or monotonic() >= self._ends_at

    def cancel(self) -> None:
        """End it now."""
        self._is_cancelled = True

    def check(self) -> None:
        """Raise `ExecutionCancelled` or `ExecutionTimedOut` once it has expired."""
        if self._is_cancelled:
            raise ExecutionCancelled("The operation was cancelled.")
        if monotonic() >= self._ends_at:
            raise ExecutionTimedOut(f"The operation was stopped: it may take {self.seconds:g} seconds.")
