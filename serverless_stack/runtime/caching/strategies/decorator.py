"""A decorator that caches what a function returns."""

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Concatenate, Generic, ParamSpec, TypeVar, cast, overload

from serverless_stack.runtime.caching.metrics.events import Event
from serverless_stack.runtime.caching.resilience.budget import Budget
from serverless_stack.runtime.caching.resilience.once import Once
from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.stores.default import default_store
from serverless_stack.runtime.caching.strategies.async_lazy_loading import AsyncLazyLoading
from serverless_stack.runtime.caching.strategies.call_keys import CallKeys
from serverless_stack.runtime.caching.strategies.lazy_loading import LazyLoading
from serverless_stack.runtime.caching.strategies.lookup import Lookup

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
S = TypeVar("S")


class CachedFunction(Generic[P, R]):
    """A function whose results are cached; what `cached` makes of a function or a method."""

    __name__: str
    __qualname__: str

    def __init__(
        self,
        function: Callable[P, R],
        lazy: Callable[[], LazyLoading[R]],
        keys: Callable[[], CallKeys],
        owner: tuple[object, ...] = (),
    ) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._lazy = lazy
        self._keys = keys
        self._owner = owner

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Give the result, from the cache or else by a call."""
        return self._lazy().get(self.key(*args, **kwargs), self._load(*args, **kwargs))

    def lookup(self, *args: P.args, **kwargs: P.kwargs) -> Lookup[R]:
        """Give the result and whether it was a hit."""
        return self._lazy().lookup(self.key(*args, **kwargs), self._load(*args, **kwargs))

    def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Drop the result for these arguments; see `LazyLoading.invalidate`."""
        return self._lazy().invalidate(self.key(*args, **kwargs))

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Give the key under which the result for these arguments lies."""
        return self._keys().key(self._owner, args, kwargs)

    def _load(self, *args: P.args, **kwargs: P.kwargs) -> Callable[[str], R]:
        function = cast("Callable[..., R]", self._function)
        return lambda key: function(*self._owner, *args, **kwargs)

    @overload
    def __get__(self, instance: None, owner: type) -> "CachedFunction[P, R]": ...

    @overload
    def __get__(
        self: "CachedFunction[Concatenate[S, Q], R]", instance: S, owner: type
    ) -> "CachedFunction[Q, R]": ...

    def __get__(self, instance: object, owner: type) -> object:
        if instance is None:
            return self
        function = cast("Callable[..., R]", self._function)
        return CachedFunction(function, self._lazy, self._keys, (instance,))


class CachedCoroutine(Generic[P, R]):
    """A coroutine function whose results are cached; see `CachedFunction`."""

    __name__: str
    __qualname__: str

    def __init__(
        self,
        function: Callable[P, Coroutine[object, object, R]],
        lazy: Callable[[], AsyncLazyLoading[R]],
        keys: Callable[[], CallKeys],
        owner: tuple[object, ...] = (),
    ) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._lazy = lazy
        self._keys = keys
        self._owner = owner

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Give the result, from the cache or else by a call."""
        return await self._lazy().get(self.key(*args, **kwargs), self._load(*args, **kwargs))

    async def lookup(self, *args: P.args, **kwargs: P.kwargs) -> Lookup[R]:
        """Give the result and whether it was a hit."""
        return await self._lazy().lookup(self.key(*args, **kwargs), self._load(*args, **kwargs))

    async def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Drop the result for these arguments; see `LazyLoading.invalidate`."""
        return await self._lazy().invalidate(self.key(*args, **kwargs))

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Give the key under which the result for these arguments lies."""
        return self._keys().key(self._owner, args, kwargs)

    def _load(
        self, *args: P.args, **kwargs: P.kwargs
    ) -> Callable[[str], Coroutine[object, object, R]]:
        function = cast("Callable[..., Coroutine[object, object, R]]", self._function)
        return lambda key: function(*self._owner, *args, **kwargs)

    @overload
    def __get__(self, instance: None, owner: type) -> "CachedCoroutine[P, R]": ...

    @overload
    def __get__(
        self: "CachedCoroutine[Concatenate[S, Q], R]", instance: S, owner: type
    ) -> "CachedCoroutine[Q, R]": ...

    def __get__(self, instance: object, owner: type) -> object:
        if instance is None:
            return self
        function = cast("Callable[..., Coroutine[object, object, R]]", self._function)
        return CachedCoroutine(function, self._lazy, self._keys, (instance,))


