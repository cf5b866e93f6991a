"""The same rules as for threads; what differs is tested here."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine, Sequence
from typing import TypeVar

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    AsyncLazyLoading,
    Event,
    LazyLoading,
    Lookup,
    MemoryStore,
)
from tests.runtime.caching.rig import Clock, FlakyStore

T = TypeVar("T")


class Source:
    """Counts; waits for its gate if it has one."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.gate: asyncio.Event | None = None
        self.failure: Exception | None = None

    async def load(self, key: str) -> str:
        self.loads.append(key)
        number = self.loads.count(key)
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return f"{key}:{number}"

    async def load_many(self, keys: Sequence[str]) -> dict[str, str]:
        self.loads.append(",".join(keys))
        if self.gate is not None:
            await self.gate.wait()
        return {key: f"{key}:many" for key in keys if key != "absent"}


@pytest.fixture
def source() -> Source:
    return Source()


def run(main: Coroutine[object, object, T]) -> T:
    return asyncio.run(asyncio.wait_for(main, 30))


async def until_loading(source: Source, count: int) -> None:
    while len(source.loads) < count:
        await asyncio.sleep(0.001)


def test_miss_loads_and_hit_does_not(source: Source) -> None:
    async def main() -> None:
        lazy = AsyncLazyLoading(MemoryStore(), source.load)
        assert await lazy.lookup("a") == Lookup("a:1", hit=False, degraded=False)
        assert await lazy.lookup("a") == Lookup("a:1", hit=True, degraded=False)
        assert await lazy.invalidate("a")
        assert await lazy.get("a") == "a:2"

    run(main())


def test_store_is_never_called_in_the_event_loop(source: Source) -> None:
    store = FlakyStore()
    threads: set[int] = set()
    store.before = lambda method: threads.add(threading.get_ident())

    async def main() -> None:
        lazy = AsyncLazyLoading(store, source.load, lease=5, soft_ttl=1)
        await lazy.get("a")
        await lazy.get_many(["a", "b"])
        await lazy.invalidate("a")

    run(main())

    assert threads
    assert threading.get_ident() not in threads


@pytest.mark.parametrize("down", [False, True], ids=["well", "degraded"])
def test_tasks_that_miss_one_key_load_it_once(source: Source, down: bool) -> None:
    store = FlakyStore()
    store.down = down

    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(store, source.load)
        asyncio.get_running_loop().call_later(0.2, source.gate.set)
        answers = await asyncio.gather(*(lazy.lookup("a") for _ in range(20)))
        assert answers == [Lookup("a:1", hit=False, degraded=down)] * 20

    run(main())
    assert source.loads == ["a"]


def test_cancelling_one_task_leaves_the_load_to_the_others(source: Source) -> None:
    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(MemoryStore(), source.load)
        first = asyncio.create_task(lazy.get("a"))
        await until_loading(source, 1)
        second = asyncio.create_task(lazy.get("a"))
        await asyncio.sleep(0.05)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        source.gate.set()
        assert await second == "a:1"

    run(main())
    assert source.loads == ["a"]


def test_who_waits_for_a_load_that_is_cancelled_loads(source: Source) -> None:
    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(MemoryStore(), source.load)
        first = asyncio.create_task(lazy.get("a"))
        await until_loading(source, 1)
        second = asyncio.create_task(lazy.get("a"))
        await asyncio.sleep(0.05)
        lazy._flights._flights()["a"].task.cancel()
        source.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await second == "a:2"

    run(main())


def test_event_loop_ends_while_tasks_wait_for_a_load(source: Source) -> None:
    """`asyncio.run` cancels all tasks; none of them may go on for ever."""

    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(MemoryStore(), source.load)
        tasks.extend(asyncio.create_task(lazy.get("a")) for _ in range(40))
        await until_loading(source, 1)

    tasks: list[asyncio.Task[str]] = []
    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    thread.join(20)

    assert not thread.is_alive()
    assert all(task.cancelled() for task in tasks)


def test_task_that_has_survived_a_cancellation_waits_for_loads_all_the_same(
    source: Source,
) -> None:
    async def stubborn(lazy: AsyncLazyLoading[str]) -> str:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(30)
        return await lazy.get("a")

    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(MemoryStore(), source.load)
        second = asyncio.create_task(stubborn(lazy))
        first = asyncio.create_task(lazy.get("a"))
        await until_loading(source, 1)
        second.cancel()
        await asyncio.sleep(0.05)
        lazy._flights._flights()["a"].task.cancel()
        source.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await second == "a:2"

    run(main())


def test_lease_is_gone_after_a_load_that_was_cancelled(source: Source) -> None:
    store = MemoryStore()

    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(store, source.load, lease=60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lazy.get("a"), 0.1)

    run(main())
    assert source.loads == ["a"]
    assert store.get("#lease:a") is MISSING


