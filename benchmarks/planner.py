"""How long planning an invalidation takes: ``python -m benchmarks.planner``."""

import random
import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.running import note, run_benchmark
from serverless_stack.operations.invalidation import plan

COUNT = 100_000
SHARES = (0.01, 0.1, 0.5, 0.9)
BOUNDS = {30: 0.5, 1000: 1.5}
"""How many seconds of process time a plan may take, by `max_paths`."""
_ROUNDS = 5
_WORDS = ["about", "api", "blog", "cart", "docs", "guide", "help", "jobs", "press", "shop", "team"]

Shape = Callable[[random.Random, int], str]
SHAPES: dict[str, Shape] = {
    "1,000 folders of files": lambda _, n: f"f{n % 1000:04}/page{n:06}.html",
    "one folder": lambda _, n: f"page{n:06}.html",
    "one folder, numbers of any length": lambda _, n: f"{n}.html",
    "1,000 folders of index documents": lambda _, n: f"f{n % 1000:04}/page{n:06}/index.html",
    "index documents of news": lambda _, n: f"news/{n}/index.html",
    "index documents in index documents": lambda _, n: f"{'/'.join(str(n))}/index.html",
    "posts by date": lambda _, n: f"{_date(n, '/')}/{n}/index.html",
    "posts by date in the name": lambda _, n: f"blog/{_date(n, '-')}-{n}/index.html",
    "four files a page": lambda _, n: (
        f"s{n // 4 % 50}/{n // 4}/{('index.html', 'a.png', 'b.png', 'c.css')[n % 4]}"
    ),
    "six folders deep": lambda chance, n: _deep(chance, 6, 6, n),
    "four to eight folders deep": lambda chance, n: _deep(chance, 4 + n % 5, 5, n),
    "hashed names": lambda chance, _: f"assets/{chance.getrandbits(128):032x}.js",
    "random texts of two letters": lambda chance, n: (
        "".join(chance.choice("ab") for _ in range(24)) + str(n % 7)
    ),
    "words": lambda chance, n: f"{'/'.join(chance.choices(_WORDS, k=chance.randint(1, 5)))}-{n}",
    "not ASCII": lambda chance, n: f"grüße/{chance.choice('äöüßéè')}{n % 300}/{n}/index.html",
}


def _date(number: int, separator: str) -> str:
    return separator.join((str(2000 + number % 20), f"{number % 12:02}", f"{number % 28:02}"))


def _deep(chance: random.Random, depth: int, folders: int, number: int) -> str:
    names = [f"{level}{chance.randrange(folders)}" for level in "abcdefgh"[:depth]]
    return f"{'/'.join(names)}/{number}.html"


def keys_of(shape: Shape, count: int = COUNT) -> list[str]:
    """Return the keys of a site."""
    chance = random.Random(1)
    return sorted({shape(chance, number) for number in range(count)})


def seconds(keys: Sequence[str], share: float, max_paths: int, rounds: int) -> float:
    """Return the least process time of planning after a random share of the keys changed."""
    chance = random.Random(2)
    changed = [key for key in keys if chance.random() < share]
    times = []
    for _ in range(rounds):
        start = time.process_time()
        plan(changed, keys, max_paths=max_paths)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Measure and print."""
    table = Table("100,000 keys", title=f"Planner: the slowest share changed, best of {_ROUNDS}")
    for max_paths in BOUNDS:
        for header in (f"{max_paths:,} paths, s", "bound", "changed"):
            table.add_column(header, justify="right")
    for name, shape in SHAPES.items():
        note(name)
        keys = keys_of(shape)
        row = [name]
        for max_paths, bound in BOUNDS.items():
            slowest = max(SHARES, key=lambda share: seconds(keys, share, max_paths, 1))
            taken = seconds(keys, slowest, max_paths, _ROUNDS)
            over = "" if taken <= bound else " over"
            row += [f"{taken:.2f}{over}", f"{bound}", f"{slowest:.0%}"]
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
