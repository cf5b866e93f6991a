import asyncio
import functools
import inspect
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
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
    digest = r"[0-9a-f]{32}"  # of its code, as other functions may have its name
    assert re.fullmatch(
        re.escape(f"{find.__module__}:{name}:") + digest + re.escape('({"number":7,"text":"x"})'),
        find.key(7),
    )
    assert cached(MemoryStore())(abs_of).key(7) == f'{__name__}:abs_of({{"x":7}})'
    long = find.key(7, "y" * 500)
    assert re.fullmatch(r".*find:[0-9a-f]{32}\([0-9a-f]{64}\)", long)
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
    """Has no identity of its own."""

    @cached(MemoryStore())
    def order(self, number: int) -> str:
        return f"{number}"


class Branch:
    def __init__(self, name: str) -> None:
        self.cache_key = name

    @cached(MemoryStore())
    def order(self, number: int) -> str:
        calls.append(number)
        return f"{number} at {self.cache_key}"

    @cached(MemoryStore(), key=lambda self, number: f"{self.cache_key}-{number}")
    def bill(self, number: int) -> str:
        return f"{number} at {self.cache_key}"

    @property
    @cached(MemoryStore())
    def name(self) -> str:
        calls.append(self.cache_key)
        return self.cache_key.title()

    @cached(MemoryStore())
    @staticmethod
    def double(number: int) -> int:
        return 2 * number

    @staticmethod
    @cached(MemoryStore())
    def triple(number: int) -> int:
        return 3 * number

    @classmethod
    @cached(MemoryStore())
    def table(cls, number: int) -> str:
        calls.append(number)
        return f"{cls.__name__}-{number}"


class Depot(Branch):
    pass


def test_methods() -> None:
    branch = Branch("here")

    assert branch.order(7) == "7 at here"
    assert branch.order.lookup(number=7) == Lookup("7 at here", hit=True, degraded=False)
    assert branch.order.invalidate(7)
    assert branch.order(7) == Branch("here").order(7) == "7 at here"
    assert calls == [7, 7]
    assert Branch.order(branch, 7) == "7 at here"
    assert Branch.order.invalidate(branch, 7)
    assert not branch.order.lookup(7).hit


def test_cache_key_tells_instances_apart() -> None:
    assert Branch("a").order(1) == "1 at a"
    assert Branch("b").order(1) == "1 at b"
    assert (Branch("a").bill(1), Branch("b").bill(1)) == ("1 at a", "1 at b")
    assert (Branch("a").name, Branch("b").name, Branch("a").name) == ("A", "B", "A")
    assert calls == [1, 1, "a", "b"]


def test_classes_are_told_apart() -> None:
    for _ in range(2):
        tables = [kind.table(1) for kind in (Branch, Depot)]  # type: ignore[call-arg, arg-type]
        assert tables == ["Branch-1", "Depot-1"]
    assert calls == [1, 1]
    assert Depot("a").order.key(1) != Branch("a").order.key(1)


def test_static_methods() -> None:
    for owner in (Branch, Branch("a")):
        assert (owner.double(2), owner.triple(2)) == (4, 6)  # type: ignore[call-arg]


def test_instance_without_an_identity_is_refused() -> None:
    """Two tenants must never share an entry."""
    with pytest.raises(TypeError, match=r"Shop.order cannot be part of a key .*`cache_key`"):
        Shop().order(1)


def test_instance_that_the_codec_can_encode_is_an_argument() -> None:
    store = MemoryStore(codec=JsonCodec(types=(Tenant,)))
    cached_name = cached(store)(Tenant.shout)

    assert (cached_name(Tenant("ada")), cached_name(Tenant("bob"))) == ("ADA", "BOB")


@dataclass(frozen=True)
class Tenant:
    name: str

    def shout(self) -> str:
        return self.name.upper()


def test_class_that_a_function_makes_is_refused_as_an_identity() -> None:
    def make() -> type:
        class Local:
            @classmethod
            @cached(MemoryStore())
            def table(cls) -> str:
                return "?"

        return Local

    with pytest.raises(TypeError, match="is made anew by each call of a function"):
        make().table()  # type: ignore[attr-defined]


def test_closure_is_refused_unless_a_key_is_given() -> None:
    store = MemoryStore()

    def sku_of(region: str) -> Callable[[int], str]:
        def sku(number: int) -> str:
            return f"{region}-{number}"

        return sku

    with pytest.raises(
        TypeError, match=r"sku cannot be cached .* captures region, .* `cached\(…, key"
    ):
        cached(store)(sku_of("eu"))
    eu, us = (
        cached(store, key=lambda number, region=region: f"{region}-{number}")(sku_of(region))
        for region in ("eu", "us")
    )
    assert (eu(1), us(1)) == ("eu-1", "us-1")


