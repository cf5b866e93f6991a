"""Lazy loading (cache-aside): read the cache, and on a miss load from the source."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from serverless_stack.runtime.caching.base import (
    MISSING,
    CacheEntry,
    Missing,
    StoreError,
    unique_keys,
)
from serverless_stack.runtime.caching.resilience.budget import Stopwatch
from serverless_stack.runtime.caching.resilience.lease import Lease, entry_key
from serverless_stack.runtime.caching.resilience.single_flight import (
    SingleFlight,
    ThreadFlight,
    is_shareable,
)
from serverless_stack.runtime.caching.strategies.expiry import Answer, Lookup
from serverless_stack.runtime.caching.strategies.lazy_loader import (
    LazyLoader,
    Miss,
    log_exception,
)

V = TypeVar("V")
_Load = Callable[[str], object]


class LazyLoading(LazyLoader[Callable[[str], V], Callable[[Sequence[str]], Mapping[str, V]]]):
    """Reads through a store; a failing cache never fails a lookup.

    A value is at most ``ttl`` seconds old. Exceptions of ``load`` go to the caller, and nothing
    is cached then; a returned ``None`` is cached like any value. A value that the store's codec
    cannot encode is logged and returned, and not cached.

    Threads that miss the same key at the same time load it once, also while the cache is down, and
    get the same object (do not change it) or exception. Safe to share between threads.

    Args:
        store: The store.
        load: Returns the value of a key from the source. The store's codec must give the value
            back as it was; see `JsonCodec`.
        ttl: Seconds that a value is cached, 1 or more.
        jitter: A fraction of ``ttl``, from 0 to less than 1, by up to which each time to live is
            shortened at random, so that values do not expire together; 0.1 suits most.
        negative_ttl: Seconds that a None is cached; 0 does not cache it. Default: ``ttl``.
        soft_ttl: Seconds, less than ``ttl``, after which a value is stale: it is still returned
            at once while one process refreshes it in the background. Default: values are not
            refreshed before they expire.
        stale_if_error: Seconds, 1 or more, beyond ``ttl`` for which a value is returned if
            ``load`` raises; if the cache fails as well, from the memory of this process.
            Default: the exception is raised.
        lease: Seconds, 1 or more, for which one process may load a missing key while the others
            wait for its value; longer than the slowest load. Default: each process loads.
        budget: Seconds that a lookup may wait for the cache in total, more than 0; then the
            source answers. A `Budget` bounds all lookups of a request together. Default: only
            the store's time-outs.
        load_many: Returns the values of several keys from the source, for `get_many`, without
            those that do not exist. Default: ``load`` is called for one key after the other.
        on_event: Called with an `Event` for each lookup; its exceptions are logged.
        clock: Returns the seconds since 1970, the same for all processes.
        random: Returns a number from 0 to 1 for the jitter.

    Raises:
        ValueError: A number is out of range, or an argument is of another type.
    """

    def _prepare(self) -> None:
        self._flights = SingleFlight()
        # What each hit needs:
        self._clock = self._expiry.clock
        self._get = cast("Callable[[str], V | CacheEntry | Missing]", self._store.get)
        self._distrusted = self._stale_keys.keys
        self._is_observed = self._observes_hits()

    def get(self, key: str, load: Callable[[str], V] | None = None) -> V:
        """Return the value of a key, from the cache or else from the source.

        Args:
            key: The key.
            load: The source of this call. Default: the loader's.
        """
        if type(key) is not str or self._is_observed or self._distrusted or key[:1] == "#":
            return self.lookup(key, load).value
        landed = self._flights.landed
        try:
            cached = self._get(key)
        except StoreError:
            miss = Miss[_Load](load or self._load, {}, landed, Stopwatch(), degraded=True)
            return cast("V", self._load_missing([key], miss)[key].value)
        if cached is not MISSING:
            if type(cached) is not CacheEntry:
                return cached
            if self._clock() < cached.fresh_until:
                return cast("V", cached.value)
        return cast("V", self._answer(key, cached, landed, Stopwatch(), load or self._load).value)

    def lookup(self, key: str, load: Callable[[str], V] | None = None) -> Lookup[V]:
        """Return the value of a key and whether it was a hit; see `get`."""
        load = load or self._load
        landed = self._flights.landed
        stopwatch = self._stopwatch()
        try:
            cached = self._read(key, stopwatch)
        except StoreError:
            miss = Miss[_Load](load, {}, landed, stopwatch, degraded=True)
            answer = self._load_missing([key], miss)[key]
        else:
            answer = self._answer(key, cached, landed, stopwatch, load)
        self._report(key, answer, stopwatch)
        return cast("Lookup[V]", answer)

    def get_many(self, keys: Sequence[str]) -> dict[str, V]:
        """Return the values of several keys, with one round trip and one ``load_many`` at most.

        Keys that ``load_many`` leaves out are left out. There is no lease: each process loads.
        """
        keys = unique_keys(keys)
        landed = self._flights.landed
        stopwatch = self._stopwatch()
        cached, degraded = self._read_many(keys, stopwatch)
        results = {key: self._expiry.usable(cached.get(key, MISSING)) for key in keys}
        missing = [key for key in keys if results[key] is None]
        miss = Miss[_Load](self._load, cached, landed, stopwatch, degraded=degraded, many=True)
        results.update(self._load_missing(missing, miss))
        answers = {key: answer for key, answer in results.items() if answer is not None}
        for key, answer in answers.items():
            if self._expiry.is_due(answer):
                self._refresh_in_background(key, self._load)
            self._report(key, answer, stopwatch)
        return {key: cast("V", answer.value) for key, answer in answers.items()}

    def invalidate(self, key: str) -> bool:
        """Delete a key from the cache, after the source has changed.

        Returns:
            Whether the cache was reached. If not, this process loads from the source until it
            has deleted the entry; other processes may return the old value until then, or until
            its ``ttl`` is over.
        """
        return self._stale_keys.invalidate(self._store, key)

    def _answer(
        self, key: str, cached: object, landed: int, stopwatch: Stopwatch, load: _Load
    ) -> Answer:
        answer = self._expiry.usable(cached)
        if answer is None:
            miss = Miss[_Load](load, {key: cached}, landed, stopwatch, degraded=False)
            answer = self._load_missing([key], miss)[key]
        elif self._expiry.is_due(answer):
            self._refresh_in_background(key, load)
        return answer

    def _load_missing(self, keys: Sequence[str], miss: Miss[_Load]) -> dict[str, Answer]:
        """Load keys, and wait for the threads that load some of them already."""
        answers: dict[str, Answer] = {}
        fill = self._fill_many if miss.many else self._fill
        while keys:
            flight, others = self._flights.board(keys)
            if flight is not None:
                answers.update(self._fly(flight, miss, fill))
            keys = []
            for key, other in others.items():
                with other.awaited() as deadlock:  # `load` asks for the key that it loads
                    answer = _uncached(miss, key) if deadlock else other.wait(key)
                if answer is None:
                    keys.append(key)
                else:
                    answers[key] = answer
        return answers

    def _fly(
        self,
        flight: ThreadFlight,
        miss: Miss[_Load],
        fill: Callable[[ThreadFlight, Miss[_Load]], dict[str, Answer]],
    ) -> dict[str, Answer]:
        """Run a load that this thread leads, and pass the result on to those that wait."""
        landing: dict[str, Answer] = {}
        error: Exception | None = None
        try:
            with flight.boarded(), self._stale_keys.watch(flight):
                landing = fill(flight, miss)
        except Exception as failure:
            error = failure
            raise
        finally:
            shared = {key: answer for key, answer in landing.items() if is_shareable(answer.value)}
            self._flights.land(flight, shared, error)
        return landing

    def _fill(self, flight: ThreadFlight, miss: Miss[_Load]) -> dict[str, Answer]:
        """Load the key of a flight and cache its value."""
        (key,) = flight.keys
        lease = None if miss.degraded else self._lease(key)
        cached: object = MISSING
        try:
            try:
                if lease is not None:
                    cached = self._wait_for_lease(lease, flight, key, miss.stopwatch)
                elif self._flights.landed != miss.landed and not miss.degraded:
                    cached = miss.stopwatch.call(self._store.get, entry_key(key))
            except StoreError:
                miss.degraded = True
            answer = self._expiry.usable(cached)
            if answer is not None:
                return {key: answer}
            try:
                value = miss.load(key)
            except Exception:
                answer = self._fallback(key, (cached, miss.cached.get(key)), miss.degraded)
                if answer is None:
                    raise
                return {key: answer}
            if not miss.degraded:
                miss.degraded = not self._keep(key, value, flight, miss.stopwatch)
            return {key: Lookup(value, hit=False, degraded=miss.degraded)}
        finally:
            if lease is not None:
                lease.release()

    def _wait_for_lease(
        self, lease: Lease, flight: ThreadFlight, key: str, stopwatch: Stopwatch
    ) -> object:
        """Acquire a lease, if it is free in time, and return what the store has then."""
        pauses = lease.pauses(stopwatch)
        while not stopwatch.call(lease.acquire, flight):
            pause = next(pauses, None)
            if pause is None:
                return MISSING
            time.sleep(pause)
            cached = stopwatch.call(self._store.get, entry_key(key))
            if self._expiry.usable(cached) is not None:
                return cached
        # Between the miss and the lease, its last owner may have stored the value.
        return stopwatch.call(self._store.get, entry_key(key))

    def _fill_many(self, flight: ThreadFlight, miss: Miss[_Load]) -> dict[str, Answer]:
        """Load the keys of a flight and cache their values."""
        keys = list(flight.keys)
        answers: dict[str, Answer] = {}
        if self._flights.landed != miss.landed and not miss.degraded:
            answers, miss.degraded = self._read_again(keys, miss.stopwatch)
        keys = [key for key in keys if key not in answers]
        if not keys:
            return answers
        try:
            loaded = (
                {key: miss.load(key) for key in keys}
                if self._load_many is None
                else self._load_many(keys)
            )
        except Exception:
            return answers | self._fallbacks(keys, miss)
        values = {key: loaded[key] for key in keys if key in loaded}
        if not miss.degraded:
            miss.degraded = not self._keep_many(values, flight, miss.stopwatch)
        return answers | {key: Lookup(v, False, miss.degraded) for key, v in values.items()}

    def _refresh_in_background(self, key: str, load: _Load) -> None:
        flight = self._flights.board_refresh(key)
        if flight is None:
            return
        miss = Miss[_Load](load, {}, 0, Stopwatch(), degraded=False)

        def refresh() -> None:
            self._fly(flight, miss, self._refresh)

        try:
            threading.Thread(target=refresh, name=f"refresh {key}", daemon=True).start()
        except RuntimeError:  # the process has too many threads
            refresh()

    def _refresh(self, flight: ThreadFlight, miss: Miss[_Load]) -> dict[str, Answer]:
        """Load a stale key; one caller of all processes does."""
        (key,) = flight.keys
        lease = self._refresh_lease(key)
        try:
            if not lease.acquire(flight):
                return {}
            answer = self._expiry.usable(self._store.get(entry_key(key)))
            if answer is None or answer.stale:  # no other process has refreshed it since
                answer = _uncached(miss, key)
                self._keep(key, answer.value, flight, miss.stopwatch)
            return {key: answer}
        except StoreError:
            return {}  # logged by the store's breaker
        except Exception:
            log_exception(key, "stays stale")
            return {}
        finally:
            lease.release()


def _uncached(miss: Miss[_Load], key: str) -> Answer:
    return Lookup(miss.load(key), hit=False, degraded=miss.degraded)
