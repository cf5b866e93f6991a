"""A socket whose answers have one deadline each, in however many pieces they come."""

import socket
import time

from serverless_stack.runtime.caching.clients.sockets import left

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined] # before Python 3.12


class BoundedSocket:
    """Takes the place of a socket below redis-py or pymemcache.

    The time-out of a plain socket counts anew with each piece: a server that sends a byte from
    time to time would hold its client for ever.

    Args:
        wire: The socket.
        timeout: Seconds for an answer, from the command on.
        deadline: When, on the monotonic clock, all must have come that comes before `settle`.
    """

    __slots__ = ("_is_limited", "_is_partial", "_is_settled", "_timeout", "_until", "_wire")

    def __init__(self, wire: socket.socket, timeout: float, deadline: float) -> None:
        self._wire = wire
        self._timeout = timeout
        self._until = deadline
        self._is_settled = False
        self._is_partial = True
        self._is_limited = True

    def settle(self) -> None:
        """Give each answer the whole time-out from now on."""
        self._is_settled = True

    def sendall(self, data: "Buffer") -> None:
        """Send a command, which begins the time for its answer."""
        if self._is_settled:
            self._until = time.monotonic() + self._timeout
            if self._is_limited:
                self._wire.settimeout(self._timeout)
                self._is_limited = False
            self._is_partial = False
        else:
            self._limit()
        self._wire.sendall(data)

    def recv(self, size: int) -> bytes:
        """Receive some bytes of an answer.

        Raises:
            TimeoutError: There are none before the deadline.
        """
        if self._is_partial:
            self._limit()
        self._is_partial = True  # of the whole time-out, the next piece gets what is left
        return self._wire.recv(size)

    def recv_into(self, buffer: "Buffer") -> int:
        """As `recv`, for redis-py with hiredis."""
        if self._is_partial:
            self._limit()
        self._is_partial = True
        return self._wire.recv_into(buffer)

    def settimeout(self, seconds: float | None) -> None:
        """Have the next bytes in another time."""
        self._wire.settimeout(seconds)
        self._is_limited = True
        self._is_partial = not self._is_settled

    def __getattr__(self, name: str) -> object:
        return getattr(self._wire, name)

    def _limit(self) -> None:
        self._wire.settimeout(left(self._until))
        self._is_limited = True
