"""Lazy loading: ask the cache first, and the source only for what it lacks."""

from serverless_stack.runtime.caching import LazyLoading, MemoryStore

prices = {"tea": 320, "coffee": 450}  # in place of a database
asked: list[str] = []


def load(name: str) -> int | None:
    asked.append(name)
    return prices.get(name)


cache = LazyLoading(MemoryStore(), load=load, ttl=300)  # RedisStore.from_env() in a function

assert cache.get("tea") == 320  # a miss: loads from the source, and keeps it for 5 minutes
assert cache.get("tea") == 320  # a hit
assert asked == ["tea"]
