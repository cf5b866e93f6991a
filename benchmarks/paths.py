"""The paths that AWS bills for four changes of a site: ``python -m benchmarks.paths``."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from benchmarks.running import run_benchmark
from serverless_stack.operations.invalidation import plan

PAGES = [f"section{n % 20:02}/page{n:04}/index.html" for n in range(2000)]


def assets(build: str) -> list[str]:
    """Return the assets of a build, whose names contain a hash."""
    return [f"assets/chunk{n:02}.{build}.js" for n in range(40)]


def urls_of(pages: Iterable[str]) -> int:
    """Return how many URLs pages have: three each."""
    return 3 * len(list(pages))


def cases() -> dict[str, tuple[list[str], list[str]]]:
    """Return the changed keys and all keys for each change."""
    same = [*PAGES, *assets("a")]
    half = [page for page in PAGES if int(page[7:9]) < 10]
    # Nobody has requested the new assets yet, and nobody requests the old ones any more.
    return {
        "one page changed": ([PAGES[7]], same),
        "a template of half of the pages changed": (half, same),
        "every second page changed": (PAGES[::2], same),
        "full rebuild with hashed assets": (PAGES, [*same, *assets("b")]),
    }


def main() -> None:
    """Plan and print."""
    table = Table(
        "2,000 pages, 40 assets",
        "`/*`",
        "one by one",
        "ours",
        "collateral of `/*`",
        "of ours",
        title="Paths billed",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name, (changed, everything) in cases().items():
        planned = plan(changed, everything)
        besides = urls_of(set(PAGES) - set(changed)) + len(everything) - len(PAGES)
        table.add_row(
            name,
            "1",
            f"{urls_of(changed):,}",
            f"{planned.cost:,}",
            f"{besides:,}",
            f"{planned.collateral:,}",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