def test_lease_that_is_being_acquired_when_the_loop_ends_is_released(source: Source) -> None:
    store = FlakyStore()
    store.before = lambda method: time.sleep(0.2) if method == "add" else None

    async def main() -> None:
        lazy = AsyncLazyLoading(store, source.load, lease=60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lazy.get("a"), 0.1)

    run(main())
    assert source.loads == []
    assert store.asked == ["get", "add", "delete_if"]
    assert store.inner.get("#lease:a") is MISSING


def test_load_that_began_before_a_change_does_not_undo_it(source: Source) -> None:
    store = MemoryStore()

    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(store, source.load)
        first = asyncio.create_task(lazy.get("a"))
        await until_loading(source, 1)
        assert await lazy.invalidate("a")
        later = asyncio.create_task(lazy.get("a"))
        await asyncio.sleep(0.05)
        source.gate.set()
        assert [await first, await later] == ["a:1", "a:2"]

    run(main())
    assert store.get("a") == "a:2"


def test_tasks_get_the_exception_of_the_source(source: Source) -> None:
    async def main() -> None:
        source.gate = asyncio.Event()
        source.failure = OSError("the source is down")
        lazy = AsyncLazyLoading(MemoryStore(), source.load)
        asyncio.get_running_loop().call_later(0.1, source.gate.set)
        answers = await asyncio.gather(*(lazy.get("a") for _ in range(5)), return_exceptions=True)
        assert answers == [source.failure] * 5
        source.failure = None
        assert await lazy.get("a") == "a:2"

    run(main())


def test_source_that_asks_for_its_own_key_does_not_wait_for_itself() -> None:
    depth: list[int] = []

    async def main() -> None:
        async def load(key: str) -> str:
            depth.append(1)
            return await lazy.get(key) if len(depth) < 3 else "deep"

        lazy = AsyncLazyLoading(MemoryStore(), load)
        assert await lazy.get("a") == "deep"

    run(main())


def test_subtask_of_a_load_that_asks_for_its_key_does_not_wait_for_it() -> None:
    depth: list[int] = []

    async def main() -> None:
        async def load(key: str) -> str:
            depth.append(1)
            if len(depth) > 1:
                return "deep"
            return (await asyncio.gather(lazy.get(key), lazy.get(key)))[0]

        lazy = AsyncLazyLoading(MemoryStore(), load, lease=3600)
        assert await lazy.get("a") == "deep"

    run(main())


def test_loads_that_ask_for_each_others_keys_do_not_wait_for_each_other() -> None:
    loads: list[str] = []

    async def main() -> None:
        async def load(key: str) -> str:
            loads.append(key)
            if len(loads) > 2:
                return "deep"
            while len(loads) < 2:
                await asyncio.sleep(0.001)
            return await lazy.get("b" if key == "a" else "a")

        lazy = AsyncLazyLoading(MemoryStore(), load)
        assert await asyncio.gather(*map(lazy.get, "ab")) == ["deep", "deep"]

    run(main())


def test_batch_that_asks_for_its_own_keys_does_not_wait_for_itself(source: Source) -> None:
    async def main() -> None:
        async def load_many(keys: Sequence[str]) -> dict[str, str]:
            if len(keys) == 1:
                return {key: await lazy.get(key) for key in keys}
            return await lazy.get_many(keys[:1])

        lazy = AsyncLazyLoading(MemoryStore(), source.load, load_many=load_many)
        assert await lazy.get_many(["a", "b"]) == {"a": "a:1"}

    run(main())


def test_stale_value_is_given_while_one_task_refreshes(source: Source) -> None:
    clock = Clock()

    async def main() -> None:
        lazy = AsyncLazyLoading(
            MemoryStore(clock=clock), source.load, ttl=100, soft_ttl=10, clock=clock
        )
        await lazy.get("a")
        clock.now += 10
        source.gate = asyncio.Event()
        answers = await asyncio.gather(*(lazy.lookup("a") for _ in range(10)))
        assert answers == [Lookup("a:1", hit=True, degraded=False, stale=True)] * 10
        await until_loading(source, 2)
        source.gate.set()
        while await lazy.get("a") != "a:2":
            await asyncio.sleep(0.001)

    run(main())
    assert source.loads == ["a", "a"]


def test_refresh_that_outlasts_its_event_loop_is_made_up_for(source: Source) -> None:
    """A handler may run an event loop for each request, which ends before a slow refresh."""
    clock, store = Clock(), MemoryStore()
    lazy = AsyncLazyLoading(store, source.load, ttl=100, soft_ttl=10, clock=clock)

    async def request() -> Lookup[str]:
        return await lazy.lookup("a")

    async def interrupted() -> Lookup[str]:
        source.gate = asyncio.Event()
        found = await lazy.lookup("a")
        await until_loading(source, 2)
        return found

    run(request())
    clock.now += 10
    assert run(interrupted()) == Lookup("a:1", hit=True, degraded=False, stale=True)
    assert store.get("#lease:a") is MISSING
    source.gate = None
    assert run(request()) == Lookup("a:3", hit=False, degraded=False)
    assert run(request()) == Lookup("a:3", hit=True, degraded=False)


