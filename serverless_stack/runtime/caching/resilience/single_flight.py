"""One load of a key at a time, for all threads of a process."""

import threading
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.resilience.forks import renew_in_children

V = TypeVar("V")


class Flight(Generic[V]):
    """A load under way, and what came of it."""

    def __init__(self) -> None:
        self.leader = threading.get_ident()
        self._landed = threading.Event()
        self._result: V | None = None
        self._error: BaseException | None = None

    def land(self, result: V | None, error: BaseException | None) -> None:
        """Let those go on that wait."""
        self._result = result
        self._error = error
        self._landed.set()

    def wait(self) -> V:
        """Give the result, or raise the error, of the leader."""
        self._landed.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]


class SingleFlight(Generic[V]):
    """Knows which keys are being loaded in this process.

    Attributes:
        landed: How many loads have ended. Who read it before a miss and finds it changed
            after taking the lead looks into the cache again.
    """

    def __init__(self) -> None:
        self.landed = 0
        self._flights: dict[str, Flight[V]] = {}
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Forget the flights, whose leaders are threads of the parent process."""
        self._lock = threading.Lock()
        self._flights.clear()

    def board(self, key: str) -> tuple[Flight[V], bool]:
        """Give the flight of a key, and whether the caller leads it and must `land` it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(
        self, key: str, flight: Flight[V], result: V | None, error: BaseException | None = None
    ) -> None:
        """End a flight that the caller leads."""
        with self._lock:
            self.landed += 1
            self._flights.pop(key, None)  # a leader that has forked finds none in the child
        flight.land(result, error)
