"""One Redis server: how a command is sent, and what its errors mean."""

import time
from collections.abc import Callable, Sequence

from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.link import Link
from serverless_stack.runtime.caching.errors import StoreError, StoreRefused, StoreUnavailable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from redis import Redis

    from serverless_stack.runtime.caching.clients.protocols import RedisConnection

    _Link = Link[RedisConnection]
else:
    _Link = Link  # a name in a text would have to be compiled

Word = str | bytes | int
Command = tuple[Word, ...]


class Redirected(StoreError):
    """The server of a cluster says that another one has the key.

    Attributes:
        slot: The slot of the key.
        endpoint: Where it is; no host means the server that was asked.
        moved: True when it is there from now on, False when this command is to ask there.
    """

    def __init__(self, slot: int, endpoint: Endpoint, moved: bool) -> None:
        super().__init__(f"slot {slot} is at {endpoint}")
        self.slot = slot
        self.endpoint = endpoint
        self.moved = moved


class RedisLink(_Link):
    """A server's connections behind a circuit breaker.

    Args:
        name: What to call the server in messages.
        make: Makes a connection, not yet connected.
        refresh_token: Called after an authentication error; True means that another attempt
            is worth it.
        cool_down: Seconds for which the server is not asked after a failure.
        on_failure: See `Link`.
    """

    def __init__(
        self,
        name: str,
        make: "Callable[[], RedisConnection]",
        refresh_token: Callable[[], bool] | None,
        cool_down: float,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name, cool_down, on_failure)
        self._make = make
        self._refresh_token = refresh_token

    def ask(self, *words: Word) -> object:
        """Send a command that can be repeated, and give the answer."""
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
        """Send a command that must not be repeated, and give the answer."""
        return self.run(lambda connection: _exchange(connection, words), repeatable=False)

    def ask_many(self, commands: Sequence[Command]) -> list[object]:
        """Send commands that can be repeated in one round trip, and give their answers."""
        return self.run(lambda connection: _exchange_many(connection, commands))

    def get_many(self, keys: Sequence[Word]) -> list[object]:
        """Give what is under the keys, in one round trip."""
        found = self.ask("MGET", *keys)
        return found if isinstance(found, list) else []

    def _resume(
        self, error: Exception, connection: "RedisConnection", started: float, words: Command
    ) -> object:
        return self.breaker.call(
            lambda: self._recover(
                error, connection, started, lambda new: _exchange(new, words), repeatable=True
            )
        )

    def _open(self, spent: float) -> "RedisConnection":
        from redis.exceptions import AuthenticationError

        started = time.monotonic() - spent
        try:
            return self._connected(spent)
        except AuthenticationError:
            if self._refresh_token is None or not self._refresh_token():
                raise
            return self._connected(time.monotonic() - started)

    def _connected(self, spent: float) -> "RedisConnection":
        connection = self._make()
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
        from redis.exceptions import RedisError

        try:
            return connection.can_read()
        except (RedisError, OSError):
            return True

    def _was_closed(self, error: Exception) -> bool:
        from redis.exceptions import BusyLoadingError, ConnectionError

        return isinstance(error, ConnectionError) and not isinstance(error, BusyLoadingError)

    def _was_never_run(self, error: Exception) -> bool:
        from redis.exceptions import AuthenticationError, ReadOnlyError

        # A primary that has become a replica says READONLY; its name may lead to the new one.
        return isinstance(error, AuthenticationError | ReadOnlyError)

    def _was_refused(self, error: Exception) -> bool:
        explained = self._explain(error)
        return isinstance(explained, StoreError) and not isinstance(explained, StoreUnavailable)

    def _explain(self, error: Exception) -> StoreError | Exception:
        from redis import exceptions

        if isinstance(
            error,
            exceptions.ConnectionError
            | exceptions.TimeoutError
            | exceptions.ReadOnlyError
            | exceptions.NoPermissionError
            | OSError,
        ):
            return StoreUnavailable(f"{self.breaker.name}: {error}")
        if isinstance(error, exceptions.ResponseError):
            if isinstance(error, exceptions.AskError):  # MovedError is one, too
                moved = isinstance(error, exceptions.MovedError)
                return Redirected(error.slot_id, Endpoint(error.host, error.port), moved)
            if isinstance(error, exceptions.ClusterDownError):
                return StoreUnavailable(f"{self.breaker.name}: {error}")
            return StoreRefused(f"{self.breaker.name}: {error}")
        return error


def from_client(connect: "Callable[[], Redis]") -> "Callable[[], RedisConnection]":
    """Make connections as a client of the caller's own does, which is made on first use."""
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
