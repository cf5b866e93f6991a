"""The results, as tables for a terminal and a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from benchmarks.synthesis.measures import PARTS, Growth
from benchmarks.synthesis.processes import Usage, median, ratio

LABELS = {
    "stacks": "stack, of {}",
    "handlers": "function with API, of {}",
    "functions": "function, of {}",
    "routes": "route of an API, of {}",
}

Cells: TypeAlias = "tuple[Sequence[str], list[Sequence[str]]]"


@dataclass
class Results:
    """What was measured.

    Attributes:
        readme: What each tool used for the README's application.
        settings: What it used with settings of Python.
        trips: The round trips of each further part of it, by tool.
        growths: What larger applications used, by their kind.
    """

    readme: Mapping[str, list[Usage]] = field(default_factory=dict)
    settings: Mapping[str, list[Usage]] = field(default_factory=dict)
    trips: Mapping[str, list[int]] = field(default_factory=dict)
    growths: dict[str, Growth] = field(default_factory=dict)

    def show(self, console: Console, step: str) -> None:
        """Print the table of a step.

        Args:
            console: Where it is printed.
            step: ``readme``, ``settings``, ``trips`` or ``growth``.
        """
        title, (header, rows) = self.table(step)
        table = Table(title=title)
        for number, name in enumerate(header):
            table.add_column(name, no_wrap=number == 0)
        for row in rows:
            table.add_row(*row)
        console.print(table)

    def table(self, step: str) -> tuple[str, Cells]:
        """Return the title, and the header and rows, of the table of a step.

        Args:
            step: ``readme``, ``settings``, ``trips`` or ``growth``.
        """
        if step == "readme":
            return "The README's application", _usages(self.readme)
        if step == "settings":
            return "With settings of Python", _usages(self.settings)
        if step == "trips":
            return "Round trips between Python and Node.js", self._trips()
        return "One more, in CPU time", self._growth()

    def _trips(self) -> Cells:
        rows: list[Sequence[str]] = [
            (part, *(str(counts[number]) for counts in self.trips.values()))
            for number, part in enumerate(PARTS)
        ]
        rows.append(("together", *(str(sum(counts)) for counts in self.trips.values())))
        return ("part", *self.trips), rows

    def _growth(self) -> Cells:
        names = list(next(iter(self.growths.values())).used)
        header = (
            "",
            *(f"{name} ms" for name in names),
            *(f"ours / {name}" for name in names[1:]),
            "last / first",
            "MiB",
        )
        rows: list[Sequence[str]] = []
        for kind, growth in self.growths.items():
            largest = growth.used["ours"][growth.sizes[-1]]
            rows.append(
                (
                    LABELS[kind].format(growth.sizes[-1]),
                    *(f"{growth.each(name) * 1000:.0f}" for name in names),
                    *(f"{growth.ratio('ours', name):.2f}" for name in names[1:]),
                    f"{growth.bend('ours'):.2f}" if len(growth.sizes) > 2 else "",
                    f"{median(largest, 'peak'):.0f}",
                )
            )
        return header, rows


def _usages(used: Mapping[str, list[Usage]]) -> Cells:
    header = ("", "CPU s", "ours / it", "clock s", "peak MiB")
    rows: list[Sequence[str]] = [
        (
            name,
            f"{median(usages):.2f}",
            f"{ratio(used['ours'], usages):.2f}",
            f"{median(usages, 'wall'):.2f}",
            f"{median(usages, 'peak'):.0f}",
        )
        for name, usages in used.items()
    ]
    return header, rows
