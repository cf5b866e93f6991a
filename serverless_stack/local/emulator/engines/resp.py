"""A minimal client of the Redis protocol, to configure servers and check their health."""

import socket
import ssl
from io import BufferedRWPair

TIMEOUT_SECONDS = 5.0


class RespError(RuntimeError):
    """The server returned an error."""


def send_command(
    port: int, command: list[str], password: str = "", tls: ssl.SSLContext | None = None
) -> str:
    """Send one command to a server on loopback.

    Args:
        port: The port of the server.
        command: The command and its arguments.
        password: The password for AUTH; empty for no authentication.
        tls: The TLS context; None for plain TCP.

    Returns:
        The reply as text. The items of an array are joined by newlines.

    Raises:
        OSError: The connection failed.
        RespError: The server returned an error.
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
