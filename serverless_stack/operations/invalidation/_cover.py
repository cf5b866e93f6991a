"""Covering some of many sorted texts by prefixes: few of them, with little else under them."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True)
class Piece:
    """Neighbours that one path takes.

    Attributes:
        first: The first of them.
        last: The last of them, the first if it is one.
        prefix: What they begin with, if it is a wildcard that takes them; else None.
        others: How many texts it takes that need not be.
    """

    first: int
    last: int
    prefix: str | None
    others: int = 0


@dataclass
class _Node:
    depth: int
    first: int = 0
    last: int = 0
    children: "list[_Node | int]" = field(default_factory=list)
    others: int | None = None  # None: no wildcard here
    steps: list[list[float]] = field(default_factory=list)  # best by count, child after child


_INFINITE = float("inf")


class Cover:
    """The needed ones of many texts.

    Args:
        texts: All texts, sorted, each once.
        needed: Which of them are needed, in the same order.
        counted: Which of them count as collateral.
        forbidden: Tells whether there must be no wildcard after a prefix; one that is longer than
            a prefix that is allowed is allowed.
    """

    def __init__(
        self,
        texts: Sequence[str],
        needed: Sequence[bool],
        counted: Sequence[bool],
        forbidden: Callable[[str], bool],
    ) -> None:
        self._texts = texts
        self._needed = needed
        self._forbidden = forbidden
        others = (c and not n for n, c in zip(needed, counted, strict=True))
        self._others = [0, *accumulate(others)]

    def exact(self) -> list[Piece]:
        """The fewest paths that take what is needed and nothing else."""
        texts, needed, pieces = self._texts, self._needed, []
        count, at = len(texts), 0
        while at < count:
            if not needed[at]:
                at += 1
                continue
            end = at
            while end < count and needed[end]:
                end += 1
            left = texts[at - 1] if at else ""
            right = texts[end] if end < count else ""
            while at < end:
                length = 1 + max(common(texts[at], left), common(texts[at], right))
                after = self._after(texts[at][:length], at, end) if length <= len(texts[at]) else 0
                pieces += self._pure(at, max(after, at + 1) - 1)
                at = pieces[-1].last + 1
        return pieces

    def _pure(self, first: int, last: int) -> list[Piece]:
        """The fewest paths for neighbours that are all needed and have a prefix of their own."""
        found, waiting = [], [(first, last)]
        while waiting:
            first, last = waiting.pop()
            text = self._texts[first]
            if first == last:
                found.append(Piece(first, last, None))
                continue
            prefix = text[: common(text, self._texts[last])]
            if not self._forbidden(prefix):
                found.append(Piece(first, last, prefix))
                continue
            waiting += reversed(self._split(first, last, len(prefix)))
        return found

    def _split(self, first: int, last: int, depth: int) -> list[tuple[int, int]]:
        parts = []
        while first <= last:
            prefix = self._texts[first][: depth + 1]
            after = self._after(prefix, first, last + 1) if len(prefix) > depth else first + 1
            parts.append((first, after - 1))
            first = after
        return parts

    def _after(self, prefix: str, low: int, high: int) -> int:
        """Where the texts end that begin with a prefix."""
        following = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return bisect_left(self._texts, following, low, high)

    def within(self, pieces: Sequence[Piece], budget: int) -> list[Piece] | None:
        """The paths that take the pieces with the least collateral, then the fewest.

        Args:
            pieces: What `exact` gave.
            budget: How many paths there may be.

        Returns:
            The paths, or None if no wildcards that are allowed bring it down to the budget.
        """
        root = self._tree(pieces)
        most = max(budget, 1)
        for node in _postorder(root):
            self._solve(node, most)
        best = root.steps[-1]
        feasible = [count for count in range(1, len(best)) if best[count] < _INFINITE]
        if not feasible:
            return None
        count = min(feasible, key=lambda number: (best[number], number))
        return self._chosen(root, count, pieces)

    def fewest(self, pieces: Sequence[Piece]) -> int:
        """How many paths are needed at least."""
        counts: dict[int, int] = {}
        root = self._tree(pieces)
        for node in _postorder(root):
            below = sum(1 if isinstance(c, int) else counts[id(c)] for c in node.children)
            counts[id(node)] = 1 if node.others is not None else below
        return counts[id(root)]

    def _tree(self, pieces: Sequence[Piece]) -> _Node:
        """The tree of the prefixes that several pieces have in common."""
        stack = [_Node(0)]
        hanging: _Node | int = 0
        for number in range(1, len(pieces)):
            before = self._texts[pieces[number - 1].last]
            depth = common(before, self._texts[pieces[number].first])
            hanging = self._close(stack, depth, number - 1, pieces)
            if stack[-1].depth < depth:
                stack.append(_Node(depth))
            stack[-1].children.append(hanging)
        root = self._close(stack, -1, len(pieces) - 1, pieces)
        assert isinstance(root, _Node)  # it was the last on the stack
        return root

    def _close(
        self, stack: list[_Node], depth: int, piece: int, pieces: Sequence[Piece]
    ) -> _Node | int:
        """Hang a piece into the tree and take the nodes from the stack that end with it."""
        hanging: _Node | int = piece
        while stack and stack[-1].depth > depth:
            node = stack.pop()
            node.children.append(hanging)
            self._finish(node, pieces)
            hanging = node
        return hanging

    def _finish(self, node: _Node, pieces: Sequence[Piece]) -> None:
        """Set what a node takes, and whether there may be a wildcard."""
        first, last = node.children[0], node.children[-1]
        node.first = pieces[first].first if isinstance(first, int) else first.first
        node.last = pieces[last].last if isinstance(last, int) else last.last
        prefix = self._texts[node.first][: node.depth]
        if node.depth == 0 or self._forbidden(prefix):
            return
        low = bisect_left(self._texts, prefix, 0, node.first + 1)
        high = self._after(prefix, node.last, len(self._texts))
        node.others = self._others[high] - self._others[low]

    @staticmethod
    def _solve(node: _Node, most: int) -> None:
        """Find the least collateral of a node for each number of paths."""
        node.steps = [[0.0]]
        for child in node.children:
            node.steps.append(_added(node.steps[-1], _best(child), most))
        if node.others is not None:
            _none, *more = node.steps[-1]
            node.steps[-1] = [_INFINITE, float(node.others), *more[1:]]

    def _chosen(self, root: _Node, count: int, pieces: Sequence[Piece]) -> list[Piece]:
        found: list[Piece] = []
        waiting: list[tuple[_Node | int, int]] = [(root, count)]
        while waiting:
            node, count = waiting.pop()
            if isinstance(node, int):
                found.append(pieces[node])
                continue
            if count == 1 and node.others is not None:
                prefix = self._texts[node.first][: node.depth]
                found.append(Piece(node.first, node.last, prefix, node.others))
                continue
            for position in range(len(node.children) - 1, -1, -1):
                child = node.children[position]
                own = _best(child)
                before = node.steps[position]
                wanted = _sum_at(before, own, count)
                part = next(
                    number
                    for number in range(1, len(own))
                    if 0 <= count - number < len(before)
                    and before[count - number] + own[number] == wanted
                )
                waiting.append((child, part))
                count -= part
        return sorted(found, key=lambda piece: piece.first)


def common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _best(child: _Node | int) -> list[float]:
    """The least collateral by the number of paths; a piece is one path without any."""
    return [_INFINITE, 0.0] if isinstance(child, int) else child.steps[-1]


def _added(one: list[float], other: list[float], most: int) -> list[float]:
    """The least sum of two for each number of paths."""
    longest = min(len(one) + len(other) - 2, most)
    total = [_INFINITE] * (longest + 1)
    for count, collateral in enumerate(one):
        if collateral == _INFINITE:
            continue
        for more in range(1, min(len(other), longest - count + 1)):
            value = collateral + other[more]
            if value < total[count + more]:
                total[count + more] = value
    return total


def _sum_at(one: list[float], other: list[float], count: int) -> float:
    return min(
        one[count - more] + other[more]
        for more in range(1, len(other))
        if 0 <= count - more < len(one)
    )


def _postorder(root: _Node) -> list[_Node]:
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += [child for child in node.children if not isinstance(child, int)]
    return found[::-1]
