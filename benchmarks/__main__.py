"""All measures, one after the other: ``make bench``."""

import subprocess
import sys

# Each is a process of its own: what one loads or sets would change what the next one takes.
MEASURES = (
    "planner",
    "paths",
    "memory",
    "sync",
    "caching",
    "checks",
    "command_line",
    "diagram",
    "crawl",
    "watch",
)


def main() -> int:
    """Measure; the status is 1 if any of them failed."""
    failed = [
        name
        for name in MEASURES
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
    ]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
