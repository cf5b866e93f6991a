"""A store in Redis or Valkey: ElastiCache, or any server that speaks its protocol."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence

from serverless_stack._shared import contract
from serverless_stack.runtime.caching.clients import environment
from serverless_stack.runtime.caching.clients.redis_link import RedisLink, from_client
from serverless_stack.runtime.caching.codecs.json import JSON, MISSING, Codec, Missing
from serverless_stack.runtime.caching.errors import StoreRefused
from serverless_stack.runtime.caching.stores.base import check_key, check_step, check_ttl

TYPE_CHECKING = False  # what only some stores need is loaded by those

if TYPE_CHECKING:
    import ssl

    from redis import Redis

    from serverless_stack.runtime.caching.clients.protocols import RedisConnection
    from serverless_stack.runtime.caching.clients.redis_cluster import RedisCluster
    from serverless_stack.runtime.caching.clients.redis_link import Command, Word
    from serverless_stack.runtime.caching.clients.redis_url import RedisUrl

_DELETE_IF = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)
_INCREMENT = (
    "redis.call('SET', KEYS[1], 0, 'EX', ARGV[2], 'NX')"
    " return redis.call('INCRBY', KEYS[1], ARGV[1])"
)


class RedisStore:
    """Writes to a primary, reads from a reader endpoint; or spreads keys over a cluster.

    After a failure an endpoint is left alone for a cool-down, so a server that hangs costs
    one time-out per cool-down. While the reader endpoint is left alone, the primary is read.
    An idle connection that the server has closed is no failure: a command is sent again on a
    new connection if it may be run twice. There is no other retry. Safe to share between
    threads, and after a fork.

    Most callers want `from_env` or `from_url`; the constructor takes clients of your own.

    Args:
        primary: Makes the client for writes, on first use. Its connection settings are used,
            the connections are the store's own. Give it time-outs and no retries.
        reader: Makes the client for reads; the primary is read when None. A reader may lag
            behind the primary for some milliseconds.
        refresh_token: Called once after an authentication error; True means that there is a
            new token and another attempt is worth it.
        cool_down: Seconds for which an endpoint is not asked after a failure, 0 or more.
        codec: How values become bytes; JSON unless given.
    """

    def __init__(
        self,
        primary: "Callable[[], Redis]",
        reader: "Callable[[], Redis] | None" = None,
        *,
        refresh_token: Callable[[], bool] | None = None,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> None:
        self._set_up(
            _link("primary", from_client(primary), refresh_token, cool_down),
            None
            if reader is None
            else _link("reader", from_client(reader), refresh_token, cool_down),
            codec,
        )

    @classmethod
    def from_env(
        cls,
        prefix: str = contract.REDIS_PREFIX,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> "RedisStore":
        """Make a store from what ``RedisCache.connect(function)`` has set.

        Args:
            prefix: The prefix of the variables, as given to ``connect``.
            timeout: Seconds for a new connection with TLS and authentication and its first
                answer, and for each later answer; more than 0. The secret or the IAM token
                is waited for that long, too, and is fetched on in the background.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        from serverless_stack.runtime.caching.clients.redis_credentials import credentials_of

        environment.check_timeout(timeout)
        encrypted = environment.flag(contract.redis_tls(prefix))
        trust = functools.cache(_default_trust)
        credentials = credentials_of(prefix, timeout)
        refresh = credentials.refresh if credentials else None

        def make(at: environment.Endpoint) -> "RedisConnection":
            from serverless_stack.runtime.caching.clients.redis_connection import connection_to

            return connection_to(at, timeout, trust() if encrypted else None, credentials)

        name = contract.redis_configuration_endpoint(prefix)
        if address := os.environ.get(name):
            from serverless_stack.runtime.caching.clients.redis_cluster import RedisCluster

            at = environment.endpoint(f"`{name}`", address)
            return cls._of(RedisCluster(at, make, refresh, cool_down, timeout), None, codec)
        name = contract.redis_primary_endpoint(prefix)
        address = environment.required(name)
        at = environment.endpoint(f"`{name}`", address)
        primary = _link(f"primary at {at}", functools.partial(make, at), refresh, cool_down)
        name = contract.redis_reader_endpoint(prefix)
        reader = os.environ.get(name)
        if not reader or reader == address:
            return cls._of(primary, None, codec)
        at = environment.endpoint(f"`{name}`", reader)
        link = _link(f"reader at {at}", functools.partial(make, at), refresh, cool_down)
        return cls._of(primary, link, codec)

    @classmethod
    def from_url(
        cls,
        url: str,
        reader_url: str | None = None,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> "RedisStore":
        """Make a store from ``redis://[user:password@]host:port/db``.

        Args:
            url: The primary; ``rediss://`` for TLS, checked against the default trust store
                (``SSL_CERT_FILE`` is honoured); ``redis+cluster://`` or ``rediss+cluster://``
                for the configuration endpoint, or any node, of a cluster.
            reader_url: The reader endpoint; the primary is read when None.
            timeout: Seconds for a new connection with TLS and authentication and its first
                answer, and for each later answer; more than 0.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A URL has another scheme or no host, or a cluster has a reader.
        """
        from serverless_stack.runtime.caching.clients.redis_url import RedisUrl

        environment.check_timeout(timeout)
        parsed = RedisUrl.parse("url", url)
        trust = functools.cache(_default_trust)

        def make(parsed: "RedisUrl", at: environment.Endpoint) -> "RedisConnection":
            from serverless_stack.runtime.caching.clients.redis_connection import (
                connection_of_url,
            )

            return connection_of_url(parsed.at(at), timeout, trust)

        if parsed.cluster:
            from serverless_stack.runtime.caching.clients.redis_cluster import RedisCluster

            if reader_url is not None:
                raise ValueError(
                    "`reader_url` must be None for a cluster, whose shards are read by"
                    f" themselves, got: {RedisUrl.parse('reader_url', reader_url)}"
                )
            connect = functools.partial(make, parsed)
            cluster = RedisCluster(parsed.endpoint, connect, None, cool_down, timeout)
            return cls._of(cluster, None, codec)
        links = []
        for role, part in (("primary", parsed), ("reader", RedisUrl.reader(reader_url))):
            if part is not None:
                connect_to = functools.partial(make, part, part.endpoint)
                links.append(_link(f"{role} at {part.endpoint}", connect_to, None, cool_down))
        return cls._of(links[0], links[1] if len(links) > 1 else None, codec)

    @classmethod
    def _of(
        cls, primary: "RedisLink | RedisCluster", reader: RedisLink | None, codec: Codec
    ) -> "RedisStore":
        store = cls.__new__(cls)
        store._set_up(primary, reader, codec)
        return store

    def _set_up(
        self, primary: "RedisLink | RedisCluster", reader: RedisLink | None, codec: Codec
    ) -> None:
        self._primary = primary
        self._reader = primary if reader is None else reader
        self.codec = codec
        self._decode = codec.decode

    def get(self, key: str) -> object | Missing:
        """Give the value, or ``MISSING`` when there is none or the entry is corrupt."""
        name = _wire_key(key)
        reader = self._reader
        if reader.breaker.is_open:
            reader = self._readable()
        try:
            data = reader.ask("GET", name)
        except StoreRefused as refusal:
            if "WRONGTYPE" in str(refusal) or "wrong kind of value" in str(refusal):
                return MISSING  # somebody else's list or hash
            raise
        return self._decode(data)  # type: ignore[arg-type]

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Give the values that there are, in one round trip for each node.

        In a cluster, keys of a node that cannot be used count as absent while another node
        answers.
        """
        names = [_wire_key(key) for key in keys]
        if not names:
            return {}
        found: dict[str, object] = {}
        for key, data in zip(keys, self._readable().get_many(names), strict=True):
            value = self._decode(data if isinstance(data, bytes) else None)
            if value is not MISSING:
                found[key] = value
        return found

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more); None keeps it until evicted."""
        self._primary.ask(*self._setting(key, value, ttl))

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip for each node; not atomic."""
        check_ttl(ttl)
        commands = [self._setting(key, value, ttl) for key, value in values.items()]
        if commands:
            self._primary.ask_many(commands)

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value unless there is one, atomically; tells whether it did."""
        return self._primary.ask_once(*self._setting(key, value, ttl), "NX") is not None

    def delete_if(self, key: str, value: object) -> bool:
        """Remove an entry if it still has this value, atomically; tells whether it did."""
        name = _wire_key(key)
        data = self.codec.encode(value)
        return bool(self._primary.ask_once("EVAL", _DELETE_IF, 1, name, data))

    def delete(self, key: str) -> None:
        """Remove an entry; removing an absent one is no error."""
        self._primary.ask("DEL", _wire_key(key))

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        name = _wire_key(key)
        check_step(by)
        check_ttl(ttl)
        if ttl is None:
            total = self._primary.ask_once("INCRBY", name, by)
        else:
            total = self._primary.ask_once("EVAL", _INCREMENT, 1, name, by, ttl)
        return int(total)  # type: ignore[call-overload, no-any-return]

    def _readable(self) -> "RedisLink | RedisCluster":
        return self._primary if self._reader.breaker.refuses() else self._reader

    def _setting(self, key: str, value: object, ttl: int | None) -> "Command":
        name = _wire_key(key)
        check_ttl(ttl)
        data = self.codec.encode(value)
        return ("SET", name, data) if ttl is None else ("SET", name, data, "EX", ttl)


def _wire_key(key: str) -> "Word":
    check_key(key)
    if key.isascii():
        return key
    return key.encode("utf-8", "surrogatepass")  # half a pair, as in a path that was no UTF-8


def _link(
    name: str,
    make: "Callable[[], RedisConnection]",
    refresh_token: Callable[[], bool] | None,
    cool_down: float,
) -> RedisLink:
    return RedisLink(f"redis {name}", make, refresh_token, cool_down)


def _default_trust() -> "ssl.SSLContext":
    import ssl

    return ssl.create_default_context()
