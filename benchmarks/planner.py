"""How long planning an invalidation takes: ``python -m benchmarks.planner``."""

import random
import statistics
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from serverless_stack.operations.invalidation import InvalidationPlan, plan

COUNT = 100_000
Planning = Callable[[], InvalidationPlan]


def cases() -> dict[str, Planning]:
    """The plannings by what they are."""
    chance = random.Random(1)
    tree = sorted(f"f{n % 1000:04}/page{n:06}.html" for n in range(COUNT))
    flat = sorted(f"page{n:06}.html" for n in range(COUNT))
    some, half = sorted(chance.sample(tree, COUNT // 100)), sorted(chance.sample(tree, COUNT // 2))
    mixed = chance.sample(tree, COUNT)
    pages = sorted(f"f{n % 1000:04}/page{n:06}/index.html" for n in range(COUNT))
    articles = sorted(f"news/{n}/index.html" for n in range(COUNT))
    some_pages, half_pages = chance.sample(pages, COUNT // 100), chance.sample(pages, COUNT // 2)
    deep = sorted(_deep(chance, number) for number in range(COUNT))
    half_deep = chance.sample(deep, COUNT // 2)
    posts = sorted(f"{2000 + n % 20}/{n % 12:02}/{n % 28:02}/{n}/index.html" for n in range(COUNT))
    tenth_posts, half_posts = chance.sample(posts, COUNT // 10), chance.sample(posts, COUNT // 2)
    folder = [key for key in tree if key.startswith("f05")]
    return {
        "one key": lambda: plan(tree[:1], tree),
        "one key, query strings": lambda: plan(tree[:1], tree, query_strings=True),
        "one key, protected": lambda: plan(tree[:1], tree, exclude_paths=["/api/*"]),
        "100 of 1,000 folders": lambda: plan(folder, tree),
        "1 % at random, budget 3,000": lambda: plan(some, tree, max_paths=3000),
        "1 % at random, budget 30": lambda: plan(some, tree),
        "half at random, budget 30": lambda: plan(half, tree),
        "half at random, budget 1,000": lambda: plan(half, tree, max_paths=1000),
        "1 % at random, keys in no order": lambda: plan(some, mixed),
        "one index document of as many": lambda: plan(pages[:1], pages),
        "one index document, query strings": lambda: plan(pages[:1], pages, query_strings=True),
        "one index document, protected": lambda: plan(pages[:1], pages, exclude_paths=["/api/*"]),
        "1 % of index documents, budget 30": lambda: plan(some_pages, pages),
        "half of index documents, budget 30": lambda: plan(half_pages, pages),
        "all index documents, news/0 to 99999": lambda: plan(articles, articles),
        "all": lambda: plan(tree, tree),
        "all, flat": lambda: plan(flat, flat),
        "every second, flat, budget 30": lambda: plan(flat[::2], flat),
        "10 % of posts by date, budget 30": lambda: plan(tenth_posts, posts),
        "10 % of posts by date, budget 300": lambda: plan(tenth_posts, posts, max_paths=300),
        # The hardest that were found: whatever the price, paths are won or lost by the dozen.
        "half of index documents, budget 300": lambda: plan(half_pages, pages, max_paths=300),
        "half of posts by date, budget 30": lambda: plan(half_posts, posts),
        "half of posts by date, budget 300": lambda: plan(half_posts, posts, max_paths=300),
        "half at random, six levels deep, budget 30": lambda: plan(half_deep, deep),
        "half at random, six levels deep, budget 300": lambda: plan(half_deep, deep, max_paths=300),
    }


def _deep(chance: random.Random, number: int) -> str:
    return "/".join(f"{level}{chance.randrange(6)}" for level in "abcdef") + f"/{number}.html"


def main() -> None:
    """Measure and print."""
    table = Table("100,000 keys, changed", "paths", "collateral", "ms", title="Planner")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, planning in cases().items():
        seconds = []
        for _ in range(5):
            start = time.process_time()
            found = planning()
            seconds.append(time.process_time() - start)
        milliseconds = f"{statistics.median(seconds) * 1000:.0f}"
        table.add_row(name, f"{found.cost:,}", f"{found.collateral:,}", milliseconds)
    Console().print(table)


if __name__ == "__main__":
    main()
