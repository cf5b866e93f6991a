"""A decorator that caches the results of a function."""

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, cast, overload

from serverless_stack.runtime.arguments import check_optional_functions
from serverless_stack.runtime.caching.base import Store, check_store
from serverless_stack.runtime.caching.metrics import Event
from serverless_stack.runtime.caching.resilience.budget import Budget
from serverless_stack.runtime.caching.resilience.threads import Once
from serverless_stack.runtime.caching.stores.default import default_store
from serverless_stack.runtime.caching.strategies.async_lazy_loading import AsyncLazyLoading
from serverless_stack.runtime.caching.strategies.call_keys import CallKeys, Target
from serverless_stack.runtime.caching.strategies.expiry import Lookup
from serverless_stack.runtime.caching.strategies.lazy_loading import LazyLoading

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class _Cached(Generic[P, R, T]):
    """What cached functions and cached coroutine functions have in common.

    `T` is the type of the strategy.
    """

    __name__: str
    __qualname__: str

    def __init__(
        self,
        target: Target,
        strategy: Callable[[], T],
        keys: Callable[[], CallKeys],
        owner: tuple[object, ...] = (),
    ) -> None:
        functools.update_wrapper(cast("Callable[..., object]", self), target.function)
        self._target = target
        self._strategy = strategy
        self._keys = keys
        self._owner = owner

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the cache key of the result for these arguments."""
        return self._keys().key(*self._all(args, kwargs))

    @property
    def is_stateless(self) -> bool:
        """Whether the results depend on the arguments of a call alone."""
        return not (self._owner or self._target.args or self._target.kwargs)

    def _all(
        self, args: tuple[object, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[object, ...], dict[str, Any]]:
        """Return the arguments of a call with the instance and those of a partial function."""
        return (*self._target.args, *self._owner, *args), {**self._target.kwargs, **kwargs}

    def _load(self, *args: P.args, **kwargs: P.kwargs) -> Callable[[str], Any]:
        every, named = self._all(args, kwargs)
        return lambda key: self._target.function(*every, **named)

    def _bind(self, instance: object) -> Self:
        if instance is None or not self._target.binds:
            return self
        return type(self)(self._target, self._strategy, self._keys, (instance,))


class CachedFunction(_Cached[P, R, LazyLoading[R]]):
    """A function or method whose results are cached; made by `cached`."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the result, from the cache or else by calling the function."""
        return self._strategy().get(self.key(*args, **kwargs), self._load(*args, **kwargs))

    def lookup(self, *args: P.args, **kwargs: P.kwargs) -> Lookup[R]:
        """Return the result and whether it was a hit."""
        return self._strategy().lookup(self.key(*args, **kwargs), self._load(*args, **kwargs))

    def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Delete the result for these arguments; see `LazyLoading.invalidate`."""
        return self._strategy().invalidate(self.key(*args, **kwargs))

    @overload
    def __get__(self, instance: None, owner: type) -> "CachedFunction[P, R]": ...

    @overload
    def __get__(
        self: "CachedFunction[Concatenate[S, Q], R]", instance: S, owner: type
    ) -> "CachedFunction[Q, R]": ...

    def __get__(self, instance: object, owner: type) -> object:
        return self._bind(instance)


class CachedCoroutine(_Cached[P, R, AsyncLazyLoading[R]]):
    """A coroutine function or method whose results are cached; see `CachedFunction`."""

    def __init__(
        self,
        target: Target,
        strategy: Callable[[], AsyncLazyLoading[R]],
        keys: Callable[[], CallKeys],
        owner: tuple[object, ...] = (),
    ) -> None:
        super().__init__(target, strategy, keys, owner)
        # With these attributes, `inspect.iscoroutinefunction` is true of an object, too.
        for name in ("__code__", "__defaults__", "__kwdefaults__"):
            setattr(self, name, getattr(inspect.unwrap(target.function), name, None))
        if hasattr(inspect, "markcoroutinefunction"):  # Python 3.12
            inspect.markcoroutinefunction(self)

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the result, from the cache or else by calling the function."""
        return await self._strategy().get(self.key(*args, **kwargs), self._load(*args, **kwargs))

    async def lookup(self, *args: P.args, **kwargs: P.kwargs) -> Lookup[R]:
        """Return the result and whether it was a hit."""
        load = self._load(*args, **kwargs)
        return await self._strategy().lookup(self.key(*args, **kwargs), load)

    async def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Delete the result for these arguments; see `LazyLoading.invalidate`."""
        return await self._strategy().invalidate(self.key(*args, **kwargs))

    @overload
    def __get__(self, instance: None, owner: type) -> "CachedCoroutine[P, R]": ...

    @overload
    def __get__(
        self: "CachedCoroutine[Concatenate[S, Q], R]", instance: S, owner: type
    ) -> "CachedCoroutine[Q, R]": ...

    def __get__(self, instance: object, owner: type) -> object:
        return self._bind(instance)


class cached:
    """Cache the results of a function, a method or a coroutine function, by its arguments.

    Use it as ``@cached(store, ttl=60)``, or as ``@cached(ttl=60)`` for the cache that this
    Lambda function is connected to (`default_store`). The decorated function has the methods
    ``lookup``, ``invalidate`` and ``key``, which take the function's arguments.

    The key is made of the module, the qualified name and the arguments as JSON, with defaults
    filled in: ``f(1)``, ``f(x=1)`` and ``f(1, y=<default>)`` are one; ``f(1)``, ``f("1")``,
    ``f(1.0)`` and ``f(True)`` are four. The instance of a method is an argument: its class has
    a string ``cache_key`` that identifies it (a tenant's id, say), or the store's codec can
    encode it. A `key` is needed by what has a state that neither name nor arguments show: functions
    and wrappers that capture variables, callable objects, arguments of a class that the codec does
    not know. Generators are refused, and so is ``@cached`` above ``@classmethod`` or ``@property``.

    What a function reads from elsewhere (a global variable, a `ContextVar`, the environment) cannot
    be seen: name it with `key`, or make it an argument. Callers that wait for the same load in
    flight get the same object: do not change a result, or copy it first.

    Args:
        store: The store. Default: `default_store`, on the first call.
        ttl: See `LazyLoading`, as for those that follow.
        key: Returns the key of a call from its arguments, a method's instance included.
        jitter: See there.
        negative_ttl: See there.
        soft_ttl: See there.
        stale_if_error: See there.
        lease: See there.
        budget: See there.
        on_event: See there.

    Raises:
        ValueError: A number is out of range, or an argument is of another type.
        TypeError: It decorates a function without being called, or one that cannot be cached.
        TypeError: On a call, if the store's codec cannot encode the type of an argument.
        ValueError: On a call, if it cannot encode the value of an argument, such as a NaN.
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
                f"`store` must be a store, got: the function {store.__qualname__}; call"
                " `cached` before it decorates a function: @cached(ttl=300)"
            )
        if store is not None:
            check_store(store)
        check_optional_functions(key=key)
        self._store = Once(lambda: default_store() if store is None else store)
        self._is_default = store is None
        self._key = key
        self._options = {
            "ttl": ttl,
            "jitter": jitter,
            "negative_ttl": negative_ttl,
            "soft_ttl": soft_ttl,
            "stale_if_error": stale_if_error,
            "lease": lease,
            "budget": budget,
            "on_event": on_event,
        }
        from serverless_stack.runtime.caching.stores.memory import MemoryStore

        self._strategy(LazyLoading, MemoryStore())  # checks the numbers now, not on the first call

    @overload
    def __call__(  # type: ignore[overload-overlap] # a coroutine function is a function, too
        self, function: Callable[P, Coroutine[object, object, R]]
    ) -> CachedCoroutine[P, R]: ...

    @overload
    def __call__(self, function: Callable[P, R]) -> CachedFunction[P, R]: ...

    def __call__(self, function: object) -> object:
        """Wrap a function."""
        target = Target(function, has_key=self._key is not None)
        keys = Once(lambda: CallKeys(target, self._store(), self._key))
        if not self._is_default:  # whose codec is known on the first call
            keys().check()
        if inspect.iscoroutinefunction(target.function):
            tasks = Once(lambda: self._strategy(AsyncLazyLoading, self._store()))
            return CachedCoroutine(target, tasks, keys)
        threads = Once(lambda: self._strategy(LazyLoading, self._store()))
        return CachedFunction(target, threads, keys)

    def _strategy(self, kind: Callable[..., T], store: Store) -> T:
        return kind(store, _no_load, **self._options)


def _no_load(key: str) -> object:
    raise AssertionError(f"each call brings its own source, so nothing loads {key}")
