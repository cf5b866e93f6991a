"""The cache of a distribution: one for each, where CloudFront has one at every edge."""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import unquote

from .freshness import Freshness
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
        since: When it was received or last confirmed.
        until: When it expires.
        freshness: How long it is used.
    """

    response: Response
    since: float
    until: float
    freshness: Freshness


class Cache:
    """Responses by their keys. Expired ones stay, to be confirmed or served if an origin fails.

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
        self._flights: dict[Key, asyncio.Event] = {}
        self._invalidations: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self, distribution: str) -> list[tuple[Key, CacheEntry]]:
        """Return the responses of a distribution, the most recently used first."""
        return [
            (key, entry)
            for key, entry in reversed(list(self._entries.items()))
            if key.distribution == distribution
        ]

    def seconds_left(self, entry: CacheEntry) -> float:
        """Return how long a response is fresh; below 0 if it has expired."""
        return entry.until - self._clock()

    def find(self, key: Key) -> CacheEntry | None:
        """Return the response for a key, expired or not."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def get(self, key: Key) -> CacheEntry | None:
        """Return the response for a key unless it has expired."""
        entry = self.find(key)
        return entry if entry is not None and self.is_fresh(entry) else None

    def is_fresh(self, entry: CacheEntry) -> bool:
        """Return whether a response has not expired."""
        return self._clock() < entry.until

    def serves_while_revalidating(self, entry: CacheEntry) -> bool:
        """Return whether an expired response is served while it is fetched again."""
        return self._expired_for(entry) < entry.freshness.while_revalidating

    def serves_on_error(self, entry: CacheEntry) -> bool:
        """Return whether an expired response is served because the origin fails."""
        most = entry.freshness.on_error
        return most is None or self._expired_for(entry) < most

    def age(self, entry: CacheEntry) -> int:
        """Return how many seconds ago a response was received."""
        return int(self._clock() - entry.since)

    def invalidations(self, distribution: str) -> int:
        """Return how often a distribution was invalidated: to be compared after a fetch."""
        return self._invalidations[distribution]

    def put(
        self, key: Key, response: Response, freshness: Freshness, since: int | None = None
    ) -> None:
        """Store a response, or drop the stored one if it is not to be stored.

        Args:
            key: The key.
            response: The response.
            freshness: How long it is used.
            since: The `invalidations` when it was asked for. What an invalidation overtook is not
                stored.
        """
        self.drop(key)
        if since is not None and since != self.invalidations(key.distribution):
            return
        size = len(response.body)
        if not freshness.is_stored or size > self._most_bytes:
            return
        now = self._clock()
        self._entries[key] = CacheEntry(response, now, now + freshness.seconds, freshness)
        self._bytes += size
        while self._bytes > self._most_bytes:
            self.drop(next(iter(self._entries)))

    def hold(self, key: Key, seconds: float) -> None:
        """Serve an expired response for some more seconds before the origin is tried again."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries[key] = replace(entry, until=self._clock() + seconds)

    def drop(self, key: Key) -> None:
        """Drop a response."""
        dropped = self._entries.pop(key, None)
        self._bytes -= len(dropped.response.body) if dropped else 0

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

        def matches(key: Key, response: Response) -> bool:
            text = _normal(f"{key.path}?{key.query}" if key.query else key.path)
            return text in exact or text.startswith(prefixes)

        return self.drop_matching(distribution, matches)

    def drop_matching(self, distribution: str, matches: Callable[[Key, Response], bool]) -> int:
        """Drop the responses of a distribution that match.

        Args:
            distribution: The id of the distribution.
            matches: Whether the response of a key is dropped.

        Returns:
            How many responses were dropped.
        """
        self._invalidations[distribution] += 1
        keys = [
            key
            for key, entry in self._entries.items()
            if key.distribution == distribution and matches(key, entry.response)
        ]
        for key in keys:
            self.drop(key)
        return len(keys)

    @asynccontextmanager
    async def alone(self, key: Key) -> AsyncIterator[bool]:
        """Fetch a key alone: wait until another request for it is done ("request collapsing").

        Yields:
            Whether another request was waited for, so that the cache may have its response now.
        """
        flight = self._flights.get(key)
        if flight is not None:
            await flight.wait()
            yield True
            return
        self._flights[key] = asyncio.Event()
        try:
            yield False
        finally:
            self._flights.pop(key).set()

    def _expired_for(self, entry: CacheEntry) -> float:
        return self._clock() - (entry.since + entry.freshness.seconds)


def _normal(path: str) -> str:
    """Return a path without percent-encoding, which can be written in several ways."""
    path, mark, query = path.partition("?")
    return f"{unquote(path)}{mark}{query}"
