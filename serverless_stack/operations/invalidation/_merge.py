"""Merging paths into wildcards until a budget holds them: exact, and quick because of a bound.

At a price for each path the cheapest cover of the whole tree is found in one walk. A price at which
the budget just holds tells how far the best cover can be from that one. Only choices that are that
near are combined: usually a few.
"""

from serverless_stack.operations.invalidation._choices import Choices
from serverless_stack.operations.invalidation._cover import Cover, Path
from serverless_stack.operations.invalidation._near import Near
from serverless_stack.operations.invalidation._tree import Tree

_NEAR = 4  # so many times as far is gone at once to where the best cover must be
_Cost = tuple[int, int]  # how many paths, and what they take besides


def merged(cover: Cover, budget: int | None) -> list[Path] | None:
    """Find the paths with the least collateral, then the fewest.

    Args:
        cover: What is covered, and needs more paths than that without collateral.
        budget: How many paths there may be; None for as few as can be.

    Returns:
        The paths, or None if no wildcards that are allowed bring it down to the budget.
    """
    tree = Tree(cover)
    tree.open(len(cover.texts))
    high = _cost(tree, 1, 0)
    tree.budget = budget = high[0] if budget is None else budget
    if high[0] > budget:
        return None
    high, low, opened = _around(tree, budget, high, len(cover.texts))
    if low[0] <= budget:  # as little as can be, whatever it costs
        return tree.found([count > 1 for count in tree.choices().priced(0, 1)[0]])
    price, unit = _price(tree.choices(), budget, high, low)
    return _nearest(tree, budget, price, unit, opened)


def _around(tree: Tree, budget: int, high: _Cost, besides: int) -> tuple[_Cost, _Cost, int]:
    """Covers on both sides of the budget, and how far the tree was opened to find them."""
    known = 0
    while True:
        besides //= 4
        tree.open(besides)
        if len(tree.parents) < known * 1.1 and besides:
            continue  # not worth a walk
        known = len(tree.parents)
        found = _cost(tree, besides, 1)
        if found[0] > budget or besides == 0:
            return high, found, besides
        high = found


def _price(choices: Choices, budget: int, high: _Cost, low: _Cost) -> tuple[int, int]:
    """The price at which covers within the budget and beyond it cost the same, and are cheapest."""
    while True:
        price, unit = high[1] - low[1], low[0] - high[0]
        counts, besides = choices.priced(price, unit)
        found = counts[0], besides[0]
        if found[1] * unit + found[0] * price == low[1] * unit + low[0] * price:
            return price, unit
        if found[0] <= budget:
            high = found
        else:
            low = found
        choices = choices.left(counts, dearer=found is low)


def _nearest(tree: Tree, budget: int, price: int, unit: int, opened: int) -> list[Path]:
    """The best cover of those that are near the cheapest one at a price."""
    gap, near = unit, None
    while True:
        # The parts of a wildcard are far unless it takes nearly as much as a path costs.
        opened = min(opened, max(0, (price - _NEAR * gap) // unit))
        if tree.open(opened) or near is None:
            near = Near(tree, price, unit, budget)
        # What takes one text less, or as many with a path less, cannot be further away than this.
        enough = near.best(gap) - min(unit, price)
        if gap >= enough:
            return tree.found(near.opened())
        gap = enough if enough <= _NEAR * gap else 2 * gap


def _cost(tree: Tree, price: int, unit: int) -> _Cost:
    counts, besides = tree.choices().priced(price, unit)
    return counts[0], besides[0]
