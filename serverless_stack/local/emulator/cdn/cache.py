"""What a distribution keeps: one cache for each, where CloudFront has one at every edge."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

MOST_BYTES = 256 << 20
"""Beyond it, what was asked for least recently is dropped: a laptop has other things to do."""


@dataclass(frozen=True)
class Key:
    """What tells cached answers apart.

    Attributes:
        distribution: The id of the distribution.
        path: The path, as the viewer wrote it.
        query: The part of the query string that the cache policy counts.
        rest: The headers and cookies that it counts.
    """

    distribution: str
    path: str
    query: str
    rest: Hashable


@dataclass(frozen=True)
class Kept:
    """A cached answer.

    Attributes:
        answer: The answer, as the origin gave it.
        size: The size of its body.
        since: When it came.
        until: How long it is fresh.
    """

    answer: Any
    size: int
    since: float
    until: float


class Cache:
    """Answers by their keys.

    Args:
        clock: The time in seconds.
        most_bytes: The size of all bodies together.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Kept | None:
        """Return the answer of a key while it is fresh."""
        found = self._kept.get(key)
        if found is None:
            return None
        if found.until <= self._clock():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return found

    def age(self, kept: Kept) -> int:
        """Return how many seconds ago an answer came."""
        return int(self._clock() - kept.since)

    def put(self, key: Key, answer: object, size: int, seconds: float) -> None:
        """Keep an answer for some seconds."""
        self._drop(key)
        if seconds <= 0 or size > self._most_bytes:
            return
        now = self._clock()
        self._kept[key] = Kept(answer, size, now, now + seconds)
        self._bytes += size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def invalidate(self, distribution: str, paths: Iterable[str]) -> int:
        """Drop what the paths of an invalidation name ("Invalidating files").

        Args:
            distribution: The id of the distribution.
            paths: Paths, of which one with a ``*`` at its end takes all that begins like it.

        Returns:
            How many answers were dropped.
        """
        # Before it is decoded: `%2A` is a star in the name of an object, and no wildcard.
        listed = list(paths)
        exact = {_normal(path) for path in listed if not path.endswith("*")}
        prefixes = tuple(_normal(path[:-1]) for path in listed if path.endswith("*"))
        dropped = []
        for key in self._kept:
            text = _normal(f"{key.path}?{key.query}" if key.query else key.path)
            if key.distribution == distribution and (text in exact or text.startswith(prefixes)):
                dropped.append(key)
        for key in dropped:
            self._drop(key)
        return len(dropped)

    def _drop(self, key: Key) -> None:
        dropped = self._kept.pop(key, None)
        self._bytes -= dropped.size if dropped else 0


def _normal(path: str) -> str:
    """Return a path without percent-encoding, of which there are several ways to write it."""
    path, mark, query = path.partition("?")
    return f"{unquote(path)}{mark}{query}"
