"""The base of the lazy loaders for threads and for asyncio: their entries in the store.

Nothing here loads values or waits for other loads. Methods that call the store may block, so
`AsyncLazyLoading` calls them in threads.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from serverless_stack.runtime.arguments import check_functions, check_optional_functions
from serverless_stack.runtime.caching.base import (
    MISSING,
    Store,
    StoreError,
    StoreRefused,
    ValueTooLarge,
    check_store,
    codec_of,
    seconds_problem,
)
from serverless_stack.runtime.caching.resilience.budget import Budget, Stopwatch
from serverless_stack.runtime.caching.resilience.lease import Lease, entry_key
from serverless_stack.runtime.caching.resilience.single_flight import Flight
from serverless_stack.runtime.caching.resilience.stale_keys import stale_keys_of
from serverless_stack.runtime.caching.strategies.expiry import Answer, ExpiryPolicy, Lookup

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.metrics import Event, Outcome
    from serverless_stack.runtime.caching.stores.memory import MemoryStore

L = TypeVar("L")
M = TypeVar("M")
T = TypeVar("T")
_REFRESH_LEASE = 10  # seconds, unless the strategy has leases of its own


class Miss(Generic[L]):
    """Lookups that the cache did not answer.

    Attributes:
        load: The source.
        cached: What the store returned, if anything, by key: expired entries.
        landed: How many loads had landed before the store was asked.
        stopwatch: The time that the lookups have waited for the cache.
        degraded: Whether the cache failed.
        many: Whether the keys are loaded together.
    """

    __slots__ = ("cached", "degraded", "landed", "load", "many", "stopwatch")

    def __init__(
        self,
        load: L,
        cached: Mapping[str, object],
        landed: int,
        stopwatch: Stopwatch,
        *,
        degraded: bool,
        many: bool = False,
    ) -> None:
        check_functions(load=load)
        self.load = load
        self.cached = cached
        self.landed = landed
        self.stopwatch = stopwatch
        self.degraded = degraded
        self.many = many


class LazyLoader(ABC, Generic[L, M]):
    """What `LazyLoading` and `AsyncLazyLoading` share: their options and their entries.

    `L` is the type of ``load``, `M` that of ``load_many``.

    Args: see `LazyLoading`.
    """

    def __init__(
        self,
        store: Store,
        load: L,
        ttl: int = 300,
        *,
        jitter: float = 0.0,
        negative_ttl: int | None = None,
        soft_ttl: float | None = None,
        stale_if_error: int | None = None,
        lease: int | None = None,
        budget: float | Budget | None = None,
        load_many: M | None = None,
        on_event: "Callable[[Event], None] | None" = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] | None = None,
    ) -> None:
        check_store(store)
        check_functions(load=load)
        check_optional_functions(load_many=load_many, on_event=on_event)
        self._expiry = ExpiryPolicy(
            ttl,
            jitter=jitter,
            negative_ttl=negative_ttl,
            soft_ttl=soft_ttl,
            stale_if_error=stale_if_error,
            clock=clock,
            random=random,
        )
        if lease is not None and (problem := seconds_problem("lease", lease)):
            raise ValueError(problem)
        if budget is not None and not isinstance(budget, Budget):
            Budget(budget)  # checks the number
        self._store = store
        self._load = load
        self._load_many = load_many
        self._lease_seconds = lease
        self._budget = budget
        self._on_event = on_event
        self._stale_keys = stale_keys_of(store, self._expiry.max_ttl)
        self._last_known: MemoryStore | None = None
        if stale_if_error is not None:
            from serverless_stack.runtime.caching.stores import memory

            self._last_known = memory.MemoryStore(codec=codec_of(store))
        self._prepare()

    @abstractmethod
    def _prepare(self) -> None:
        """Make the loads of the strategy; called when everything else is set."""

    def _observes_hits(self) -> bool:
        """Whether a plain hit must be reported, timed or remembered."""
        return (
            self._on_event is not None or self._budget is not None or self._last_known is not None
        )

    def _stopwatch(self) -> Stopwatch:
        """Return a stopwatch for one lookup."""
        return Stopwatch(self._budget)

    def _read(self, key: str, stopwatch: Stopwatch) -> object:
        """Return what the store has; stale keys are deleted first.

        Raises:
            StoreError: The store failed.
        """
        if self._stale_keys.keys:
            stopwatch.call(self._stale_keys.flush, self._store, entry_key(key))
        return stopwatch.call(self._store.get, entry_key(key))

    def _read_many(
        self, keys: Sequence[str], stopwatch: Stopwatch
    ) -> tuple[dict[str, object], bool]:
        """Return what the store has in one round trip, and whether it failed."""
        names = {entry_key(key): key for key in keys}
        for name in [name for name in names if name in self._stale_keys.keys]:
            try:
                stopwatch.call(self._stale_keys.flush, self._store, name)
            except StoreError:
                del names[name]
        if not names:
            return {}, False
        try:
            cached = stopwatch.call(self._store.get_many, list(names))
        except StoreError:
            return {}, True
        return {names[name]: value for name, value in cached.items()}, False

    def _lease(self, key: str) -> Lease | None:
        """Return the lease for loading a missing key, not yet acquired, if there is to be one."""
        if self._lease_seconds is None:
            return None
        lease = Lease(self._store, key, self._lease_seconds)
        return None if lease.is_held_here() else lease

    def _refresh_lease(self, key: str) -> Lease:
        """Return the lease for refreshing a key, not yet acquired."""
        return Lease(self._store, key, self._lease_seconds or _REFRESH_LEASE)

    def _keep(self, key: str, value: object, flight: Flight, stopwatch: Stopwatch) -> bool:
        """Cache a value that was loaded; return False if the cache failed."""
        entry = self._expiry.entry(value)
        if entry is None or key in flight.outdated:
            return True
        name = entry_key(key)
        try:
            stopwatch.call(self._store.set, name, *entry)
        except (ValueTooLarge, TypeError, ValueError) as error:
            log_not_cached(key, error)
            return self._stale_keys.delete(self._store, name)
        except StoreError:
            return False
        return key not in flight.outdated or self._stale_keys.delete(self._store, name)

    def _keep_many(
        self, values: Mapping[str, object], flight: Flight, stopwatch: Stopwatch
    ) -> bool:
        """Cache values, in one round trip per time to live; return False if the cache failed."""
        by_ttl: dict[int, dict[str, object]] = {}
        jitter = self._expiry.draw_jitter()  # one for all: more would be more round trips
        for key, value in values.items():
            entry = self._expiry.entry(value, jitter)
            if entry is not None and key not in flight.outdated:
                by_ttl.setdefault(entry[1], {})[key] = entry[0]
        for ttl, entries in by_ttl.items():
            try:
                named = {entry_key(key): entry for key, entry in entries.items()}
                stopwatch.call(self._store.set_many, named, ttl)
            except (ValueTooLarge, TypeError, ValueError):  # of one value: keep the others
                if not all([self._keep(key, values[key], flight, stopwatch) for key in entries]):
                    return False
            except StoreError:
                return False
            overwritten = [entry_key(key) for key in entries if key in flight.outdated]
            if not all([self._stale_keys.delete(self._store, name) for name in overwritten]):
                return False
        return True

    def _read_again(
        self, keys: Sequence[str], stopwatch: Stopwatch
    ) -> tuple[dict[str, Answer], bool]:
        """Return what another load may have cached since the miss, and whether the store failed."""
        cached, failed = self._read_many(keys, stopwatch)
        answer = {key: self._expiry.usable(value) for key, value in cached.items()}
        return {key: hit for key, hit in answer.items() if hit is not None}, failed

    def _fallback(self, key: str, expired: Sequence[object], degraded: bool) -> Answer | None:
        """Return the last value of a key whose source is failing, if it may be returned.

        Args:
            key: The key.
            expired: What the store returned for it.
            degraded: Whether the cache failed.
        """
        value = next(
            (entry.value for entry in expired if self._expiry.outlives_error(entry)), MISSING
        )
        if value is MISSING and self._last_known is not None:
            value = self._last_known.get(key)
        if value is MISSING:
            return None
        log_exception(key, "is returned stale, because its source failed")
        return Lookup(value, True, degraded, stale=True)

    def _fallbacks(self, keys: Sequence[str], miss: Miss[T]) -> dict[str, Answer]:
        """Return the last values of keys whose source is failing.

        Raises:
            Exception: The one being handled, if a key has no such value.
        """
        answers = {}
        for key in keys:
            answer = self._fallback(key, [miss.cached.get(key)], miss.degraded)
            if answer is None:
                raise  # called from an `except` clause
            answers[key] = answer
        return answers

    def _report(self, key: str, answer: Answer, stopwatch: Stopwatch) -> None:
        """Remember the value for `fallback` and report the lookup to `on_event`."""
        if self._last_known is not None and not answer.stale:
            self._remember(key, answer)
        if self._on_event is None:
            return
        from serverless_stack.runtime.caching.metrics import Event

        outcome: Outcome = "hit" if answer.hit else "miss"
        if answer.stale:
            outcome = "stale"
        elif answer.degraded:
            outcome = "degraded"
        try:
            self._on_event(Event(outcome, key, stopwatch.spent))
        except Exception:
            import logging

            logging.getLogger(__name__).warning("`on_event` failed", exc_info=True)

    def _remember(self, key: str, answer: Answer) -> None:
        assert self._last_known is not None, "the caller checks it"
        keep = self._last_known.add if answer.hit else self._last_known.set
        try:
            keep(key, answer.value, self._expiry.stale_if_error)
        except (StoreError, TypeError, ValueError):
            self._last_known.delete(key)  # what cannot be encoded, and the value before it


def log_not_cached(key: str, error: Exception) -> None:
    """Log that a value cannot be cached."""
    import logging

    kind = "" if isinstance(error, StoreRefused) else f"{type(error).__name__}: "
    logging.getLogger(__name__).warning("`%s` is not cached: %s%s", key, kind, error)


def log_exception(key: str, event: str) -> None:
    """Log the exception that is being handled."""
    import logging

    logging.getLogger(__name__).warning("`%s` %s", key, event, exc_info=True)
