"""A store in Memcached: an ElastiCache cluster with auto discovery, or a single server."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from serverless_stack._shared import contract
from serverless_stack.runtime.arguments import (
    check_functions,
    check_kind,
    check_optional_functions,
    check_text,
)
from serverless_stack.runtime.caching.base import (
    Codec,
    Missing,
    StoreError,
    StoreRefused,
    is_number,
)
from serverless_stack.runtime.caching.clients import environment
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.memcached_nodes import MemcachedNodes
from serverless_stack.runtime.caching.clients.memcached_pool import EXPIRED, expiry, wire_key
from serverless_stack.runtime.caching.codecs.json import JSON
from serverless_stack.runtime.caching.stores.encoded import EncodedStore
from serverless_stack.runtime.libraries import load

TYPE_CHECKING = False  # what only some stores need is loaded by those

if TYPE_CHECKING:
    import ssl

    from serverless_stack.runtime.caching.clients.memcached_discovery import Membership
    from serverless_stack.runtime.caching.clients.protocols import MemcachedClient

_SCHEMES: Final = {
    "memcached": (False, False),
    "memcacheds": (True, False),
    "memcached+discovery": (False, True),
    "memcacheds+discovery": (True, True),
}


class MemcachedStore(EncodedStore[bytes]):
    """Spreads keys over the nodes of a cluster, or uses a single server.

    The configuration endpoint is asked for the nodes on first use, and in the background once
    a minute and whenever a node begins to fail. After a failure a node is not asked for a
    cool-down, so a hung node costs one time-out per cool-down; its keys are not looked for on
    other nodes, where they would be stale by the time it is back. An idle connection that the
    server has closed is no failure: a command is sent once more on a new connection if it may
    run twice. There are no other retries. Safe to share between threads, and after a fork.

    Most applications use `from_env` or `from_url`; the constructor takes your own clients.

    Args:
        endpoint: The configuration endpoint, or a plain memcached.
        find_nodes: Asks the endpoint for the nodes; returns None if it is a plain memcached.
            None if it is known to be one.
        connect: Makes a client of one connection; give it time-outs and no retries.
        cool_down: Seconds for which a node is not asked after a failure, 0 or more.
        codec: Encodes the values. Default: JSON.
        timeout: Seconds that a first call waits for the nodes; more than 0.
        discovery_interval: Seconds between two discoveries of the nodes; more than 0.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        find_nodes: "Callable[[], Membership | None] | None",
        connect: "Callable[[Endpoint], MemcachedClient]",
        *,
        cool_down: float = 1.0,
        codec: Codec = JSON,
        timeout: float = 0.15,
        discovery_interval: float = 60.0,
    ) -> None:
        check_kind("endpoint", endpoint, tuple, "a host and a port")
        check_functions(connect=connect)
        check_optional_functions(find_nodes=find_nodes)
        environment.check_timeout(timeout)
        if not (is_number(discovery_interval) and discovery_interval > 0):
            raise ValueError(
                f"`discovery_interval` must be more than 0 seconds, got: {discovery_interval!r}"
            )
        self._timeout = timeout
        self._set_codec(codec)
        self._nodes = MemcachedNodes(
            endpoint,
            find_nodes,
            connect,
            cool_down=cool_down,
            timeout=timeout,
            interval=discovery_interval,
        )

    @classmethod
    def from_env(
        cls,
        env_prefix: str = contract.MEMCACHED_PREFIX,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
        discovery_interval: float = 60.0,
    ) -> "MemcachedStore":
        """Make a store from the environment variables of ``MemcachedCache.connect(function)``.

        Args:
            env_prefix: The prefix of the variables, as given to ``connect``.
            timeout: Seconds for a new connection with TLS and its first answer, and for each
                later answer; more than 0. A first call waits as long for the nodes.
            cool_down: See the class.
            codec: See the class.
            discovery_interval: See the class.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        check_text("env_prefix", env_prefix)
        name = contract.memcached_configuration_endpoint(env_prefix)
        endpoint = environment.endpoint(f"`{name}`", environment.required(name))
        encrypted = environment.flag(contract.memcached_tls(env_prefix))
        return cls._at(endpoint, encrypted, True, timeout, cool_down, codec, discovery_interval)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
        discovery_interval: float = 60.0,
    ) -> "MemcachedStore":
        """Make a store from ``memcached://host:port``.

        Args:
            url: The server. ``memcacheds://`` uses TLS and checks the certificate against the
                default trust store (or ``SSL_CERT_FILE``); ``memcached+discovery://`` and
                ``memcacheds+discovery://`` are a configuration endpoint.
            timeout: Seconds for a new connection with TLS and its first answer, and for each
                later answer; more than 0. A first call waits as long for the nodes.
            cool_down: See the class.
            codec: See the class.
            discovery_interval: See the class.

        Raises:
            ValueError: The URL has another scheme, no host or no port.
        """
        check_text("url", url)
        # By hand: `urllib.parse` takes longer to load than this module.
        scheme, mark, place = url.partition("://")
        scheme, place = scheme.lower(), place.partition("/")[0].partition("?")[0]
        if scheme not in _SCHEMES or not mark or "@" in place:
            shown = f"{scheme}{mark}{place.rpartition('@')[2]}"  # no password
            raise ValueError(
                "`url` must be memcached://host:port or memcacheds://host:port (with +discovery"
                f" for a configuration endpoint), got: {shown}"
            )
        endpoint = environment.endpoint("`url` after the scheme", place)
        encrypted, discovery = _SCHEMES[scheme]
        return cls._at(
            endpoint, encrypted, discovery, timeout, cool_down, codec, discovery_interval
        )

    @classmethod
    def _at(
        cls,
        endpoint: Endpoint,
        encrypted: bool,
        discovery: bool,
        timeout: float,
        cool_down: float,
        codec: Codec,
        discovery_interval: float,
    ) -> "MemcachedStore":
        @functools.cache
        def trust() -> "ssl.SSLContext | None":
            if not encrypted:
                return None
            import ssl

            return ssl.create_default_context()

        def find_nodes() -> "Membership | None":
            from serverless_stack.runtime.caching.clients.memcached_discovery import discover

            return discover(endpoint, timeout, trust())

        def connect(node: Endpoint) -> "MemcachedClient":
            load("pymemcache")
            from serverless_stack.runtime.caching.clients.memcached_client import client_of

            client: MemcachedClient = client_of(node, timeout, trust())
            return client

        return cls(
            endpoint,
            find_nodes if discovery else None,
            connect,
            cool_down=cool_down,
            codec=codec,
            timeout=timeout,
            discovery_interval=discovery_interval,
        )

    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING`` if there is none or the entry is corrupt."""
        name = wire_key(key)
        return self._decode(self._nodes.pick(name).get(name))

    @staticmethod
    def _name(key: str) -> bytes:
        return wire_key(key)

    def _get_many(self, names: list[bytes]) -> Mapping[bytes, bytes | None]:
        found: dict[bytes, bytes | None] = {}
        failure = self._each_node(names, lambda node, part: found.update(node.get_many(part)))
        if failure is not None and not found:
            raise failure
        return {name: found[name] for name in names if name in found}

    def _set(self, name: bytes, data: bytes, ttl: int | None) -> None:
        self._nodes.pick(name).run(lambda node: node.set(name, data, expiry(ttl), noreply=False))

    def _set_many(self, encoded: Mapping[bytes, bytes], ttl: int | None) -> None:
        def put(node: "MemcachedClient", part: list[bytes]) -> None:
            node.set_many({name: encoded[name] for name in part}, expiry(ttl), noreply=False)

        failure = self._each_node(encoded, put)
        if failure is not None:
            raise failure

    def _add(self, name: bytes, data: bytes, ttl: int | None) -> bool:
        return self._nodes.pick(name).run(
            lambda node: node.add(name, data, expiry(ttl), noreply=False), repeatable=False
        )

    def _delete(self, name: bytes) -> None:
        self._nodes.pick(name).run(lambda node: node.delete(name, noreply=False))

    def _delete_if(self, name: bytes, data: bytes) -> bool:
        def swap(node: "MemcachedClient") -> bool:
            found, version = node.gets(name)
            if version is None or found != data:
                return False
            # Memcached has no delete with a version: an entry that has expired takes its place.
            return bool(node.cas(name, data, version, EXPIRED, noreply=False))

        return self._nodes.pick(name).run(swap, repeatable=False)

    def _increment(self, name: bytes, by: int, ttl: int | None) -> int:
        def count(node: "MemcachedClient") -> int:
            total = node.incr(name, by)
            if total is None and node.add(name, b"%d" % by, expiry(ttl), noreply=False):
                return by
            if total is None:  # another caller has just stored the counter
                total = node.incr(name, by)
            if total is None:
                raise StoreRefused(f"the counter {name!r} is evicted as soon as it is stored")
            return total

        return self._nodes.pick(name).run(count, repeatable=False)

    def _each_node(
        self, names: Iterable[bytes], command: "Callable[[MemcachedClient, list[bytes]], None]"
    ) -> StoreError | None:
        """Run a command with the keys of each node, and return the first failure."""
        failure: StoreError | None = None
        parts = self._nodes.parts(names)
        deadline = time.monotonic() + self._timeout
        for pool, part in parts.items():
            if failure is not None and time.monotonic() >= deadline:
                break  # a node that hangs has used up the time for all
            try:
                pool.run(lambda node, part=part: command(node, part))  # type: ignore[misc]
            except StoreError as error:
                failure = failure or error
        return failure
