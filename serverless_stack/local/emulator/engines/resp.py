"""A minimal client of the Redis protocol, to configure servers, check their health and look."""

import socket
import ssl
from collections.abc import Iterable, Sequence
from io import BufferedRWPair
from typing import Any

TIMEOUT_SECONDS = 5.0

Word = str | bytes | int
Reply = Any
"""Bytes, a number, None, a list of replies, or a ``RespError`` in a list."""


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
    reply = send_commands(port, [command], password, tls)[0]
    if isinstance(reply, RespError):
        raise reply
    return _text(reply)


def send_commands(
    port: int,
    commands: Iterable[Sequence[Word]],
    password: str = "",
    tls: ssl.SSLContext | None = None,
) -> list[Reply]:
    """Send commands to a server on loopback, and return their replies.

    Raises:
        OSError: The connection failed.
        RespError: The server refused the password.
    """
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as plain:
        connection = tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain
        with connection, connection.makefile("rwb") as stream:
            if password and isinstance(refused := _exchange(stream, ["AUTH", password]), RespError):
                raise refused
            return [_exchange(stream, command) for command in commands]


def _exchange(stream: BufferedRWPair, command: Sequence[Word]) -> Reply:
    parts = [f"*{len(command)}\r\n".encode()]
    for word in command:
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    stream.write(b"".join(parts))
    stream.flush()
    return _read_reply(stream)


def _read_reply(stream: BufferedRWPair) -> Reply:
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("the server closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        return RespError(rest.decode("utf-8", "replace"))
    if kind == b"$":
        return stream.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None
    if kind == b"*":
        return [_read_reply(stream) for _ in range(int(rest))] if int(rest) >= 0 else None
    return int(rest) if kind == b":" else rest


def _text(reply: Reply) -> str:
    if isinstance(reply, list):
        return "\n".join(_text(each) for each in reply)
    if isinstance(reply, RespError):
        raise reply
    if isinstance(reply, bytes):
        return reply.decode()
    return "" if reply is None else str(reply)
