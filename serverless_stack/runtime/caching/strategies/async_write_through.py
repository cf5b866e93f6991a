"""Write-through for asyncio."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from serverless_stack.runtime.arguments import check_functions
from serverless_stack.runtime.caching.base import Store
from serverless_stack.runtime.caching.strategies.async_lazy_loading import finish_in_thread
from serverless_stack.runtime.caching.strategies.expiry import ExpiryPolicy
from serverless_stack.runtime.caching.strategies.write_through import CacheWriter

V = TypeVar("V")


class AsyncWriteThrough(Generic[V]):
    """`WriteThrough` for coroutines: the same rules, and the event loop is never blocked.

    Args:
        store: The store, which is called in threads.
        save: A coroutine function that saves a value to the source.
        ttl: See `WriteThrough`, as for the following.
        jitter: See there.
        invalidate: See there.
        random: See there.

    Raises:
        ValueError: A number is out of range, or an argument is of another type.
    """

    def __init__(
        self,
        store: Store,
        save: Callable[[str, V], Awaitable[None]],
        ttl: int = 300,
        *,
        jitter: float = 0.0,
        invalidate: bool = False,
        random: Callable[[], float] | None = None,
    ) -> None:
        check_functions(save=save)
        self._writer = CacheWriter(
            store, ExpiryPolicy(ttl, jitter=jitter, random=random), invalidate
        )
        self._save = save
        self._locks: WeakValueDictionary[tuple[asyncio.AbstractEventLoop, str], asyncio.Lock] = (
            WeakValueDictionary()
        )

    async def put(self, key: str, value: V) -> bool:
        """Save the value, then cache it; see `WriteThrough.put`."""
        self._writer.check(key, value)
        place = (asyncio.get_running_loop(), key)
        lock = self._locks.get(place)
        if lock is None:
            lock = self._locks[place] = asyncio.Lock()
        async with lock:
            mark = self._writer.mark(key)
            try:
                await self._save(key, value)
            except asyncio.CancelledError:  # nobody knows whether it was saved
                self._writer.distrust(key)
                raise
            return await finish_in_thread(self._writer.cache, key, value, mark)
