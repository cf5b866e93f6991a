import threading
from collections.abc import Sequence
from enum import Enum

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    JsonCodec,
    LazyLoading,
    Lookup,
    MemoryStore,
    WriteThrough,
)
from tests.runtime.caching.rig import Clock, FlakyStore, in_threads


def test_saves_and_caches() -> None:
    store = MemoryStore()
    saved: dict[str, int] = {}
    writer = WriteThrough(store, saved.__setitem__)

    assert writer.put("a", 1)
    assert saved == {"a": 1}
    assert store.get("a") == 1


def test_saves_first() -> None:
    store = MemoryStore()
    seen: list[object] = []
    writer = WriteThrough[int](store, lambda key, value: seen.append(store.get(key)))
    writer.put("a", 1)

    assert seen == [MISSING]


def test_value_that_is_not_saved_is_not_cached() -> None:
    store = MemoryStore()

    def save(key: str, value: int) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        WriteThrough(store, save).put("a", 1)
    assert store.get("a") is MISSING


@pytest.mark.parametrize(("key", "value"), [("a", object()), ("a", float("inf")), ("", 1)])
def test_nothing_is_saved_when_the_value_cannot_be_cached(key: str, value: object) -> None:
    saved: dict[str, object] = {}
    with pytest.raises((TypeError, ValueError)):
        WriteThrough(MemoryStore(), saved.__setitem__).put(key, value)

    assert saved == {}


def test_cached_value_has_the_time_to_live() -> None:
    now = [0.0]
    store = MemoryStore(clock=lambda: now[0])
    saved: dict[str, int] = {}
    WriteThrough(store, saved.__setitem__, ttl=5).put("a", 1)

    now[0] = 4.9
    assert store.get("a") == 1
    now[0] = 5
    assert store.get("a") is MISSING


def test_time_to_live_below_a_second_is_refused() -> None:
    saved: dict[str, int] = {}
    with pytest.raises(
        ValueError, match="`ttl` must be a whole number of seconds between 1 and 3153600000, got: 0"
    ):
        WriteThrough(MemoryStore(), saved.__setitem__, ttl=0)


def test_lazy_loader_reads_what_was_written() -> None:
    store = MemoryStore()
    saved: dict[str, str] = {}
    lazy = LazyLoading(store, saved.__getitem__)
    writer = WriteThrough(store, saved.__setitem__)
    writer.put("a", "1")
    assert lazy.lookup("a") == Lookup("1", hit=True, degraded=False)

    writer.put("a", "2")
    assert lazy.lookup("a") == Lookup("2", hit=True, degraded=False)


def test_value_that_is_too_large_is_saved_and_the_old_one_goes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore(codec=JsonCodec(max_bytes=10))
    saved: dict[str, str] = {}
    writer = WriteThrough(store, saved.__setitem__)
    assert writer.put("a", "small")

    assert not writer.put("a", "x" * 20)
    assert saved == {"a": "x" * 20}
    assert store.get("a") is MISSING
    assert "`a` is not cached: the value is too large" in caplog.text
    assert LazyLoading(store, saved.__getitem__).get("a") == "x" * 20


def test_codec_of_the_store_decides_what_can_be_cached() -> None:
    class Colour(Enum):
        RED = 1

    saved: dict[str, Colour] = {}
    store = MemoryStore(codec=JsonCodec(types=(Colour,)))

    assert WriteThrough(store, saved.__setitem__).put("a", Colour.RED)
    assert store.get("a") is Colour.RED
    with pytest.raises(TypeError, match="Colour is not JSON"):
        WriteThrough(MemoryStore(), saved.__setitem__).put("b", Colour.RED)
    assert "b" not in saved


def test_jitter_shortens_the_life() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    saved: dict[str, int] = {}
    WriteThrough(store, saved.__setitem__, 100, jitter=0.2, random=lambda: 0.5).put("a", 1)

    clock.now += 89
    assert store.get("a") == 1
    clock.now += 1
    assert store.get("a") is MISSING


# What can be stale


