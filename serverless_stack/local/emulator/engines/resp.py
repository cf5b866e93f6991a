"""Just enough of the Redis protocol to ask a server whether it is ready and to set it up."""

import socket
import ssl
from io import BufferedRWPair

TIMEOUT_SECONDS = 5.0


class RespError(RuntimeError):
    """The server refused a command."""


def send_command(
    port: int, command: list[str], password: str = "", tls: ssl.SSLContext | None = None
) -> str:
    """Send one command to a server on loopback.

    Args:
        port: Its port.
        command: The command and its arguments.
        password: Sent with AUTH before, when not empty.
        tls: The settings to connect with, or None for plain TCP.

    Returns:
        The reply as text; the items of an array are joined by newlines.

    Raises:
        OSError: No connection.
        RespError: The server answered with an error.
    """
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as plain:
        connection = tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain
        with connection, connection.makefile("rwb") as stream:
            if password:
                _exchange(stream, ["AUTH", password])
            return _exchange(stream, command)


def _exchange(stream: BufferedRWPair, command: list[str]) -> str:
    parts = [f"*{len(command)}\r\n".encode()]
    for word in command:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    stream.write(b"".join(parts))
    stream.flush()
    return _read_reply(stream)


def _read_reply(stream: BufferedRWPair) -> str:
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("the server closed the connection")
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"-":
        raise RespError(rest)
    if kind == b"$":
        return stream.read(int(rest) + 2)[:-2].decode() if int(rest) >= 0 else ""
    if kind == b"*":
        return "\n".join(_read_reply(stream) for _ in range(int(rest)))
    return rest
