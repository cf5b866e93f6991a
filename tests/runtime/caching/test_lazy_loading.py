import pytest

from serverless_stack.runtime.caching import LazyLoading, Lookup, MemoryStore


class Source:
    """A source of values that counts how often it is asked."""

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values
        self.loads = 0

    def load(self, key: str) -> str | None:
        self.loads += 1
        return self.values[key]


def test_miss_loads_and_hit_does_not() -> None:
    source = Source({"a": "A"})
    lazy = LazyLoading(MemoryStore(), source.load)

    assert lazy.lookup("a") == Lookup("A", hit=False, degraded=False)
    assert lazy.lookup("a") == Lookup("A", hit=True, degraded=False)
    assert lazy.get("a") == "A"
    assert source.loads == 1


def test_none_is_a_value() -> None:
    source = Source({"a": None})
    lazy = LazyLoading(MemoryStore(), source.load)
    lazy.get("a")

    assert lazy.lookup("a") == Lookup(None, hit=True, degraded=False)
    assert source.loads == 1


def test_value_is_loaded_again_when_its_time_is_over() -> None:
    now = [0.0]
    source = Source({"a": "old"})
    lazy = LazyLoading(MemoryStore(clock=lambda: now[0]), source.load, ttl=300)
    lazy.get("a")
    source.values["a"] = "new"

    now[0] = 299.9
    assert lazy.get("a") == "old"
    now[0] = 300
    assert lazy.get("a") == "new"


def test_invalidated_value_is_loaded_again() -> None:
    source = Source({"a": "old"})
    lazy = LazyLoading(MemoryStore(), source.load)
    lazy.get("a")
    source.values["a"] = "new"

    assert lazy.invalidate("a")
    assert lazy.get("a") == "new"


def test_error_of_the_source_reaches_the_caller_and_is_not_cached() -> None:
    source = Source({})
    lazy = LazyLoading(MemoryStore(), source.load)
    with pytest.raises(KeyError, match="a"):
        lazy.get("a")
    source.values["a"] = "A"

    assert lazy.get("a") == "A"


def test_time_to_live_below_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="`ttl` must be 1 second or more, got: 0"):
        LazyLoading(MemoryStore(), Source({}).load, ttl=0)
