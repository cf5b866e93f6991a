"""Covering some of many sorted texts by prefixes that take nothing else."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from serverless_stack.operations.invalidation._sides import Sides, both, opposite
from serverless_stack.operations.invalidation._urls import QUERY

Path = tuple[str, bool]
"""A text, and whether the path is no wildcard: it takes that text alone, not all that begin so."""

_LAST = "\U0010ffff"
_FEW = 256  # so many texts are looked at one by one, more by bisection
_CLOSE = 8  # so far from a guess it is looked one by one


class Cover:
    """The needed ones of many texts.

    An index document ``a/index.html`` stands for ``a`` and ``a/`` as well, which are not among the
    texts.

    Args:
        sides: All texts, and which of them are needed.
        index_document: The file that is given for its folder.
        forbidden: Tells whether there must be no wildcard after a prefix; one that is longer than
            a prefix that is allowed is allowed.
        query_strings: Whether each URL has to be taken with its query strings.

    Attributes:
        texts: All texts.
        needed: 1 for each that is needed, 0 for each that is not.
        index: 1 for each index document; empty if there is none.
        folders: 1 for each index document that is not needed; empty if there is none.
        weights: How many URLs each stands for that are not needed.
        index_document: The same.
        forbidden: The same.
        each: How many paths take a URL of a folder alone: its query strings take another one.
    """

    def __init__(
        self,
        sides: Sides,
        index_document: str,
        forbidden: Callable[[str], bool],
        *,
        query_strings: bool,
    ) -> None:
        self.texts = sides.texts
        self.needed = sides.needed
        self.forbidden = forbidden
        self.index = sides.index if 1 in sides.index else b""
        folders = both(self.index, opposite(self.needed)) if self.index else b""
        self.folders = folders if 1 in folders else b""
        self.index_document = index_document
        self.each = 2 if query_strings else 1
        self.weights = opposite(sides.needed)
        if folders:
            weights = int.from_bytes(self.weights) + 2 * int.from_bytes(folders)  # 3 at most
            self.weights = weights.to_bytes(len(self.texts))

    def exact(self, most: int) -> list[Path] | None:
        """The fewest paths that take what is needed and nothing else; None if over `most`."""
        texts, needed, count = self.texts, self.needed, len(self.texts)
        found: list[Path] = []
        at = needed.find(1)
        while at >= 0:
            end = needed.find(0, at)
            end = count if end < 0 else end
            left = texts[at - 1] if at else ""
            found += self._run(at, end, left, texts[end] if end < count else "")
            if len(found) > most:
                return None
            at = needed.find(1, end)
        return found

    def _run(self, at: int, end: int, left: str, right: str) -> Iterator[Path]:
        """The paths for neighbours that are all needed, between two texts that are not."""
        before = behind = 0
        while at < end:
            text = self.texts[at]
            before, behind = common(text, left, before), common(text, right, behind)
            length = 1 + max(before, behind)
            last = at if length > len(text) else self.after(text[:length], at + 1, end) - 1
            if self.above(text[:length], at, last + 1) >= 0:  # the folder has to be taken alone
                slash = text.rindex("/", 0, length)
                yield from self.alone(text[:slash])
                if length > slash + 1:
                    yield from self.alone(text[: slash + 1])
            yield from self._pure(at, last, length)
            at = last + 1

    def _pure(self, first: int, last: int, depth: int) -> Iterator[Path]:
        """The fewest paths for neighbours that are all needed and have a prefix of their own."""
        waiting = [(first, last)]
        while waiting:
            first, last = waiting.pop()
            path = self.path(first, last, depth)
            if path[1] or not self.forbidden(path[0]):
                yield path
            else:
                ends = self.ends(first, last + 1, len(path[0]))
                waiting += [(at, end - 1) for at, end in pairwise(ends)][::-1]

    def path(self, first: int, last: int, depth: int) -> Path:
        """The path that takes two needed texts and all between them.

        Args:
            first: Where the first of the two is.
            last: Where the last one is.
            depth: How many characters a wildcard must have. URLs of folders that have fewer are
                taken by others.
        """
        text = self.texts[first]
        prefix = text if first == last else text[: common(text, self.texts[last], depth)]
        at = self.above(prefix, first, last + 1)
        slash = prefix.rfind("/")
        if at >= 0 and depth <= slash + 1 and self.needed[at]:
            return prefix[: max(depth, slash)], False
        return prefix, first == last

    def alone(self, folder: str) -> list[Path]:
        """The paths for a URL of a folder, which take nothing that begins as it does."""
        return [(folder, True), (folder + QUERY, True)][: self.each]

    def above(self, prefix: str, low: int, high: int) -> int:
        """Find the index document that begins with a prefix, of whose folder that is not true.

        Returns:
            Where it is in a range that holds all that begin with the prefix; -1 if there is none.
        """
        if not self.index:
            return -1
        slash = prefix.rfind("/") + 1
        if not slash or not self.index_document.startswith(prefix[slash:]):
            return -1
        return self._place(prefix[:slash] + self.index_document, low, high)

    def at(self, prefix: str, low: int, high: int) -> int:
        """Find the index document of which a prefix is a URL of the folder: `a` or `a/`.

        Returns:
            Where it is in a range that holds all that begin with the prefix; -1 if there is none.
        """
        if not self.index:
            return -1
        slash = "" if prefix.endswith("/") else "/"
        return self._place(prefix + slash + self.index_document, low, high)

    def crowded(self, at: int) -> bool:
        """Whether a text is an index document as whose folder others begin."""
        if not self.index[at]:
            return False
        folder = self.texts[at][: -len(self.index_document) - 1]
        # What is sorted between a folder and its index document begins as the folder.
        return (at > 0 and self.texts[at - 1] >= folder) or (
            at + 1 < len(self.texts) and self.texts[at + 1].startswith(folder)
        )

    def _place(self, text: str, low: int, high: int) -> int:
        at = bisect_left(self.texts, text, low, high)
        return at if at < high and self.texts[at] == text and self.index[at] else -1

    def ends(self, low: int, high: int, depth: int) -> Sequence[int]:
        """Where the parts of a range of texts begin, by the next character, and where it ends."""
        texts = self.texts
        begin = low + (len(texts[low]) == depth)  # a text without a next character is the first
        ends = [low] if begin > low else []
        if high - begin <= _FEW:
            heads = [text[depth] for text in texts[begin:high]]
            # Of the ends of each head the last one remains.
            last = dict(zip(heads, range(begin + 1, high + 1), strict=True))
            return [*ends, begin, *last.values()]
        while begin < high:
            ends.append(begin)
            begin = self.after(texts[begin][: depth + 1], begin + 1, high)
        return [*ends, high]

    def collateral(self, prefix: str) -> int:
        """How many URLs that are not needed begin with a prefix."""
        low = bisect_left(self.texts, prefix)
        high = self.after(prefix, low, len(self.texts))
        return self.others(prefix, low, high, self.needed.count(1, low, high))

    def others(self, prefix: str, low: int, high: int, count: int) -> int:
        """How many URLs are not needed of all that begin with a prefix.

        Args:
            prefix: The prefix.
            low: Where the texts begin that begin with it.
            high: Where they end.
            count: How many of them are needed.
        """
        found = high - low - count
        if found and (folders := self.folders.count(1, low, high)):
            found += 2 * folders
            at = self.above(prefix, low, high)
            if at >= 0 and not self.needed[at]:
                found -= 1 if prefix.endswith("/") else 2
        return found

    def after(self, prefix: str, low: int, high: int) -> int:
        """Where the texts end that begin with a prefix."""
        prefix = prefix.rstrip(_LAST)
        if not prefix:
            return high
        following = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return bisect_left(self.texts, following, low, high)


def common(one: str, other: str, guess: int = 0) -> int:
    """How many characters two texts begin with in common.

    Args:
        one: A text.
        other: Another one.
        guess: What it may be, or a few less, which is looked at first.
    """
    high = min(len(one), len(other))
    low = 0
    if guess < high and one[:guess] == other[:guess]:
        for low in range(guess, min(guess + _CLOSE, high)):
            if one[low] != other[low]:
                return low
    if one[low:high] == other[low:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