class Rig:
    """A source of its own, and a store that can be down."""

    def __init__(self) -> None:
        self.saved: dict[str, str] = {}
        self.store = FlakyStore()
        self.lazy = LazyLoading(self.store, self.saved.__getitem__)
        self.writer = WriteThrough(self.store, self.saved.__setitem__)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_entry_that_could_not_be_replaced_is_not_believed(rig: Rig) -> None:
    rig.writer.put("a", "old")
    rig.store.writes_fail = True  # the reader endpoint still answers
    assert not rig.writer.put("a", "new")

    assert rig.store.get("a") == "old"
    assert rig.lazy.get("a") == "new"
    assert rig.lazy.lookup("a") == Lookup("new", hit=False, degraded=True)
    assert rig.lazy.get_many(["a"]) == {"a": "new"}


def test_doubt_about_one_of_many_keys_concerns_no_other(rig: Rig) -> None:
    rig.writer.put("a", "old")
    rig.writer.put("b", "B")
    rig.store.writes_fail = True
    rig.writer.put("a", "new")
    rig.saved["b"] = "not asked for"

    assert rig.lazy.get_many(["a", "b"]) == {"a": "new", "b": "B"}


def test_it_is_deleted_on_recovery_before_it_is_believed(rig: Rig) -> None:
    rig.writer.put("a", "old")
    rig.store.down = True
    rig.writer.put("a", "new")
    rig.store.down = False

    assert rig.lazy.lookup("a") == Lookup("new", hit=False, degraded=False)
    assert rig.lazy.lookup("a") == Lookup("new", hit=True, degraded=False)


def test_recovery_deletes_for_other_processes_too(rig: Rig) -> None:
    """Any key that is asked for on recovery takes the others along."""
    other_process = LazyLoading(rig.store.inner, rig.saved.__getitem__)
    for key in "abc":
        rig.writer.put(key, "old")
    rig.store.down = True
    for key in "abc":
        rig.writer.put(key, "new")
    rig.store.down = False
    assert other_process.get("c") == "old"  # for as long as this takes

    assert rig.lazy.get("a") == "new"
    assert [other_process.get(key) for key in "abc"] == ["new"] * 3


def test_entry_that_could_not_be_invalidated_is_not_believed(rig: Rig) -> None:
    rig.writer.put("a", "old")
    rig.store.writes_fail = True
    rig.saved["a"] = "new"
    assert not rig.lazy.invalidate("a")

    assert rig.lazy.get("a") == "new"
    rig.store.writes_fail = False
    assert rig.lazy.get("a") == "new"
    assert rig.store.get("a") == "new"


def test_put_that_reaches_the_cache_ends_the_doubt(rig: Rig) -> None:
    rig.store.down = True
    rig.writer.put("a", "1")
    rig.store.down = False
    rig.writer.put("a", "2")
    rig.store.asked.clear()

    assert rig.lazy.lookup("a") == Lookup("2", hit=True, degraded=False)
    assert rig.store.asked == ["get"]


def test_puts_of_one_process_cache_in_the_order_in_which_they_save(rig: Rig) -> None:
    numbers = iter(range(1000))

    def work() -> None:
        for _ in range(50):
            rig.writer.put("a", str(next(numbers)))

    in_threads(4, work)

    assert rig.store.get("a") == rig.saved["a"]
    assert rig.writer._locks._locks == {}


def test_put_waits_until_the_one_before_it_has_told_the_cache(rig: Rig) -> None:
    telling, proceed = threading.Event(), threading.Event()

    def hold_the_first(method: str) -> None:
        rig.store.before = lambda method: None
        telling.set()
        assert proceed.wait(30)

    rig.store.before = hold_the_first
    first = threading.Thread(target=rig.writer.put, args=("a", "1"))
    first.start()
    assert telling.wait(30)
    second = threading.Thread(target=rig.writer.put, args=("a", "2"))
    second.start()
    rig.writer.put("b", "another key does not wait")
    second.join(0.2)
    assert rig.saved["a"] == "1"
    proceed.set()
    first.join()
    second.join()

    assert rig.saved["a"] == rig.store.get("a") == "2"


@pytest.mark.parametrize(("invalidate", "read"), [(False, "1"), (True, "2")])
def test_puts_of_two_processes_can_cache_in_another_order(invalidate: bool, read: str) -> None:
    """The first saves, the second saves and caches, the first caches: what is saved is "2"."""
    store = MemoryStore()
    saved: dict[str, str] = {}
    second = WriteThrough(store, saved.__setitem__, invalidate=invalidate)

    def save_first(key: str, value: str) -> None:
        saved[key] = value
        second.put(key, "2")

    first = WriteThrough(store, save_first, invalidate=invalidate)
    first.put("a", "1")

    assert saved == {"a": "2"}
    assert LazyLoading(store, saved.__getitem__).get("a") == read


