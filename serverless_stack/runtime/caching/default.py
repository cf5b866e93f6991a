"""The store of whatever cache this function is connected to."""

import os

from serverless_stack import _contract
from serverless_stack.runtime.caching.once import Once
from serverless_stack.runtime.caching.store import Store


def default_store() -> Store:
    """Give the one store of this process that the environment names, made on first use.

    A `RedisStore` if a Redis is connected (with the prefix ``REDIS``), else a
    `MemcachedStore` (``MEMCACHED``), else a `MemoryStore`.

    Raises:
        ValueError: A variable is malformed.
    """
    return _store()


def _make() -> Store:
    redis = (_contract.redis_primary_endpoint(), _contract.redis_configuration_endpoint())
    if any(map(os.environ.get, redis)):
        from serverless_stack.runtime.caching.redis_store import RedisStore

        return RedisStore.from_env()
    if os.environ.get(_contract.memcached_configuration_endpoint()):
        from serverless_stack.runtime.caching.memcached_store import MemcachedStore

        return MemcachedStore.from_env()
    from serverless_stack.runtime.caching.memory_store import MemoryStore

    return MemoryStore()


_store = Once(_make)
