import threading
from typing import Any

import pytest

from serverless_stack.runtime.caching import MISSING, JsonCodec, MemoryStore


def test_least_recently_used_entry_goes() -> None:
    store = MemoryStore(max_entries=2)
    store.set("a", 1)
    store.set("b", 2)
    store.get("a")
    store.set("c", 3)

    assert [store.get(key) for key in "abc"] == [1, MISSING, 3]


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="`max_entries` must be 1 or more, got: 0"):
        MemoryStore(max_entries=0)


def test_many_at_once() -> None:
    store = MemoryStore()
    store.set_many({"a": 1, "b": None}, ttl=5)

    assert store.get_many(["c", "b", "a"]) == {"b": None, "a": 1}
    assert store.get_many([]) == {}


@pytest.mark.parametrize("key", [None, 1, b"a"])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    store = MemoryStore()
    calls: tuple[Any, ...] = (store.get, store.delete, lambda key: store.set(key, 1))
    for call in calls:
        with pytest.raises(ValueError, match="`key` must be a non-empty string, got: "):
            call(key)


def test_nothing_is_stored_when_one_value_cannot_be() -> None:
    store = MemoryStore()
    with pytest.raises(TypeError):
        store.set_many({"a": 1, "b": object()})
    with pytest.raises(ValueError, match="`key` must be a non-empty string"):
        store.set_many({"a": 1, "": 2})

    assert store.get("a") is MISSING


def test_many_expire_together() -> None:
    now = [0.0]
    store = MemoryStore(clock=lambda: now[0])
    store.set_many({"a": 1, "b": 2}, ttl=5)
    now[0] = 5

    assert store.get_many(["a", "b"]) == {}


def test_add_stores_what_is_absent_or_expired() -> None:
    now = [0.0]
    store = MemoryStore(clock=lambda: now[0])

    assert store.add("a", 1, ttl=5)
    assert not store.add("a", 2, ttl=5)
    assert store.get("a") == 1
    now[0] = 5
    assert store.add("a", 3)
    assert store.get("a") == 3


def test_delete_if_deletes_this_value_only() -> None:
    store = MemoryStore()
    store.set("a", "mine")

    assert not store.delete_if("a", "another's")
    assert store.get("a") == "mine"
    assert store.delete_if("a", "mine")
    assert not store.delete_if("a", "mine")
    assert store.get("a") is MISSING


def test_one_of_many_threads_adds() -> None:
    store = MemoryStore()
    added: list[bool] = []
    threads = [threading.Thread(target=lambda: added.append(store.add("a", 1))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(added) == [False] * 19 + [True]


def test_codec_of_your_own() -> None:
    store = MemoryStore(codec=JsonCodec(compress_over=10))
    store.set("a", "x" * 1000)

    assert store.get("a") == "x" * 1000
    assert len(store._entries["a"][0]) < 50
