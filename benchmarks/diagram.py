"""The CPU time of a diagram of 150 resources: ``python -m benchmarks.diagram``."""

import os
import shutil
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.running import note, run_benchmark
from serverless_stack.diagrams import LayoutEngine, graph, layout, to_html, to_mermaid, to_svg
from tests.diagrams import apps
from tests.diagrams.conftest import ELK

_ROUNDS = 3


def measured(work: Callable[[], object]) -> float:
    """Return the median of some rounds, in CPU seconds of this process and those it starts."""
    seconds = []
    for _ in range(_ROUNDS):
        start = sum(os.times()[:4])
        work()
        seconds.append(sum(os.times()[:4]) - start)
    return statistics.median(seconds)


def main() -> None:
    """Measure and print."""
    node = shutil.which("node")
    if node is None or not ELK.is_file():
        raise SystemExit("elkjs is missing: run `make setup`")
    engine = LayoutEngine(Path(node), ELK)
    note("synthesizing 150 resources")
    stacks = apps.large()
    found = graph(stacks)
    drawing = layout(found, engine)
    boxes = measured(lambda: graph(stacks))
    placing = measured(lambda: layout(found, engine))
    one_way = measured(lambda: layout(found, engine, "down"))
    svg = measured(lambda: to_svg(drawing))
    page = measured(lambda: to_html(drawing))
    total = boxes + placing + svg
    print(
        f"diagram of {found.resources} resources, {len(found.nodes)} boxes, as SVG: "
        f"{total:.2f} s of CPU, of which layout {placing / total:.0%}, boxes and edges "
        f"{boxes / total:.0%}, SVG {svg / total:.0%}"
    )
    print(f"layout in both directions takes {placing / one_way:.1f} times as long as in one")
    print(f"the page takes {(total - svg + page) / total:.2f} times as long as the SVG")
    mermaid = boxes + measured(lambda: to_mermaid(found))
    print(f"Mermaid, without a layout, takes {mermaid / total:.2f} times as long")


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
