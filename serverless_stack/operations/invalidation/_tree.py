"""The prefixes of what is needed as a tree, of which only what matters is ever opened."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise, repeat

from serverless_stack.operations.invalidation._cover import Cover, Span, common

_FEW = 256


class Tree:
    """Nodes, each of which parts into others by the next character; parents come before them.

    A node is a wildcard (one path, and what it takes besides), or it is open: then its parts are
    taken one by one. That takes two paths at least. So where a path is dearer than what the
    wildcard takes besides, the wildcard is right and the node need not be opened; that is most of
    a large tree.

    A node is not opened, either, where that takes more paths than the budget has, together with
    what its parents part into.

    Args:
        cover: What is covered.

    Attributes:
        budget: How many paths there may be; not known at first.
        parents: The parent of each node; that of the first is itself.
        others: What a wildcard there takes besides; None if there must be none.
        leaves: How many of its parts are no nodes: one path each, nothing besides. 1 for a node
            that is not open.
        below: Its parts that are nodes.
        paths: How many paths there are at least if its parent is open.
    """

    def __init__(self, cover: Cover) -> None:
        self._cover = cover
        self.budget = len(cover.texts)
        self._ranges: list[tuple[int, int, int]] = []  # of texts, and what they have in common
        self._waiting: list[int] = []
        self.parents: list[int] = []
        self.others: list[int | None] = []
        self.leaves: list[int] = []
        self.below: list[range] = []
        self.paths: list[int] = []
        self._add(0, 0, len(cover.texts), 0, cover.needed.count(1), 1, allowed=False)

    def open(self, besides: int) -> bool:
        """Open every node whose wildcard takes more than this besides, or must not be.

        Returns:
            Whether there was any.
        """
        waiting: list[int] = []
        any_opened = False
        while self._waiting:
            number = self._waiting.pop()
            other = self.others[number]
            if other is None or other > besides:
                any_opened |= self._open(number)
            else:
                waiting.append(number)
        self._waiting = waiting
        return any_opened

    def _open(self, number: int) -> bool:
        low, high, depth = self._ranges[number]
        ends = self._ends(low, high, depth)
        counts = list(map(self._cover.needed.count, repeat(1), ends, ends[1:]))
        allowed = self.others[number] is not None
        paths = self.paths[number] + len(counts) - counts.count(0) - 1
        if paths > self.budget and allowed:
            return False
        leaves, first = 0, len(self.parents)
        for at, end, count in zip(ends, ends[1:], counts, strict=False):
            alone = count < 2 or (allowed and count == end - at)
            if alone or not self._add(number, at, end, depth + 1, count, paths, allowed=allowed):
                leaves += count > 0
        self.leaves[number] = leaves
        self.below[number] = range(first, len(self.parents))
        return True

    def _ends(self, low: int, high: int, depth: int) -> Sequence[int]:
        """Where the parts of a range of texts begin, by the next character, and where it ends."""
        texts = self._cover.texts
        begin = low + (len(texts[low]) == depth)  # a text without a next character is the first
        ends = [low] if begin > low else []
        if high - begin <= _FEW:
            sizes = Counter([text[depth] for text in texts[begin:high]]).values()
            return [*ends, *accumulate(sizes, initial=begin)]
        while begin < high:
            ends.append(begin)
            begin = self._cover.after(texts[begin][: depth + 1], begin + 1, high)
        return [*ends, high]

    def _add(
        self, parent: int, low: int, high: int, depth: int, count: int, paths: int, *, allowed: bool
    ) -> bool:
        """Add a node, unless one path is enough for it, which takes nothing besides.

        Args:
            parent: Its parent.
            low: Where its texts begin.
            high: Where they end.
            depth: How many characters they have in common at least.
            count: How many of them are needed, two or more.
            paths: How many paths there are at least if its parent is open.
            allowed: Whether there may be a wildcard, as far as is known.
        """
        cover, texts = self._cover, self._cover.texts
        first = texts[cover.needed.find(1, low, high)]
        last = texts[cover.needed.rfind(1, low, high)]
        if first[depth : depth + 1] == last[depth : depth + 1]:
            depth = common(first, last, depth + 1)
            low = bisect_left(texts, first[:depth], low, high)
            high = cover.after(first[:depth], low + 1, high)
        others = cover.others((low, high))
        allowed = allowed or not cover.forbidden(first[:depth])
        if allowed and not others:
            return False
        begin = low + (len(texts[low]) == depth)
        leaves = 1
        if high - low > _FEW or len({text[depth] for text in texts[begin:high]}) < high - begin:
            self._waiting.append(len(self.parents))
        elif paths + count - 1 <= self.budget or not allowed:
            leaves = count  # it parts into nothing but single texts: this opens it
        self._ranges.append((low, high, depth))
        self.parents.append(parent)
        self.others.append(others if allowed else None)
        self.leaves.append(leaves)
        self.below.append(range(0))
        self.paths.append(paths)
        return True

    def priced(self, price: int, unit: int) -> tuple[list[int], list[int]]:
        """The cheapest cover of every node: how many paths it has, and what they take besides.

        Of two that cost the same it is the one with fewer paths.

        Args:
            price: What a path costs; as much as `unit` times what `open` was told, at least.
            unit: What each text costs that is taken besides.
        """
        counts = self.leaves.copy()
        besides = [0] * len(counts)
        parents, others = self.parents, self.others
        for number in range(len(counts) - 1, -1, -1):
            count, beside, other = counts[number], besides[number], others[number]
            if other is not None and (
                (count == 1) or (beside - other) * unit + (count - 1) * price >= 0
            ):
                counts[number], besides[number] = count, beside = 1, other
            if number:
                parent = parents[number]
                counts[parent] += count
                besides[parent] += beside
        return counts, besides

    def spans(self, opened: Sequence[bool]) -> list[Span]:
        """The paths, given which nodes are open and which are wildcards."""
        needed = self._cover.needed
        found: list[Span] = []
        waiting = [0]
        while waiting:
            number = waiting.pop()
            low, high, depth = self._ranges[number]
            ends: Sequence[int] = (low, high)
            nodes: set[int] = set()
            if opened[number]:
                below = self.below[number]
                waiting += below
                ends = self._ends(low, high, depth)
                nodes = {needed.find(1, self._ranges[part][0]) for part in below}
            for at, end in pairwise(ends):
                first = needed.find(1, at, end)
                if first >= 0 and first not in nodes:
                    found.append((first, needed.rfind(1, at, end)))
        return found
