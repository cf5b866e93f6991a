"""Lazy loading for asyncio."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar, cast

from serverless_stack.runtime.caching.base import MISSING, StoreError, unique_keys
from serverless_stack.runtime.caching.resilience.budget import Stopwatch
from serverless_stack.runtime.caching.resilience.lease import Lease, entry_key
from serverless_stack.runtime.caching.resilience.single_flight import (
    AsyncFlight,
    AsyncSingleFlight,
    is_shareable,
)
from serverless_stack.runtime.caching.strategies.expiry import Answer, Lookup
from serverless_stack.runtime.caching.strategies.lazy_loader import (
    LazyLoader,
    Miss,
    log_exception,
)

T = TypeVar("T")
V = TypeVar("V")
_Load = Callable[[str], Awaitable[object]]
_MAX_INTERRUPTED = 1024


class AsyncLazyLoading(
    LazyLoader[Callable[[str], Awaitable[V]], Callable[[Sequence[str]], Awaitable[Mapping[str, V]]]]
):
    """`LazyLoading` for coroutines: the same rules, and the event loop is never blocked.

    The store is called in threads. Tasks that miss the same key at the same time await one
    load; if one of them is cancelled, the others still get its value. A refresh is a task of
    the running loop; if the loop ends first, the next caller waits for the refresh.

    The arguments are those of `LazyLoading`; ``load`` and ``load_many`` are coroutine functions,
    and ``on_event`` is called in the event loop, so it must not block.
    """

    def _prepare(self) -> None:
        self._flights = AsyncSingleFlight()
        self._interrupted: set[str] = set()  # keys whose refresh was cancelled

    async def get(self, key: str, load: Callable[[str], Awaitable[V]] | None = None) -> V:
        """Return the value of a key, from the cache or else from the source.

        Args:
            key: The key.
            load: The source of this call. Default: the loader's.
        """
        return (await self.lookup(key, load)).value

    async def lookup(
        self, key: str, load: Callable[[str], Awaitable[V]] | None = None
    ) -> Lookup[V]:
        """Return the value of a key and whether it was a hit; see `get`."""
        landed = self._flights.landed
        stopwatch = self._stopwatch()
        miss = Miss[_Load](load or self._load, {}, landed, stopwatch, degraded=False)
        answer: Answer | None = None
        try:
            cached = await asyncio.to_thread(self._read, key, stopwatch)
        except StoreError:
            miss.degraded = True
        else:
            miss.cached = {key: cached}
            answer = self._expiry.usable(cached)
        if answer is None:
            answer = (await self._load_missing([key], miss))[key]
        elif self._expiry.is_due(answer):
            answer = await self._refreshed(key, answer, miss)
        self._report(key, answer, stopwatch)
        return cast("Lookup[V]", answer)

    async def get_many(self, keys: Sequence[str]) -> dict[str, V]:
        """Return the values of several keys; see `LazyLoading.get_many`."""
        keys = unique_keys(keys)
        landed = self._flights.landed
        stopwatch = self._stopwatch()
        cached, degraded = await asyncio.to_thread(self._read_many, keys, stopwatch)
        results = {key: self._expiry.usable(cached.get(key, MISSING)) for key in keys}
        missing = [key for key in keys if results[key] is None]
        miss = Miss[_Load](self._load, cached, landed, stopwatch, degraded=degraded, many=True)
        results.update(await self._load_missing(missing, miss))
        answers = {key: answer for key, answer in results.items() if answer is not None}
        due = [key for key, answer in answers.items() if self._expiry.is_due(answer)]
        fresh = await asyncio.gather(*(self._refreshed(key, answers[key], miss) for key in due))
        answers.update(zip(due, fresh, strict=True))
        for key, answer in answers.items():
            self._report(key, answer, stopwatch)
        return {key: cast("V", answer.value) for key, answer in answers.items()}

    async def invalidate(self, key: str) -> bool:
        """Delete a key from the cache; see `LazyLoading.invalidate`."""
        return await finish_in_thread(self._stale_keys.invalidate, self._store, key)

    async def _load_missing(self, keys: Sequence[str], miss: Miss[_Load]) -> dict[str, Answer]:
        """Load keys, and wait for the tasks that load some of them already."""
        answers: dict[str, Answer] = {}
        fill = self._fill_many if miss.many else self._fill
        while keys:
            flight, others = self._flights.board(keys, lambda new: self._fly(new, miss, fill))
            if flight is not None:
                with flight.awaited():
                    await asyncio.shield(flight.task)
                answers.update(flight.landing)
            keys = []
            for key, other in others.items():
                with other.awaited() as deadlock:  # `load` asks for the key that it loads
                    answer = await (_uncached(miss, key) if deadlock else other.wait(key))
                if answer is None:
                    keys.append(key)
                else:
                    answers[key] = answer
        return answers

    async def _fly(
        self,
        flight: AsyncFlight,
        miss: Miss[_Load],
        fill: Callable[[AsyncFlight, Miss[_Load]], Awaitable[dict[str, Answer]]],
    ) -> dict[str, Answer]:
        """Run a load, and return what may be passed on to the tasks that wait for it."""
        with self._stale_keys.watch(flight):
            flight.landing = await fill(flight, miss)
        return {k: answer for k, answer in flight.landing.items() if is_shareable(answer.value)}

    async def _fill(self, flight: AsyncFlight, miss: Miss[_Load]) -> dict[str, Answer]:
        """Load the key of a flight and cache its value."""
        (key,) = flight.keys
        lease = None if miss.degraded else self._lease(key)
        cached: object = MISSING
        try:
            try:
                if lease is not None:
                    cached = await self._wait_for_lease(lease, flight, key, miss.stopwatch)
                elif self._flights.landed != miss.landed and not miss.degraded:
                    cached = await self._call(miss.stopwatch, self._store.get, entry_key(key))
            except StoreError:
                miss.degraded = True
            answer = self._expiry.usable(cached)
            if answer is not None:
                return {key: answer}
            try:
                value = await miss.load(key)
            except Exception:
                answer = self._fallback(key, (cached, miss.cached.get(key)), miss.degraded)
                if answer is None:
                    raise
                return {key: answer}
            if not miss.degraded:
                miss.degraded = not await finish_in_thread(
                    self._keep, key, value, flight, miss.stopwatch
                )
            return {key: Lookup(value, hit=False, degraded=miss.degraded)}
        finally:
            await _release(lease)

    async def _wait_for_lease(
        self, lease: Lease, flight: AsyncFlight, key: str, stopwatch: Stopwatch
    ) -> object:
        """Acquire a lease and return what the store has then; see `LazyLoading`."""
        pauses = lease.pauses(stopwatch)
        while not await self._call(stopwatch, lease.acquire, flight):
            pause = next(pauses, None)
            if pause is None:
                return MISSING
            await asyncio.sleep(pause)
            cached = await self._call(stopwatch, self._store.get, entry_key(key))
            if self._expiry.usable(cached) is not None:
                return cached
        return await self._call(stopwatch, self._store.get, entry_key(key))

    async def _fill_many(self, flight: AsyncFlight, miss: Miss[_Load]) -> dict[str, Answer]:
        """Load the keys of a flight and cache their values."""
        keys = list(flight.keys)
        answers: dict[str, Answer] = {}
        if self._flights.landed != miss.landed and not miss.degraded:
            answers, miss.degraded = await finish_in_thread(self._read_again, keys, miss.stopwatch)
        keys = [key for key in keys if key not in answers]
        if not keys:
            return answers
        try:
            loaded: Mapping[str, object] = (
                {key: await miss.load(key) for key in keys}
                if self._load_many is None
                else await self._load_many(keys)
            )
        except Exception:
            return answers | self._fallbacks(keys, miss)
        values = {key: loaded[key] for key in keys if key in loaded}
        if not miss.degraded:
            miss.degraded = not await finish_in_thread(
                self._keep_many, values, flight, miss.stopwatch
            )
        return answers | {key: Lookup(v, False, miss.degraded) for key, v in values.items()}

    async def _refreshed(self, key: str, answer: Answer, miss: Miss[_Load]) -> Answer:
        """Refresh a key in the background; in the foreground if that was cut short before.

        A handler that runs an event loop per request ends each loop before a slow refresh
        does: without this, no refresh would ever succeed.
        """
        if key not in self._interrupted:
            self._refresh_in_background(key, miss)
            return answer
        self._interrupted.discard(key)
        try:
            return (await self._load_missing([key], miss))[key]
        except Exception:
            log_exception(key, "stays stale")
            return answer

    def _refresh_in_background(self, key: str, miss: Miss[_Load]) -> None:
        refresh = Miss(miss.load, {}, 0, Stopwatch(), degraded=False)
        self._flights.board_refresh(key, lambda new: self._fly(new, refresh, self._refresh))

    async def _refresh(self, flight: AsyncFlight, miss: Miss[_Load]) -> dict[str, Answer]:
        """Load a stale key; one caller of all processes does."""
        (key,) = flight.keys
        lease = self._refresh_lease(key)
        try:
            if not await finish_in_thread(lease.acquire, flight):
                return {}
            answer = self._expiry.usable(await finish_in_thread(self._store.get, entry_key(key)))
            if answer is None or answer.stale:  # no other process has refreshed it since
                answer = await _uncached(miss, key)
                await finish_in_thread(self._keep, key, answer.value, flight, miss.stopwatch)
            return {key: answer}
        except StoreError:
            return {}  # logged by the store's breaker
        except asyncio.CancelledError:
            if len(self._interrupted) < _MAX_INTERRUPTED:
                self._interrupted.add(key)
            raise
        except Exception:
            log_exception(key, "stays stale")
            return {}
        finally:
            await _release(lease)

    @staticmethod
    async def _call(stopwatch: Stopwatch, operation: Callable[..., T], *arguments: object) -> T:
        return await finish_in_thread(stopwatch.call, operation, *arguments)


async def _uncached(miss: Miss[_Load], key: str) -> Answer:
    return Lookup(await miss.load(key), hit=False, degraded=miss.degraded)


async def _release(lease: Lease | None) -> None:
    if lease is not None:
        await finish_in_thread(lease.release)


async def finish_in_thread(operation: Callable[..., T], *arguments: object) -> T:
    """Run an operation in a thread; a cancelled task goes on only when it is done.

    The store's time-outs bound it. What is done afterwards, such as releasing a lease, would
    otherwise come before what it is to undo.
    """
    # Not a task, which `asyncio.run` would cancel at its end while the thread goes on.
    context = contextvars.copy_context()
    running = asyncio.get_running_loop().run_in_executor(None, context.run, operation, *arguments)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        running.exception()  # retrieved
        raise
