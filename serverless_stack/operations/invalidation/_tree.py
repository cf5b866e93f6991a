"""The prefixes of what is needed as a tree, of which only what matters is ever opened."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import compress, pairwise, repeat

from serverless_stack.operations.invalidation._choices import Choices
from serverless_stack.operations.invalidation._cover import Cover, Path
from serverless_stack.operations.invalidation._subtree import is_regular, subtree

# When to open at once what is below a node, and when node by node: measured, not more.
_LITTLE = 256  # a wildcard takes so many texts besides at most; beyond, little is opened in the end
_MANY = 1000  # so many texts has the node at most
_DENSE = 4  # one of so many texts is needed at least; where fewer are, little is opened
_LEVELS = 10  # more levels than that need not be looked at to know that all are within reach
_SAMPLE = 32  # of so many texts is told whether all are regular
# What is looked at text by text.
_FLAT = 64  # so many texts
_FEW = 8  # so many that are needed, of any number


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
        paths: How many paths there are at least if its parent is open.
    """

    def __init__(self, cover: Cover) -> None:
        self._cover = cover
        self.budget = 5 * len(cover.texts)  # an index document takes five at most
        self._ranges: list[tuple[int, int, int]] = []  # of texts, and what they have in common
        self._waiting: list[int] = []
        self._regular: dict[int, bool] = {}  # whether what is below a node is opened one by one
        self.parents: list[int] = []
        self.others: list[int | None] = []
        self.leaves: list[int] = []
        self.paths: list[int] = []
        self._add([(0, len(cover.texts), cover.needed.count(1))], 0, 0, 1, allowed=False)

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
                any_opened |= self._open(number, little=besides <= _LITTLE)
            else:
                waiting.append(number)
        self._waiting = waiting
        return any_opened

    def _open(self, number: int, *, little: bool) -> bool:
        low, high, depth = self._ranges[number]
        cover, allowed = self._cover, self.others[number] is not None
        ends = cover.ends(low, high, depth)
        counts = list(map(cover.needed.count, repeat(1), ends, ends[1:]))
        own = self._own(low, high, depth)
        parts = len(counts) - counts.count(0) + own
        paths = self.paths[number] + parts - 1
        if paths > self.budget and allowed:
            return False
        if little and allowed and self._at_once(number, sum(counts), parts):
            self._add_all(number)
            return True
        found = zip(ends, ends[1:], counts, strict=False)
        self.leaves[number] = own + self._add(found, number, depth + 1, paths, allowed=allowed)
        return True

    def _at_once(self, number: int, count: int, parts: int) -> bool:
        """Whether it is quicker to open all that is below a node at once than one by one."""
        low, high, _ = self._ranges[number]
        if high - low > min(_MANY, _DENSE * count):
            return False
        # If all parts into as many, the budget allows so many levels.
        levels = (self.budget - self.paths[number]) // max(1, parts - 1)
        if parts ** min(levels, _LEVELS) < high - low:
            return False
        if self._cover.index:
            return True
        parent = self.parents[number]
        if parent not in self._regular:  # told for all parts of it
            middle = max(low, (low + high - _SAMPLE) // 2)
            sample = self._cover.texts[middle : min(high, middle + _SAMPLE)]
            self._regular[parent] = is_regular(sample)
        if self._regular[parent]:
            self._regular[number] = True
        return not self._regular[parent]

    def _add_all(self, number: int) -> None:
        """Add nodes for all that is below a node."""
        at, start = self._ranges[number], len(self.parents) - 1
        found = subtree(self._cover, *at, paths=self.paths[number], budget=self.budget)
        self.leaves[number] = found.leaves[0]
        self._ranges += found.ranges[1:]
        self.parents += [start + parent if parent else number for parent in found.parents[1:]]
        self.others += found.others[1:]
        self.leaves += found.leaves[1:]
        self.paths += found.paths[1:]

    def _add(
        self,
        parts: Iterable[tuple[int, int, int]],
        parent: int,
        depth: int,
        paths: int,
        *,
        allowed: bool,
    ) -> int:
        """Add nodes for the parts of a node for which one path is not enough.

        Args:
            parts: Where the texts of each part begin and end, and how many of them are needed.
            parent: The node.
            depth: How many characters the texts of a part have in common at least.
            paths: How many paths there are at least if it is open.
            allowed: Whether there may be a wildcard there, and so in its parts.

        Returns:
            For how many of the parts one path is enough, which takes nothing besides.
        """
        cover, budget = self._cover, self.budget - paths + 1
        texts, needed = cover.texts, cover.needed
        leaves = 0
        for low, high, count in parts:
            if count < 1 or (allowed and count == high - low):
                leaves += count > 0
                continue
            alone, prefix, flat = count == 1, texts[low][:depth], False
            if not alone:
                flat = self._flat(low, high, depth, count)
            if not flat:
                first = needed.find(1, low, high)
                if not alone or (cover.index and cover.index[first]):
                    prefix, alone = cover.path(first, needed.rfind(1, low, high), depth)
                if alone:
                    leaves += 1
                    continue
                if len(prefix) > depth:
                    if not (texts[low].startswith(prefix) and texts[high - 1].startswith(prefix)):
                        low = bisect_left(texts, prefix, low, high)
                        high = cover.after(prefix, low + 1, high)
                    flat = self._flat(low, high, len(prefix), count)
            others = high - low - count
            if cover.folders:
                others = cover.others(prefix, low, high, count)
            forbidden = not allowed and cover.forbidden(prefix)
            if not others and not forbidden:
                leaves += 1
                continue
            leaf = 1
            if flat:  # it parts into nothing but single texts, and is open at once
                leaf = count if count <= budget or forbidden else 1
            else:
                self._waiting.append(len(self.parents))
            self._ranges.append((low, high, len(prefix)))
            self.parents.append(parent)
            self.others.append(None if forbidden else others)
            self.leaves.append(leaf)
            self.paths.append(paths)
        return leaves

    def _flat(self, low: int, high: int, depth: int, count: int) -> bool:
        """Whether few texts are needed of a range, and each of them is in a part of its own."""
        cover, at = self._cover, low - 1
        texts, needed = cover.texts, cover.needed
        some: Iterable[str]
        if texts[low][depth : depth + 1] == texts[high - 1][depth : depth + 1]:
            return False
        if high - low <= _FLAT:
            some = compress(texts[low:high], needed[low:high])
        elif count <= _FEW:
            some = [texts[at := needed.find(1, at + 1, high)] for _ in range(count)]
        else:
            return False
        if len({text[depth : depth + 1] for text in some}) < count:
            return False
        if not cover.index:
            return True
        return not any(map(cover.crowded, compress(range(low, high), needed[low:high])))

    def _own(self, low: int, high: int, depth: int) -> int:
        """How many paths take what a range begins with if it is a URL of a folder and needed."""
        cover = self._cover
        at = cover.at(cover.texts[low][:depth], low, high)
        return cover.each * cover.needed[at] if at >= 0 else 0

    def choices(self) -> Choices:
        """The choices at prices from what `open` was told."""
        return Choices(self.parents, self.others, self.leaves, [0] * len(self.leaves))

    def found(self, opened: Sequence[bool]) -> list[Path]:
        """The paths, given which nodes are open and which are wildcards."""
        cover, needed = self._cover, self._cover.needed
        found: list[Path] = []
        parts: dict[int, list[int]] = {}
        for part, parent in enumerate(self.parents[1:], 1):
            if opened[parent]:
                parts.setdefault(parent, []).append(part)
        waiting = [0]
        while waiting:
            number = waiting.pop()
            low, high, depth = self._ranges[number]
            prefix = cover.texts[low][:depth]
            if not opened[number]:
                found.append((prefix, False))
                continue
            if self._own(low, high, depth):
                found += cover.alone(prefix)
            below = parts.get(number, [])
            waiting += below
            nodes = {needed.find(1, self._ranges[part][0]) for part in below}
            for at, end in pairwise(cover.ends(low, high, depth)):
                first = needed.find(1, at, end)
                if first >= 0 and first not in nodes:
                    found.append(cover.path(first, needed.rfind(1, at, end), depth + 1))
        return found
