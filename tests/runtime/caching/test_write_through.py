import pytest

from serverless_stack.runtime.caching import MISSING, MemoryStore, WriteThrough


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
    with pytest.raises(ValueError, match="`ttl` must be 1 second or more, got: 0"):
        WriteThrough(MemoryStore(), saved.__setitem__, ttl=0)
