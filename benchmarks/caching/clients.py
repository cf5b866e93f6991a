"""Caching with each library as its documentation shows it, for the benchmark of faults.

Runs in a virtual environment without this library, too: what is imported is what is used.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Protocol

Json = dict[str, object]
Load = Callable[[str], Json]


class Client(Protocol):
    """Reads through a cache."""

    def get(self, key: str) -> Json:
        """Return the value of a key."""


def ours(url: str, load: Load) -> Callable[[str], Json]:
    """Return `get` of LazyLoading on a RedisStore or MemcachedStore."""
    from serverless_stack.runtime.caching import LazyLoading, MemcachedStore, RedisStore, Store

    store: Store = (
        RedisStore.from_url(url) if url.startswith("redis") else MemcachedStore.from_url(url)
    )
    return LazyLoading(store, load=load, ttl=60).get


def redis_py(url: str, load: Load) -> Callable[[str], Json]:
    """Return cache-aside on redis-py with its defaults."""
    import redis

    client = redis.Redis.from_url(url)

    def get(key: str) -> Json:
        found: Any = client.get(key)
        if found is None:
            value = load(key)
            client.setex(key, 60, json.dumps(value))
            return value
        return json.loads(found)  # type: ignore[no-any-return]

    return get


def pymemcache(url: str, load: Load) -> Callable[[str], Json]:
    """Return cache-aside on the pool of pymemcache with its defaults."""
    from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]
    from pymemcache.serde import pickle_serde  # type: ignore[import-untyped]

    client = PooledClient(url.removeprefix("memcached://"), serde=pickle_serde)

    def get(key: str) -> Json:
        found: Json | None = client.get(key)
        if found is None:
            found = load(key)
            client.set(key, found, expire=60)
        return found

    return get


def dogpile(url: str, load: Load) -> Callable[[str], Json]:
    """Return a function cached in Redis by dogpile.cache."""
    from dogpile.cache import make_region  # type: ignore[import-not-found]

    region = make_region().configure(
        "dogpile.cache.redis", expiration_time=60, arguments={"url": url}
    )

    def get(key: str) -> Json:
        value: Json = region.get_or_create(key, lambda: load(key))
        return value

    return get


class Coroutines:
    """Runs coroutines for threads, in one event loop."""

    def __init__(self) -> None:
        import threading

        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, coroutine: Any) -> Any:  # noqa: ANN401
        """Run a coroutine to its end."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()


def cashews(url: str, load: Load) -> Callable[[str], Json]:
    """Return a function cached in Redis by cashews."""
    from cashews import Cache  # type: ignore[import-not-found]

    loop = Coroutines()
    cache = Cache()
    cache.setup(url)

    @cache(ttl=60, key="{key}")  # type: ignore[untyped-decorator]
    async def read(key: str) -> Json:
        return await asyncio.to_thread(load, key)

    return lambda key: loop.run(read(key))


def aiocache(url: str, load: Load) -> Callable[[str], Json]:
    """Return a function cached in Redis by aiocache."""
    from urllib.parse import urlsplit

    from aiocache import Cache, cached  # type: ignore[import-not-found]
    from aiocache.serializers import JsonSerializer  # type: ignore[import-not-found]

    loop = Coroutines()
    parts = urlsplit(url)

    @cached(  # type: ignore[untyped-decorator]
        ttl=60,
        cache=Cache.REDIS,
        endpoint=parts.hostname,
        port=parts.port,
        serializer=JsonSerializer(),
        key_builder=lambda _function, key: key,
    )
    async def read(key: str) -> Json:
        return await asyncio.to_thread(load, key)

    return lambda key: loop.run(read(key))


CLIENTS = {
    "ours": ours,
    "redis-py": redis_py,
    "pymemcache": pymemcache,
    "dogpile.cache": dogpile,
    "cashews": cashews,
    "aiocache": aiocache,
}
