import asyncio
import threading
import time

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    AsyncLazyLoading,
    AsyncWriteThrough,
    LazyLoading,
    MemoryStore,
)
from tests.runtime.caching.rig import FlakyStore


class Table:
    """A source that takes its time."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.saving = asyncio.Event()
        self.failure: Exception | None = None

    async def save(self, key: str, value: str) -> None:
        self.saving.set()
        await asyncio.sleep(0.001)
        if self.failure is not None:
            raise self.failure
        self.rows[key] = value

    async def load(self, key: str) -> str:
        return self.rows[key]


def test_saves_then_caches() -> None:
    async def main() -> None:
        table, store = Table(), MemoryStore()
        writer = AsyncWriteThrough(store, table.save)
        assert await writer.put("a", "1")
        assert table.rows == {"a": "1"}
        assert (await AsyncLazyLoading(store, table.load).lookup("a")).hit

    asyncio.run(main())


def test_puts_of_one_key_cache_in_the_order_in_which_they_save() -> None:
    async def main() -> None:
        table, store = Table(), MemoryStore()
        writer = AsyncWriteThrough(store, table.save)
        await asyncio.gather(*(writer.put("a", str(number)) for number in range(30)))
        assert store.get("a") == table.rows["a"]
        assert len(writer._locks) == 0

    asyncio.run(main())


def test_value_that_is_not_saved_is_not_cached() -> None:
    async def main() -> None:
        table, store = Table(), MemoryStore()
        table.failure = OSError("the disk is full")
        with pytest.raises(OSError, match="the disk is full"):
            await AsyncWriteThrough(store, table.save).put("a", "1")
        assert store.get("a") is MISSING

    asyncio.run(main())


def test_value_that_cannot_be_cached_is_not_saved() -> None:
    async def main() -> None:
        table = Table()
        with pytest.raises(TypeError, match="is not JSON"):
            await AsyncWriteThrough(MemoryStore(), table.save).put("a", object())  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="`key` must be a non-empty string"):
            await AsyncWriteThrough(MemoryStore(), table.save).put("", "1")
        assert table.rows == {}

    asyncio.run(main())


def test_entry_that_could_not_be_replaced_is_not_believed() -> None:
    async def main() -> None:
        table, store = Table(), FlakyStore()
        writer = AsyncWriteThrough(store, table.save)
        await writer.put("a", "old")
        store.down = True
        assert not await writer.put("a", "new")
        store.down = False
        assert await AsyncLazyLoading(store, table.load).get("a") == "new"

    asyncio.run(main())


def test_entry_is_not_believed_after_a_put_that_was_cancelled() -> None:
    """Nobody knows whether the source has saved the value."""

    async def main() -> None:
        table, store = Table(), MemoryStore()
        store.set("a", "old")
        put = asyncio.create_task(AsyncWriteThrough(store, table.save).put("a", "new"))
        await table.saving.wait()
        put.cancel()
        with pytest.raises(asyncio.CancelledError):
            await put
        assert LazyLoading(store, lambda key: "from the source").get("a") == "from the source"

    asyncio.run(main())


def test_invalidating_writer_deletes() -> None:
    async def main() -> None:
        table, store = Table(), MemoryStore()
        store.set("a", "old")
        assert await AsyncWriteThrough(store, table.save, invalidate=True).put("a", "new")
        assert store.get("a") is MISSING

    asyncio.run(main())


def test_put_after_one_that_was_cancelled_while_caching_comes_after_it() -> None:
    """The first one's thread is still writing its value to the cache."""

    async def main() -> None:
        table, store = Table(), FlakyStore()
        caching = threading.Event()

        def hold_the_first(method: str) -> None:
            store.before = lambda method: None
            caching.set()
            time.sleep(0.2)

        store.before = hold_the_first
        writer = AsyncWriteThrough(store, table.save)
        first = asyncio.create_task(writer.put("a", "1"))
        await asyncio.to_thread(caching.wait, 30)
        first.cancel()
        assert await writer.put("a", "2")
        with pytest.raises(asyncio.CancelledError):
            await first
        assert store.get("a") == table.rows["a"] == "2"

    asyncio.run(main())
