"""Memcached nodes that come, go and come back: ``python -m benchmarks.caching.nodes``."""

import statistics
import sys
import time

from rich.console import Console

from benchmarks.running import run_benchmark
from serverless_stack.runtime.caching import MISSING, MemcachedStore, StoreError
from tests.runtime.servers import configuration_endpoint, memcached_server

KEYS, RETURNS = 3000, 5


def moved(console: Console) -> None:
    """Measure how many keys change their node when a third node is added."""
    with (
        memcached_server() as one,
        memcached_server() as two,
        memcached_server() as three,
        configuration_endpoint([one, two]) as endpoint,
    ):
        url = f"memcached+discovery://{endpoint.address}"
        before = MemcachedStore.from_url(url)
        for number in range(KEYS):
            before.set(f"key-{number}", number)
        endpoint.nodes = [one, two, three]
        after = MemcachedStore.from_url(url)
        lost = sum(after.get(f"key-{number}") is MISSING for number in range(KEYS))
        console.print(
            f"Memcached, 2 -> 3 nodes: {lost:,} of {KEYS:,} keys move, "
            f"{lost / (KEYS / 3):.3f}x a third"
        )


def returned(console: Console) -> None:
    """Measure how soon a node that was killed is used again after its return."""
    seconds = []
    with (
        memcached_server() as one,
        memcached_server() as two,
        configuration_endpoint([one, two]) as endpoint,
    ):
        store = MemcachedStore.from_url(f"memcached+discovery://{endpoint.address}")
        for _ in range(RETURNS):
            two.kill()
            until = time.monotonic() + 2.5
            while time.monotonic() < until:
                _all_answer(store)
                time.sleep(0.01)
            two.restart()
            start = time.monotonic()
            while not _all_answer(store):
                time.sleep(0.01)
            seconds.append(time.monotonic() - start)
    console.print(
        f"Memcached, a node killed for 2.5 s is used again {statistics.median(seconds):.2f} s "
        f"after its return (at most {max(seconds):.2f} s in {RETURNS} returns)"
    )


def _all_answer(store: MemcachedStore) -> bool:
    good = True
    for number in range(20):
        try:
            store.get(f"key-{number}")
        except StoreError:
            good = False
    return good


def main() -> None:
    """Measure and print."""
    console = Console()
    moved(console)
    returned(console)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
