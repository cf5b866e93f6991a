"""One load of a key at a time, however many callers want it; for threads and for asyncio.

A load may ask for other keys, whose loads may ask for this one: each flight knows in which
flight it began and for which it waits, so that nobody joins a flight that waits for him.
"""

import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_fork_aware

TYPE_CHECKING = False

if TYPE_CHECKING:
    import asyncio

    from serverless_stack.runtime.caching.resilience.lease import Lease
    from serverless_stack.runtime.caching.strategies.expiry import Answer

    Landing = Mapping[str, Answer]

MAX_REFRESHES = 8
"""Background refreshes of one strategy at a time; a later hit asks for what was left out."""

_current: "ContextVar[Flight | None]" = ContextVar("flight", default=None)
_waits_lock = ForkSafeLock()


class Flight:
    """A load of one or more keys.

    Attributes:
        keys: The keys, in order.
        is_refresh: True for a refresh in the background, for which its starter does not wait.
        outdated: Keys whose value has changed since the load began (see `StaleKeys`): callers
            that come later must not be given what it loads, nor may it be cached.
        leases: Leases that the load holds.
    """

    def __init__(self, keys: Iterable[str], is_refresh: bool = False) -> None:
        self.keys = dict.fromkeys(keys)
        self.is_refresh = is_refresh
        self.outdated: set[str] = set()
        self.leases: list[Lease] = []
        self._parent: Flight | None = None if is_refresh else _current.get()
        self._waits_for: set[Flight] = set()

    @contextmanager
    def boarded(self) -> Iterator[None]:
        """Mark the code within as being part of this load."""
        with self.awaited():
            token = _current.set(self)
            try:
                yield
            finally:
                _current.reset(token)

    def enter(self) -> None:
        """Mark the rest of the current task as being part of this load."""
        _current.set(self)

    @contextmanager
    def awaited(self) -> Iterator[bool]:
        """Note that the caller's own load waits for this one within.

        Yields:
            Whether waiting would be a deadlock: this load waits for the caller's.
        """
        waiting = _current.get()
        if waiting is None or waiting is self:
            yield waiting is self
            return
        with _waits_lock:
            waiting._waits_for.add(self)
            deadlock = self._leads_to({*ancestors()})
        try:
            yield deadlock
        finally:
            waiting._waits_for.discard(self)

    def _leads_to(self, flights: "set[Flight]") -> bool:
        seen: set[Flight] = set()
        queue = [self]
        while queue:
            flight = queue.pop()
            if flight in flights:
                return True
            if flight not in seen:
                seen.add(flight)
                queue.extend(tuple(flight._waits_for))
        return False


def ancestors() -> "Iterator[Flight]":
    """Return the loads that the calling code is part of, the innermost first."""
    flight = _current.get()
    while flight is not None:
        yield flight
        flight = flight._parent


class ThreadFlight(Flight):
    """A load that threads wait for."""

    def __init__(self, keys: Iterable[str], is_refresh: bool = False) -> None:
        super().__init__(keys, is_refresh)
        self._landed = threading.Event()
        self._landing: Landing = {}
        self._error: Exception | None = None

    def land(self, landing: "Landing", error: Exception | None) -> None:
        """Pass on what was loaded, or the error."""
        self._landing = landing
        self._error = error
        self._landed.set()

    def wait(self, key: str) -> "Answer | None":
        """Return what was loaded for a key; None if the caller has to load it.

        Raises:
            Exception: What the load raised.
        """
        outdated = key in self.outdated
        self._landed.wait()
        if outdated:
            return None
        if self._error is not None:
            raise self._error
        return self._landing.get(key)


