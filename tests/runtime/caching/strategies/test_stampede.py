"""Many threads of several processes on one cold key, against a real server."""

import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from serverless_stack.runtime.caching import (
    LazyLoading,
    MemcachedStore,
    RedisStore,
    Store,
    StoreRefused,
)
from tests.runtime.servers import Server

PROCESS = """
import sys, threading, time
from redis import Redis
from serverless_stack.runtime.caching import LazyLoading, MemcachedStore, RedisStore

url, counter, lease, port = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
make = RedisStore if url.startswith("redis") else MemcachedStore
source = Redis(host="127.0.0.1", port=port)

def load(key):
    source.incr(counter)
    time.sleep(0.3)
    return {"key": key}

lazy = LazyLoading(make.from_url(url, timeout=10), load, lease=lease or None)
gate = threading.Barrier(20)
answers = []

def work():
    gate.wait()
    answers.append(lazy.get("cold:" + counter))

threads = [threading.Thread(target=work) for _ in range(20)]
lazy.invalidate("warm")  # connects
source.ping()
print("ready", flush=True)
sys.stdin.readline()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert answers == [{"key": "cold:" + counter}] * 20, answers
"""


@pytest.mark.parametrize("engine", ["redis", "memcached"])
@pytest.mark.parametrize(("lease", "most"), [(10, 1), (0, 4)], ids=["lease", "no lease"])
def test_cold_key_of_80_threads(
    shared_redis: Server, shared_memcached: Server, engine: str, lease: int, most: int
) -> None:
    """A counter in Redis stands for the source, in both cases."""
    server = shared_redis if engine == "redis" else shared_memcached
    counter = f"loads-{engine}-{lease}"
    arguments = [f"{engine}://{server.address}", counter, str(lease), str(shared_redis.port)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[4],
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0

    with Redis(host="127.0.0.1", port=shared_redis.port) as client:
        loads = int(str(client.get(counter), "ascii"))
    assert 1 <= loads <= most


@pytest.mark.parametrize("engine", ["redis", "memcached"])
def test_large_and_odd_values_on_a_real_server(
    shared_redis: Server, shared_memcached: Server, engine: str
) -> None:
    server = shared_redis if engine == "redis" else shared_memcached
    made: dict[str, type[RedisStore] | type[MemcachedStore]] = {
        "redis": RedisStore,
        "memcached": MemcachedStore,
    }
    store: Store = made[engine].from_url(f"{engine}://{server.address}", timeout=5)
    largest = "x" * (1024 * 1024 - 1026)
    store.set("k" * 250, largest)
    assert store.get("k" * 250) == largest
    with pytest.raises(StoreRefused, match="too large"):
        store.set("larger", largest + "x")
    lazy = LazyLoading(store, lambda key: (key, b"\x00"), ttl=100, soft_ttl=50)
    lazy.get("odd")
    assert lazy.lookup("odd").hit
    assert lazy.get("odd") == ("odd", b"\x00")