def test_refresh_of_many_keys_that_outlasts_its_event_loop_is_made_up_for(source: Source) -> None:
    clock, store = Clock(), MemoryStore()
    lazy = AsyncLazyLoading(store, source.load, ttl=100, soft_ttl=10, clock=clock)

    async def request() -> dict[str, str]:
        return await lazy.get_many(["a", "b"])

    async def interrupted() -> dict[str, str]:
        source.gate = asyncio.Event()
        values = await lazy.get_many(["a", "b"])
        await until_loading(source, 4)
        return values

    run(request())
    clock.now += 10
    assert run(interrupted()) == {"a": "a:1", "b": "b:1"}
    source.gate = None
    assert run(request()) == {"a": "a:3", "b": "b:3"}
    source.failure = OSError("the source is down")
    clock.now += 10
    assert run(request()) == {"a": "a:3", "b": "b:3"}


def test_lease_is_shared_with_threads(source: Source) -> None:
    store = MemoryStore()
    store.add("#lease:a", "of another", ttl=3600)

    async def main() -> None:
        lazy = AsyncLazyLoading(store, source.load, lease=60)
        waiting = asyncio.create_task(lazy.lookup("a"))
        await asyncio.sleep(0.05)
        store.set("a", "by the other")
        assert await waiting == Lookup("by the other", hit=True, degraded=False)

    run(main())
    assert source.loads == []


def test_many_keys(source: Source) -> None:
    store = FlakyStore()
    events: list[Event] = []

    async def main() -> None:
        lazy = AsyncLazyLoading(
            store, source.load, load_many=source.load_many, on_event=events.append
        )
        found = await lazy.get_many(["a", "absent", "b"])
        assert found == {"a": "a:many", "b": "b:many"}
        assert await lazy.get_many(["b", "a"]) == {"b": "b:many", "a": "a:many"}
        plain = AsyncLazyLoading(store, source.load)
        assert await plain.get_many(["c"]) == {"c": "c:1"}

    run(main())
    assert store.asked == ["get_many", "set_many", "get_many", "get_many", "set_many"]
    assert [event.outcome for event in events] == ["miss", "miss", "hit", "hit"]


def test_many_and_one_share_a_load(source: Source) -> None:
    async def main() -> None:
        source.gate = asyncio.Event()
        lazy = AsyncLazyLoading(MemoryStore(), source.load, load_many=source.load_many)
        one = asyncio.create_task(lazy.get("a"))
        await until_loading(source, 1)
        many = asyncio.create_task(lazy.get_many(["a", "b", "absent"]))
        await until_loading(source, 2)
        late = asyncio.create_task(lazy.get("b"))
        absent = asyncio.create_task(lazy.get("absent"))
        await asyncio.sleep(0.05)
        source.gate.set()
        assert await one == "a:1"
        assert await many == {"a": "a:1", "b": "b:many"}
        assert await late == "b:many"
        assert await absent == "absent:1"

    run(main())
    assert source.loads == ["a", "b,absent", "absent"]


def test_each_event_loop_has_its_own_loads(source: Source) -> None:
    lazy = AsyncLazyLoading(MemoryStore(), source.load)

    async def leave_it_running() -> None:
        source.gate = asyncio.Event()
        task = asyncio.create_task(lazy.get("a"))
        await until_loading(source, 1)
        task.cancel()

    async def load() -> str:
        source.gate = None
        return await lazy.get("a")

    run(leave_it_running())
    assert run(load()) == "a:2"


def test_entries_are_shared_with_threads(source: Source) -> None:
    store = MemoryStore()

    async def main() -> None:
        await AsyncLazyLoading(store, source.load).get("a")

    run(main())
    assert LazyLoading(store, str.upper).lookup("a") == Lookup("a:1", hit=True, degraded=False)


def test_stale_keys_are_shared_with_threads(source: Source) -> None:
    store = FlakyStore()
    store.set("a", "old")
    store.writes_fail = True

    async def main() -> None:
        assert not await AsyncLazyLoading(store, source.load).invalidate("a")

    run(main())
    assert LazyLoading(store, str.upper).get("a") == "A"
    assert store.inner.get("a") == "old"
    store.writes_fail = False
    assert LazyLoading(store, str.upper).get("a") == "A"
    assert store.inner.get("a") != MISSING


def test_numbers_out_of_range_are_refused(source: Source) -> None:
    with pytest.raises(
        ValueError, match="`ttl` must be a whole number of seconds between 1 and 3153600000, got: 0"
    ):
        AsyncLazyLoading(MemoryStore(), source.load, ttl=0)
