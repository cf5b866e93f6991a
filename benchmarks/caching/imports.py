"""The time of imports: ``python -m benchmarks.caching.imports``."""

import os
import statistics
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from benchmarks.running import run_benchmark

RUNS = 9
PROGRAM = """
import time
{before}
start = time.perf_counter()
{statement}
print((time.perf_counter() - start) * 1000)
"""
PACKAGE = "serverless_stack.runtime.caching"
REDIS = f"from {PACKAGE} import RedisStore; RedisStore.from_url('redis://127.0.0.1:1')"
MEMCACHED = (
    f"from {PACKAGE} import MemcachedStore; MemcachedStore.from_url('memcached://127.0.0.1:1')"
)
IMPORTS = {
    "the package, no store": ("", f"import {PACKAGE}"),
    "redis-py": ("", "import redis"),
    "RedisStore, beside redis-py": ("import redis", REDIS),
    "pymemcache": ("", "import pymemcache.client.base"),
    "MemcachedStore, beside pymemcache": ("import pymemcache.client.base", MEMCACHED),
}


def milliseconds(before: str, statement: str) -> float:
    """Return how long a statement takes in a new Python, without the imports before it."""
    program = [sys.executable, "-c", PROGRAM.format(before=before, statement=statement)]
    # With byte code, as that of the clients is there, too; the first run writes it.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    ran = subprocess.run(program, capture_output=True, check=True, text=True, env=environment)
    return float(ran.stdout)


def main() -> None:
    """Measure in turn and print."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for run in range(RUNS + 1):
        for name, (before, statement) in IMPORTS.items():
            found = milliseconds(before, statement)
            if run:
                taken[name].append(found)
    table = Table("import", "ms", title=f"Imports, median of {RUNS}")
    table.columns[1].justify = "right"
    for name, each in taken.items():
        table.add_row(name, f"{statistics.median(each):.1f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
