"""The covers that cost nearly as little as the cheapest one, and the best of them."""

from serverless_stack.operations.invalidation._tree import Tree

_States = dict[int, int]
"""How much more than the cheapest cover, and bit by bit how many paths can come to that."""


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
        self._limit = (1 << (budget + 1)) - 1
        self._counts, besides = tree.priced(price, unit)
        count = len(self._counts)
        # How much dearer than the cheapest cover of a span it is to open it, to make it a
        # wildcard, and to do anything but the cheapest there or below; None cannot be done.
        self._to_open: list[int | None] = [None] * count
        self._to_take: list[int | None] = [None] * count
        self._other: list[int | None] = [None] * count
        parts = [leaves * price for leaves in tree.leaves]
        below: list[int | None] = [None] * count
        for number in range(count - 1, -1, -1):
            cheapest = besides[number] * unit + self._counts[number] * price
            besides_it = tree.others[number]
            if besides_it is not None:
                self._to_take[number] = besides_it * unit + price - cheapest
            if tree.opened[number] is not None:
                self._to_open[number] = to_open = parts[number] - cheapest
                found = to_open or _least(self._to_take[number], below[number])
                self._other[number] = found
            parent = tree.parents[number]
            parts[parent] += cheapest
            below[parent] = _least(below[parent], self._other[number])
        self._states: dict[int, _States] = {}
        self._steps: dict[int, list[tuple[int, _States]]] = {}
        self._chosen = (0, 0)

    def best(self, gap: int) -> int:
        """Find the best cover within the budget of those that cost at most `gap` more.

        Returns:
            How much more than the cheapest one any cover costs at most that is as good.
        """
        self._states, self._steps = {}, {}
        for number, slack, near in reversed(self._open_to_choice(gap)):
            self._states[number] = self._combined(number, slack, near)
        states = self._states.get(0, {0: 1 << self._counts[0]})
        _rest, paths, more = min(
            (more - self._price * (counts.bit_length() - 1), counts.bit_length() - 1, more)
            for more, counts in states.items()
        )
        self._chosen = more, paths
        return more + self._price * (self._budget - paths)

    def _open_to_choice(self, gap: int) -> list[tuple[int, int, list[int]]]:
        """The spans with a choice, how much it may cost, and which of their parts have one, too."""
        found = []
        waiting = [(0, gap)] if _within(self._other[0], gap) else []
        while waiting:
            number, slack = waiting.pop()
            near: list[int] = []
            to_open = self._to_open[number]
            if to_open is not None and to_open <= slack:
                left = slack - to_open
                for _span, part in self._tree.opened[number] or ():
                    if part is not None and _within(self._other[part], left):
                        near.append(part)
                        waiting.append((part, left))
            found.append((number, slack, near))
        return found

    def _combined(self, number: int, slack: int, near: list[int]) -> _States:
        """Every cover of a span that costs little enough."""
        states: _States = {}
        to_open, to_take = self._to_open[number], self._to_take[number]
        if to_open is not None and to_open <= slack:
            fixed = self._tree.leaves[number] - sum(self._counts[part] for part in near)
            for _span, part in self._tree.opened[number] or ():
                fixed += 0 if part is None else self._counts[part]
            states = {to_open: (1 << fixed) & self._limit}
            steps = []
            for part in near:
                steps.append((part, states))
                states = self._sums(states, self._states[part], slack)
            self._steps[number] = steps
        if to_take is not None and to_take <= slack:
            states = _fewest({**states, to_take: states.get(to_take, 0) | 2})
        return states

    def _sums(self, some: _States, others: _States, slack: int) -> _States:
        found: _States = {}
        for more, counts in some.items():
            for further, besides in others.items():
                if more + further <= slack:
                    sums = _sums(counts, besides) & self._limit
                    found[more + further] = found.get(more + further, 0) | sums
        return _fewest(found)

    def opened(self) -> list[bool]:
        """Which spans are open in the cover that `best` found."""
        found = [count > 1 for count in self._counts]
        waiting = [(0, *self._chosen)] if 0 in self._states else []
        while waiting:
            number, more, paths = waiting.pop()
            found[number] = not (paths == 1 and more == self._to_take[number])
            if not found[number]:
                continue
            for part, before in reversed(self._steps[number]):
                further, besides = self._step(before, self._states[part], more, paths)
                waiting.append((part, further, besides))
                more, paths = more - further, paths - besides
        return found

    @staticmethod
    def _step(before: _States, states: _States, more: int, paths: int) -> tuple[int, int]:
        """Which of the states of a part led from those before it to what is known behind it."""
        return next(
            (further, besides)
            for further, counts in states.items()
            for besides in range(1, min(paths, counts.bit_length() - 1) + 1)
            if counts >> besides & 1 and before.get(more - further, 0) >> (paths - besides) & 1
        )


def _fewest(states: _States) -> _States:
    """The states without those that cost more than others with as many paths."""
    found: _States = {}
    seen = 0
    for more in sorted(states):
        counts = states[more] & ~seen
        if counts:
            found[more] = counts
            seen |= counts
    return found


def _sums(one: int, other: int) -> int:
    """Every sum of a number of one set of bits and a number of another."""
    if one.bit_count() > other.bit_count():
        one, other = other, one
    found = 0
    while one:
        lowest = one & -one
        found |= other * lowest
        one ^= lowest
    return found


def _least(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _within(more: int | None, gap: int) -> bool:
    return more is not None and more <= gap
