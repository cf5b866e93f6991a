"""The nodes of a Memcached cluster: which one has a key, and what to do when they change.

pymemcache's `HashClient` is not used: it looks for the keys of a node that fails on the other
nodes, where they are stale by the time it is back, and it never looks for new nodes by itself.
"""

import time
from collections.abc import Callable, Iterable, Sequence

from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.memcached_pool import MemcachedPool
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker
from serverless_stack.runtime.caching.resilience.forks import register_restore_aware

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.memcached_discovery import Membership
    from serverless_stack.runtime.caching.clients.protocols import MemcachedClient


class Ring:
    """Assigns keys to nodes so that few keys move when a node comes or goes.

    It is rendezvous hashing: a key belongs to the node with the largest hash of both.

    Args:
        pools: The nodes, at least one.
    """

    def __init__(self, pools: Sequence[MemcachedPool]) -> None:
        self.pools = {pool.endpoint: pool for pool in pools}
        self.only = pools[0] if len(pools) == 1 else None
        if self.only is None:
            from hashlib import sha256

            self._seeds = [(sha256(f"{at} ".encode()), pool) for at, pool in self.pools.items()]

    def pick(self, name: bytes) -> MemcachedPool:
        """Return the node of a key."""
        if self.only is not None:
            return self.only
        heaviest, winner = b"", self._seeds[0][1]
        for seed, pool in self._seeds:
            state = seed.copy()
            state.update(name)
            weight = state.digest()
            if weight > heaviest:
                heaviest, winner = weight, pool
        return winner


class MemcachedNodes:
    """Discovers the nodes, and does so again in the background.

    Discovery runs when a node begins to fail, after each probe of it that fails, and from time
    to time. Only the first calls of all wait for it.

    Args:
        endpoint: The configuration endpoint, or a plain memcached.
        find_nodes: Asks the endpoint for the nodes; returns None if it is a plain memcached.
            None if it is known to be one.
        connect: Makes a client of one connection to a node.
        cool_down: Seconds for which a node is not asked after a failure.
        timeout: Seconds that a first call waits for the nodes.
        interval: Seconds between two discoveries while all is well.
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
        self._discover_at = float("inf")
        if find_nodes is None:
            self._ring = self._ring_of((endpoint,))
        else:
            from serverless_stack.runtime.caching.resilience.threads import Background

            self._find_nodes = find_nodes
            self._discovery = Background(f"memcached discovery at {endpoint}", self._find)
            register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Discover the nodes before the next call: they may be other ones."""
        self._version = -1
        self._ring = None

    def pick(self, name: bytes) -> MemcachedPool:
        """Return the node of a key.

        Raises:
            StoreUnavailable: The nodes are not known yet.
        """
        ring = self._ring
        if ring is None:
            ring = self._breaker.call(lambda: self._discovery.get(self._timeout))
        elif time.monotonic() >= self._discover_at:
            self._discover()
        return ring.only or ring.pick(name)

    def parts(self, names: Iterable[bytes]) -> dict[MemcachedPool, list[bytes]]:
        """Return the keys of each node.

        Raises:
            StoreUnavailable: The nodes are not known yet.
        """
        parts: dict[MemcachedPool, list[bytes]] = {}
        for name in names:
            parts.setdefault(self.pick(name), []).append(name)
        return parts

    def _discover(self) -> None:
        self._discover_at = time.monotonic() + self._interval
        self._discovery.start()

    def _find(self) -> Ring:
        ring = self._ring
        # The breaker keeps a failing endpoint from being asked, and logs it once per cool-down.
        membership = self._find_nodes() if ring is None else self._breaker.call(self._find_nodes)
        self._discover_at = time.monotonic() + self._interval
        if membership is None:
            self._discover_at = float("inf")
            ring = ring or self._ring_of((self._endpoint,))
        elif ring is None or self._is_newer(membership, ring):
            self._version = membership.version
            ring = self._ring_of(membership.nodes)
        self._ring = ring
        return ring

    def _is_newer(self, membership: "Membership", ring: Ring) -> bool:
        """Return whether an answer is newer than what is known.

        The endpoint leads to any node of the cluster, and one may lag behind. An older
        version is accepted if no known node can be used: the cluster has been replaced.
        """
        if membership.version < self._version:
            return all(pool.breaker.is_open for pool in ring.pools.values())
        return membership.version > self._version

    def _ring_of(self, nodes: Sequence[Endpoint]) -> Ring:
        pools = self._ring.pools if self._ring is not None else {}
        on_failure = self._discover if hasattr(self, "_discovery") else None
        return Ring(
            [
                pools.get(node) or MemcachedPool(node, self._connect, self._cool_down, on_failure)
                for node in dict.fromkeys(nodes)
            ]
        )
