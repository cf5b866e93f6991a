"""Caches for a Lambda handler: three stores, two strategies, one error.

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
``cache.connect(function)`` has put into the environment.
"""

from serverless_stack.runtime.caching.errors import StoreError, StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.lazy_loading import LazyLoading, Lookup
from serverless_stack.runtime.caching.memcached_store import MemcachedStore
from serverless_stack.runtime.caching.memory_store import MemoryStore
from serverless_stack.runtime.caching.redis_store import RedisStore
from serverless_stack.runtime.caching.store import Store
from serverless_stack.runtime.caching.values import MISSING, Missing
from serverless_stack.runtime.caching.write_through import WriteThrough

__all__ = [
    "MISSING",
    "LazyLoading",
    "Lookup",
    "MemcachedStore",
    "MemoryStore",
    "Missing",
    "RedisStore",
    "Store",
    "StoreError",
    "StoreRefused",
    "StoreUnavailable",
    "WriteThrough",
]
