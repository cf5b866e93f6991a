"""The covers that cost nearly as little as the cheapest one, and the best of them."""

from serverless_stack.operations.invalidation._tree import Tree

_FEW = 8  # so many states are not worth sifting
_States = dict[int, int]
"""How much more than the cheapest cover those cost at least that have so many paths more."""


class Near:
    """The covers of a tree at a price.

    Args:
        tree: The tree; it must not be opened further meanwhile.
        price: What a path costs.
        unit: What each text costs that is taken besides.
        budget: How many paths there may be.
    """

    def __init__(self, tree: Tree, price: int, unit: int, budget: int) -> None:
        self._tree = tree
        self._price = price
        self._budget = budget
        self._counts, besides = tree.choices().priced(price, unit)
        self._cheapest = [
            beside * unit + count * price
            for beside, count in zip(besides, self._counts, strict=True)
        ]
        self._unit = unit
        self._states: dict[int, _States] = {}
        self._steps: dict[int, list[tuple[int, _States]]] = {}
        self._chosen = (0, 0)

    def best(self, gap: int) -> int:
        """Find the best cover within the budget of those that cost at most `gap` more.

        Returns:
            How much more than the cheapest one any cover costs at most that is as good.
        """
        self._states, self._steps = {}, {}
        for number, slack, to_open, near in reversed(self._open_to_choice(gap)):
            self._states[number] = self._combined(number, slack, to_open, near)
        left = self._budget - self._counts[0]
        _rest, further, more = min(
            (more - self._price * further, further, more)
            for further, more in self._states[0].items()
        )
        self._chosen = further, more
        return more + self._price * (left - further)

    def _to_open(self, number: int) -> int | None:
        """How much dearer than the cheapest cover of a node it is to open it; None cannot be."""
        tree, cheapest = self._tree, self._cheapest
        below, leaves = tree.below[number], tree.leaves[number]
        if leaves == 1 and not below:
            return None
        parts = sum(cheapest[below.start : below.stop])
        return leaves * self._price + parts - cheapest[number]

    def _to_take(self, number: int) -> int | None:
        """How much dearer than the cheapest cover of a node its wildcard is; None must not be."""
        others = self._tree.others[number]
        if others is None:
            return None
        return others * self._unit + self._price - self._cheapest[number]

    def _open_to_choice(self, gap: int) -> list[tuple[int, int, int | None, list[int]]]:
        """The nodes with a choice, how much it may cost, what opening costs, and such parts."""
        found = []
        waiting = [(0, gap, self._to_open(0))]
        counts, below = self._counts, self._tree.below
        while waiting:
            number, slack, to_open = waiting.pop()
            near: list[int] = []
            if to_open is None or to_open > slack:
                to_open = None
            else:
                left = slack - to_open
                for part in below[number]:
                    further = self._to_open(part)
                    # A cheapest cover of more than one path may have a choice further below.
                    if counts[part] > 1 or (further is not None and further <= left):
                        near.append(part)
                        waiting.append((part, left, further))
            found.append((number, slack, to_open, near))
        return found

    def _combined(self, number: int, slack: int, to_open: int | None, near: list[int]) -> _States:
        """Every cover of a node that costs little enough."""
        tree, counts = self._tree, self._counts
        count, states = counts[number], _States()
        if to_open is not None:
            below = tree.below[number]
            opened = tree.leaves[number] + sum(counts[below.start : below.stop])
            states = {opened - count: to_open}
            steps, many = [], _FEW
            for part in near:
                steps.append((part, states))
                states = _sums(states, self._states[part], slack)
                if len(states) > many:
                    states = self._useful(states)
                    many = 2 * len(states) + _FEW
            most = self._budget - tree.paths[number] + 1 - count
            states = {further: more for further, more in states.items() if further <= most}
            self._steps[number] = steps
        to_take = self._to_take(number)
        if to_take is not None and to_take <= slack:
            states[1 - count] = to_take
        return self._useful(states)

    def _useful(self, states: _States) -> _States:
        """The states without those that have more paths than others and take no less besides."""
        found: _States = {}
        least = None
        for further in sorted(states):
            rest = states[further] - self._price * further
            if least is None or rest < least:
                least = rest
                found[further] = states[further]
        return found

    def opened(self) -> list[bool]:
        """Which nodes are open in the cover that `best` found."""
        found = [count > 1 for count in self._counts]
        waiting = [(0, *self._chosen)]
        while waiting:
            number, further, more = waiting.pop()
            found[number] = self._counts[number] + further > 1
            if not found[number]:
                continue
            for part, before in reversed(self._steps[number]):
                change, dearer = next(
                    (change, dearer)
                    for change, dearer in self._states[part].items()
                    if before.get(further - change) == more - dearer
                )
                waiting.append((part, change, dearer))
                further, more = further - change, more - dearer
        return found


def _sums(some: _States, others: _States, slack: int) -> _States:
    """Every state of one and every state of another together, if it costs little enough."""
    found = some.copy() if others.get(0) == 0 else _States()
    for change, dearer in others.items():
        if change or dearer:
            for further, more in some.items():
                both = more + dearer
                if both <= slack and found.get(further + change, slack) >= both:
                    found[further + change] = both
    return found
