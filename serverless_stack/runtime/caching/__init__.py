"""Caches for a Lambda function: stores, strategies, a decorator, and one exception to catch.

Example:
    >>> from serverless_stack.runtime.caching import LazyLoading, MemoryStore
    >>> orders = LazyLoading(MemoryStore(), load=lambda key: {"id": key}, ttl=300)
    >>> orders.lookup("7").hit
    False
    >>> orders.get("7")
    {'id': '7'}
    >>> orders.lookup("7").hit
    True

In Lambda, use ``RedisStore.from_env()`` or ``MemcachedStore.from_env()``, which read the
environment variables that ``cache.connect(function)`` sets. Importing this package loads
nothing; each name is loaded on first use.
"""

TYPE_CHECKING = False  # type checkers know this name; importing `typing` would take the most time

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.base import MISSING as MISSING
    from serverless_stack.runtime.caching.base import Codec as Codec
    from serverless_stack.runtime.caching.base import Missing as Missing
    from serverless_stack.runtime.caching.base import Store as Store
    from serverless_stack.runtime.caching.base import StoreError as StoreError
    from serverless_stack.runtime.caching.base import StoreRefused as StoreRefused
    from serverless_stack.runtime.caching.base import StoreUnavailable as StoreUnavailable
    from serverless_stack.runtime.caching.base import ValueTooLarge as ValueTooLarge
    from serverless_stack.runtime.caching.codecs.json import JSON as JSON
    from serverless_stack.runtime.caching.codecs.json import JsonCodec as JsonCodec
    from serverless_stack.runtime.caching.codecs.msgpack import MsgpackCodec as MsgpackCodec
    from serverless_stack.runtime.caching.metrics import EmfMetrics as EmfMetrics
    from serverless_stack.runtime.caching.metrics import Event as Event
    from serverless_stack.runtime.caching.resilience.budget import Budget as Budget
    from serverless_stack.runtime.caching.stores.default import default_store as default_store
    from serverless_stack.runtime.caching.stores.memcached import MemcachedStore as MemcachedStore
    from serverless_stack.runtime.caching.stores.memory import MemoryStore as MemoryStore
    from serverless_stack.runtime.caching.stores.namespace import Namespace as Namespace
    from serverless_stack.runtime.caching.stores.namespace import NamespacedStore as NamespacedStore
    from serverless_stack.runtime.caching.stores.redis import RedisStore as RedisStore
    from serverless_stack.runtime.caching.strategies.async_lazy_loading import (
        AsyncLazyLoading as AsyncLazyLoading,
    )
    from serverless_stack.runtime.caching.strategies.async_write_through import (
        AsyncWriteThrough as AsyncWriteThrough,
    )
    from serverless_stack.runtime.caching.strategies.decorator import cached as cached
    from serverless_stack.runtime.caching.strategies.expiry import Lookup as Lookup
    from serverless_stack.runtime.caching.strategies.lazy_loading import LazyLoading as LazyLoading
    from serverless_stack.runtime.caching.strategies.write_through import (
        WriteThrough as WriteThrough,
    )

_MODULES = {
    "JSON": "codecs.json",
    "MISSING": "base",
    "AsyncLazyLoading": "strategies.async_lazy_loading",
    "AsyncWriteThrough": "strategies.async_write_through",
    "Budget": "resilience.budget",
    "Codec": "base",
    "EmfMetrics": "metrics",
    "Event": "metrics",
    "JsonCodec": "codecs.json",
    "LazyLoading": "strategies.lazy_loading",
    "Lookup": "strategies.expiry",
    "MemcachedStore": "stores.memcached",
    "MemoryStore": "stores.memory",
    "Missing": "base",
    "MsgpackCodec": "codecs.msgpack",
    "Namespace": "stores.namespace",
    "NamespacedStore": "stores.namespace",
    "RedisStore": "stores.redis",
    "Store": "base",
    "StoreError": "base",
    "StoreRefused": "base",
    "StoreUnavailable": "base",
    "ValueTooLarge": "base",
    "WriteThrough": "strategies.write_through",
    "cached": "strategies.decorator",
    "default_store": "stores.default",
}

if not TYPE_CHECKING:  # with `__getattr__`, type checkers would accept any name
    __all__ = list(_MODULES)

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return list(_MODULES)
