"""The cache of a distribution: one for each, where CloudFront has one at every edge."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from .messages import Response

MOST_BYTES = 256 << 20
"""Beyond this size, the least recently used responses are dropped."""


@dataclass(frozen=True)
class Key:
    """The key of a cached response.

    Attributes:
        distribution: The id of the distribution.
        path: The path, as the viewer sent it.
        query: The part of the query string that is in the cache key.
        rest: The headers and cookies that are in the cache key.
    """

    distribution: str
    path: str
    query: str
    rest: Hashable


@dataclass(frozen=True)
class CacheEntry:
    """A cached response.

    Attributes:
        response: The response of the origin.
        since: When it was received.
        until: When it expires.
    """

    response: Response
    since: float
    until: float


class Cache:
    """Responses by their keys.

    Args:
        clock: Returns the time in seconds.
        most_bytes: The maximum size of all bodies together.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: OrderedDict[Key, CacheEntry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> CacheEntry | None:
        """Return the response for a key unless it has expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.until <= self._clock():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def age(self, entry: CacheEntry) -> int:
        """Return how many seconds ago a response was received."""
        return int(self._clock() - entry.since)

    def put(self, key: Key, response: Response, seconds: float) -> None:
        """Store a response for some seconds."""
        self._drop(key)
        size = len(response.body)
        if seconds <= 0 or size > self._most_bytes:
            return
        now = self._clock()
        self._entries[key] = CacheEntry(response, now, now + seconds)
        self._bytes += size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def invalidate(self, distribution: str, paths: Iterable[str]) -> int:
        """Drop the responses that an invalidation matches ("Invalidating files").

        Args:
            distribution: The id of the distribution.
            paths: Paths. A ``*`` at the end is a wildcard.

        Returns:
            How many responses were dropped.
        """
        # Compared before decoding: `%2A` is a star in an object's name, not a wildcard.
        listed = list(paths)
        exact = {_normal(path) for path in listed if not path.endswith("*")}
        prefixes = tuple(_normal(path[:-1]) for path in listed if path.endswith("*"))
        dropped = []
        for key in self._entries:
            text = _normal(f"{key.path}?{key.query}" if key.query else key.path)
            if key.distribution == distribution and (text in exact or text.startswith(prefixes)):
                dropped.append(key)
        for key in dropped:
            self._drop(key)
        return len(dropped)

    def _drop(self, key: Key) -> None:
        dropped = self._entries.pop(key, None)
        self._bytes -= len(dropped.response.body) if dropped else 0


def _normal(path: str) -> str:
    """Return a path without percent-encoding, which can be written in several ways."""
    path, mark, query = path.partition("?")
    return f"{unquote(path)}{mark}{query}"
