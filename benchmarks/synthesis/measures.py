"""What is measured: one application, its round trips, and how larger ones grow."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.synthesis.processes import Tool, Usage, in_turn, median
from benchmarks.synthesis.templates import differences

PARTS = (
    "function",
    "REST API",
    "bucket",
    "Redis and its VPC",
    "Memcached",
    "distribution",
    "site",
)
COMPARED = (
    ("parts", len(PARTS)),
    ("stacks", 2),
    ("handlers", 3),
    ("functions", 101),
    ("routes", 4),
)


def compare(ours: Tool, twins: Sequence[Tool], work: Path) -> list[str]:
    """Return how the templates of the twins differ from ours.

    Args:
        ours: This library.
        twins: The others.
        work: A folder for what is written.
    """
    found = []
    for kind, size in COMPARED:
        templates = {}
        for tool in (ours, *twins):
            out = work / f"compared-{tool.name}-{kind}"
            tool.run(kind, size, out)
            templates[tool.name] = {
                path.name: json.loads(path.read_text()) for path in out.glob("*.template.json")
            }
        mine = templates[ours.name]
        for twin in twins:
            theirs = templates[twin.name]
            if mine.keys() != theirs.keys():
                found.append(f"{twin.name}, {kind}: other stacks, {sorted(theirs)}")
            found += [
                f"{twin.name}, {kind}, {name}: {each}"
                for name in mine.keys() & theirs.keys()
                for each in differences(mine[name], theirs[name])
            ]
    return found


@dataclass(frozen=True)
class Growth:
    """What one more of something costs.

    Attributes:
        sizes: How many there were.
        used: What each tool used for each size.
    """

    sizes: tuple[int, ...]
    used: dict[str, dict[int, list[Usage]]]

    def each(self, name: str) -> float:
        """Return the seconds of the processor for one more, from the smallest to the largest."""
        first, last = self.sizes[0], self.sizes[-1]
        seconds = median(self.used[name][last]) - median(self.used[name][first])
        return seconds / (last - first)

    def ratio(self, ours: str, other: str) -> float:
        """Return the median, over the rounds, of what one more costs beside another tool."""
        first, last = (
            {name: self.used[name][size] for name in (ours, other)}
            for size in (self.sizes[0], self.sizes[-1])
        )
        return statistics.median(
            (last[ours][n].processor - first[ours][n].processor)
            / (last[other][n].processor - first[other][n].processor)
            for n in range(len(first[ours]))
        )

    def bend(self, name: str) -> float:
        """Return what one more costs in the last step beside the first: 1 if growth is linear."""
        steps = [
            (median(self.used[name][after]) - median(self.used[name][before])) / (after - before)
            for before, after in zip(self.sizes, self.sizes[1:], strict=False)
        ]
        return steps[-1] / steps[0]


def growth(tools: list[Tool], kind: str, sizes: tuple[int, ...], work: Path, rounds: int) -> Growth:
    """Measure larger and larger applications.

    Args:
        tools: The tools.
        kind: The kind of application.
        sizes: The sizes.
        work: A folder for what is written.
        rounds: How often each is synthesized.
    """
    used: dict[str, dict[int, list[Usage]]] = {tool.name: {} for tool in tools}
    for size in sizes:
        for name, usages in in_turn(tools, kind, size, work, rounds).items():
            used[name][size] = usages
    return Growth(sizes, used)


def round_trips(tools: Sequence[Tool], work: Path) -> dict[str, list[int]]:
    """Return how many round trips each further part of the README's application costs.

    Args:
        tools: The tools.
        work: A folder for what is written.
    """
    counts = {}
    for tool in tools:
        totals = [tool.round_trips("parts", size, work) for size in range(1, len(PARTS) + 1)]
        counts[tool.name] = [
            after - before for before, after in zip([0, *totals], totals, strict=False)
        ]
    return counts
