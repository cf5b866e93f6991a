"""Caches for a Lambda handler: three stores, two strategies, a decorator, one error.

Example:
    >>> from serverless_stack.runtime.caching import LazyLoading, MemoryStore
    >>> orders = LazyLoading(MemoryStore(), load=lambda key: {"id": key}, ttl=300)
    >>> orders.lookup("7").hit
    False
    >>> orders.get("7")
    {'id': '7'}
    >>> orders.lookup("7").hit
    True

In Lambda use ``RedisStore.from_env()`` or ``MemcachedStore.from_env()``, which read what
``cache.connect(function)`` has put into the environment. Importing this package loads nothing;
each name is loaded when it is asked for.
"""

TYPE_CHECKING = False  # as type checkers know it: importing `typing` would take the most time

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.async_lazy_loading import AsyncLazyLoading
    from serverless_stack.runtime.caching.async_write_through import AsyncWriteThrough
    from serverless_stack.runtime.caching.budget import Budget
    from serverless_stack.runtime.caching.decorator import cached
    from serverless_stack.runtime.caching.default import default_store
    from serverless_stack.runtime.caching.errors import (
        StoreError,
        StoreRefused,
        StoreUnavailable,
        ValueTooLarge,
    )
    from serverless_stack.runtime.caching.events import Event
    from serverless_stack.runtime.caching.lazy_loading import LazyLoading
    from serverless_stack.runtime.caching.lookup import Lookup
    from serverless_stack.runtime.caching.memcached_store import MemcachedStore
    from serverless_stack.runtime.caching.memory_store import MemoryStore
    from serverless_stack.runtime.caching.metrics import EmfMetrics
    from serverless_stack.runtime.caching.msgpack_codec import MsgpackCodec
    from serverless_stack.runtime.caching.namespace import Namespace, NamespacedStore
    from serverless_stack.runtime.caching.redis_store import RedisStore
    from serverless_stack.runtime.caching.store import Store
    from serverless_stack.runtime.caching.values import JSON, MISSING, Codec, JsonCodec, Missing
    from serverless_stack.runtime.caching.write_through import WriteThrough

__all__ = [
    "JSON",
    "MISSING",
    "AsyncLazyLoading",
    "AsyncWriteThrough",
    "Budget",
    "Codec",
    "EmfMetrics",
    "Event",
    "JsonCodec",
    "LazyLoading",
    "Lookup",
    "MemcachedStore",
    "MemoryStore",
    "Missing",
    "MsgpackCodec",
    "Namespace",
    "NamespacedStore",
    "RedisStore",
    "Store",
    "StoreError",
    "StoreRefused",
    "StoreUnavailable",
    "ValueTooLarge",
    "WriteThrough",
    "cached",
    "default_store",
]

_ELSEWHERE = {  # names that do not lie in a module of the same name
    "JSON": "values",
    "MISSING": "values",
    "Codec": "values",
    "EmfMetrics": "metrics",
    "Event": "events",
    "JsonCodec": "values",
    "Missing": "values",
    "NamespacedStore": "namespace",
    "StoreError": "errors",
    "StoreRefused": "errors",
    "StoreUnavailable": "errors",
    "ValueTooLarge": "errors",
    "cached": "decorator",
    "default_store": "default",
}


if not TYPE_CHECKING:  # which would believe in any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")
        module = import_module(f"{__name__}.{_ELSEWHERE.get(name, snake)}")
        value: object = getattr(module, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
