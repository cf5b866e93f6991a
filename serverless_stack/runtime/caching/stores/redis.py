"""A store in Redis or Valkey: ElastiCache, or any server that speaks its protocol."""

import functools
import os
from collections.abc import Callable, Mapping

from serverless_stack._shared import contract
from serverless_stack.runtime.arguments import (
    check_functions,
    check_optional_functions,
    check_text,
)
from serverless_stack.runtime.caching.base import (
    MISSING,
    Codec,
    Missing,
    StoreRefused,
    StoreUnavailable,
    check_key,
)
from serverless_stack.runtime.caching.clients import environment
from serverless_stack.runtime.caching.clients.redis_pool import RedisPool, Word, from_client
from serverless_stack.runtime.caching.codecs.json import JSON
from serverless_stack.runtime.caching.stores.encoded import EncodedStore
from serverless_stack.runtime.libraries import load

TYPE_CHECKING = False  # what only some stores need is loaded by those

if TYPE_CHECKING:
    import ssl

    from redis import Redis

    from serverless_stack.runtime.caching.clients.protocols import RedisConnection
    from serverless_stack.runtime.caching.clients.redis_cluster import RedisCluster
    from serverless_stack.runtime.caching.clients.redis_pool import Command
    from serverless_stack.runtime.caching.clients.redis_url import RedisUrl

_DELETE_IF = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)
_INCREMENT = (
    "redis.call('SET', KEYS[1], 0, 'EX', ARGV[2], 'NX')"
    " return redis.call('INCRBY', KEYS[1], ARGV[1])"
)


