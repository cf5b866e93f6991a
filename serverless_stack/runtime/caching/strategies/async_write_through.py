"""Write-through for asyncio."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.strategies.write_through import WriteThrough

V = TypeVar("V")


class AsyncWriteThrough(Generic[V]):
    """`WriteThrough` for coroutines: the same rules, and the event loop is never blocked.

    Args:
        store: Where values are cached; it is called in threads.
        save: Saves a value to the source.
        ttl: See `WriteThrough`, as for all that follow.
        jitter: See there.
        invalidate: See there.
        random: See there.

    Raises:
        ValueError: A number is out of its range.
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
        self._writer: WriteThrough[V] = WriteThrough(
            store, _unused, ttl, jitter=jitter, invalidate=invalidate, random=random
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
            except asyncio.CancelledError:
                self._writer.doubt(key)  # it may have been saved
                raise
            return await asyncio.shield(asyncio.to_thread(self._writer.tell, key, value, mark))


def _unused(key: str, value: object) -> None:
    raise AssertionError("the coroutine saves")
