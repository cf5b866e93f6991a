import asyncio
import functools
import inspect
import operator
import os
import re
import subprocess
import sys
import types
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def abs_of(x: int) -> int:
    return abs(x)


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


def scaled(factor: int) -> Callable[[Callable[[int], int]], Callable[[int], int]]:
    def decorate(function: Callable[[int], int]) -> Callable[[int], int]:
        @functools.wraps(function)
        def call(x: int) -> int:
            return factor * function(x)

        return call

    return decorate


class Scaled:
    def __init__(self, factor: int, function: Callable[[int], int]) -> None:
        functools.update_wrapper(self, function)
        self._factor, self._function = factor, function

    def __call__(self, x: int) -> int:
        return self._factor * self._function(x)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda factor: scaled(factor)(abs_of), "it captures factor, which"),
        (lambda factor: functools.lru_cache(scaled(factor)(abs_of)), "it captures factor, which"),
        (lambda factor: Scaled(factor, abs_of), "it is a Scaled, whose state"),
        (lambda factor: cached(MemoryStore())(functools.partial(pow, factor)), "whose state"),
        (lambda factor: cached(MemoryStore())(Branch(f"{factor}").order), "whose state"),
        (lambda factor: functools.singledispatch(abs_of), "it captures dispatch, funcname"),
        (lambda factor: type("Made", (), {"factor": factor}), "it is a type, whose state"),
    ],
)
def test_state_of_a_wrapper_is_refused_unless_a_key_is_given(
    make: Callable[[int], Callable[[int], int]], problem: str
) -> None:
    with pytest.raises(TypeError, match=problem):
        cached(MemoryStore())(make(2))
    store = MemoryStore()
    two, three = (
        cached(store, key=lambda x, factor=factor: f"{factor}-{x}")(scaled(factor)(abs_of))
        for factor in (2, 3)
    )
    assert (two(1), three(1), two(1)) == (2, 3, 2)


def test_two_functions_of_one_name_in_a_module() -> None:
    store = MemoryStore()
    program = "def twice(x):\n    return {}"
    found = []
    for result in ("2 * x", "x + x"):
        module: dict[str, Any] = {"__name__": "shop.prices"}
        exec(program.format(result), module)
        found.append(cached(store)(module["twice"]))
    assert found[0].key(1) == 'shop.prices:twice({"x":1})'
    assert found[1].key(1) != found[0].key(1)
    again = cached(store)(found[0]._target.function)
    assert again.key(1) == found[0].key(1)  # as after a reload


def test_functions_of_two_programs_are_told_apart() -> None:
    keys = set()
    for result in ("2 * x", "3 * x"):
        program = f"""
from serverless_stack.runtime.caching import MemoryStore, cached
@cached(MemoryStore())
def price(x):
    return {result}
print(price.key(1))
"""
        command = [sys.executable, "-c", program]
        keys.add(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert len(keys) == 2


def test_bound_method_of_a_function_that_was_put_into_a_class() -> None:
    class Site:
        def __init__(self, name: str) -> None:
            self.cache_key = name

    def page(self: Site, path: str) -> str:
        return f"{path} of {self.cache_key}"

    store = MemoryStore()

    def page_of(name: str) -> Callable[[str], str]:
        return cached(store)(cast("Callable[[str], str]", types.MethodType(page, Site(name))))

    assert [page_of(name)("x") for name in ("a", "b")] == ["x of a", "x of b"]
    with pytest.raises(TypeError, match="cannot be part of a key"):
        page_of("")


@pytest.mark.parametrize(
    "function",
    [
        Shop().order._target.function.__get__(Shop()),
        functools.partial(pow, object()),
        functools.partial(int, base=object()),
        operator.itemgetter(1),
        functools.partial(pow, float("nan")),
    ],
)
def test_instance_or_argument_that_is_known_is_refused_at_decoration(
    function: Callable[..., object],
) -> None:
    with pytest.raises((TypeError, ValueError), match=r"cannot be (part of a key|cached by)"):
        cached(MemoryStore())(function)
    cached(MemoryStore(), key=str)(function)


def test_class_that_is_not_the_one_of_its_name_is_refused() -> None:
    other = type("Branch", (Branch,), {"__module__": __name__})
    with pytest.raises(TypeError, match="the class Branch is made anew"):
        other.table(1)  # type: ignore[attr-defined]


def test_built_in_methods() -> None:
    store = MemoryStore()
    upper, lower = cached(store)(str.upper), cached(store)(str.lower)
    assert (upper("aB"), lower("aB"), upper("aB")) == ("AB", "ab", "AB")


@pytest.mark.parametrize("result", [None, 1, b"1", ["1"]])
def test_key_that_is_no_text_is_refused(result: object) -> None:
    """The id of a user who has none is no key."""
    look_up = cached(MemoryStore(), key=lambda x: result)(abs_of)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match=r"`key` of .*abs_of must return text, got: "):
        look_up(1)


