import gc
import weakref

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    MemoryStore,
    StoreUnavailable,
    WriteThrough,
)
from serverless_stack.runtime.caching.resilience.doubts import Doubts, doubts_about, drop
from tests.runtime.caching.rig import Clock, FlakyStore


def test_one_memory_for_each_store() -> None:
    first, second = MemoryStore(), MemoryStore()

    assert doubts_about(first, 1) is doubts_about(first, 1)
    assert doubts_about(first, 1) is not doubts_about(second, 1)


def test_it_does_not_keep_a_store_alive() -> None:
    store = MemoryStore()
    doubts_about(store, 1).add("a")
    gone = weakref.ref(store)
    del store
    gc.collect()

    assert gone() is None


def test_doubt_ends_when_the_entry_has_expired() -> None:
    clock, store = Clock(), FlakyStore()
    doubts = Doubts(clock=clock)
    doubts.longest = 10
    doubts.add("a")
    store.down = True
    with pytest.raises(StoreUnavailable):
        doubts.settle(store, "a")

    clock.now += 10
    doubts.settle(store, "a")
    assert doubts.keys == {}


def test_doubt_lasts_as_long_as_an_entry_of_any_strategy_on_the_store() -> None:
    store = FlakyStore()
    LazyLoading(store, str.upper, ttl=3600, stale_if_error=60)
    saved: dict[str, str] = {}
    WriteThrough(store, saved.__setitem__, ttl=5)

    assert doubts_about(store, 1).longest == 3660


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    doubts = Doubts(most=2)
    for key in "abca":
        doubts.add(key)

    assert list(doubts.keys) == ["c", "a"]


def test_newer_doubt_is_not_cleared_by_an_older_success() -> None:
    doubts = Doubts(clock=Clock())
    doubts.add("a")
    mark = doubts.mark("a")
    doubts.add("a")  # another put has failed since
    doubts.clear("a", mark)
    assert "a" in doubts.keys

    doubts.clear("a", None)
    assert "a" in doubts.keys
    doubts.clear("a", doubts.mark("a"))
    assert doubts.keys == {}


def test_failure_with_other_keys_does_not_concern_this_one() -> None:
    store, doubts = FlakyStore(), Doubts()
    store.inner.set("a", 1)
    doubts.add("b")
    doubts.add("a")

    def fail_after_the_first(method: str) -> None:
        store.down = len(store.asked) > 1

    store.before = fail_after_the_first
    doubts.settle(store, "a")

    assert list(doubts.keys) == ["b"]
    assert store.inner.get("a") is MISSING


def test_drop_deletes_or_doubts() -> None:
    store, doubts = FlakyStore(), Doubts()
    store.set("a", 1)
    store.down = True
    assert not drop(store, doubts, "a")
    assert "a" in doubts.keys

    store.down = False
    assert drop(store, doubts, "a")
    assert doubts.keys == {}
    assert store.get("a") is MISSING
