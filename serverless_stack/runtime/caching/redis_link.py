"""One Redis endpoint: how its client is made, and what its errors mean."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit

from serverless_stack.runtime.caching.auth_token import AuthToken
from serverless_stack.runtime.caching.breaker import CircuitBreaker
from serverless_stack.runtime.caching.environment import Endpoint, check_timeout
from serverless_stack.runtime.caching.errors import StoreRefused, StoreUnavailable

if TYPE_CHECKING:
    from redis import Redis

T = TypeVar("T")


class RedisLink:
    """An endpoint's client, made on first use, behind a circuit breaker.

    Args:
        name: What to call the endpoint in messages.
        connect: Makes the client.
        refresh_token: Called once after an authentication error; True means that there is a
            new token and the command is worth another attempt.
        cool_down: Seconds for which the endpoint is not asked after a failure.
    """

    def __init__(
        self,
        name: str,
        connect: "Callable[[], Redis]",
        refresh_token: Callable[[], bool] | None,
        cool_down: float,
    ) -> None:
        self._connect = connect
        self._refresh_token = refresh_token
        self._client: Redis | None = None
        self._breaker = CircuitBreaker(name, cool_down)

    def run(self, command: "Callable[[Redis], T]") -> T:
        """Run a command.

        Raises:
            StoreUnavailable: The endpoint cannot be used, or the breaker is open.
            StoreRefused: The server refused the command.
        """
        return self._breaker.call(lambda: self._attempt(command))

    def _attempt(self, command: "Callable[[Redis], T]") -> T:
        from redis import exceptions

        if self._client is None:
            self._client = self._connect()
            where = self._client.connection_pool.connection_kwargs
            self._breaker.name += f" at {where.get('host')}:{where.get('port')}"
        try:
            try:
                return command(self._client)
            except exceptions.AuthenticationError:
                self._drop_idle_connections(self._client)
                if self._refresh_token is None or not self._refresh_token():
                    raise
                return command(self._client)
        except StoreUnavailable:  # no token to be had: the new connection lacks its AUTH
            self._drop_idle_connections(self._client)
            raise
        except (
            exceptions.ConnectionError,
            exceptions.TimeoutError,
            exceptions.ReadOnlyError,
            exceptions.NoPermissionError,
            OSError,
        ) as error:
            # After a failover the name leads to another server (an old primary answers
            # READONLY): idle connections would lead back to the old one.
            self._drop_idle_connections(self._client)
            raise StoreUnavailable(f"{self._breaker.name}: {error}") from error
        except exceptions.ResponseError as error:
            raise StoreRefused(f"{self._breaker.name}: {error}") from error

    @staticmethod
    def _drop_idle_connections(client: "Redis") -> None:
        client.connection_pool.disconnect(inuse_connections=False)


def client_of_endpoint(
    endpoint: Endpoint, timeout: float, *, tls: bool, token: AuthToken | None
) -> "Callable[[], Redis]":
    """Give a function that makes a client with finite time-outs and no retries."""
    check_timeout(timeout)

    def connect() -> "Redis":
        from redis import CredentialProvider, Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        class CurrentToken(CredentialProvider):
            def __init__(self, token: AuthToken) -> None:
                self._token = token

            def get_credentials(self) -> tuple[str]:
                return (self._token.get(),)

        return Redis(
            host=endpoint.host,
            port=endpoint.port,
            ssl=tls,
            credential_provider=CurrentToken(token) if token else None,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )

    return connect


def client_of_url(argument: str, url: str, timeout: float) -> "Callable[[], Redis]":
    """Give a function that makes a client with finite time-outs and no retries."""
    check_timeout(timeout)
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or not _has_good_port(parts):
        shown = f"{parts.scheme}://{parts.hostname or ''}"  # a URL may hold a password
        raise ValueError(f"`{argument}` must be redis://host:port or rediss://, got: {shown}")

    def connect() -> "Redis":
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return Redis.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )

    return connect


def _has_good_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False
