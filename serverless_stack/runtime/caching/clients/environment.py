"""Reads and checks the environment variables that ``connect(function)`` sets."""

import os
from typing import NamedTuple

from serverless_stack.runtime.caching.base import is_number


class Endpoint(NamedTuple):
    """The address of a server."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def required(name: str) -> str:
    """Return the value of a variable.

    Raises:
        ValueError: It is not set or empty.
    """
    value = os.environ.get(name)
    if not value:
        raise ValueError(
            f"environment variable `{name}` is not set: connect the cache to this function"
            " with `cache.connect(function)`, or set it yourself"
        )
    return value


def flag(name: str) -> bool:
    """Return whether a variable is ``true``; ``false`` by default.

    Raises:
        ValueError: It is neither ``true`` nor ``false``.
    """
    value = os.environ.get(name, "false")
    if value not in ("true", "false"):
        raise ValueError(f"environment variable `{name}` must be true or false, got: {value}")
    return value == "true"


def endpoint(source: str, text: str) -> Endpoint:
    """Parse ``host:port``.

    Args:
        source: What the message calls the text.
        text: The text.

    Raises:
        ValueError: It is not a host, a colon and a port of 1 to 65535.
    """
    host, _, port = text.rpartition(":")
    if (
        not host
        or "@" in host
        or not (port.isascii() and port.isdecimal())
        or not 1 <= int(port) <= 65535
    ):
        shown = text.rpartition("@")[2]  # without a password that does not belong there
        raise ValueError(f"{source} must be host:port, got: {shown}")
    return Endpoint(host, int(port))


def check_timeout(timeout: float) -> None:
    """Check that a time-out is more than 0 seconds and ends."""
    if not (is_number(timeout) and timeout > 0):
        raise ValueError(f"`timeout` must be more than 0 seconds and finite, got: {timeout!r}")
