"""The cheapest covers of a trie at a price for each path, and the price for a number of paths."""

from itertools import accumulate
from typing import NamedTuple


class Size(NamedTuple):
    """How good a cover is: the less collateral the better, then the fewer paths."""

    collateral: int
    paths: int


class Costs(NamedTuple):
    """The cheapest cover of each node at a price.

    Attributes:
        paths: How many paths it has.
        least: What it costs.
        opened: What the cheapest cover costs that is no wildcard at the node.
    """

    paths: list[int]
    least: list[int]
    opened: list[int]


class Nodes(NamedTuple):
    """The nodes that can be open. Children precede their parents, and the root is last.

    Attributes:
        parents: The parent of each node; the root is its own.
        collateral: How many URLs a wildcard at each node drops that need not be dropped; None if
            there must be none.
        paths: How many paths an open node takes in addition to its children that can be open.
        besides: The collateral of these paths.
    """

    parents: list[int]
    collateral: list[int | None]
    paths: list[int]
    besides: list[int]

    def costs(self, price: int, unit: int) -> Costs:
        """Return the cheapest covers; of those that cost the same, the ones with the fewest paths.

        Args:
            price: What a path costs.
            unit: What the collateral of one URL costs.
        """
        paths, opened = self.paths.copy(), list[int]()
        least = [
            count * price + beside * unit
            for count, beside in zip(self.paths, self.besides, strict=True)
        ]
        nodes = zip(self.parents, self.collateral, strict=True)
        for number, (parent, collateral) in enumerate(nodes):
            count, cost = paths[number], least[number]
            opened.append(cost)
            if collateral is not None and (wildcard := collateral * unit + price) <= cost:
                count, cost = paths[number], least[number] = 1, wildcard
            if number != parent:
                paths[parent] += count
                least[parent] += cost
        return Costs(paths, least, opened)

    def without_wildcards(self, counts: list[int]) -> "Nodes":
        """Return the nodes that are open in a cover, and what is cheapest at higher prices as well.

        Args:
            counts: How many paths each node has in the cheapest cover at a price. At a higher
                price, a wildcard at a node remains cheaper than the paths below it.
        """
        nodes = Nodes([], [], [], [])
        is_open = [True] * len(counts)
        for number in range(len(counts) - 2, -1, -1):
            is_open[number] = counts[number] > 1 and is_open[self.parents[number]]
        numbers = list(accumulate(is_open, initial=0))
        paths, besides = self.paths.copy(), self.besides.copy()
        pairs = zip(self.parents, self.collateral, strict=True)
        for number, (parent, collateral) in enumerate(pairs):
            if is_open[number]:
                nodes.parents.append(numbers[parent])
                nodes.collateral.append(collateral)
                nodes.paths.append(paths[number])
                nodes.besides.append(besides[number])
            elif is_open[parent]:
                paths[parent] += 1
                besides[parent] += collateral or 0
        return nodes


def best_price(nodes: Nodes, least_collateral: Costs, max_paths: int) -> tuple[int, int, Size]:
    """Find the price at which covers within the limit and beyond it cost the same.

    Args:
        nodes: The nodes that can be open.
        least_collateral: The costs at no price, at which the root has more paths than allowed.
        max_paths: How many paths there may be.

    Returns:
        What a path costs, what the collateral of one URL costs, and the size of the cheapest
        cover within the limit.
    """
    low = _size(least_collateral, 0, 1)
    nodes = nodes.without_wildcards(least_collateral.paths)
    price = 1 + sum(collateral or 0 for collateral in nodes.collateral)
    high = _size(nodes.costs(price, 1), price, 1)
    while True:
        price, unit = high.collateral - low.collateral, low.paths - high.paths
        costs = nodes.costs(price, unit)
        size = _size(costs, price, unit)
        if (size.collateral - low.collateral) * unit == (low.paths - size.paths) * price:
            return price, unit, high
        if size.paths <= max_paths:
            high = size
        else:
            low = size
            if low.paths < len(nodes.parents) // 2:
                nodes = nodes.without_wildcards(costs.paths)


def _size(costs: Costs, price: int, unit: int) -> Size:
    count = costs.paths[-1]
    return Size((costs.least[-1] - count * price) // unit, count)
