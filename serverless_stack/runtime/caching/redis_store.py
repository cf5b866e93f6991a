"""A store in Redis or Valkey: ElastiCache, or any server that speaks its protocol."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from serverless_stack import _contract
from serverless_stack.runtime.caching import environment
from serverless_stack.runtime.caching.auth_token import AuthToken
from serverless_stack.runtime.caching.redis_link import (
    RedisLink,
    client_of_endpoint,
    client_of_url,
)
from serverless_stack.runtime.caching.store import check_key, check_step, check_ttl
from serverless_stack.runtime.caching.values import JSON, MISSING, Codec, Missing

if TYPE_CHECKING:
    from redis import Redis

_DELETE_IF = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)


class RedisStore:
    """Writes to a primary, reads from a reader endpoint; never retries behind your back.

    After a failure an endpoint is left alone for a cool-down, so a server that hangs costs
    one time-out per cool-down. Safe to share between threads.

    Most callers want `from_env` or `from_url`; the constructor takes clients of your own.

    Args:
        primary: Makes the client for writes, on first use. Give it time-outs and no retries.
        reader: Makes the client for reads; the primary is read when None. A reader may lag
            behind the primary for some milliseconds.
        refresh_token: Called once after an authentication error; True means that there is a
            new token and the command is worth another attempt.
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
        self._codec = codec
        self._primary = RedisLink("redis primary", primary, refresh_token, cool_down)
        self._reader = (
            self._primary
            if reader is None
            else RedisLink("redis reader", reader, refresh_token, cool_down)
        )

    @classmethod
    def from_env(
        cls,
        prefix: str = _contract.REDIS_PREFIX,
        *,
        timeout: float = 0.15,
        cool_down: float = 1.0,
        codec: Codec = JSON,
    ) -> "RedisStore":
        """Make a store from what ``RedisCache.connect(function)`` has set.

        Args:
            prefix: The prefix of the variables, as given to ``connect``.
            timeout: Seconds to connect, and to wait for an answer; more than 0.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        tls = environment.flag(_contract.redis_tls(prefix))
        secret_arn = os.environ.get(_contract.redis_secret_arn(prefix))
        token = AuthToken(secret_arn) if secret_arn else None

        def client(name: str, address: str) -> "Callable[[], Redis]":
            endpoint = environment.endpoint(f"`{name}`", address)
            return client_of_endpoint(endpoint, timeout, tls=tls, token=token)

        name = _contract.redis_primary_endpoint(prefix)
        address = environment.required(name)
        primary = client(name, address)
        name = _contract.redis_reader_endpoint(prefix)
        reader = os.environ.get(name)
        return cls(
            primary,
            client(name, reader) if reader and reader != address else None,
            refresh_token=token.refresh if token else None,
            cool_down=cool_down,
            codec=codec,
        )

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
                (``SSL_CERT_FILE`` is honoured).
            reader_url: The reader endpoint; the primary is read when None.
            timeout: Seconds to connect, and to wait for an answer; more than 0.
            cool_down: See the class.
            codec: See the class.

        Raises:
            ValueError: A URL has another scheme or no host.
        """
        return cls(
            client_of_url("url", url, timeout),
            None if reader_url is None else client_of_url("reader_url", reader_url, timeout),
            cool_down=cool_down,
            codec=codec,
        )

    def get(self, key: str) -> object | Missing:
        """Give the value, or ``MISSING`` when there is none or the entry is corrupt."""
        check_key(key)
        return self._codec.decode(_bytes(self._reader.run(lambda redis: redis.get(key))))

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Give the values that there are, in one round trip."""
        for key in keys:
            check_key(key)
        if not keys:
            return {}
        found = self._reader.run(lambda redis: redis.mget(keys))
        values = (
            (key, self._codec.decode(_bytes(data))) for key, data in zip(keys, found, strict=True)
        )
        return {key: value for key, value in values if value is not MISSING}

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more); None keeps it until evicted."""
        check_key(key)
        check_ttl(ttl)
        data = self._codec.encode(value)
        self._primary.run(lambda redis: redis.set(key, data, ex=ttl))

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip; not atomic."""
        check_ttl(ttl)
        for key in values:
            check_key(key)
        encoded = {key: self._codec.encode(value) for key, value in values.items()}
        if not encoded:
            return

        def put(redis: "Redis") -> None:
            pipeline = redis.pipeline(transaction=False)
            for key, data in encoded.items():
                pipeline.set(key, data, ex=ttl)
            pipeline.execute()

        self._primary.run(put)

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value unless there is one, atomically; tells whether it did."""
        check_key(key)
        check_ttl(ttl)
        data = self._codec.encode(value)
        return bool(self._primary.run(lambda redis: redis.set(key, data, ex=ttl, nx=True)))

    def delete_if(self, key: str, value: object) -> bool:
        """Remove an entry if it still has this value, atomically; tells whether it did."""
        check_key(key)
        data = self._codec.encode(value)
        return bool(self._primary.run(lambda redis: redis.eval(_DELETE_IF, 1, key, data)))

    def delete(self, key: str) -> None:
        """Remove an entry; removing an absent one is no error."""
        check_key(key)
        self._primary.run(lambda redis: redis.delete(key))

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        check_key(key)
        check_step(by)
        check_ttl(ttl)

        def count(redis: "Redis") -> int:
            transaction = redis.pipeline(transaction=True)
            if ttl is not None:
                transaction.set(key, 0, ex=ttl, nx=True)
            transaction.incrby(key, by)
            return int(transaction.execute()[-1])

        return self._primary.run(count)


def _bytes(data: object) -> bytes | None:
    """Give what the server has answered, also when a client of your own decodes answers."""
    return data.encode() if isinstance(data, str) else data if isinstance(data, bytes) else None
