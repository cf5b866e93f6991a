"""The trie of the URLs to drop: where they part, and what a wildcard there drops as well."""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise, repeat, starmap
from operator import and_, neg, xor

_REPLACES_NUL = "\udffe"  # a lone surrogate, which is in no key


class Trie:
    """The prefixes at which the changed ones of many texts part.

    A prefix at which a wildcard drops nothing else is a leaf: one path is enough for all below it.
    A prefix is left out if all changed texts that begin with it have a longer one in common. Nodes
    and leaves are numbers in lists, not objects, because there may be 100,000 of them.

    Args:
        texts: All texts, sorted.
        changed: Whether each text has to be dropped.
        weights: How many URLs that need not be dropped each text represents.
        allowed: Returns whether there may be a wildcard at a prefix. If so, there may be one at
            each longer prefix.

    Attributes:
        prefixes: The prefix of each node. Children precede their parents, and the root is last.
        collateral: How many URLs a wildcard at each node drops that need not be dropped; None if
            there must be none.
        leaves: The leaves below each node that are not below its children.
        children: The nodes below each node.
    """

    def __init__(
        self,
        texts: Sequence[str],
        changed: Sequence[bool],
        weights: Sequence[int],
        allowed: Callable[[str], bool],
    ) -> None:
        self.prefixes: list[str] = []
        self.collateral: list[int | None] = []
        self.leaves: list[tuple[int, ...]] = []
        self.children: list[tuple[int, ...]] = []
        self._texts = texts
        self._lengths: dict[int, int] = {}  # of leaves that are wildcards
        # The prefix of the text at hand, and the shorter ones around it, which are open as well:
        # how long each is, which text is the first, and where its leaves and children begin in the
        # lists of those that have no parent yet.
        length = first = leaf = child = 0
        outer: list[tuple[int, int, int, int]] = []
        leaves: list[int] = []
        children: list[int] = []
        dropped = [0, *accumulate(weights)]
        for number, (common, is_changed) in enumerate(zip(_commons(texts), changed, strict=True)):
            if common > length:
                outer.append((length, first, leaf, child))
                length, first, leaf, child = common, number, len(leaves), len(children)
            if is_changed:
                leaves.append(number)
            while common < length:
                if len(leaves) - leaf + len(children) - child > 1:
                    prefix = texts[number][:length]
                    collateral = dropped[number + 1] - dropped[first] if allowed(prefix) else None
                    if collateral == 0:
                        self._lengths[leaves[leaf]] = length
                        del leaves[leaf + 1 :]
                    else:
                        below = tuple(leaves[leaf:]), tuple(children[child:])
                        del leaves[leaf:]
                        children[child:] = [self._add(prefix, collateral, *below)]
                if outer[-1][0] < common:
                    length = common
                else:
                    length, first, leaf, child = outer.pop()
        self._add("", None, tuple(leaves), tuple(children))

    def _add(
        self,
        prefix: str,
        collateral: int | None,
        leaves: tuple[int, ...],
        children: tuple[int, ...],
    ) -> int:
        self.prefixes.append(prefix)
        self.collateral.append(collateral)
        self.leaves.append(leaves)
        self.children.append(children)
        return len(self.prefixes) - 1

    def leaf(self, number: int) -> tuple[str, bool]:
        """Return the text of a leaf, and whether it is a wildcard."""
        length = self._lengths.get(number)
        return self._texts[number][:length], length is not None


def _commons(texts: Sequence[str]) -> list[int]:
    """Return how many characters each text has in common with the next one; 0 for the last."""
    joined = "".join(texts)
    if "\0" in joined:  # it would be no digit of the numbers below
        return _commons([text.replace("\0", _REPLACES_NUL) for text in texts])
    codec, bits = ("ascii", 3) if joined.isascii() else ("utf-32-le", 5)
    encoded = map(str.encode, texts, repeat(codec), repeat("surrogatepass"))
    numbers = (int.from_bytes(text, "little") for text in encoded)
    differing = list(starmap(xor, pairwise(numbers)))
    lowest = map(and_, differing, map(neg, differing))
    return [(bit - 1) >> bits for bit in map(int.bit_length, lowest)] + [0]