class RedisStore(EncodedStore[Word]):
    """Writes to a primary and reads from a reader endpoint, or spreads keys over a cluster.

    After a failure an endpoint is not asked for a cool-down, so a hung server costs one
    time-out per cool-down; while that is the reader endpoint, the primary is read. An idle
    connection that the server has closed is no failure: a command is sent once more on a new
    connection if it may run twice. There are no other retries. Safe to share between threads,
    and after a fork.

    Most applications use `from_env` or `from_url`; the constructor takes your own clients.

    Args:
        primary: Makes the client for writes, on first use. The store uses its connection
            settings, not its connections; give it time-outs and no retries. If its credential
            provider has a method ``refresh``, that is called after an authentication error;
            True means that there are new credentials, and another attempt is made.
        reader: Makes the client for reads, which may be some milliseconds behind the primary.
            Default: the primary is read.
        cool_down: Seconds for which an endpoint is not asked after a failure, 0 or more.
        codec: Encodes the values. Default: JSON.
    """

    def __init__(
        self,
        primary: "Callable[[], Redis]",
        reader: "Callable[[], Redis] | None" = None,
        *,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> None:
        check_functions(primary=primary)
        check_optional_functions(reader=reader)
        self._set_up(
            RedisPool("redis primary", from_client(primary), cool_down),
            reader and RedisPool("redis reader", from_client(reader), cool_down),
            codec,
        )

    @classmethod
    def from_env(
        cls,
        env_prefix: str = contract.REDIS_PREFIX,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> "RedisStore":
        """Make a store from the environment variables of ``RedisCache.connect(function)``.

        Args:
            env_prefix: The prefix of the variables, as given to ``connect``.
            timeout: Seconds for a new connection with TLS, authentication and its first
                answer, and for each later answer; more than 0. A secret or IAM token that
                takes longer is read in the background.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        from serverless_stack.runtime.caching.clients.credentials import credentials_from_env

        check_text("env_prefix", env_prefix)
        environment.check_timeout(timeout)
        encrypted = environment.flag(contract.redis_tls(env_prefix))
        trust = functools.cache(_default_trust)
        credentials = credentials_from_env(env_prefix, timeout)

        def make(at: environment.Endpoint) -> "RedisConnection":
            load("redis")
            from serverless_stack.runtime.caching.clients.redis_connection import connection_to

            return connection_to(at, timeout, trust() if encrypted else None, credentials)

        name = contract.redis_configuration_endpoint(env_prefix)
        if address := os.environ.get(name):
            from serverless_stack.runtime.caching.clients.redis_cluster import RedisCluster

            at = environment.endpoint(f"`{name}`", address)
            return cls._of(RedisCluster(at, make, cool_down, timeout), None, codec)
        name = contract.redis_primary_endpoint(env_prefix)
        address = environment.required(name)
        at = environment.endpoint(f"`{name}`", address)
        primary = RedisPool(f"redis primary at {at}", functools.partial(make, at), cool_down)
        name = contract.redis_reader_endpoint(env_prefix)
        reader = os.environ.get(name)
        if not reader or reader == address:
            return cls._of(primary, None, codec)
        at = environment.endpoint(f"`{name}`", reader)
        pool = RedisPool(f"redis reader at {at}", functools.partial(make, at), cool_down)
        return cls._of(primary, pool, codec)

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
            url: The primary. ``rediss://`` uses TLS and checks the certificate against the
                default trust store (or ``SSL_CERT_FILE``); ``redis+cluster://`` and
                ``rediss+cluster://`` are the configuration endpoint, or any node, of a cluster.
            reader_url: The reader endpoint. Default: the primary is read.
            timeout: Seconds for a new connection with TLS, authentication and its first
                answer, and for each later answer; more than 0.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A URL has another scheme, no host or an unknown option, or a cluster has
                a reader.
        """
        from serverless_stack.runtime.caching.clients.redis_url import RedisUrl

        environment.check_timeout(timeout)
        parsed = RedisUrl.parse("url", url)
        trust = functools.cache(_default_trust)

        def make(parsed: "RedisUrl", at: environment.Endpoint) -> "RedisConnection":
            load("redis")
            from serverless_stack.runtime.caching.clients.redis_connection import (
                connection_of_url,
            )

            return connection_of_url(parsed.at(at), timeout, trust)

        if parsed.cluster:
            from serverless_stack.runtime.caching.clients.redis_cluster import RedisCluster

            if reader_url is not None:
                raise ValueError(
                    "`reader_url` must be None for a cluster, whose primaries are read,"
                    f" got: {RedisUrl.parse('reader_url', reader_url)}"
                )
            connect = functools.partial(make, parsed)
            cluster = RedisCluster(parsed.endpoint, connect, cool_down, timeout)
            return cls._of(cluster, None, codec)
        pools = []
        for role, part in (("primary", parsed), ("reader", RedisUrl.reader(reader_url))):
            if part is not None:
                connect_to = functools.partial(make, part, part.endpoint)
                pools.append(RedisPool(f"redis {role} at {part.endpoint}", connect_to, cool_down))
        return cls._of(pools[0], pools[1] if len(pools) > 1 else None, codec)

    @classmethod
    def _of(
        cls, primary: "RedisPool | RedisCluster", reader: RedisPool | None, codec: Codec
    ) -> "RedisStore":
        store = cls.__new__(cls)
        store._set_up(primary, reader, codec)
        return store

    def _set_up(
        self, primary: "RedisPool | RedisCluster", reader: RedisPool | None, codec: Codec
    ) -> None:
        self._primary = primary
        self._reader = primary if reader is None else reader
        self._set_codec(codec)

    @staticmethod
    def _name(key: str) -> Word:
        check_key(key)
        if key.isascii():
            return key
        return key.encode("utf-8", "surrogatepass")  # with lone surrogates, as in odd file names

    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING`` if there is none or the entry is corrupt."""
        name = self._name(key)
        reader = self._reader
        if reader.breaker.is_open:
            reader = self._readable()
        try:
            data = reader.ask("GET", name)
        except StoreRefused as refusal:
            if "WRONGTYPE" in str(refusal) or "wrong kind of value" in str(refusal):
                return MISSING  # another program's list or hash
            raise
        return self._decode(data if type(data) is bytes else None)

    def _get_many(self, names: list[Word]) -> Mapping[Word, bytes | None]:
        answers = self._readable().get_many(names)
        return {
            name: data if isinstance(data, bytes) else None
            for name, data in zip(names, answers, strict=True)
        }

    def _set(self, name: Word, data: bytes, ttl: int | None) -> None:
        self._primary.ask(*_set_command(name, data, ttl))

    def _set_many(self, encoded: Mapping[Word, bytes], ttl: int | None) -> None:
        self._primary.ask_many([_set_command(*entry, ttl) for entry in encoded.items()])

    def _add(self, name: Word, data: bytes, ttl: int | None) -> bool:
        return self._primary.ask_once(*_set_command(name, data, ttl), "NX") is not None

    def _delete(self, name: Word) -> None:
        self._primary.ask("DEL", name)

    def _delete_if(self, name: Word, data: bytes) -> bool:
        return bool(self._primary.ask_once("EVAL", _DELETE_IF, 1, name, data))

    def _increment(self, name: Word, by: int, ttl: int | None) -> int:
        if ttl is None:
            total = self._primary.ask_once("INCRBY", name, by)
        else:
            total = self._primary.ask_once("EVAL", _INCREMENT, 1, name, by, ttl)
        if not isinstance(total, int):
            raise StoreUnavailable(f"redis: not an answer to INCRBY: {str(total)[:80]}")
        return total

    def _readable(self) -> "RedisPool | RedisCluster":
        return self._primary if self._reader.breaker.refuses() else self._reader


def _set_command(name: Word, data: bytes, ttl: int | None) -> "Command":
    return ("SET", name, data) if ttl is None else ("SET", name, data, "EX", ttl)


def _default_trust() -> "ssl.SSLContext":
    import ssl

    return ssl.create_default_context()
