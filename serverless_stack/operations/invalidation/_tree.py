"""The prefixes of what is needed as a tree, of which only what matters is ever opened."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import compress, pairwise, repeat

from serverless_stack.operations.invalidation._choices import Choices
from serverless_stack.operations.invalidation._cover import Cover, Span, common

_NOTHING = range(0)
_FLAT = 64  # so many texts are looked at one by one to open a node at once


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
                any_opened |= self._open(number)
            else:
                waiting.append(number)
        self._waiting = waiting
        return any_opened

    def _open(self, number: int) -> bool:
        low, high, depth = self._ranges[number]
        ends = self._cover.ends(low, high, depth)
        counts = list(map(self._cover.needed.count, repeat(1), ends, ends[1:]))
        allowed = self.others[number] is not None
        paths = self.paths[number] + len(counts) - counts.count(0) - 1
        if paths > self.budget and allowed:
            return False
        first = len(self.parents)
        found = zip(ends, ends[1:], counts, strict=False)
        self.leaves[number] = self._add(found, number, depth + 1, paths, allowed=allowed)
        self.below[number] = range(first, len(self.parents))
        return True

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
        texts, needed, folders = cover.texts, cover.needed, cover.folders
        leaves = 0
        for low, high, count in parts:
            if count < 2 or (allowed and count == high - low):
                leaves += count > 0
                continue
            deep, flat = depth, self._flat(low, high, depth, count)
            if not flat:
                first, last = texts[needed.find(1, low, high)], texts[needed.rfind(1, low, high)]
                deep = common(first, last, depth)
                if deep > depth:
                    prefix = first[:deep]
                    if not (texts[low].startswith(prefix) and texts[high - 1].startswith(prefix)):
                        low = bisect_left(texts, prefix, low, high)
                        high = cover.after(prefix, low + 1, high)
                    flat = self._flat(low, high, deep, count)
            others = high - low - count
            if folders:
                others += 2 * folders.count(1, low, high)
            forbidden = not allowed and cover.forbidden(texts[low][:deep])
            if not others and not forbidden:
                leaves += 1
                continue
            if not flat:
                self._waiting.append(len(self.parents))
            self._ranges.append((low, high, deep))
            self.parents.append(parent)
            self.others.append(None if forbidden else others)
            # What parts into nothing but single texts is open at once.
            self.leaves.append(count if flat and (count <= budget or forbidden) else 1)
            self.below.append(_NOTHING)
            self.paths.append(paths)
        return leaves

    def _flat(self, low: int, high: int, depth: int, count: int) -> bool:
        """Whether each needed text of a range is in a part of its own, if it is told quickly."""
        texts, needed = self._cover.texts, self._cover.needed
        if (
            high - low > _FLAT
            or texts[low][depth : depth + 1] == texts[high - 1][depth : depth + 1]
        ):
            return False
        if len(texts[low]) == depth:
            count -= needed[low]
            low += 1
        return len({text[depth] for text in compress(texts[low:high], needed[low:high])}) == count

    def choices(self) -> Choices:
        """The choices at prices from what `open` was told."""
        return Choices(self.parents, self.others, self.leaves, [0] * len(self.leaves))

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
                ends = self._cover.ends(low, high, depth)
                nodes = {needed.find(1, self._ranges[part][0]) for part in below}
            for at, end in pairwise(ends):
                first = needed.find(1, at, end)
                if first >= 0 and first not in nodes:
                    found.append((first, needed.rfind(1, at, end)))
        return found
