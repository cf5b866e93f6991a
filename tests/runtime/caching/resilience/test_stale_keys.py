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
from serverless_stack.runtime.caching.resilience.stale_keys import StaleKeys, stale_keys_of
from tests.runtime.caching.rig import Clock, FlakyStore


def test_one_memory_for_each_store() -> None:
    first, second = MemoryStore(), MemoryStore()

    assert stale_keys_of(first, 1) is stale_keys_of(first, 1)
    assert stale_keys_of(first, 1) is not stale_keys_of(second, 1)


def test_it_does_not_keep_a_store_alive() -> None:
    store = MemoryStore()
    stale_keys_of(store, 1).add("a")
    gone = weakref.ref(store)
    del store
    gc.collect()

    assert gone() is None


def test_doubt_ends_when_the_entry_has_expired() -> None:
    clock, store = Clock(), FlakyStore()
    stale_keys = StaleKeys(clock=clock)
    stale_keys.max_ttl = 10
    stale_keys.add("a")
    store.down = True
    with pytest.raises(StoreUnavailable):
        stale_keys.flush(store, "a")

    clock.now += 10
    stale_keys.flush(store, "a")
    assert stale_keys.keys == {}


def test_doubt_lasts_as_long_as_an_entry_of_any_strategy_on_the_store() -> None:
    store = FlakyStore()
    LazyLoading(store, str.upper, ttl=3600, stale_if_error=60)
    saved: dict[str, str] = {}
    WriteThrough(store, saved.__setitem__, ttl=5)

    assert stale_keys_of(store, 1).max_ttl == 3660


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    stale_keys = StaleKeys(max_keys=2)
    for key in "abca":
        stale_keys.add(key)

    assert list(stale_keys.keys) == ["c", "a"]


def test_newer_doubt_is_not_cleared_by_an_older_success() -> None:
    stale_keys = StaleKeys(clock=Clock())
    stale_keys.add("a")
    mark = stale_keys.keys.get("a")
    stale_keys.add("a")  # another put has failed since
    stale_keys.clear("a", mark)
    assert "a" in stale_keys.keys

    stale_keys.clear("a", None)
    assert "a" in stale_keys.keys
    stale_keys.clear("a", stale_keys.keys.get("a"))
    assert stale_keys.keys == {}


def test_failure_with_other_keys_does_not_concern_this_one() -> None:
    store, stale_keys = FlakyStore(), StaleKeys()
    store.inner.set("a", 1)
    stale_keys.add("b")
    stale_keys.add("a")

    def fail_after_the_first(method: str) -> None:
        store.down = len(store.asked) > 1

    store.before = fail_after_the_first
    stale_keys.flush(store, "a")

    assert list(stale_keys.keys) == ["b"]
    assert store.inner.get("a") is MISSING


def test_an_entry_is_deleted_or_distrusted() -> None:
    store, stale_keys = FlakyStore(), StaleKeys()
    store.set("a", 1)
    store.down = True
    assert not stale_keys.delete(store, "a")
    assert "a" in stale_keys.keys

    store.down = False
    assert stale_keys.delete(store, "a")
    assert stale_keys.keys == {}
    assert store.get("a") is MISSING
