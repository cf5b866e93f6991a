"""The knapsack over a trie: no more paths than allowed, with the least collateral.

The textbook fills a table of (paths, least collateral) for each node, from the leaves to the root.
For 100,000 keys and 1,000 paths that takes too long, so a price bounds the tables. At a price for
each path, one pass finds the cheapest cover. At the price at which a cover within the limit and one
beyond it cost the same, the best cover costs little more than the cheapest one, and the tables hold
only covers that cost no more than that. The result is exact.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from serverless_stack.operations.invalidation.prices import Costs, Nodes, Size, best_price
from serverless_stack.operations.invalidation.trie import Trie


class Cover(NamedTuple):
    """Paths that drop every changed text.

    Attributes:
        leaves: The leaves of the trie that are paths.
        nodes: The nodes of the trie that are wildcards.
    """

    leaves: list[int]
    nodes: list[int]


class _Table(NamedTuple):
    """The covers of a node, or of several of its children.

    Attributes:
        excess: How much more than the cheapest cover those with so many paths cost at least.
        node: The node; None for several children.
        parts: The table of all its children, if it has any; two tables for several children.
    """

    excess: dict[int, int]
    node: int | None
    parts: "tuple[_Table, ...]"


def fewest_paths(trie: Trie) -> int:
    """Return how many paths are needed if collateral does not matter."""
    paths: list[int] = []
    for collateral, leaves, children in zip(
        trie.collateral, trie.leaves, trie.children, strict=True
    ):
        below = len(leaves) + sum(paths[child] for child in children)
        paths.append(below if collateral is None else 1)
    return paths[-1]


def best_cover(trie: Trie, max_paths: int) -> Cover:
    """Return the paths with the least collateral, then the fewest.

    Args:
        trie: The trie of the texts to drop.
        max_paths: How many paths there may be, no fewer than `fewest_paths`.
    """
    return _Knapsack(trie, max_paths).best()


class _Knapsack:
    """The nodes that can be open: their leaves and children are covered one by one.

    A node cannot be open if it and those above it have more parts than there may be paths.
    """

    def __init__(self, trie: Trie, max_paths: int) -> None:
        self._trie = trie
        self._max_paths = max_paths
        root = len(trie.prefixes) - 1
        fewest = [0] * root + [1]  # how many paths there are if the parent of a node is open
        nodes: list[int] = []
        for node in range(root, -1, -1):
            if fewest[node]:
                paths = fewest[node] - 1 + len(trie.leaves[node]) + len(trie.children[node])
                if paths <= max_paths:
                    nodes.append(node)
                    for child in trie.children[node]:
                        fewest[child] = paths
        self._nodes = nodes[::-1]
        self._root = len(nodes) - 1
        collaterals = [trie.collateral[node] for node in self._nodes]
        self._can_open = Nodes([self._root] * len(nodes), collaterals, [], [])
        self._children: list[list[int]] = []
        numbers = {node: number for number, node in enumerate(self._nodes)}
        for number, node in enumerate(self._nodes):
            children = [numbers[child] for child in trie.children[node] if child in numbers]
            closed = [child for child in trie.children[node] if child not in numbers]
            self._children.append(children)
            self._can_open.paths.append(len(trie.leaves[node]) + len(closed))
            self._can_open.besides.append(sum(trie.collateral[child] or 0 for child in closed))
            for child in children:
                self._can_open.parents[child] = number

    def best(self) -> Cover:
        """Return the best cover."""
        costs = self._can_open.costs(0, 1)
        if costs.paths[self._root] <= self._max_paths:  # with as little collateral as there can be
            return self._cover(number for number, count in enumerate(costs.paths) if count > 1)
        price, unit, best = best_price(self._can_open, costs, self._max_paths)
        costs = self._can_open.costs(price, unit)
        least, gap = costs.least[self._root], unit
        while True:
            table = self._table(costs, price, unit, gap)
            for paths, excess in table.excess.items():
                best = min(best, Size((least + excess - paths * price) // unit, paths))
            # What a better cover can cost: with less collateral, or with fewer paths.
            most = max(
                (best.collateral - 1) * unit + self._max_paths * price,
                best.collateral * unit + (best.paths - 1) * price,
            )
            if most - least <= gap:
                return self._cover(self._opened(table, best.paths))
            gap = min(4 * gap, most - least)

    def _table(self, costs: Costs, price: int, unit: int, gap: int) -> _Table:
        """Return the covers of the root that cost at most so much more than the cheapest one."""
        gaps = [-1] * self._root + [gap]
        for number in range(self._root, -1, -1):
            left = gaps[number] - costs.opened[number] + costs.least[number]
            if left >= 0:
                for child in self._children[number]:
                    gaps[child] = left
        tables: dict[int, _Table] = {}
        for number, left in enumerate(gaps):
            if left < 0:
                continue
            excess: dict[int, int] = {}
            parts: tuple[_Table, ...] = ()
            opened = costs.opened[number] - costs.least[number]
            if opened <= left:
                count = self._can_open.paths[number]
                if children := self._children[number]:
                    below = self._together([tables.pop(child) for child in children], left - opened)
                    parts = (below,)
                    for more, cost in below.excess.items():
                        if count + more <= self._max_paths:
                            excess[count + more] = opened + cost
                else:
                    excess[count] = opened
            collateral = self._can_open.collateral[number]
            if collateral is not None:
                wildcard = collateral * unit + price - costs.least[number]
                if wildcard <= left:
                    excess[1] = wildcard
            tables[number] = _Table(excess, number, parts)
        return tables[self._root]

    def _together(self, tables: list[_Table], gap: int) -> _Table:
        """Combine the tables of several nodes, in pairs so that most of the tables remain small."""
        while len(tables) > 1:
            pairs = zip(tables[::2], tables[1::2], strict=False)
            rest = tables[len(tables) // 2 * 2 :]
            tables = [*(self._pair(one, other, gap) for one, other in pairs), *rest]
        return tables[0]

    def _pair(self, one: _Table, other: _Table, gap: int) -> _Table:
        excess: dict[int, int] = {}
        for some, cost in one.excess.items():
            for more, further in other.excess.items():
                paths, both = some + more, cost + further
                if both <= excess.get(paths, gap) and paths <= self._max_paths:
                    excess[paths] = both
        return _Table(excess, None, (one, other))

    def _opened(self, table: _Table, paths: int) -> Iterator[int]:
        """Yield the nodes that are open in the best cover of the root with so many paths."""
        waiting = [(table, paths)]
        while waiting:
            table, paths = waiting.pop()
            if table.node is None:
                one, other = table.parts
                count = next(
                    count
                    for count, more in one.excess.items()
                    if other.excess.get(paths - count) == table.excess[paths] - more
                )
                waiting += [(one, count), (other, paths - count)]
            elif paths > 1 or table.node == self._root:
                yield table.node
                waiting += [
                    (part, paths - self._can_open.paths[table.node]) for part in table.parts
                ]

    def _cover(self, opened: Iterable[int]) -> Cover:
        trie = self._trie
        nodes = {self._nodes[number] for number in opened}
        cover = Cover([], [])
        waiting = [len(trie.prefixes) - 1]
        while waiting:
            node = waiting.pop()
            if node in nodes or trie.collateral[node] is None:
                cover.leaves.extend(trie.leaves[node])
                waiting += trie.children[node]
            else:
                cover.nodes.append(node)
        return cover
