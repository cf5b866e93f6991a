"""The prefixes of what is needed as a tree, of which only what matters is ever opened."""

from serverless_stack.operations.invalidation._cover import Cover, Span


class Tree:
    """Spans, each with the spans that it parts into; those of parents come before their children.

    A span is a wildcard (one path, and what it takes besides), or it is open: then its parts are
    taken one by one. That takes two paths at least. So where a path is dearer than what the
    wildcard takes besides, the wildcard is right and the span need not be opened; that is most of
    a large tree.

    A span is not opened, either, where that takes more paths than the budget has, together with
    what its parents part into.

    Args:
        cover: What is covered.

    Attributes:
        budget: How many paths there may be; not known at first.
        parents: The parent of each span; that of the first is itself.
        others: What a wildcard there takes besides; None if there must be none.
        leaves: How many of its parts are no spans of this tree: one path each, nothing besides. 1
            for a span that is not open.
        opened: Its parts, each with its number in this tree or None; None if it is not open.
    """

    def __init__(self, cover: Cover) -> None:
        self._cover = cover
        self.budget = len(cover.texts)
        self._spans: list[Span] = []
        self._depths: list[int] = []
        self._paths: list[int] = []  # how many paths there are at least if its parent is open
        self._waiting: list[int] = []
        self.parents: list[int] = []
        self.others: list[int | None] = []
        self.leaves: list[int] = []
        self.opened: list[list[tuple[Span, int | None]] | None] = []
        span = cover.whole()
        prefix = cover.prefix(span)
        self._add(span, 0, prefix, cover.others(span, prefix), 1)

    def open(self, besides: int) -> bool:
        """Open every span whose wildcard takes more than this besides, or must not be.

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
        cover, depth = self._cover, self._depths[number]
        parts = cover.parts(self._spans[number], depth)
        paths = self._paths[number] + len(parts) - 1
        if paths > self.budget and self.others[number] is not None:
            return False
        leaves = 0
        opened: list[tuple[Span, int | None]] = []
        for part in parts:
            if part[0] != part[1]:
                prefix = cover.prefix(part, depth + 1)
                others = cover.others(part, prefix)
                if others or cover.forbidden(prefix):
                    opened.append((part, len(self.parents)))
                    self._add(part, number, prefix, others, paths)
                    continue
            leaves += 1
            opened.append((part, None))
        self.leaves[number] = leaves
        self.opened[number] = opened
        return True

    def _add(self, span: Span, parent: int, prefix: str, others: int, paths: int) -> None:
        self._waiting.append(len(self.parents))
        self._spans.append(span)
        self._depths.append(len(prefix))
        self._paths.append(paths)
        self.parents.append(parent)
        self.others.append(None if self._cover.forbidden(prefix) else others)
        self.leaves.append(1)
        self.opened.append(None)

    def priced(self, price: int, unit: int) -> tuple[list[int], list[int]]:
        """The cheapest cover of every span: how many paths it has, and what they take besides.

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

    def spans(self, opened: list[bool]) -> list[Span]:
        """The paths, given which spans are open and which are wildcards."""
        found: list[Span] = []
        waiting: list[tuple[Span, int | None]] = [(self._spans[0], 0)]
        while waiting:
            span, number = waiting.pop()
            parts = None if number is None or not opened[number] else self.opened[number]
            if parts is None:
                found.append(span)
            else:
                waiting += reversed(parts)
        return found