@pytest.mark.parametrize("change", ["put", "put that invalidates", "invalidate"])
def test_load_that_began_before_a_change_does_not_undo_it(change: str) -> None:
    """The loader reads "old", the source and the cache are changed, and the loader ends."""
    store = MemoryStore()
    saved = {"a": "old"}
    reading, proceed = threading.Event(), threading.Event()

    def load(key: str) -> str:
        value = saved[key]
        reading.set()
        assert proceed.wait(30)
        return value

    lazy = LazyLoading(store, load)
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(lazy.get("a")))
    thread.start()
    assert reading.wait(30)
    if change == "invalidate":
        saved["a"] = "new"
        assert LazyLoading(store, saved.__getitem__).invalidate("a")  # of another strategy
    else:
        invalidate = change == "put that invalidates"
        assert WriteThrough(store, saved.__setitem__, invalidate=invalidate).put("a", "new")
    later = threading.Thread(target=lambda: found.append(lazy.get("a")))
    later.start()
    proceed.set()
    thread.join()
    later.join()

    assert sorted(found) == ["new", "old"]
    assert store.get("a") == "new"


def test_load_of_many_keys_does_not_undo_a_put() -> None:
    store = MemoryStore()
    saved = {"a": "old", "b": "B"}
    writer = WriteThrough(store, saved.__setitem__)

    def load_many(keys: Sequence[str]) -> dict[str, str]:
        values = {key: saved[key] for key in keys}
        writer.put("a", "new")
        return values

    lazy = LazyLoading(store, saved.__getitem__, load_many=load_many)

    assert lazy.get_many(["a", "b"]) == {"a": "old", "b": "B"}
    assert store.get_many(["a", "b"]) == {"a": "new", "b": "B"}


def test_put_between_the_last_look_and_the_write_of_a_load_is_not_undone() -> None:
    store = FlakyStore()
    saved = {"a": "old"}
    writer = WriteThrough(store.inner, saved.__setitem__)

    def change(method: str) -> None:
        if method == "set":
            lazy._stale_keys.changed("a")
            writer.put("a", "new")

    store.before = change
    lazy = LazyLoading(store, saved.__getitem__)
    assert lazy.get("a") == "old"

    assert store.inner.get("a") is MISSING  # "old" was written over "new", and deleted
    assert lazy.get("a") == "new"


def test_put_of_another_process_can_be_undone_by_a_load_for_a_ttl() -> None:
    """Two stores stand for two processes."""
    clock = Clock()
    store = MemoryStore(clock=clock)
    saved = {"a": "old"}
    other = FlakyStore()
    other.inner = store
    writer = WriteThrough(other, saved.__setitem__, ttl=100)

    def load(key: str) -> str:
        value = saved[key]
        writer.put(key, "new")
        return value

    LazyLoading(store, load, ttl=100).get("a")
    assert store.get("a") == "old"

    clock.now += 100  # and not longer
    assert LazyLoading(store, saved.__getitem__).get("a") == "new"


def test_interrupted_save_may_have_saved() -> None:
    store = MemoryStore()
    store.set("a", "old")
    saved: dict[str, str] = {}

    def save(key: str, value: str) -> None:
        saved[key] = value
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        WriteThrough(store, save).put("a", "new")

    assert LazyLoading(store, saved.__getitem__).get("a") == "new"


def test_keys_that_look_like_leases_are_keys() -> None:
    store = MemoryStore()
    saved: dict[str, str] = {}
    writer = WriteThrough(store, saved.__setitem__)
    lazy = LazyLoading(store, saved.__getitem__, lease=60)
    for key in ("a", "#lease:a", "#key:#lease:a"):
        assert writer.put(key, f"value of {key}")

    assert lazy.get_many(list(saved)) == saved
    for key, value in saved.items():
        assert lazy.lookup(key) == Lookup(value, hit=True, degraded=False)
        assert lazy.invalidate(key)
        assert lazy.get(key) == value


def test_invalidating_writer_deletes_and_caches_nothing() -> None:
    store = MemoryStore()
    saved: dict[str, str] = {}
    store.set("a", "old")

    assert WriteThrough(store, saved.__setitem__, invalidate=True).put("a", "new")
    assert store.get("a") is MISSING
