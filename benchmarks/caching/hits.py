"""The cost of a hit beside the bare client: ``python -m benchmarks.caching.hits``."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pymemcache.client.base  # type: ignore[import-untyped]
import redis
from rich.console import Console
from rich.table import Table

from benchmarks.running import run_benchmark
from serverless_stack.runtime.caching import LazyLoading, MemcachedStore, RedisStore, Store
from tests.runtime.servers import memcached_server, redis_server

ROUNDS, CALLS = 60, 300
ORDER = {"id": 7, "lines": [{"sku": f"a-{n}", "count": n, "price": 9.95} for n in range(20)]}
Get = Callable[[], object]


def absent(key: str) -> object:
    """Fail: a hit does not load."""
    raise AssertionError(f"{key} was no hit")


def lazily(store: Store) -> Get:
    """Return a function that reads a hit through LazyLoading."""
    orders = LazyLoading(store, load=absent, ttl=300)
    store.set("order", ORDER, 300)
    return lambda: orders.get("order")


def in_turn(gets: dict[str, Get]) -> dict[str, list[float]]:
    """Return the seconds per call of each round, in which all are called in turn."""
    found: dict[str, list[float]] = {name: [] for name in gets}
    for number in range(ROUNDS):
        names = list(gets)
        for name in names if number % 2 else names[::-1]:
            get = gets[name]
            start = time.perf_counter()
            for _ in range(CALLS):
                get()
            found[name].append((time.perf_counter() - start) / CALLS)
    return found


def measure(table: Table, theirs: str, gets: dict[str, Get]) -> None:
    """Measure our stores beside a client, and add a row for each."""
    for get in gets.values():
        assert get() == ORDER
    found = in_turn(gets)
    for name, each in found.items():
        ratios = [own / other for own, other in zip(each, found[theirs], strict=True)]
        table.add_row(
            name,
            f"{statistics.median(each) * 1e6:.1f}",
            f"{statistics.median(ratios):.3f}",
        )


def main() -> None:
    """Measure and print."""
    table = Table("a hit of 1 KB", "µs", "ratio", title="Hits, one thread")
    for column in table.columns[1:]:
        column.justify = "right"
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as server:
        client = redis.Redis(port=server.port)
        store = RedisStore.from_url(f"redis://{server.address}/0")
        measure(
            table,
            "redis-py get + json.loads",
            {
                "redis-py get + json.loads": lambda: json.loads(client.get("order") or b""),
                "RedisStore.get": lambda: store.get("order"),
                "LazyLoading(RedisStore).get": lazily(store),
            },
        )
    with memcached_server() as server:
        bare = pymemcache.client.base.Client(("127.0.0.1", server.port), no_delay=True)
        pooled = pymemcache.client.base.PooledClient(("127.0.0.1", server.port), no_delay=True)
        cached = MemcachedStore.from_url(f"memcached://{server.address}")
        measure(
            table,
            "pymemcache Client get + json.loads",
            {
                "pymemcache Client get + json.loads": lambda: json.loads(bare.get("order")),
                "pymemcache PooledClient get + json.loads": lambda: json.loads(pooled.get("order")),
                "MemcachedStore.get": lambda: cached.get("order"),
                "LazyLoading(MemcachedStore).get": lazily(cached),
            },
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
