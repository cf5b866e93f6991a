"""Runs all benchmarks of caches, one after the other."""

import sys

from benchmarks.caching import faults, hits, imports, nodes, rotation, stampede
from benchmarks.running import note, run_benchmark


def main() -> None:
    """Measure and print."""
    for module in (imports, hits, stampede, nodes, rotation, faults):
        note(module.__name__)
        module.main()


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
