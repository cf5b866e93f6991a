"""Requests to the console, and answers of its views."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Document = dict[str, Any]


class ConsoleError(Exception):
    """The console cannot do something.

    Args:
        message: Why, for the person who asked.
        status: The HTTP status.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True)
class ConsoleRequest:
    """A request to a view.

    Attributes:
        query: The parameters of the URL.
        body: The JSON object that was sent.
    """

    query: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text of the body or else of the URL.

        Raises:
            ConsoleError: It is missing, and there is no default.
        """
        value = self.body.get(name, self.query.get(name, default))
        if not isinstance(value, str):
            raise ConsoleError(f"`{name}` must be a text, got: {value!r}")
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number from 0 to a limit.

        Raises:
            ConsoleError: It is no such number.
        """
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= most):
            raise ConsoleError(f"`{name}` must be between 0 and {most}, got: {text}")
        return int(text)


@dataclass(frozen=True)
class File:
    """An answer that is no JSON.

    Attributes:
        content: The bytes.
        content_type: Their type.
        name: The name to save it by. Default: it is shown.
    """

    content: bytes
    content_type: str
    name: str = ""


View: TypeAlias = Callable[[ConsoleRequest], object]
"""Returns what JSON has, or a `File`. It runs in a thread of its own."""


def parse_body(content: bytes) -> Document:
    """Return the JSON object of a body.

    Raises:
        ConsoleError: It is none.
    """
    try:
        body = json.loads(content or b"{}")
    except ValueError as error:
        raise ConsoleError(f"the body must be JSON: {error}") from error
    if not isinstance(body, dict):
        raise ConsoleError("the body must be a JSON object")
    return body
