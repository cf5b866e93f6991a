"""One Redis server: how a command is sent, and what its errors mean."""

import time
from collections.abc import Callable, Sequence

from serverless_stack.runtime.caching.base import StoreError, StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.clients.connection_pool import ConnectionPool, Failure
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.libraries import load

TYPE_CHECKING = False

if TYPE_CHECKING:
    from redis import Redis

    from serverless_stack.runtime.caching.clients.protocols import RedisConnection

    _Pool = ConnectionPool[RedisConnection]
else:
    _Pool = ConnectionPool  # a subscript with a name in quotes would have to be compiled

Word = str | bytes | int
Command = tuple[Word, ...]


class Redirected(StoreError):
    """A server of a cluster answered that another one has the key.

    Attributes:
        slot: The slot of the key.
        endpoint: The other server; without a host, the host of the server that was asked.
        moved: True if it has the slot from now on, False if only this command is to go there.
    """

    def __init__(self, slot: int, endpoint: Endpoint, moved: bool) -> None:
        super().__init__(f"slot {slot} is at {endpoint}")
        self.slot = slot
        self.endpoint = endpoint
        self.moved = moved


class RedisPool(_Pool):
    """The connections of one server, behind a circuit breaker.

    Args:
        name: What messages call the server.
        make: Makes a connection, not yet connected. If its credential provider has a method
            ``refresh``, that is called after an authentication error; True means that there
            are new credentials, and another attempt is made.
        cool_down: Seconds for which the server is not asked after a failure.
        on_failure: See `ConnectionPool`.
    """

    def __init__(
        self,
        name: str,
        make: "Callable[[], RedisConnection]",
        cool_down: float,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name, cool_down, on_failure)
        self._make = make

    def ask(self, *words: Word) -> object:
        """Send a command that can be repeated, and return the answer."""
        if not self.breaker.is_open:  # the hot path: `run`, unrolled
            try:
                connection = self._idle.pop()
            except IndexError:
                pass
            else:
                started = time.monotonic()
                try:
                    connection.send_command(*words)
                    answer = connection.read_response(disable_decoding=True)
                except Exception as error:
                    return self._resume(error, connection, started, words)
                self._idle.append(connection)
                return answer
        return self.run(lambda connection: _exchange(connection, words))

    def ask_once(self, *words: Word) -> object:
        """Send a command that must not be repeated, and return the answer."""
        return self.run(lambda connection: _exchange(connection, words), repeatable=False)

    def ask_many(self, commands: Sequence[Command]) -> list[object]:
        """Send repeatable commands in one round trip, and return their answers."""
        return self.run(lambda connection: _exchange_many(connection, commands))

    def get_many(self, keys: Sequence[Word]) -> list[object]:
        """Return the entries of keys, in one round trip."""
        entries = self.ask("MGET", *keys)
        if not isinstance(entries, list) or len(entries) != len(keys):
            raise StoreUnavailable(f"{self.breaker.name}: not an answer to MGET")
        return entries

    def _resume(
        self, error: Exception, connection: "RedisConnection", started: float, words: Command
    ) -> object:
        return self.breaker.call(
            lambda: self._recover(
                error, connection, started, lambda new: _exchange(new, words), repeatable=True
            )
        )

    def _open(self, spent: float) -> "RedisConnection":
        load("redis")
        from redis.exceptions import AuthenticationError

        started = time.monotonic() - spent
        connection = self._make()
        try:
            return self._connected(connection, spent)
        except AuthenticationError:
            provider = getattr(connection, "credential_provider", None)
            refresh: Callable[[], bool] | None = getattr(provider, "refresh", None)
            if refresh is None or not refresh():
                raise
            return self._connected(self._make(), time.monotonic() - started)

    @staticmethod
    def _connected(connection: "RedisConnection", spent: float) -> "RedisConnection":
        if spent and hasattr(connection, "spent"):
            connection.spent = spent
        try:
            connection.connect()
        except BaseException:
            connection.disconnect()  # it may be connected and not authenticated
            raise
        return connection

    def _close(self, connection: "RedisConnection") -> None:
        connection.disconnect()

    def _is_stale(self, connection: "RedisConnection") -> bool:
        load("redis")
        from redis.exceptions import RedisError

        try:
            return connection.can_read()
        except (RedisError, OSError):
            return True

    def _explain(self, error: Exception) -> tuple[int, StoreError]:
        load("redis")
        from redis import exceptions

        if isinstance(error, StoreError):  # credentials, or a name that is not resolved
            return Failure.FAILED, error
        if isinstance(error, exceptions.AskError):  # MovedError is one, too
            moved = isinstance(error, exceptions.MovedError)
            endpoint = Endpoint(error.host, error.port)
            return Failure.REFUSED, Redirected(error.slot_id, endpoint, moved)
        unavailable = StoreUnavailable(f"{self.breaker.name}: {str(error) or type(error).__name__}")
        # A primary that has become a replica says READONLY; its name may lead to the new one.
        if isinstance(error, exceptions.AuthenticationError | exceptions.ReadOnlyError):
            return Failure.NOT_RUN, unavailable
        if isinstance(error, exceptions.BusyLoadingError):
            return Failure.FAILED, unavailable
        if isinstance(error, exceptions.ConnectionError):
            return Failure.CLOSED, unavailable
        if isinstance(error, exceptions.NoPermissionError | exceptions.ClusterDownError):
            return Failure.FAILED, unavailable
        if isinstance(error, exceptions.ResponseError):
            return Failure.REFUSED, StoreRefused(f"{self.breaker.name}: {error}")
        return Failure.FAILED, unavailable


def from_client(connect: "Callable[[], Redis]") -> "Callable[[], RedisConnection]":
    """Make connections with the settings of a user's client, which is made on first use."""
    clients: list[Redis] = []

    def make() -> "RedisConnection":
        if not clients:
            clients.append(connect())
        pool = clients[0].connection_pool
        connection: RedisConnection = pool.connection_class(**pool.connection_kwargs)
        return connection

    return make


def _exchange(connection: "RedisConnection", words: Command) -> object:
    connection.send_command(*words)
    return connection.read_response(disable_decoding=True)


def _exchange_many(connection: "RedisConnection", commands: Sequence[Command]) -> list[object]:
    load("redis")
    from redis.exceptions import ResponseError

    connection.send_packed_command(connection.pack_commands(commands))
    answers: list[object] = []
    refusal: ResponseError | None = None
    for _ in commands:  # all of them: an answer that is not read would be taken for the next one
        try:
            answers.append(connection.read_response(disable_decoding=True))
        except ResponseError as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    return answers
