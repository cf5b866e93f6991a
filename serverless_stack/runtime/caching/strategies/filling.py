"""How a missing or stale value is loaded and cached."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from serverless_stack.runtime.caching.codecs.aged import Aged
from serverless_stack.runtime.caching.codecs.json import MISSING
from serverless_stack.runtime.caching.errors import StoreError, StoreUnavailable, ValueTooLarge
from serverless_stack.runtime.caching.resilience.doubts import Doubts
from serverless_stack.runtime.caching.resilience.lease import Lease
from serverless_stack.runtime.caching.resilience.waiting import Waiting
from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.strategies.lives import Lives, not_cached
from serverless_stack.runtime.caching.strategies.lookup import Lookup
from serverless_stack.runtime.caching.strategies.steps import Flow, Load, LoadMany, Pause

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.resilience.last_known import LastKnown

T = TypeVar("T")
Found = Lookup[object]

_FIRST_PAUSE = 0.005  # seconds
_LONGEST_PAUSE = 0.1
_REFRESH_LEASE = 10  # seconds, for a refresh when no lease is asked for


class Flights(Protocol):
    """Loads under way in this process, for threads or for asyncio."""

    landed: int


class Filling:
    """Makes the flows that ask the source; one of them at a time runs for a key."""

    def __init__(
        self,
        store: Store,
        lives: Lives,
        flights: Flights,
        doubts: Doubts,
        lease: int | None,
        last_known: "LastKnown | None",
    ) -> None:
        self._store = store
        self._lives = lives
        self._flights = flights
        self._doubts = doubts
        self._lease = lease
        self._last_known = last_known

    def fill(
        self, key: str, seen: int, spare: Aged | None, waiting: Waiting, degraded: bool = False
    ) -> Flow[Found]:
        """Load a key and cache it; the caller is the only one in this process that does."""
        lease = Lease(self._store, key, self._lease) if self._lease and not degraded else None
        cached: object = MISSING
        try:
            if lease is not None:
                cached = yield from self._wait_for(lease, key, waiting)
            elif self._flights.landed != seen and not degraded:
                cached = yield from self.ask(waiting, partial(self._store.get, key))
        except StoreError:
            degraded = True
        found = self.alive(cached)
        if found is not None:
            yield from self._release(lease)
            return found
        try:
            value = yield Load(key)
        except Exception:
            yield from self._release(lease)
            found = self._instead(key, self._lives.spare(cached) or spare, degraded)
            if found is None:
                raise
            return found
        if not degraded:
            degraded = not (yield from self._keep(key, value, waiting))
        yield from self._release(lease)
        return Lookup(value, hit=False, degraded=degraded)

    def fill_many(
        self,
        seen: int,
        spares: Mapping[str, Aged | None],
        waiting: Waiting,
        degraded: bool,
        keys: Sequence[str],
    ) -> Flow[dict[str, Found]]:
        """Load keys and cache them; the caller is the only one in this process that does."""
        answers: dict[str, Found] = {}
        if self._flights.landed != seen and not degraded:
            sure = [key for key in keys if key not in self._doubts.keys]
            try:
                again = yield from self.ask(waiting, partial(self._store.get_many, sure))
            except StoreError:
                degraded = True
            else:
                alive = {key: self.alive(cached) for key, cached in again.items()}
                answers = {key: found for key, found in alive.items() if found is not None}
        rest = [key for key in keys if key not in answers]
        if not rest:
            return answers
        try:
            loaded = cast("Mapping[str, object]", (yield LoadMany(rest)))
        except Exception:
            for key in rest:
                found = self._instead(key, spares.get(key), degraded)
                if found is None:
                    raise
                answers[key] = found
            return answers
        values = {key: loaded[key] for key in rest if key in loaded}
        if not degraded:
            degraded = not (yield from self._keep_many(values, waiting))
        answers.update((key, Lookup(value, False, degraded)) for key, value in values.items())
        return answers

    def refresh(self, key: str) -> Flow[Found | None]:
        """Load a key while others are given the stale value; one caller of all processes does."""
        lease = Lease(self._store, key, self._lease or _REFRESH_LEASE)
        found: Found | None = None
        try:
            if (yield lease.acquire):
                cached = yield partial(self._store.get, key)
                found = self.alive(cached)
                if found is None or found.stale:  # no other process has done it since
                    value = yield Load(key)
                    yield from self._keep(key, value, Waiting(None))
                    found = Lookup(value, hit=False, degraded=False)
        except StoreError:
            found = None  # the store has logged it
        except Exception:
            import logging

            logging.getLogger(__name__).warning("`%s` stays stale", key, exc_info=True)
            found = None
        yield from self._release(lease)
        return found

    def _wait_for(self, lease: Lease, key: str, waiting: Waiting) -> Flow[object]:
        """Get the lease, or the value that its owner stores, or neither when it takes too long."""
        until = time.monotonic() + lease.seconds
        pause = _FIRST_PAUSE
        while not (yield from self.ask(waiting, lease.acquire)):
            pause = min(pause, until - time.monotonic(), waiting.left)
            if pause <= 0:
                return MISSING
            yield Pause(pause)
            waiting.spend(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)
            cached = yield from self.ask(waiting, partial(self._store.get, key))
            if self.alive(cached) is not None:
                return cached
        # Between the miss and the lease, its last owner may have stored the value.
        return (yield from self.ask(waiting, partial(self._store.get, key)))

    def _release(self, lease: Lease | None) -> Flow[None]:
        if lease is not None and lease.held:
            with suppress(StoreError):  # it ends by itself
                yield lease.release

    def _keep(self, key: str, value: object, waiting: Waiting) -> Flow[bool]:
        """Cache a value, and tell whether the cache is well."""
        entry = self._lives.entry(value)
        if entry is None:
            return True
        try:
            yield from self.ask(waiting, partial(self._store.set, key, *entry))
        except (ValueTooLarge, TypeError, ValueError) as error:
            not_cached(key, error)
            return (yield from self._drop(key))
        except StoreError:
            return False
        return True

    def _keep_many(self, values: Mapping[str, object], waiting: Waiting) -> Flow[bool]:
        """Cache values, a round trip for each time to live; tell whether the cache is well."""
        by_ttl: dict[int, dict[str, object]] = {}
        less = self._lives.draw()  # one chance for all: more would be more round trips
        for key, value in values.items():
            entry = self._lives.entry(value, less)
            if entry is not None:
                by_ttl.setdefault(entry[1], {})[key] = entry[0]
        for ttl, entries in by_ttl.items():
            try:
                yield from self.ask(waiting, partial(self._store.set_many, entries, ttl))
            except (ValueTooLarge, TypeError, ValueError):  # one of them: the others are kept
                for key in entries:
                    if not (yield from self._keep(key, values[key], waiting)):
                        return False
            except StoreError:
                return False
        return True

    def _drop(self, key: str) -> Flow[bool]:
        """Delete the older value of a key whose new one cannot be cached."""
        try:
            yield partial(self._store.delete, key)
        except StoreError:
            return False
        return True

    def alive(self, cached: object) -> Found | None:
        """Give what the cache had, if it may still be given."""
        if cached is MISSING:
            return None
        if type(cached) is not Aged:
            return Lookup(cached, hit=True, degraded=False)
        now = self._lives.clock()
        if now >= cached.valid_until:
            return None
        return Lookup(cached.value, True, False, stale=now >= cached.fresh_until)

    def _instead(self, key: str, spare: Aged | None, degraded: bool) -> Found | None:
        """Give the last value of a key whose source fails, if there is one and it may be given."""
        value = MISSING if spare is None else spare.value
        if value is MISSING and self._last_known is not None:
            value = self._last_known.recall(key)
        if value is MISSING:
            return None
        import logging

        logging.getLogger(__name__).warning(
            "`%s` is given stale: its source failed", key, exc_info=True
        )
        return Lookup(value, True, degraded, stale=True)

    def ask(self, waiting: Waiting, operation: Callable[[], T]) -> Flow[T]:
        """Call the store, and count the time."""
        if waiting.left <= 0:
            raise StoreUnavailable("the budget for the cache is spent")
        began = time.monotonic()
        try:
            return cast("T", (yield operation))
        finally:
            waiting.spend(time.monotonic() - began)
