"""Tasks cancelled at any step, in any company: nothing is stuck, leaked or believed wrongly."""

import asyncio
import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.runtime.caching import AsyncLazyLoading, AsyncWriteThrough
from tests.runtime.caching.rig import Clock, FlakyStore

LIMIT = 30.0
"""Seconds for what takes milliseconds: it hangs otherwise."""
OPERATION = st.tuples(
    st.sampled_from(["get", "get", "many", "put", "invalidate"]),
    st.none() | st.integers(0, 15),
)


@settings(max_examples=200)
@given(
    operations=st.lists(OPERATION, min_size=1, max_size=6),
    lease=st.none() | st.just(5),
    is_stale=st.booleans(),
    down_at=st.none() | st.integers(0, 15),
)
def test_any_tasks_cancelled_at_any_steps(
    operations: Sequence[tuple[str, int | None]],
    lease: int | None,
    is_stale: bool,
    down_at: int | None,
) -> None:
    clock, store, truth = Clock(), FlakyStore(), {"k": "0", "j": "0"}
    steps, tasks = itertools.count(), list[tuple[asyncio.Task[object], int | None]]()
    numbers = itertools.count(1)

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def step(_method: str = "") -> None:
            if not tasks or all(task.done() for task, _at in tasks):
                return
            number = next(steps)
            store.down = down_at is not None and down_at <= number < down_at + 3
            for task, at in tasks:
                if at == number:
                    loop.call_soon_threadsafe(task.cancel)

        async def load(key: str) -> str:
            value = truth[key]
            step()
            await asyncio.sleep(0)
            return value

        async def save(key: str, value: str) -> None:
            await asyncio.sleep(0)
            truth[key] = value
            step()
            await asyncio.sleep(0)

        kept = lease if down_at is None else None  # one that is left is waited for
        lazy = AsyncLazyLoading(store, load, soft_ttl=10, ttl=60, lease=kept, clock=clock)
        writer = AsyncWriteThrough(store, save, ttl=60)
        if is_stale:
            await lazy.get("k")
            clock.now += 20
        store.before = step

        async def do(kind: str) -> object:
            if kind == "get":
                return await lazy.get("k")
            if kind == "many":
                return await lazy.get_many(["k", "j"])
            if kind == "put":
                return await writer.put("k", str(next(numbers)))
            return await lazy.invalidate("k")

        for kind, at in operations:
            tasks.append((asyncio.create_task(do(kind)), at))
        results = await asyncio.gather(*(task for task, _at in tasks), return_exceptions=True)
        odd = [
            result
            for result, (_task, at) in zip(results, tasks, strict=True)
            if isinstance(result, BaseException)
            and not (isinstance(result, asyncio.CancelledError) and at is not None)
        ]
        assert odd == []
        store.before, store.down = lambda _method: None, False
        assert await lazy.get("k") == truth["k"]
        assert await lazy.get_many(["k", "j"]) == truth
        assert await writer.put("k", "last")
        assert await lazy.get("k") == "last"
        # Refreshes. The callback of a task that is done comes a step later.
        while len(asyncio.all_tasks()) > 2 or any(lazy._flights._loops.values()):
            await asyncio.sleep(0.001)
        if down_at is None:  # otherwise a lease may be left to expire
            assert store.inner._entries.keys() <= {"k", "j"}
        assert not lazy._stale_keys._loads

    async def in_time() -> None:
        await asyncio.wait_for(main(), LIMIT)

    asyncio.run(in_time())
