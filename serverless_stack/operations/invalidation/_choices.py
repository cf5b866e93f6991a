"""Which nodes of a tree are wildcards and which are open, at a price for each path."""

from collections.abc import Sequence


class Choices:
    """Nodes that are wildcards or open, whichever costs less.

    Args:
        parents: The parent of each node, which comes before it; that of the first is itself.
        others: What a wildcard there takes besides; None if there must be none.
        counts: How many paths an open node has, but for those of the nodes below.
        besides: What these take besides.
    """

    def __init__(
        self,
        parents: Sequence[int],
        others: Sequence[int | None],
        counts: Sequence[int],
        besides: Sequence[int],
    ) -> None:
        self._parents = parents
        self._others = others
        self._counts = counts
        self._besides = besides

    def priced(self, price: int, unit: int) -> tuple[list[int], list[int]]:
        """The cheapest cover of every node: how many paths it has, and what they take besides.

        Of two that cost the same it is the one with fewer paths.

        Args:
            price: What a path costs.
            unit: What each text costs that is taken besides.
        """
        counts, besides = list(self._counts), list(self._besides)
        parents, others = self._parents, self._others
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

    def left(self, paths: Sequence[int], *, dearer: bool) -> "Choices":
        """The choices that are left at other prices than one at which they are known.

        The dearer a path, the more nodes are wildcards: what is one remains one at any higher
        price, and what is open remains open at any lower one.

        Args:
            paths: How many paths every node has at the known price.
            dearer: Whether the prices to come are higher.
        """
        parents: list[int] = []
        others: list[int | None] = []
        counts: list[int] = []
        besides: list[int] = []
        into: list[int | None] = []  # which one has the paths of each node now
        for number, other in enumerate(self._others):
            place = into[self._parents[number]] if number else 0
            wildcard = paths[number] == 1 and other is not None
            if place is None or (number and wildcard and dearer):
                if place is not None and other is not None:
                    counts[place] += 1
                    besides[place] += other
                into.append(None)
                continue
            if not number or wildcard or dearer:
                parents.append(place)
                others.append(other)
                counts.append(0)
                besides.append(0)
                place = len(parents) - 1
            counts[place] += self._counts[number]
            besides[place] += self._besides[number]
            into.append(place)
        return Choices(parents, others, counts, besides)