class cached:
    """Cache what a function, a method or a coroutine function returns, by its arguments.

    ``@cached(store, ttl=60)``, or ``@cached(ttl=60)`` for the cache that this function is
    connected to (`default_store`). What it makes has ``lookup``, ``invalidate`` and ``key``,
    which take the arguments of the function.

    The key is made of the module, the qualified name and the arguments as JSON, with defaults
    filled in: ``f(1)``, ``f(x=1)`` and ``f(1, y=<default>)`` are one; ``f(1)``, ``f("1")``,
    ``f(1.0)`` and ``f(True)`` are four. The instance of a method is not in it, unless it has a
    string ``cache_key`` that tells it from others.

    Args:
        store: Where results are cached; None for `default_store`, on the first call.
        ttl: See `LazyLoading`, as for those that follow.
        key: Gives the rest of the key from the arguments (with the instance, for a method).
        jitter: See there.
        negative_ttl: See there.
        soft_ttl: See there.
        stale_if_error: See there.
        lease: See there.
        budget: See there.
        on_event: See there.

    Raises:
        ValueError: A number is out of its range.
        TypeError: It is put on a function without being called.
        TypeError: On a call, an argument is of a type that the codec of the store cannot take.
        ValueError: On a call, an argument is a value that it cannot take, such as a NaN.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        ttl: int = 300,
        key: Callable[..., str] | None = None,
        jitter: float = 0.0,
        negative_ttl: int | None = None,
        soft_ttl: float | None = None,
        stale_if_error: int | None = None,
        lease: int | None = None,
        budget: float | Budget | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        if inspect.isroutine(store):
            raise TypeError(
                f"`store` must be a store, got: the function {store.__qualname__}; `cached` is"
                " called first: @cached(ttl=300)"
            )
        self._store = Once(lambda: default_store() if store is None else store)
        self._key = key
        self._threads = functools.partial(
            LazyLoading,
            ttl=ttl,
            jitter=jitter,
            negative_ttl=negative_ttl,
            soft_ttl=soft_ttl,
            stale_if_error=stale_if_error,
            lease=lease,
            budget=budget,
            on_event=on_event,
        )
        self._tasks = functools.partial(
            AsyncLazyLoading,
            ttl=ttl,
            jitter=jitter,
            negative_ttl=negative_ttl,
            soft_ttl=soft_ttl,
            stale_if_error=stale_if_error,
            lease=lease,
            budget=budget,
            on_event=on_event,
        )
        from serverless_stack.runtime.caching.stores.memory import MemoryStore

        self._threads(MemoryStore(), _no_load)  # refuses bad numbers now, not on the first call

    @overload
    def __call__(  # type: ignore[overload-overlap] # a coroutine function is a function, too
        self, function: Callable[P, Coroutine[object, object, R]]
    ) -> CachedCoroutine[P, R]: ...

    @overload
    def __call__(self, function: Callable[P, R]) -> CachedFunction[P, R]: ...

    def __call__(self, function: Callable[..., object]) -> object:
        """Wrap a function."""
        keys = Once(lambda: CallKeys(function, self._store(), self._key))
        if inspect.iscoroutinefunction(function):
            coroutines = Once(lambda: self._tasks(self._store(), _no_async_load))
            return CachedCoroutine(function, coroutines, keys)
        lazy = Once(lambda: self._threads(self._store(), _no_load))
        return CachedFunction(function, lazy, keys)


def _no_load(key: str) -> object:
    raise AssertionError(f"each call brings its own source, so nothing loads {key}")


async def _no_async_load(key: str) -> object:
    raise AssertionError(f"each call brings its own source, so nothing loads {key}")
