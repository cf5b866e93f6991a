import asyncio
import re
from dataclasses import dataclass
from datetime import date

import pytest

from serverless_stack.runtime.caching import (
    JsonCodec,
    Lookup,
    MemoryStore,
    Namespace,
    cached,
    default_store,
)
from serverless_stack.runtime.caching.stores import default
from tests.runtime.caching.rig import FlakyStore

calls: list[object] = []


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def test_result_is_cached_by_the_arguments() -> None:
    @cached(MemoryStore(), ttl=60)
    def add(a: int, b: int = 2, *more: int, **named: int) -> int:
        """Add numbers."""
        calls.append((a, b, more, named))
        return a + b + sum(more) + sum(named.values())

    assert add(1) == add(1, 2) == add(a=1) == add(b=2, a=1) == 3
    assert len(calls) == 1
    assert add(1, 2, 3) == 6
    assert add(1, 2, x=1, y=2) == add(1, 2, y=2, x=1) == 6
    assert len(calls) == 3
    assert add.__name__ == "add"
    assert add.__doc__ == "Add numbers."


def test_arguments_of_different_types_are_different() -> None:
    @cached(MemoryStore())
    def name(value: object) -> str:
        return type(value).__name__

    values = [1, "1", 1.0, True, None, b"1", (1,), [1], {"1": 1}, {1: 1}, date(2026, 1, 31)]
    for _ in range(2):
        assert [name(value) for value in values] == [type(value).__name__ for value in values]


def test_key_is_readable_and_does_not_depend_on_the_process() -> None:
    @cached(MemoryStore())
    def find(number: int, text: str = "x") -> None: ...

    name = "test_key_is_readable_and_does_not_depend_on_the_process.<locals>.find"
    assert find.key(7) == f'{find.__module__}.{name}({{"number":7,"text":"x"}})'
    long = find.key(7, "y" * 500)
    assert re.fullmatch(r".*find\([0-9a-f]{64}\)", long)
    assert long == find.key(number=7, text="y" * 500)


def test_functions_do_not_share_entries() -> None:
    store = MemoryStore()

    @cached(store)
    def one(x: int) -> str:
        return "one"

    @cached(store)
    def other(x: int) -> str:
        return "other"

    assert (one(1), other(1), one(1)) == ("one", "other", "one")


def test_lookup_and_invalidate_take_the_arguments() -> None:
    @cached(MemoryStore())
    def double(x: int) -> int:
        calls.append(x)
        return 2 * x

    assert double.lookup(2) == Lookup(4, hit=False, degraded=False)
    assert double.lookup(x=2) == Lookup(4, hit=True, degraded=False)
    assert double.invalidate(2)
    assert not double.lookup(2).hit


class Shop:
    def __init__(self, name: str) -> None:
        self.name = name

    @cached(MemoryStore())
    def order(self, number: int) -> str:
        calls.append(number)
        return f"{number} at {self.name}"


class Branch:
    def __init__(self, name: str) -> None:
        self.cache_key = name

    @cached(MemoryStore())
    def order(self, number: int) -> str:
        return f"{number} at {self.cache_key}"


def test_methods() -> None:
    shop = Shop("here")

    assert shop.order(7) == "7 at here"
    assert shop.order.lookup(number=7) == Lookup("7 at here", hit=True, degraded=False)
    assert shop.order.invalidate(7)
    assert shop.order(7) == Shop("here").order(7) == "7 at here"
    assert calls == [7, 7]


def test_cache_key_tells_instances_apart() -> None:
    assert Branch("a").order(1) == "1 at a"
    assert Branch("b").order(1) == "1 at b"


def test_key_of_your_own() -> None:
    @cached(MemoryStore(), key=lambda user, **rest: user["id"])
    def greet(user: dict[str, str], *, loud: bool = False) -> str:
        return user["name"]

    assert greet({"id": "7", "name": "Ada"}) == "Ada"
    assert greet({"id": "7", "name": "Bob"}, loud=True) == "Ada"
    assert greet.key({"id": "7"}).endswith("greet(7)")


@dataclass(frozen=True)
class Query:
    text: str


def test_argument_that_has_no_key_is_refused() -> None:
    @cached(MemoryStore())
    def search(query: Query) -> str:
        return query.text

    with pytest.raises(TypeError, match=r"argument of .*search cannot be .* give `key`: Query is"):
        search(Query("a"))

    with pytest.raises(ValueError, match=r"argument of .* cannot be part of a key"):
        cached(MemoryStore())(lambda number: number)(float("nan"))
    with_type = cached(MemoryStore(codec=JsonCodec(types=(Query,))))(lambda query: query.text)
    assert with_type(Query("a")) == "a"
    assert with_type(Query("b")) == "b"


def test_wrong_arguments_are_refused() -> None:
    @cached(MemoryStore())
    def double(x: int) -> int:
        return 2 * x

    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        double(y=1)  # type: ignore[call-arg]


def test_options_are_those_of_lazy_loading() -> None:
    store = FlakyStore()

    @cached(store, ttl=60, lease=5, negative_ttl=0)
    def nothing(x: int) -> None: ...

    nothing(1)
    assert store.asked == ["get", "add", "get", "delete_if"]


def test_bad_numbers_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="`ttl` must be 1 second or more, got: 0"):
        cached(ttl=0)


def test_default_store_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_PRIMARY_ENDPOINT", "REDIS_CONFIGURATION_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("MEMCACHED_CONFIGURATION_ENDPOINT", raising=False)
    default._store.forget()

    @cached(ttl=60)
    def double(x: int) -> int:
        return 2 * x

    assert double(2) == 4
    assert default_store().get(double.key(2)) == 4
    default._store.forget()


def test_in_a_namespace() -> None:
    store = Namespace("shop", 2).on(MemoryStore())

    @cached(store)
    def double(x: int) -> int:
        return 2 * x

    double(2)
    assert double.lookup(2).hit
    store.invalidate_all()
    assert not double.lookup(2).hit


def test_coroutine_functions_and_methods() -> None:
    class Site:
        @cached(MemoryStore(), ttl=60)
        async def page(self, path: str) -> str:
            calls.append(path)
            await asyncio.sleep(0)
            return path.upper()

    async def main() -> None:
        site = Site()
        assert await site.page("a") == "A"
        assert await site.page.lookup("a") == Lookup("A", hit=True, degraded=False)
        assert await site.page.invalidate("a")
        assert await asyncio.gather(*(site.page("a") for _ in range(5))) == ["A"] * 5
        assert calls == ["a", "a"]

    asyncio.run(main())


def test_decorator_that_is_not_called_is_refused() -> None:
    def area(width: int) -> int:
        return width

    with pytest.raises(TypeError, match=r"got: the function .*area; `cached` is called first"):
        cached(area)  # type: ignore[arg-type]
