"""The rules of lazy loading: what is done, in which order, whatever fails."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from serverless_stack.runtime.caching.aged import Aged
from serverless_stack.runtime.caching.budget import Budget
from serverless_stack.runtime.caching.doubts import doubts_about
from serverless_stack.runtime.caching.errors import StoreError, StoreUnavailable, ValueTooLarge
from serverless_stack.runtime.caching.lease import Lease
from serverless_stack.runtime.caching.lives import Lives, not_cached
from serverless_stack.runtime.caching.lookup import Lookup
from serverless_stack.runtime.caching.steps import (
    Flow,
    Join,
    JoinMany,
    Load,
    LoadMany,
    Pause,
    Spawn,
)
from serverless_stack.runtime.caching.store import Store
from serverless_stack.runtime.caching.values import MISSING

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.events import Event, Outcome
    from serverless_stack.runtime.caching.last_known import LastKnown

T = TypeVar("T")
Found = Lookup[object]

_FIRST_PAUSE = 0.005  # seconds
_LONGEST_PAUSE = 0.1
_REFRESH_LEASE = 10  # seconds, for a refresh when no lease is asked for


class Flights(Protocol):
    """Loads under way in this process, for threads or for asyncio."""

    landed: int


class Waiting:
    """How long one lookup has waited for the cache, and how long it still may."""

    def __init__(self, budget: Budget | None) -> None:
        self.spent = 0.0
        self._budget = budget

    @property
    def left(self) -> float:
        """Seconds that it still may wait."""
        return float("inf") if self._budget is None else self._budget.left

    def spend(self, seconds: float) -> None:
        """Count."""
        self.spent += seconds
        if self._budget is not None:
            self._budget.spend(seconds)


class Rules:
    """Makes the flows of one `LazyLoading`."""

    def __init__(
        self,
        store: Store,
        lives: Lives,
        flights: Flights,
        *,
        lease: int | None,
        budget: float | Budget | None,
        on_event: "Callable[[Event], None] | None",
    ) -> None:
        if lease is not None and lease < 1:
            raise ValueError(f"`lease` must be 1 second or more, got: {lease}")
        if budget is not None and not isinstance(budget, Budget):
            Budget(budget)  # checks it
        self._store = store
        self._lives = lives
        self._flights = flights
        self._lease = lease
        self._budget = budget
        self._on_event = on_event
        self.doubts = doubts_about(store, lives.longest)
        self._last_known: LastKnown | None = None
        if lives.stale_if_error is not None:
            from serverless_stack.runtime.caching import last_known

            self._last_known = last_known.LastKnown(store, lives.stale_if_error)

    @property
    def watchful(self) -> bool:
        """Whether a plain hit must be told, timed or remembered."""
        return (
            self._on_event is not None or self._budget is not None or self._last_known is not None
        )

    def look(self, key: str) -> Flow[Found]:
        """Answer a key from the cache, or else from the source."""
        seen = self._flights.landed
        waiting = self._waiting()
        try:
            if self.doubts.keys:
                yield from self._ask(waiting, partial(self.doubts.settle, self._store, key))
            cached = yield from self._ask(waiting, partial(self._store.get, key))
        except StoreError:
            found = yield from self.degrade(key)
        else:
            found = yield from self.judge(key, cached, seen, waiting)
        if self._last_known is not None and not found.stale:
            self._last_known.remember(key, found.value, again=not found.hit)
        self._tell(key, found, waiting)
        return found

    def degrade(self, key: str) -> Flow[Found]:
        """Answer a key from the source, as the cache cannot be asked."""
        fill = self._fill(key, self._flights.landed, None, self._waiting(), degraded=True)
        return cast("Found", (yield Join(key, fill)))

    def judge(
        self, key: str, cached: object, seen: int, waiting: Waiting | None = None
    ) -> Flow[Found]:
        """Answer a key after the cache has been read.

        Args:
            key: The key.
            cached: What the store gave.
            seen: How many flights had landed before it was asked.
            waiting: The time that the lookup has taken.
        """
        found = self._alive(cached)
        if found is None:
            spare = self._lives.spare(cached)
            fill = self._fill(key, seen, spare, waiting or self._waiting())
            return cast("Found", (yield Join(key, fill)))
        if found.stale and self._lives.soft_ttl is not None:
            yield Spawn(key, self._refresh(key))
        return found

    def look_many(self, keys: Sequence[str]) -> Flow[dict[str, Found]]:
        """Answer several keys with one round trip, and one more call of the source."""
        seen = self._flights.landed
        waiting = self._waiting()
        keys = list(dict.fromkeys(keys))
        cached: dict[str, object] = {}
        degraded = False
        try:
            for key in [key for key in keys if key in self.doubts.keys]:
                yield from self._ask(waiting, partial(self.doubts.settle, self._store, key))
            if keys:
                cached = yield from self._ask(waiting, partial(self._store.get_many, keys))
        except StoreError:
            degraded = True
        found = {key: self._alive(cached.get(key, MISSING)) for key in keys}
        missing = [key for key in keys if found[key] is None]
        if missing:
            spares = {key: self._lives.spare(cached.get(key, MISSING)) for key in missing}
            fill = partial(self._fill_many, seen, spares, waiting, degraded)
            loaded = cast("dict[str, Found]", (yield JoinMany(missing, fill)))
            found.update((key, loaded.get(key)) for key in missing)
        answers = {key: each for key, each in found.items() if each is not None}
        for key, each in answers.items():
            if each.hit and each.stale and self._lives.soft_ttl is not None:
                yield Spawn(key, self._refresh(key))
            if self._last_known is not None and not each.stale:
                self._last_known.remember(key, each.value, again=not each.hit)
            self._tell(key, each, waiting)
        return answers

    def _fill(
        self, key: str, seen: int, spare: Aged | None, waiting: Waiting, degraded: bool = False
    ) -> Flow[Found]:
        """Load a key and cache it; the caller is the only one in this process that does."""
        lease = Lease(self._store, key, self._lease) if self._lease and not degraded else None
        cached: object = MISSING
        try:
            if lease is not None:
                cached = yield from self._wait_for(lease, key, waiting)
            elif self._flights.landed != seen and not degraded:
                cached = yield from self._ask(waiting, partial(self._store.get, key))
        except StoreError:
            degraded = True
        found = self._alive(cached)
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

    def _fill_many(
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
            try:
                again = yield from self._ask(waiting, partial(self._store.get_many, keys))
            except StoreError:
                degraded = True
            else:
                alive = {key: self._alive(cached) for key, cached in again.items()}
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

    def _refresh(self, key: str) -> Flow[Found | None]:
        """Load a key while others are given the stale value; one caller of all processes does."""
        lease = Lease(self._store, key, self._lease or _REFRESH_LEASE)
        found: Found | None = None
        try:
            if (yield lease.acquire):
                cached = yield partial(self._store.get, key)
                found = self._alive(cached)
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
        while not (yield from self._ask(waiting, lease.acquire)):
            pause = min(pause, until - time.monotonic(), waiting.left)
            if pause <= 0:
                return MISSING
            yield Pause(pause)
            waiting.spend(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)
            cached = yield from self._ask(waiting, partial(self._store.get, key))
            if self._alive(cached) is not None:
                return cached
        # Between the miss and the lease, its last owner may have stored the value.
        return (yield from self._ask(waiting, partial(self._store.get, key)))

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
            yield from self._ask(waiting, partial(self._store.set, key, *entry))
        except (ValueTooLarge, TypeError, ValueError) as error:
            not_cached(key, error)
            return (yield from self._drop(key))
        except StoreError:
            return False
        return True

    def _keep_many(self, values: Mapping[str, object], waiting: Waiting) -> Flow[bool]:
        """Cache values, a round trip for each time to live; tell whether the cache is well."""
        by_ttl: dict[int, dict[str, object]] = {}
        for key, value in values.items():
            entry = self._lives.entry(value)
            if entry is not None:
                by_ttl.setdefault(entry[1], {})[key] = entry[0]
        for ttl, entries in by_ttl.items():
            try:
                yield from self._ask(waiting, partial(self._store.set_many, entries, ttl))
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

    def _alive(self, cached: object) -> Found | None:
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
        return None if value is MISSING else Lookup(value, True, degraded, stale=True)

    def _ask(self, waiting: Waiting, operation: Callable[[], T]) -> Flow[T]:
        """Call the store, and count the time."""
        if waiting.left <= 0:
            raise StoreUnavailable("the budget for the cache is spent")
        began = time.monotonic()
        try:
            return cast("T", (yield operation))
        finally:
            waiting.spend(time.monotonic() - began)

    def _waiting(self) -> Waiting:
        budget = self._budget
        return Waiting(Budget(budget) if isinstance(budget, int | float) else budget)

    def _tell(self, key: str, found: Found, waiting: Waiting) -> None:
        if self._on_event is None:
            return
        from serverless_stack.runtime.caching.events import Event

        outcome: Outcome = "hit" if found.hit else "miss"
        if found.stale:
            outcome = "stale"
        elif found.degraded:
            outcome = "degraded"
        try:
            self._on_event(Event(outcome, key, waiting.spent))
        except Exception:
            import logging

            logging.getLogger(__name__).warning("`on_event` failed", exc_info=True)
