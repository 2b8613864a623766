"""Work that is done once for all who want its result at the same time."""

from threading import Event, Lock

# Nobody waits longer than that for a result that another thread is making.
PATIENCE_SECONDS = 2.0


class Flight[Value]:
    """A result in the making, and those who wait for it."""

    __slots__ = ("_landed", "value")

    def __init__(self) -> None:
        self._landed = Event()
        self.value: Value | None = None

    def land(self, value: Value | None = None) -> None:
        """Let those who wait go on with this result; without one, each on their own."""
        self.value = value
        self._landed.set()

    def wait(self) -> Value | None:
        """The result; None where there is none to share, or after `PATIENCE_SECONDS`."""
        self._landed.wait(PATIENCE_SECONDS)
        return self.value


class Flights[Key, Value]:
    """The flights of a process by what they make. Whoever holds one lands it, and waits for no other before."""

    def __init__(self) -> None:
        self._flights: dict[Key, Flight[Value]] = {}
        self._lock = Lock()

    def join(self, key: Key) -> tuple[Flight[Value], bool]:
        """The flight to this result, and whether it is the caller's to make."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: Key, value: Value | None = None) -> None:
        """End the caller's own flight, with its result if there is one to share."""
        with self._lock:
            flight = self._flights.pop(key)
        flight.land(value)
