"""All measures, one after the other: ``make bench``."""

import sys

from benchmarks import check_fuzz, checks, crawl, kills, memory, paths, planner, sync
from benchmarks.caching import __main__ as caching


def main() -> int:
    """Measure; the status is that of the crawl."""
    planner.main()
    paths.main()
    kills.main()
    memory.main()
    sync.main()
    caching.main()
    checks.main()
    check_fuzz.main()
    return crawl.main()


if __name__ == "__main__":
    sys.exit(main())