class SingleFlight:
    """The loads of one strategy that are under way in this process.

    Attributes:
        landed: How many loads have ended. A caller that read it before a miss, and finds it
            changed once it leads a load, looks into the cache again.
    """

    def __init__(self) -> None:
        self.landed = 0
        self._flights: dict[str, ThreadFlight] = {}
        self._refreshes = 0
        self._lock = ForkSafeLock()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Forget the loads of the parent's threads."""
        self._flights.clear()
        self._refreshes = 0

    def board(self, keys: Iterable[str]) -> tuple[ThreadFlight | None, dict[str, ThreadFlight]]:
        """Start a load of those keys that nobody loads.

        Returns:
            The new load, which the caller runs and passes to `land`, if there is one, and
            the loads of the other keys.
        """
        with self._lock:
            others = {key: self._flights[key] for key in keys if key in self._flights}
            mine = [key for key in keys if key not in others]
            if not mine:
                return None, others
            flight = ThreadFlight(mine)
            self._flights.update(dict.fromkeys(mine, flight))
            return flight, others

    def board_refresh(self, key: str) -> ThreadFlight | None:
        """Start a refresh; None if the key is being loaded or too many refreshes run."""
        with self._lock:
            if key in self._flights or self._refreshes >= MAX_REFRESHES:
                return None
            self._refreshes += 1
            flight = self._flights[key] = ThreadFlight([key], is_refresh=True)
            return flight

    def land(
        self, flight: ThreadFlight, landing: "Landing", error: Exception | None = None
    ) -> None:
        """End a load."""
        with self._lock:
            self.landed += 1
            for key in flight.keys:
                if self._flights.get(key) is flight:  # not so in a process forked meanwhile
                    del self._flights[key]
                    if flight.is_refresh:
                        self._refreshes -= 1
        flight.land(landing, error)


class AsyncFlight(Flight):
    """A load that tasks wait for.

    Attributes:
        task: The task that loads.
        landing: What was loaded, for the caller that started the load.
    """

    task: "asyncio.Task[Landing]"
    landing: "Landing"

    async def wait(self, key: str) -> "Answer | None":
        """Return what was loaded for a key; None if the caller has to load it.

        Raises:
            Exception: What the load raised.
        """
        import asyncio

        outdated = key in self.outdated
        caller = asyncio.current_task()
        assert caller is not None, "this coroutine runs in a task"
        cancelled = caller.cancelling()
        try:
            landing = await asyncio.shield(self.task)
        except asyncio.CancelledError:
            if caller.cancelling() > cancelled or not self.task.cancelled():
                raise
            return None  # the load was cancelled, not the caller
        except Exception:
            if outdated:
                return None
            raise
        return None if outdated else landing.get(key)


class AsyncSingleFlight:
    """The loads of one strategy that are under way in each event loop."""

    def __init__(self) -> None:
        self.landed = 0
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, AsyncFlight]]
        self._loops = WeakKeyDictionary()

    def board(
        self, keys: Iterable[str], load: "Callable[[AsyncFlight], Awaitable[Landing]]"
    ) -> tuple[AsyncFlight | None, dict[str, AsyncFlight]]:
        """Start a task that loads those keys that nobody loads; see `SingleFlight.board`."""
        flights = self._flights()
        others = {key: flights[key] for key in keys if _is_loaded(flights, key)}
        mine = [key for key in keys if key not in others]
        return (self._start(AsyncFlight(mine), load) if mine else None), others

    def board_refresh(
        self, key: str, load: "Callable[[AsyncFlight], Awaitable[Landing]]"
    ) -> AsyncFlight | None:
        """Start a refresh; None if the key is being loaded or too many refreshes run."""
        flights = self._flights()
        refreshes = sum(flight.is_refresh for flight in flights.values())
        if _is_loaded(flights, key) or refreshes >= MAX_REFRESHES:
            return None
        return self._start(AsyncFlight([key], is_refresh=True), load)

    def _start(
        self, flight: AsyncFlight, load: "Callable[[AsyncFlight], Awaitable[Landing]]"
    ) -> AsyncFlight:
        import asyncio

        flights = self._flights()

        async def run() -> "Landing":
            flight.enter()
            return await load(flight)

        def land(task: "asyncio.Task[Landing]") -> None:
            self.landed += 1
            for key in flight.keys:
                if flights.get(key) is flight:
                    del flights[key]
            if not task.cancelled():
                task.exception()  # retrieved, even if nobody waits any more

        flight.task = asyncio.create_task(run())
        flight.task.add_done_callback(land)
        flights.update(dict.fromkeys(flight.keys, flight))
        return flight

    def _flights(self) -> dict[str, AsyncFlight]:
        import asyncio

        return self._loops.setdefault(asyncio.get_running_loop(), {})


def _is_loaded(flights: dict[str, AsyncFlight], key: str) -> bool:
    """Return whether a key is being loaded; the callback of a task that is done may be late."""
    return key in flights and not flights[key].task.done()


def is_shareable(value: object) -> bool:
    """Return whether several callers can use a value: an iterator or awaitable serves one."""
    return not any(hasattr(type(value), name) for name in ("__next__", "__anext__", "__await__"))
