import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.runtime.caching import (
    MISSING,
    JsonCodec,
    LazyLoading,
    MemoryStore,
    Missing,
    Namespace,
    WriteThrough,
)
from serverless_stack.runtime.caching.base import codec_of
from tests.runtime.caching.rig import Clock, FlakyStore

SHOP = Namespace("shop", schema=3)
COUNTER = f"{SHOP.name}:{SHOP.schema}:#version"


def test_short_keys_stay_readable() -> None:
    assert SHOP.key("order/7") == "shop:3:order/7"
    assert SHOP.key("order/7", 41) == "shop:3:#41:order/7"
    assert Namespace("shop").key("a") == "shop:1:a"


@pytest.mark.parametrize("key", ["a b", "ä", "a\r\n", "\0", "x" * 244, "#a", "\ud800"])
def test_other_keys_are_hashed(key: str) -> None:
    name = SHOP.key(key)

    assert name.startswith("shop:3:#")
    assert len(name) == len("shop:3:#") + 64


@given(st.text(min_size=1), st.text(min_size=1), st.none() | st.integers(0, 2**63))
def test_keys_fit_and_differ(one: str, other: str, version: int | None) -> None:
    name = SHOP.key(one, version)

    assert len(name) <= 250
    assert name.isascii()
    assert name.isprintable()
    assert " " not in name
    assert name == SHOP.key(one, version)
    if one != other:
        assert name != SHOP.key(other, version)
    for stranger in (Namespace("shop", 4), Namespace("sho", 3), Namespace("shop.3", 3)):
        assert name != stranger.key(one, version)


@given(st.integers(0, 2**63), st.text(min_size=1))
def test_key_of_a_version_is_no_key_without_one(version: int, key: str) -> None:
    versioned = SHOP.key(key, version).removeprefix("shop:3:")

    for other in (versioned, versioned.removeprefix("#"), f"{version}:{key}"):
        assert SHOP.key(other) != SHOP.key(key, version)


def test_hash_of_a_key_is_not_another_key() -> None:
    hashed = SHOP.key("a b").removeprefix("shop:3:")

    assert SHOP.key(hashed) != SHOP.key("a b")


def test_names_and_numbers_are_checked() -> None:
    with pytest.raises(ValueError, match=r"`name` must be 1 to 64 letters, .* got: a:b"):
        Namespace("a:b")
    with pytest.raises(ValueError, match="`name` must be 1 to 64 letters"):
        Namespace("x" * 65)
    with pytest.raises(ValueError, match="`schema` must be a whole number, 0 or more, got: -1"):
        Namespace("shop", schema=-1)
    with pytest.raises(ValueError, match="`refresh` must be 0 seconds or more, got: -1"):
        SHOP.on(MemoryStore(), refresh=-1)
    with pytest.raises(ValueError, match="`key` must be a non-empty string"):
        SHOP.key("")


def test_it_is_a_store() -> None:
    inner = MemoryStore()
    inner.set("a", "of somebody else")
    store = SHOP.on(inner)
    store.set("a", 1)
    store.set_many({"b": 2, "long" * 100: 3})

    assert store.get_many(["a", "b", "c", "long" * 100]) == {"a": 1, "b": 2, "long" * 100: 3}
    assert store.increment("count", 2, ttl=5) == 2
    assert store.add("d", 4)
    assert not store.add("d", 5)
    assert not store.delete_if("d", 5)
    assert store.delete_if("d", 4)
    store.delete("a")
    assert store.get("a") is MISSING
    assert inner.get("a") == "of somebody else"


def test_codec_is_that_of_the_store() -> None:
    codec = JsonCodec(max_bytes=100)

    assert codec_of(SHOP.on(MemoryStore(codec=codec))) is codec


def test_schemas_do_not_see_each_other() -> None:
    inner = MemoryStore()
    Namespace("shop", 3).on(inner).set("a", "three")

    assert Namespace("shop", 4).on(inner).get("a") is MISSING
    assert Namespace("shop", 3).on(inner).get("a") == "three"


