"""Trying a token or password on a Redis, with the standard library only."""

import socket
import ssl
from dataclasses import dataclass

_TIMEOUT = 5.0  # seconds, for each step
_REFUSALS = ("WRONGPASS", "NOAUTH", "ERR invalid password", "ERR AUTH")
_LONGEST_ANSWER = 4096


@dataclass(frozen=True)
class Login:
    """Where, and as whom, a password is tried.

    Attributes:
        host: The host of the endpoint.
        port: Its port.
        user: The user's name; "" for an AUTH token.
    """

    host: str
    port: int
    user: str = ""

    def works(self, password: str) -> bool:
        """Tell whether the server lets the password in.

        Args:
            password: The password or token.

        Raises:
            OSError: The server cannot be reached, or its certificate is not trusted.
            RuntimeError: It answers something that is neither yes nor no.
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
        if answer.startswith("-NOPERM"):  # a user who may log in, but not PING
            return True
        raise RuntimeError(f"{self.host}:{self.port} answers {answer!r}")


def _ask(server: ssl.SSLSocket, words: list[str]) -> str:
    """Send a command in Redis' protocol and give the first line of the answer."""
    parts = [f"*{len(words)}\r\n".encode()]
    parts += [f"${len(word.encode())}\r\n{word}\r\n".encode() for word in words]
    server.sendall(b"".join(parts))
    answer = b""
    while not answer.endswith(b"\r\n"):
        received = server.recv(_LONGEST_ANSWER)
        if not received:
            raise ConnectionError("the server has closed the connection")
        answer += received
        if len(answer) > _LONGEST_ANSWER:
            raise RuntimeError("the server's answer is no line of Redis' protocol")
    return answer.decode(errors="replace").strip()
