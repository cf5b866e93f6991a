"""Runs all benchmarks of caches, one after the other."""

from benchmarks.caching import faults, hits, imports, nodes, rotation, stampede


def main() -> None:
    """Measure and print."""
    imports.main()
    hits.main()
    stampede.main()
    nodes.main()
    rotation.main()
    faults.main()


if __name__ == "__main__":
    main()
