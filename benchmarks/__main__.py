"""All measures, one after the other: ``make bench``."""

import subprocess
import sys
import time

from benchmarks.running import note, run_benchmark

# Each is a process of its own: what one loads or sets would change what the next one takes.
MEASURES = (
    "planner",
    "packaging",
    "cold_start",
    "paths",
    "memory",
    "sync",
    "caching",
    "checks",
    "snapshots",
    "command_line",
    "diagram",
    "crawl",
    "watch",
)


def measure(module: str) -> int:
    """Run a benchmark, and return its exit status; if this is ended, it ends first.

    Args:
        module: The name of its module.
    """
    process = subprocess.Popen([sys.executable, "-m", module])
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def main() -> int:
    """Measure; the status is 1 if any of them failed."""
    failed = []
    for name in MEASURES:
        note(f"benchmarks.{name}")
        start = time.monotonic()
        if measure(f"benchmarks.{name}"):
            failed.append(name)
        note(f"benchmarks.{name} took {time.monotonic() - start:.0f} s")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
