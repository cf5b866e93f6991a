"""The store of the cache that this Lambda function is connected to."""

import os

from serverless_stack._shared import contract
from serverless_stack.runtime.caching.base import Store
from serverless_stack.runtime.caching.resilience.threads import Once


def default_store() -> Store:
    """Return the store that the environment describes, one per process, made on first use.

    A `RedisStore` if a Redis cache is connected (with the prefix ``REDIS``), else a
    `MemcachedStore` (``MEMCACHED``), else a `MemoryStore`.

    Raises:
        ValueError: An environment variable is malformed.
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
