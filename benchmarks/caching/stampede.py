"""Loads of a cold key by 20 threads x 4 processes: ``python -m benchmarks.caching.stampede``."""

import sys
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console

from benchmarks.caching.processes import run
from benchmarks.running import run_benchmark
from serverless_stack.runtime.caching import LazyLoading, RedisStore
from tests.runtime.servers import redis_server

PROCESSES, THREADS, RUNS = 4, 20, 5
LOAD_SECONDS = 0.2


def loads(url: str, key: str, lease: int | None, begin: float) -> int:
    """Return how often this process loads, when all threads begin at the same time."""
    asked: list[str] = []

    def load(key: str) -> str:
        asked.append(key)
        time.sleep(LOAD_SECONDS)
        return "loaded"

    values = LazyLoading(RedisStore.from_url(url), load=load, ttl=60, lease=lease)
    values.get(f"{key}-warm")  # connected, and the modules loaded
    asked.clear()
    found: list[str] = []

    def get() -> None:
        time.sleep(max(0.0, begin - time.time()))
        found.append(values.get(key))

    threads = [threading.Thread(target=get) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["loaded"] * THREADS
    return len(asked)


def main() -> None:
    """Measure and print."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as server:
        for lease in (5, 0):
            counts = []
            for number in range(RUNS):
                begin = time.time() + 3
                words = [f"redis://{server.address}/0", f"{lease}-{number}", str(lease), str(begin)]
                said = run("benchmarks.caching.stampede", [words] * PROCESSES)
                counts.append(sum(int(each) for each in said))
            name = f"lease of {lease} s" if lease else "no lease"
            console.print(
                f"One cold key, {THREADS} threads x {PROCESSES} processes, {name}: "
                f"loads in {RUNS} runs: {counts}"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        url, key, lease, begin = sys.argv[1:]
        print(loads(url, key, int(lease) or None, float(begin)))
    else:
        sys.exit(run_benchmark(main))
