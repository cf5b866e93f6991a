"""A store in Memcached: an ElastiCache cluster with auto discovery, or a single server."""

import functools
import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import methodcaller
from urllib.parse import urlsplit

from serverless_stack import _contract
from serverless_stack.runtime.caching import environment
from serverless_stack.runtime.caching.breaker import CircuitBreaker
from serverless_stack.runtime.caching.environment import Endpoint
from serverless_stack.runtime.caching.errors import StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.memcached_discovery import discover
from serverless_stack.runtime.caching.memcached_link import (
    MemcachedClient,
    MemcachedLink,
    client_of,
)
from serverless_stack.runtime.caching.store import check_key, check_step, check_ttl
from serverless_stack.runtime.caching.values import JSON, MISSING, Codec, Missing

_DISCOVERY_INTERVAL = 60.0  # seconds, as ElastiCache's own clients do it
_LONGEST_RELATIVE_TTL = 30 * 24 * 60 * 60  # seconds; memcached takes more for a point in time
_EXPIRED = -1


class MemcachedStore:
    """Spreads keys over the nodes of a cluster; never retries behind your back.

    On first use, and once a minute after it, the configuration endpoint is asked for the
    nodes. After a failure a node is left alone for a cool-down, so a node that hangs costs
    one time-out per cool-down. Safe to share between threads.

    Most callers want `from_env` or `from_url`; the constructor takes clients of your own.

    Args:
        endpoint: The configuration endpoint, or a plain memcached.
        find_nodes: Asks the endpoint for the nodes; none means that it is a plain memcached.
        connect: Makes the client of a node. Give it time-outs and no retries.
        cool_down: Seconds for which a node is not asked after a failure, 0 or more.
        codec: How values become bytes; JSON unless given.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        find_nodes: Callable[[], tuple[Endpoint, ...]],
        connect: Callable[[Endpoint], MemcachedClient],
        *,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> None:
        self._codec = codec
        self._endpoint = endpoint
        self._find_nodes = find_nodes
        self._connect = connect
        self._cool_down = cool_down
        self._discovery = CircuitBreaker(f"memcached discovery at {endpoint}", cool_down)
        self._links: dict[Endpoint, MemcachedLink] = {}
        self._look_again_at = float("-inf")
        self._lock = threading.Lock()

    @classmethod
    def from_env(
        cls,
        prefix: str = _contract.MEMCACHED_PREFIX,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> "MemcachedStore":
        """Make a store from what ``MemcachedCache.connect(function)`` has set.

        Args:
            prefix: The prefix of the variables, as given to ``connect``.
            timeout: Seconds to connect, and to wait for an answer; more than 0.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        name = _contract.memcached_configuration_endpoint(prefix)
        endpoint = environment.endpoint(f"`{name}`", environment.required(name))
        tls = environment.flag(_contract.memcached_tls(prefix))
        return cls._at(endpoint, tls, timeout, cool_down, codec)

    @classmethod
    def from_url(
        cls, url: str, *, timeout: float = 0.15, cool_down: float = 1.0, codec: Codec = JSON
    ) -> "MemcachedStore":
        """Make a store from ``memcached://host:port``.

        Args:
            url: The server; ``memcacheds://`` for TLS, checked against the default trust
                store (``SSL_CERT_FILE`` is honoured).
            timeout: Seconds to connect, and to wait for an answer; more than 0.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: The URL has another scheme, no host or no port.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("memcached", "memcacheds"):
            raise ValueError(
                f"`url` must be memcached://host:port or memcacheds://host:port, got: {url}"
            )
        endpoint = environment.endpoint("`url` after the scheme", parts.netloc)
        return cls._at(endpoint, parts.scheme == "memcacheds", timeout, cool_down, codec)

    @classmethod
    def _at(
        cls, endpoint: Endpoint, encrypted: bool, timeout: float, cool_down: float, codec: Codec
    ) -> "MemcachedStore":
        environment.check_timeout(timeout)
        trust = functools.cache(lambda: ssl.create_default_context() if encrypted else None)
        return cls(
            endpoint,
            lambda: discover(endpoint, timeout, trust()),
            lambda node: client_of(node, timeout, trust()),
            cool_down=cool_down,
            codec=codec,
        )

    def get(self, key: str) -> object | Missing:
        """Give the value, or ``MISSING`` when there is none or the entry is corrupt."""
        name = _wire_key(key)
        return self._codec.decode(self._link(name).run(lambda node: node.get(name)))

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Give the values that there are, in one round trip for each node."""
        names = {_wire_key(key): key for key in keys}
        found: dict[str, object] = {}
        for link, part in self._parts(names):
            for name, data in link.run(methodcaller("get_many", part)).items():
                value = self._codec.decode(data)
                if value is not MISSING:
                    found[names[name]] = value
        return found

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more); None keeps it until evicted."""
        name = _wire_key(key)
        check_ttl(ttl)
        data = self._codec.encode(value)
        self._link(name).run(lambda node: node.set(name, data, _expiry(ttl), noreply=False))

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip for each node; not atomic."""
        check_ttl(ttl)
        encoded = {_wire_key(key): self._codec.encode(value) for key, value in values.items()}
        for link, part in self._parts(encoded):
            entries = {name: encoded[name] for name in part}
            link.run(methodcaller("set_many", entries, _expiry(ttl), noreply=False))

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value unless there is one, atomically; tells whether it did."""
        name = _wire_key(key)
        check_ttl(ttl)
        data = self._codec.encode(value)
        return self._link(name).run(lambda node: node.add(name, data, _expiry(ttl), noreply=False))

    def delete_if(self, key: str, value: object) -> bool:
        """Remove an entry if it still has this value, atomically; tells whether it did."""
        name = _wire_key(key)
        data = self._codec.encode(value)

        def swap(node: MemcachedClient) -> bool:
            found, version = node.gets(name)
            if version is None or found != data:
                return False
            # Memcached has no delete with a version: an entry that has expired takes its place.
            return bool(node.cas(name, data, version, _EXPIRED, noreply=False))

        return self._link(name).run(swap)

    def delete(self, key: str) -> None:
        """Remove an entry; removing an absent one is no error."""
        name = _wire_key(key)
        self._link(name).run(lambda node: node.delete(name, noreply=False))

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        name = _wire_key(key)
        check_step(by)
        check_ttl(ttl)

        def count(node: MemcachedClient) -> int:
            total = node.incr(name, by)
            if total is None and node.add(name, b"%d" % by, _expiry(ttl), noreply=False):
                return by
            if total is None:  # another caller has just made the counter
                total = node.incr(name, by)
            if total is None:
                raise StoreRefused(f"the counter `{key}` is evicted as soon as it is made")
            return total

        return self._link(name).run(count)

    def _parts(self, names: Iterable[bytes]) -> list[tuple[MemcachedLink, list[bytes]]]:
        parts: dict[MemcachedLink, list[bytes]] = {}
        for name in names:
            parts.setdefault(self._link(name), []).append(name)
        return list(parts.items())

    def _link(self, name: bytes) -> MemcachedLink:
        with self._lock:
            if time.monotonic() >= self._look_again_at:
                self._look()
            return self._links[_winner(tuple(self._links), name)]

    def _look(self) -> None:
        try:
            nodes = self._discovery.call(self._find_nodes)
        except StoreUnavailable:
            if not self._links:
                raise
            nodes = tuple(self._links)  # the breaker has logged it; the known nodes still serve
        self._look_again_at = time.monotonic() + _DISCOVERY_INTERVAL if nodes else float("inf")
        self._links = {
            node: self._links.get(node) or MemcachedLink(node, self._connect, self._cool_down)
            for node in nodes or (self._endpoint,)
        }


def _winner(nodes: tuple[Endpoint, ...], name: bytes) -> Endpoint:
    """Pick the key's node so that few keys move when a node comes or goes (rendezvous hashing)."""

    def weight(node: Endpoint) -> bytes:
        return hashlib.sha256(b"%s %s" % (str(node).encode(), name)).digest()

    return max(nodes, key=weight)


def _wire_key(key: str) -> bytes:
    """Give the key as Memcached can take it: a hash if it is long or has blanks or non-ASCII."""
    check_key(key)
    if len(key) <= 250 and key.isascii() and key.isprintable() and " " not in key:
        return key.encode()
    return hashlib.sha256(key.encode()).hexdigest().encode()


def _expiry(ttl: int | None) -> int:
    if ttl is None:
        return 0
    return ttl if ttl <= _LONGEST_RELATIVE_TTL else int(time.time()) + ttl
