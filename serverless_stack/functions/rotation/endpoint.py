"""The endpoint of the cache, on which passwords are tried; standard library only."""

import socket
import ssl
from dataclasses import dataclass

_TIMEOUT = 5.0  # seconds, for each step
_REFUSALS = ("WRONGPASS", "NOAUTH", "ERR invalid password", "ERR AUTH")
_MAX_ANSWER_BYTES = 4096


@dataclass(frozen=True)
class CacheEndpoint:
    """Where, and as which user, passwords are tried.

    Attributes:
        host: The host.
        port: The port.
        user: The user's name; empty for an AUTH token.
    """

    host: str
    port: int
    user: str = ""

    def accepts(self, password: str) -> bool:
        """Return whether the server accepts a password or AUTH token.

        Raises:
            OSError: The server cannot be reached, or its certificate is not trusted.
            RuntimeError: It neither accepts nor refuses the password.
        """
        words = ["AUTH", self.user, password] if self.user else ["AUTH", password]
        with (
            socket.create_connection((self.host, self.port), timeout=_TIMEOUT) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=self.host) as server,
        ):
            answer = _ask(server, words)
            if answer == "+OK":
                answer = _ask(server, ["PING"])
        if answer == "+PONG":
            return True
        if answer.removeprefix("-").startswith(_REFUSALS):
            return False
        if answer.startswith("-NOPERM"):  # authenticated, but not allowed to PING
            return True
        raise RuntimeError(f"{self.host}:{self.port} gave an unexpected answer: {answer!r}")


def _ask(server: ssl.SSLSocket, words: list[str]) -> str:
    """Send a command in the Redis protocol and return the first line of the answer."""
    parts = [f"*{len(words)}\r\n".encode()]
    parts += [f"${len(word.encode())}\r\n{word}\r\n".encode() for word in words]
    server.sendall(b"".join(parts))
    answer = b""
    while not answer.endswith(b"\r\n"):
        received = server.recv(_MAX_ANSWER_BYTES)
        if not received:
            raise ConnectionError("the server has closed the connection")
        answer += received
        if len(answer) > _MAX_ANSWER_BYTES:
            raise RuntimeError("the server's answer is not a line of the Redis protocol")
    return answer.decode(errors="replace").strip()
