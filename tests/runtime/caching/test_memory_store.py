import pytest

from serverless_stack.runtime.caching import MISSING, MemoryStore


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
