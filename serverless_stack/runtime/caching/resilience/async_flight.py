"""One load of a key at a time, for all tasks of an event loop."""

import asyncio
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

V = TypeVar("V")


class _Flight(NamedTuple, Generic[V]):
    load: "asyncio.Future[V]"
    leader: "asyncio.Future[V] | asyncio.Future[object]"


class AsyncFlight(Generic[V]):
    """Knows which keys are being loaded in each event loop.

    Attributes:
        landed: How many loads have ended; see `SingleFlight`.
    """

    def __init__(self) -> None:
        self.landed = 0
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Flight[V]]]
        self._loops = WeakKeyDictionary()

    def running(self, key: str) -> "asyncio.Future[V] | None":
        """Give the load of a key, if there is one."""
        flight = self._flights().get(key)
        return None if flight is None else flight.load

    def is_mine(self, key: str) -> bool:
        """Tell whether the caller is the load of a key, and so must not wait for it."""
        flight = self._flights().get(key)
        return flight is not None and flight.leader is asyncio.current_task()

    def start(
        self,
        key: str,
        load: "asyncio.Future[V]",
        leader: "asyncio.Future[object] | None" = None,
    ) -> "asyncio.Future[V]":
        """Have others wait for a load; nobody may be loading the key.

        Args:
            key: The key.
            load: Gives its value.
            leader: The task that asks the source, if it is another.
        """
        flights = self._flights()
        flights[key] = _Flight(load, load if leader is None else leader)

        def land(done: "asyncio.Future[V]") -> None:
            self.landed += 1
            del flights[key]
            if not done.cancelled():
                done.exception()  # seen, even if nobody waits any more

        load.add_done_callback(land)
        return load

    def _flights(self) -> "dict[str, _Flight[V]]":
        return self._loops.setdefault(asyncio.get_running_loop(), {})
