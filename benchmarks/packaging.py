"""Packaging a handler, edit by edit: ``python -m benchmarks.packaging``."""

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.handlers import SHOP, copy_handler
from benchmarks.running import run_benchmark
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.requirements import find_requirements

RUNS = 7
NEW_MACHINES = 2  # installing and compiling all requirements takes seconds
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class Handler:
    """A copy of the shop's handler, which is edited.

    Args:
        folder: The folder to create it in.
    """

    def __init__(self, folder: Path) -> None:
        self.source = copy_handler(SHOP, folder / "handler")
        self.caches = folder / "caches"
        self.edits = 0
        self.use_new_cache()

    def use_new_cache(self) -> None:
        """Package as on a new machine, that has downloaded the wheels."""
        self.edits += 1
        os.environ["SERVERLESS_STACK_CACHE"] = str(self.caches / str(self.edits))

    def leave(self) -> None:
        """Edit nothing."""

    def edit(self) -> None:
        """Save the module of the handler with another text."""
        self.edits += 1
        module = self.source / "index.py"
        module.write_text(f"{module.read_text('utf-8')}\nEDIT = {self.edits}\n", "utf-8")


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor time and time of work in milliseconds, with the processes that it ran."""

    def processor() -> float:
        usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    start, processor_start = time.monotonic(), processor()
    work()
    return (processor() - processor_start) * 1000, (time.monotonic() - start) * 1000


def main() -> None:
    """Measure in turn and print."""
    table = Table("packaging after", "CPU ms", "with byte code", "ms", "with byte code")
    taken: dict[tuple[str, bool], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        handler = Handler(Path(name))
        edits = {
            "nothing: on a new machine": handler.use_new_cache,
            "nothing: again": handler.leave,
            "an edit of the handler": handler.edit,
        }

        def work(is_compiled: bool) -> None:
            requirements = find_requirements(handler.source)
            platform = LambdaPlatform(PYTHON, "aarch64")
            package(handler.source, requirements, platform, bytecode=is_compiled)

        for run in track(range(RUNS + 1), "Packaging", transient=True):
            for title, edit in edits.items():
                if edit == handler.use_new_cache and run > NEW_MACHINES:
                    continue
                for is_compiled in (False, True):
                    edit()
                    if title == "nothing: again":
                        work(is_compiled)
                    found = measured(partial(work, is_compiled))
                    if run:  # the first one downloads
                        taken.setdefault((title, is_compiled), []).append(found)
    for title in edits:
        plain, compiled = (
            [statistics.median(each) for each in zip(*taken[title, key], strict=True)]
            for key in (False, True)
        )
        table.add_row(
            title,
            f"{plain[0]:.0f}",
            f"{compiled[0]:.0f}",
            f"{plain[1]:.0f}",
            f"{compiled[1]:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