@dataclass(frozen=True)
class Query:
    text: str


class Text(str):
    """Text with a tenant, say."""


class Table(dict[str, int]):
    """A mapping with a tenant."""


class Colour(StrEnum):
    RED = "red"


class Size(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 1


class Point(NamedTuple):
    x: int


class Place(NamedTuple):
    x: int


class Number(float):
    """As numpy's float64 is one."""


TELLING = JsonCodec(types=(Colour, Size, Level, Point, Place, Query))
ARGUMENTS = st.recursive(
    st.sampled_from(
        [None, True, False, 0, 1, 0.0, -0.0, 1.0, "1", "", b"1", b"", "None", "true", "[]"]
    )
    | st.sampled_from([Colour.RED, Size.RED, "red", Level.HIGH, Point(1), Place(1), Query("1")])
    | st.sampled_from([Decimal(1), Decimal("1.0"), date(2026, 1, 1), UUID(int=1), UUID(int=1).hex])
    | st.sampled_from([datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01"])
    | st.integers(-2, 2)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "$tuple", "x", ""]), inner, max_size=2)
        | st.dictionaries(st.sampled_from([1, "1", True, 1.0, Level.HIGH]), inner, max_size=1)
    ),
    max_leaves=4,
)


@settings(max_examples=300)
@given(
    st.lists(ARGUMENTS, max_size=3).map(tuple),
    st.lists(ARGUMENTS, max_size=3).map(tuple),
    st.dictionaries(st.sampled_from("ab"), ARGUMENTS, max_size=2),
    st.dictionaries(st.sampled_from("ab"), ARGUMENTS, max_size=2),
)
def test_calls_have_one_key_only_if_their_arguments_are_the_same(
    one: tuple[object, ...],
    other: tuple[object, ...],
    one_named: dict[str, object],
    other_named: dict[str, object],
) -> None:
    def call(*args: object, **kwargs: object) -> None: ...

    look_up = cached(MemoryStore(codec=TELLING))(call)
    keys = look_up.key(*one, **one_named), look_up.key(*other, **other_named)
    same = told(one) == told(other) and told(one_named) == told(other_named)
    assert keys[0] != keys[1] or same
    assert look_up.key(*one, **dict(reversed(one_named.items()))) == keys[0]


def told(value: object) -> object:
    """Arguments in a form that is the same for the same ones: 1 == True == 1.0 in Python."""
    if isinstance(value, dict):
        return type(value).__name__, sorted(repr((told(k), told(v))) for k, v in value.items())
    if isinstance(value, list | tuple):
        return type(value).__name__, [told(each) for each in value]
    return type(value).__name__, repr(value)


@pytest.mark.parametrize(
    "argument",
    [
        *(Text("a"), Table(a=1), [Text("a")], {Text("a"): 1}, Number(1), Colour.RED, Level.HIGH),
        *(Point(1), OrderedDict(a=1), defaultdict(int), bytearray(b"a"), range(3), object(), len),
    ],
    ids=lambda argument: type(argument).__name__,
)
def test_argument_of_a_class_of_its_own_is_refused(argument: object) -> None:
    """It may have a state that the key would not show."""
    with pytest.raises(TypeError, match="cannot be part of a key"):
        cached(MemoryStore())(lambda argument: 1)(argument)


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
