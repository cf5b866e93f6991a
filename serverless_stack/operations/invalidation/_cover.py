"""Covering some of many sorted texts by prefixes that take nothing else."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from serverless_stack.operations.invalidation._sides import Sides, both, opposite

Span = tuple[int, int]
"""The first and the last needed text that one path takes: the text, if they are one; else all that
begins as both do."""

_LAST = "\U0010ffff"
_FEW = 256  # so many texts are looked at one by one, more by bisection
_CLOSE = 8  # so far from a guess it is looked one by one


class Cover:
    """The needed ones of many texts.

    Args:
        sides: All texts, and which of them are needed.
        forbidden: Tells whether there must be no wildcard after a prefix; one that is longer than
            a prefix that is allowed is allowed.

    Attributes:
        texts: All texts.
        needed: 1 for each that is needed, 0 for each that is not.
        folders: 1 for each that stands for two more URLs and is not needed; empty if none does.
        forbidden: The same.
    """

    def __init__(self, sides: Sides, forbidden: Callable[[str], bool]) -> None:
        self.texts = sides.texts
        self.needed = sides.needed
        self.forbidden = forbidden
        folders = both(sides.lone, opposite(sides.needed))
        self.folders = folders if 1 in folders else b""

    def exact(self, most: int) -> list[Span] | None:
        """The fewest paths that take what is needed and nothing else; None if over `most`."""
        texts, needed, count = self.texts, self.needed, len(self.texts)
        found: list[Span] = []
        at = needed.find(1)
        while at >= 0:
            end = needed.find(0, at)
            end = count if end < 0 else end
            if end == at + 1:
                found.append((at, at))
            else:
                left = texts[at - 1] if at else ""
                found += self._run(at, end, left, texts[end] if end < count else "")
            if len(found) > most:
                return None
            at = needed.find(1, end)
        return found

    def _run(self, at: int, end: int, left: str, right: str) -> Iterator[Span]:
        """The paths for neighbours that are all needed, between two texts that are not."""
        before = behind = 0
        while at < end:
            text = self.texts[at]
            before, behind = common(text, left, before), common(text, right, behind)
            length = 1 + max(before, behind)
            last = at if length > len(text) else self.after(text[:length], at + 1, end) - 1
            yield from self._pure(at, last)
            at = last + 1

    def _pure(self, first: int, last: int) -> Iterator[Span]:
        """The fewest paths for neighbours that are all needed and have a prefix of their own."""
        waiting = [(first, last)]
        while waiting:
            span = waiting.pop()
            if span[0] == span[1] or not self.forbidden(prefix := self.prefix(span)):
                yield span
            else:
                ends = self.ends(span[0], span[1] + 1, len(prefix))
                waiting += [(at, end - 1) for at, end in pairwise(ends)][::-1]

    def prefix(self, span: Span) -> str:
        """What the texts of a span begin with."""
        text = self.texts[span[0]]
        return text[: common(text, self.texts[span[1]])]

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

    def collateral(self, prefix: str, span: Span) -> int:
        """How many URLs that are not needed begin with the prefix of a span."""
        low = bisect_left(self.texts, prefix, 0, span[0])
        high = self.after(prefix, span[1], len(self.texts))
        folders = self.folders.count(1, low, high)
        return high - low - self.needed.count(1, low, high) + 2 * folders

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
