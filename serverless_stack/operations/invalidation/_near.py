"""The covers that cost nearly as little as the cheapest one, and the best of them."""

from collections.abc import Sequence
from operator import itemgetter

from serverless_stack.operations.invalidation._tree import Tree

_FEW = 8  # so many states are not worth sifting
_REACH = 16  # how many times as far as elsewhere the uppermost nodes are combined
_States = dict[int, int]
"""How much more than the cheapest cover those cost at least that have so many paths more."""
_Choice = tuple[int, int, int | None, list[int]]
"""A node, how much its covers may cost more, how much opening it does, and parts with a choice."""


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
        self._unit = unit
        self._budget = budget
        self._counts, besides = tree.choices().priced(price, unit)
        self._cheapest = [
            beside * unit + count * price
            for beside, count in zip(besides, self._counts, strict=True)
        ]
        # Of each node that is open: its parts, how many paths they have that are cheapest, and
        # what these cost.
        self._parts: list[list[int]] = [[] for _ in self._cheapest]
        self._open_counts = list(tree.leaves)
        self._open_costs = [leaves * price for leaves in tree.leaves]
        for number, parent in enumerate(tree.parents):
            if number:
                self._parts[parent].append(number)
                self._open_counts[parent] += self._counts[number]
                self._open_costs[parent] += self._cheapest[number]
        self._states: dict[int, _States] = {}
        self._steps: dict[int, list[tuple[int, _States]]] = {}
        self._chosen = (0, 0)
        self._known = price * (budget - self._counts[0])  # what the best cover found costs more

    def best(self, gap: int) -> int:
        """Find the best cover within the budget, of those at least that cost at most `gap` more.

        Returns:
            How much more than the cheapest one any cover costs at most that is as good.
        """
        self._states, self._steps = {}, {}
        for choice in reversed(self._open_to_choice(gap)):
            self._states[choice[0]] = self._combined(choice)
        left = self._budget - self._counts[0]
        if not self._states[0]:
            return self._price * left
        _rest, further, more = min(
            (more - self._price * further, further, more)
            for further, more in self._states[0].items()
        )
        self._chosen = further, more
        found = more + self._price * (left - further)
        self._known = min(self._known, found)
        return found

    def _to_open(self, number: int) -> int | None:
        """How much dearer than the cheapest cover of a node it is to open it; None cannot be."""
        if self._open_counts[number] == 1:
            return None
        return self._open_costs[number] - self._cheapest[number]

    def _open_to_choice(self, gap: int) -> list[_Choice]:
        """The nodes with a choice, parents before their parts."""
        found: list[_Choice] = []
        waiting = [(0, gap, self._to_open(0), _REACH)]
        counts = self._counts
        while waiting:
            number, slack, to_open, reach = waiting.pop()
            near: list[int] = []
            if to_open is None or to_open > slack:
                to_open = None
            else:
                left = slack - to_open
                for part in self._parts[number]:
                    further = self._to_open(part)
                    # A cheapest cover of more than one path may have a choice further below.
                    if counts[part] > 1 or (further is not None and further <= left):
                        near.append(part)
                        waiting.append((part, left, further, max(1, reach // 2)))
            slack = max(slack, min(reach * slack, self._known))
            found.append((number, slack, to_open, near))
        return found

    def _combined(self, choice: _Choice) -> _States:
        """Every cover of a node that costs little enough."""
        number, slack, to_open, near = choice
        count, others = self._counts[number], self._tree.others[number]
        states = _States()
        if to_open is not None:
            most = self._budget - self._tree.paths[number] + 1 - count
            opened = self._open_counts[number] - count
            if near:
                states = self._sums(choice, {opened: to_open}, slack, most)
            elif opened <= most:
                states[opened] = to_open
                self._steps[number] = []
        if others is not None:
            to_take = others * self._unit + self._price - self._cheapest[number]
            if to_take <= slack:
                states[1 - count] = to_take
        return self._useful(states) if near else states

    def _sums(self, choice: _Choice, states: _States, slack: int, most: int) -> _States:
        """Every cover of an open node that costs little enough and has few enough paths."""
        number, _slack, _to_open, near = choice
        near.sort(key=lambda part: len(self._states[part]))
        steps: list[tuple[int, _States]] = []
        bounds, many = None, _FEW
        for place, part in enumerate(near):
            steps.append((part, states))
            states = _together(states, self._states[part], slack)
            if len(states) > many:
                bounds = bounds or self._bounds(near)
                least, fewer, more = bounds[place]
                # The parts to come have to bring it down to as many paths as there may be.
                states = {
                    further: dearer
                    for further, dearer in self._useful(states).items()
                    if further <= most
                    or (
                        further + least <= most
                        and dearer + fewer * (further - most) <= slack + self._unit
                    )
                }
                if number == 0:  # and up to as many: paths that are left cost as much
                    states = {
                        further: dearer
                        for further, dearer in states.items()
                        if dearer + more * (most - further) <= slack + self._unit
                    }
                many = 2 * len(states) + _FEW
        self._steps[number] = steps
        return {further: dearer for further, dearer in states.items() if further <= most}

    def _bounds(self, parts: Sequence[int]) -> list[tuple[int, float, float]]:
        """What the parts behind each one can do for the number of paths.

        Returns:
            How many paths more they have at least, and what each path fewer and each path more
            costs at least.
        """
        least, fewer, more = 0, float("inf"), float(self._price)
        found = []
        for part in reversed(parts):
            found.append((least, fewer, more))
            states = self._states[part]
            least += min(states, default=0)
            for further, dearer in states.items():
                if further > 0:
                    more = min(more, dearer / further)
                elif further < 0:
                    fewer = min(fewer, dearer / -further)
        return found[::-1]

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


def _together(some: _States, others: _States, slack: int) -> _States:
    """Every state of one and every state of another together, if it costs little enough."""
    found = some.copy() if others.get(0) == 0 else _States()
    cheap_first = sorted(some.items(), key=itemgetter(1)) if len(some) > 1 else some.items()
    for change, dearer in others.items():
        if change or dearer:
            left = slack - dearer
            for further, more in cheap_first:
                if more > left:
                    break
                if found.get(further + change, slack) >= more + dearer:
                    found[further + change] = more + dearer
    return found
