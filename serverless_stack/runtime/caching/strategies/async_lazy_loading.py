"""Lazy loading for asyncio."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from serverless_stack.runtime.caching.resilience.async_flight import AsyncFlight
from serverless_stack.runtime.caching.resilience.budget import Budget
from serverless_stack.runtime.caching.resilience.doubts import drop
from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.strategies.filling import Found
from serverless_stack.runtime.caching.strategies.lives import Lives
from serverless_stack.runtime.caching.strategies.lookup import Lookup
from serverless_stack.runtime.caching.strategies.rules import Rules
from serverless_stack.runtime.caching.strategies.steps import (
    Join,
    JoinMany,
    Load,
    LoadMany,
    Pause,
    Spawn,
    Step,
    drive_async,
)

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.metrics.events import Event

V = TypeVar("V")


class AsyncLazyLoading(Generic[V]):
    """`LazyLoading` for coroutines: the same rules, and the event loop is never blocked.

    Calls of the store run in threads. Tasks that miss one key at a time await one load; if
    one of them is cancelled, the others still get its value.

    Args:
        store: Where values are cached.
        load: Gives the value of a key from the source.
        ttl: See `LazyLoading`, as for all that follow.
        jitter: See there.
        negative_ttl: See there.
        soft_ttl: See there; the refresh is a task of the same loop.
        stale_if_error: See there.
        lease: See there.
        budget: See there.
        load_many: See there.
        on_event: See there; it is called in the loop, and must not block.
        clock: See there.
        random: See there.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        load: Callable[[str], Awaitable[V]],
        ttl: int = 300,
        *,
        jitter: float = 0.0,
        negative_ttl: int | None = None,
        soft_ttl: float | None = None,
        stale_if_error: int | None = None,
        lease: int | None = None,
        budget: float | Budget | None = None,
        load_many: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]] | None = None,
        on_event: "Callable[[Event], None] | None" = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] | None = None,
    ) -> None:
        lives = Lives(
            ttl,
            jitter=jitter,
            negative_ttl=negative_ttl,
            soft_ttl=soft_ttl,
            stale_if_error=stale_if_error,
            clock=clock,
            random=random,
        )
        self._store = store
        self._load = load
        self._load_many = load_many
        self._flights: AsyncFlight[Found | None] = AsyncFlight()
        self._rules = Rules(
            store, lives, self._flights, lease=lease, budget=budget, on_event=on_event
        )

    async def get(self, key: str, load: Callable[[str], Awaitable[V]] | None = None) -> V:
        """Give the value of a key, from the cache or else from the source.

        Args:
            key: The key.
            load: Another source for this one call.
        """
        return (await self.lookup(key, load)).value

    async def lookup(
        self, key: str, load: Callable[[str], Awaitable[V]] | None = None
    ) -> Lookup[V]:
        """Give the value of a key and whether it was a hit; see `get`."""
        perform = partial(self._perform, load or self._load)
        return cast("Lookup[V]", await drive_async(self._rules.look(key), perform))

    async def get_many(self, keys: Sequence[str]) -> dict[str, V]:
        """Give the values of several keys; see `LazyLoading.get_many`."""
        perform = partial(self._perform, self._load)
        found = await drive_async(self._rules.look_many(keys), perform)
        return {key: cast("V", each.value) for key, each in found.items()}

    async def invalidate(self, key: str) -> bool:
        """Drop a key from the cache; see `LazyLoading.invalidate`."""
        return await asyncio.to_thread(drop, self._store, self._rules.doubts, key)

    async def _perform(self, load: Callable[[str], Awaitable[V]], step: Step) -> object:
        if isinstance(step, Load):
            return await load(step.key)
        if isinstance(step, LoadMany):
            if self._load_many is not None:
                return await self._load_many(step.keys)
            return {key: await load(key) for key in step.keys}
        if isinstance(step, Join):
            return await self._join(load, step)
        if isinstance(step, JoinMany):
            return await self._join_many(load, step)
        if isinstance(step, Spawn):
            if self._flights.running(step.key) is None:
                self._flights.start(step.key, self._work(load, step))
        elif isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
        else:
            return await asyncio.to_thread(step)
        return None

    def _work(
        self, load: Callable[[str], Awaitable[V]], step: Join | Spawn
    ) -> "asyncio.Future[Found | None]":
        return asyncio.ensure_future(drive_async(step.flow, partial(self._perform, load)))

    async def _join(self, load: Callable[[str], Awaitable[V]], step: Join) -> Found | None:
        while True:
            running = self._flights.running(step.key)
            if running is None:
                return await asyncio.shield(self._flights.start(step.key, self._work(load, step)))
            if self._flights.is_mine(step.key):  # `load` asks for its own key
                return await drive_async(step.flow, partial(self._perform, load))
            found = await self._wait(running)
            if found is not None:
                return found

    async def _join_many(
        self, load: Callable[[str], Awaitable[V]], step: JoinMany
    ) -> dict[str, Found]:
        running = {key: self._flights.running(key) for key in step.keys}
        mine = [key for key, future in running.items() if future is None]
        found: dict[str, Found] = {}
        if mine:
            batch = asyncio.ensure_future(
                drive_async(step.fill(mine), partial(self._perform, load))
            )
            for key in mine:
                part = asyncio.ensure_future(_part(batch, key))
                self._flights.start(key, part, cast("asyncio.Future[object]", batch))
            found = dict(await asyncio.shield(batch))
        rest = []
        for key, future in running.items():
            if future is not None:
                other = None if self._flights.is_mine(key) else await self._wait(future)
                if other is None:
                    rest.append(key)
                else:
                    found[key] = other
        if rest:  # those loads were refreshes that failed, or had nothing
            found.update(await drive_async(step.fill(rest), partial(self._perform, load)))
        return found

    @staticmethod
    async def _wait(running: "asyncio.Future[Found | None]") -> Found | None:
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if running.cancelled():  # it was, and not who waits for it
                return None
            raise


async def _part(batch: "asyncio.Future[dict[str, Found]]", key: str) -> Found | None:
    return (await asyncio.shield(batch)).get(key)
