"""Problems with the arguments of a call, collected so that all of them are reported together."""

import math
import re
from collections import Counter
from collections.abc import Iterable

# CDK hides values that are known only at deploy time in strings and in very large negative numbers.
# CloudFormation reads dynamic references while it deploys.
_STRING_TOKENS = ("${Token[", "#{Token[", "{{resolve:")
_NUMBER_TOKEN_LIMIT = -1e280
_MAX_DIGITS = 30
_INTEGER = re.compile(r"-?[0-9]+")


def is_unresolved(value: object) -> bool:
    """Return whether a value is known only at deploy time: a CDK token or a dynamic reference."""
    if isinstance(value, str):
        token, list_token, dynamic_reference = _STRING_TOKENS
        return token in value or list_token in value or dynamic_reference in value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return -math.inf < value < _NUMBER_TOKEN_LIMIT
    return False


def repeated(values: Iterable[str]) -> list[str]:
    """Return the texts that occur more than once, each once; those with tokens are left out."""
    counts = Counter(value for value in values if not is_unresolved(value))
    return [value for value, count in counts.items() if count > 1]


def span(low: float, high: float, unit: str = "") -> str:
    """Return a range in words, such as ``between 1 and 15 minutes``; either end may be infinite."""
    if high == math.inf:
        return f"{low:.15g} or more {unit}".rstrip()
    if low == -math.inf:
        return f"{high:.15g} or less {unit}".rstrip()
    return f"between {low:.15g} and {high:.15g} {unit}".rstrip()


def whole_number(text: str) -> int | None:
    """Return the integer that a text of digits stands for; None for anything else."""
    return int(text) if len(text) <= _MAX_DIGITS and _INTEGER.fullmatch(text) else None


class Problems:
    """The problems with the arguments of one construct.

    Args:
        path: The path of the construct, in one or more parts.
    """

    def __init__(self, *path: str) -> None:
        self._path = "/".join(part for part in path if part)
        self._messages: list[str] = []

    @property
    def path(self) -> str:
        """The path of the construct."""
        return self._path

    @property
    def messages(self) -> list[str]:
        """The messages so far, for a function of `limits` to return."""
        return list(self._messages)

    def add(self, messages: Iterable[str]) -> None:
        """Add the messages that a function of `limits` returned."""
        self._messages.extend(messages)

    def fail(self, message: str) -> None:
        """Add a message."""
        self._messages.append(message)

    def require(self, condition: object, message: str) -> None:
        """Add ``message`` unless the condition is true."""
        if not condition:
            self._messages.append(message)

    def between(self, name: str, value: float, low: float, high: float, unit: str = "") -> None:
        """Add a message unless ``low <= value <= high``; a token passes.

        Args:
            name: The argument, as the caller wrote it.
            value: Its value.
            low: The smallest value that AWS accepts.
            high: The largest value that AWS accepts; ``math.inf`` for no bound.
            unit: The unit of the range, such as ``MiB``.
        """
        if not is_unresolved(value) and not low <= value <= high:
            self.fail(f"`{name}` must be {span(low, high, unit)}, got: {value:.15g}")

    def raise_if_any(self) -> None:
        """Raise all problems together.

        Raises:
            ValueError: There is at least one problem.
        """
        if not self._messages:
            return
        if len(self._messages) == 1:
            raise ValueError(f"{self._messages[0]} (in {self._path})")
        lines = "\n".join(f"- {message}" for message in self._messages)
        raise ValueError(f"{len(self._messages)} problems in {self._path}:\n{lines}")
