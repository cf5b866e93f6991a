"""The store of whatever cache this function is connected to."""

import os

from serverless_stack._shared import contract
from serverless_stack.runtime.caching.resilience.once import Once
from serverless_stack.runtime.caching.stores.base import Store


def default_store() -> Store:
    """Give the one store of this process that the environment names, made on first use.

    A `RedisStore` if a Redis is connected (with the prefix ``REDIS``), else a
    `MemcachedStore` (``MEMCACHED``), else a `MemoryStore`.

    Raises:
        ValueError: A variable is malformed.
    """
    return _store()


def _make() -> Store:
    redis = (contract.redis_primary_endpoint(), contract.redis_configuration_endpoint())
    if any(map(os.environ.get, redis)):
        from serverless_stack.runtime.caching.stores.redis import RedisStore

        return RedisStore.from_env()
    if os.environ.get(contract.memcached_configuration_endpoint()):
        from serverless_stack.runtime.caching.stores.memcached import MemcachedStore

        return MemcachedStore.from_env()
    from serverless_stack.runtime.caching.stores.memory import MemoryStore

    return MemoryStore()


_store = Once(_make)