def test_all_entries_are_left_behind() -> None:
    inner = MemoryStore()
    shop, other = SHOP.on(inner), Namespace("other").on(inner)
    shop.set_many({"a": 1, "b": 2})
    other.set("a", "other")

    assert shop.invalidate_all()
    assert shop.get_many(["a", "b"]) == {}
    assert other.get("a") == "other"
    shop.set("a", 3)
    assert shop.get("a") == 3


def test_other_processes_notice_within_the_refresh() -> None:
    inner, clock = MemoryStore(), Clock()
    one, other = (SHOP.on(inner, refresh=5, clock=clock) for _ in range(2))
    one.set("a", 1)
    assert other.get("a") == 1
    one.invalidate_all()

    clock.now += 4.9
    assert other.get("a") == 1
    clock.now += 0.1
    assert other.get("a") is MISSING


def test_counter_is_read_once_in_a_refresh() -> None:
    inner, clock = FlakyStore(), Clock()
    store = SHOP.on(inner, refresh=5, clock=clock)
    for _ in range(10):
        store.get("a")
    assert inner.asked == ["get", "add"] + ["get"] * 10

    clock.now += 5
    inner.asked.clear()
    store.get("a")
    assert inner.asked == ["get", "get"]


def test_evicted_counter_does_not_bring_old_entries_back() -> None:
    inner, clock = MemoryStore(), Clock()
    store = SHOP.on(inner, refresh=5, clock=clock)
    seen = set()
    for _ in range(20):
        store.set("a", "old")
        seen.add(inner.get(COUNTER))
        inner.delete(COUNTER)
        clock.now += 5
        assert store.get("a") is MISSING
        store.invalidate_all()
        inner.delete(COUNTER)
        assert SHOP.on(inner).get("a") is MISSING

    assert len(seen) == 20


def test_evicted_counter_is_not_counted_up_from_0() -> None:
    inner = MemoryStore()
    assert SHOP.on(inner).invalidate_all()

    counter = inner.get(COUNTER)
    assert isinstance(counter, int)
    assert 2**60 < counter < 2**63  # the time in milliseconds, and 20 bits of chance


def test_processes_that_start_at_once_agree_on_the_counter() -> None:
    inner = MemoryStore()
    stores = [SHOP.on(inner) for _ in range(8)]
    threads = [threading.Thread(target=store.get, args=("a",)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores[0].set("a", 1)

    assert [store.get("a") for store in stores] == [1] * 8


class LaggingStore(FlakyStore):
    """Reads from a replica that has not heard of the counter."""

    def get(self, key: str) -> object | Missing:
        return MISSING if key == COUNTER else super().get(key)


def test_replica_that_has_no_counter_yet_shows_no_old_entries() -> None:
    inner = LaggingStore()
    inner.inner.add(COUNTER, 7)
    inner.inner.set(SHOP.key("a", 7), "old")
    store = SHOP.on(inner)

    assert store.get("a") is MISSING
    store.set("a", "new")
    assert store.get("a") == "new"
    assert inner.inner.get(COUNTER) == 7


def test_strategies_use_it_and_survive_its_failure() -> None:
    inner = FlakyStore()
    store = SHOP.on(inner)
    saved: dict[str, str] = {}
    lazy = LazyLoading(store, saved.__getitem__, lease=5)
    WriteThrough(store, saved.__setitem__).put("a", "A")
    assert lazy.lookup("a").hit
    assert store.invalidate_all()
    assert not lazy.lookup("a").hit

    inner.down = True
    assert not store.invalidate_all()
    assert lazy.lookup("a").degraded
    assert LazyLoading(SHOP.on(inner), saved.__getitem__).lookup("a").degraded


def test_no_key_is_that_of_the_counter() -> None:
    store = FlakyStore()
    SHOP.on(store).get("a")
    assert store.inner.get(COUNTER) is not MISSING

    assert SHOP.key("#version") != COUNTER
    assert SHOP.key("version") != COUNTER
