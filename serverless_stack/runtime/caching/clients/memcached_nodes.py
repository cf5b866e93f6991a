"""The nodes of a Memcached cluster: which one has a key, and what to do when they change."""

import time
from collections.abc import Callable, Iterable, Sequence

from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.memcached_link import MemcachedLink
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.memcached_discovery import Membership
    from serverless_stack.runtime.caching.clients.protocols import MemcachedClient


class Ring:
    """Picks a key's node so that few keys move when a node comes or goes (rendezvous hashing).

    Args:
        links: The nodes, at least one.
    """

    def __init__(self, links: Sequence[MemcachedLink]) -> None:
        self.links = {link.endpoint: link for link in links}
        self.only = links[0] if len(links) == 1 else None
        if self.only is None:
            from hashlib import sha256

            self._seeds = [(sha256(f"{at} ".encode()), link) for at, link in self.links.items()]

    def pick(self, name: bytes) -> MemcachedLink:
        """Give the node of a key."""
        if self.only is not None:
            return self.only
        heaviest, winner = b"", self._seeds[0][1]
        for seed, link in self._seeds:
            state = seed.copy()
            state.update(name)
            weight = state.digest()
            if weight > heaviest:
                heaviest, winner = weight, link
        return winner


class MemcachedNodes:
    """Knows the nodes, and looks for them again in the background.

    It looks when a node begins to fail and after each probe of it that fails, and from time
    to time. No call waits for that, save the first ones of all.

    Args:
        endpoint: The configuration endpoint, or a plain memcached.
        find_nodes: Asks the endpoint for the nodes; gives None for a plain memcached, and is
            None itself when it is known to be one.
        connect: Makes a client of one connection to a node.
        cool_down: Seconds for which a node is not asked after a failure.
        timeout: Seconds that a first call waits for the nodes.
        interval: Seconds between two looks while all is well.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        find_nodes: "Callable[[], Membership | None] | None",
        connect: "Callable[[Endpoint], MemcachedClient]",
        *,
        cool_down: float,
        timeout: float,
        interval: float,
    ) -> None:
        self._endpoint = endpoint
        self._connect = connect
        self._cool_down = cool_down
        self._timeout = timeout
        self._interval = interval
        self._breaker = CircuitBreaker(f"memcached discovery at {endpoint}", cool_down)
        self._version = -1
        self._ring: Ring | None = None
        self._look_again_at = float("inf")
        if find_nodes is None:
            self._ring = self._ring_of((endpoint,))
        else:
            from serverless_stack.runtime.caching.resilience.background import Background

            self._find_nodes = find_nodes
            self._looking = Background(f"memcached discovery at {endpoint}", self._find)

    def pick(self, name: bytes) -> MemcachedLink:
        """Give the node of a key.

        Raises:
            StoreUnavailable: The nodes are not known yet.
        """
        ring = self._ring
        if ring is None:
            ring = self._breaker.call(lambda: self._looking.get(self._timeout))
        elif time.monotonic() >= self._look_again_at:
            self._look()
        return ring.only or ring.pick(name)

    def parts(self, names: Iterable[bytes]) -> dict[MemcachedLink, list[bytes]]:
        """Give the keys of each node.

        Raises:
            StoreUnavailable: The nodes are not known yet.
        """
        parts: dict[MemcachedLink, list[bytes]] = {}
        for name in names:
            parts.setdefault(self.pick(name), []).append(name)
        return parts

    def _look(self) -> None:
        self._look_again_at = time.monotonic() + self._interval
        self._looking.start()

    def _find(self) -> Ring:
        ring = self._ring
        # The breaker keeps a failing endpoint from being asked, and logs it once per cool-down.
        found = self._find_nodes() if ring is None else self._breaker.call(self._find_nodes)
        self._look_again_at = time.monotonic() + self._interval
        if found is None:
            self._look_again_at = float("inf")
            ring = ring or self._ring_of((self._endpoint,))
        elif ring is None or self._is_news(found, ring):
            self._version = found.version
            ring = self._ring_of(found.nodes)
        self._ring = ring
        return ring

    def _is_news(self, found: "Membership", ring: Ring) -> bool:
        """Tell whether the answer is newer than what is known.

        The endpoint leads to any node of the cluster, and one may lag behind. An older
        version is believed when no node that is known can be used: the cluster is another.
        """
        if found.version < self._version:
            return all(link.breaker.is_open for link in ring.links.values())
        return found.version > self._version

    def _ring_of(self, nodes: Sequence[Endpoint]) -> Ring:
        known = self._ring.links if self._ring is not None else {}
        on_failure = self._look if hasattr(self, "_looking") else None
        return Ring(
            [
                known.get(node) or MemcachedLink(node, self._connect, self._cool_down, on_failure)
                for node in dict.fromkeys(nodes)
            ]
        )
