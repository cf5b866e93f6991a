"""One load of a key at a time, for all tasks of an event loop."""

import asyncio
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

V = TypeVar("V")


class AsyncFlight(Generic[V]):
    """Knows which keys are being loaded in each event loop.

    Attributes:
        landed: How many loads have ended; see `SingleFlight`.
    """

    def __init__(self) -> None:
        self.landed = 0
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Future[V]]] = (
            WeakKeyDictionary()
        )

    def running(self, key: str) -> "asyncio.Future[V] | None":
        """Give the load of a key, if there is one."""
        return self._flights().get(key)

    def start(self, key: str, load: "asyncio.Future[V]") -> "asyncio.Future[V]":
        """Have others wait for a load; nobody may be loading the key."""
        flights = self._flights()
        flights[key] = load

        def land(done: "asyncio.Future[V]") -> None:
            self.landed += 1
            del flights[key]
            if not done.cancelled():
                done.exception()  # seen, even if nobody waits any more

        load.add_done_callback(land)
        return load

    def _flights(self) -> "dict[str, asyncio.Future[V]]":
        return self._loops.setdefault(asyncio.get_running_loop(), {})