def test_lambda_expressions_and_functions_of_one_name_are_told_apart() -> None:
    store = MemoryStore()
    double, square = cached(store)(lambda n: 2 * n), cached(store)(lambda n: n * n)
    sets = [cached(store)(lambda n: n in {"a", "b"}), cached(store)(lambda n: n in {"a", "c"})]

    assert (double(5), square(5)) == (10, 25)
    assert [each("b") for each in sets] == [True, False]
    names = []
    for number in range(2):
        if number:

            @cached(store)
            def local(x: int) -> str:
                return "one"
        else:

            @cached(store)
            def local(x: int) -> str:
                return "other"

        names.append(local(1))
    assert names == ["other", "one"]


def test_key_of_a_lambda_expression_does_not_depend_on_the_process() -> None:
    program = """
from serverless_stack.runtime.caching import MemoryStore, cached
print(cached(MemoryStore())(lambda n: n in {"a", "b", "c"}).key(1))
"""
    keys = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(3)
    }
    assert len(keys) == 1


def test_decorated_functions_keep_their_identity() -> None:
    def logged(function: Callable[[int], int]) -> Callable[[int], int]:
        @functools.wraps(function)
        def call(x: int) -> int:
            calls.append(x)
            return function(x)

        return call

    def negated(function: Callable[[int], int]) -> Callable[[int], int]:
        @functools.wraps(function)
        def call(x: int) -> int:
            return -function(x)

        return call

    store = MemoryStore()
    assert [cached(store)(wrap(abs_of))(-3) for wrap in (logged, negated)] == [3, -3]


def abs_of(x: int) -> int:
    return abs(x)


def test_partial_functions_bound_methods_and_callable_objects() -> None:
    store = MemoryStore()
    two, three = (cached(store)(functools.partial(pow, base)) for base in (2, 3))
    assert (two(3), three(3), two(3)) == (8, 27, 8)
    assert cached(store)(Branch("a").order._target.function.__get__(Branch("b")))(1) == "1 at b"

    class Adder:
        cache_key = "one"

        def __call__(self, x: int) -> int:
            return x + 1

    assert cached(store)(Adder())(1) == 2


@pytest.mark.parametrize("name", ["rows", "pages"])
def test_generators_are_refused(name: str) -> None:
    def rows(n: int) -> Iterator[int]:
        yield from range(n)

    async def pages(n: int) -> AsyncIterator[int]:
        yield n

    with pytest.raises(TypeError, match=f"{name} is a generator.*: return a list"):
        cached(MemoryStore(), key=str)({"rows": rows, "pages": pages}[name])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (classmethod(lambda cls: cls), "must be below `@classmethod`"),
        (property(abs_of), "must be below `@property`"),
        (7, "must decorate a function, got: 7"),
        ({}.get, "it belongs to a dict"),
        (iter, "its parameters are unknown"),
    ],
)
def test_what_cannot_be_cached_is_refused_at_decoration(function: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        cached(MemoryStore())(function)  # type: ignore[call-overload]


def test_coroutine_functions_are_seen_as_such() -> None:
    @cached(MemoryStore())
    @cached(MemoryStore())
    async def price(sku: int) -> int:
        calls.append(sku)
        return sku

    async def main() -> None:
        assert [await price(1), await price(1)] == [1, 1]

    assert inspect.iscoroutinefunction(price)
    assert inspect.iscoroutinefunction(functools.partial(price, 1))
    asyncio.run(main())
    assert calls == [1]


def test_key_of_your_own() -> None:
    @cached(MemoryStore(), key=lambda user, **rest: user["id"])
    def greet(user: dict[str, str], *, loud: bool = False) -> str:
        return user["name"]

    assert greet({"id": "7", "name": "Ada"}) == "Ada"
    assert greet({"id": "7", "name": "Bob"}, loud=True) == "Ada"
    assert greet.key({"id": "7"}).endswith("(7)")


@dataclass(frozen=True)
class Query:
    text: str


def test_argument_that_has_no_key_is_refused() -> None:
    @cached(MemoryStore())
    def search(query: Query) -> str:
        return query.text

    with pytest.raises(
        TypeError, match=r"argument of .*search.* cannot .* \(pass `key`\): Query is"
    ):
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
    with pytest.raises(
        ValueError, match="`ttl` must be a whole number of seconds between 1 and 3153600000, got: 0"
    ):
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
        cache_key = "the only one"

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

    with pytest.raises(TypeError, match=r"got: the function .*area; call `cached` before"):
        cached(area)  # type: ignore[arg-type]
