"""Collecting what is wrong with one call, so that all of it is reported together."""

import math
from collections import Counter
from collections.abc import Iterable

# CDK hides values that are known only at deploy time in strings and in very large negative numbers.
# CloudFormation reads dynamic references while it deploys.
_STRING_TOKENS = ("${Token[", "#{Token[", "{{resolve:")
_NUMBER_TOKEN_LIMIT = -1e280


def is_unresolved(value: object) -> bool:
    """Tell whether a value is known only at deploy time: a CDK token or a dynamic reference.

    Args:
        value: Any value; strings and numbers can carry a token.

    Returns:
        True for what no check can judge.
    """
    if isinstance(value, str):
        one, other, dynamic = _STRING_TOKENS
        return one in value or other in value or dynamic in value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return -math.inf < value < _NUMBER_TOKEN_LIMIT
    return False


def repeated(values: Iterable[str]) -> list[str]:
    """The texts that come more than once, each once."""
    counted = Counter(value for value in values if not is_unresolved(value))
    return [value for value, count in counted.items() if count > 1]


class Problems:
    """What is wrong with the arguments of one construct.

    Args:
        path: The path of the construct that is being made, in one or more parts.
    """

    def __init__(self, *path: str) -> None:
        self._path = "/".join(part for part in path if part)
        self._messages: list[str] = []

    @property
    def messages(self) -> list[str]:
        """What was collected, for a rule function to return."""
        return list(self._messages)

    def add(self, messages: Iterable[str]) -> None:
        """Add the messages that a rule function returned."""
        self._messages.extend(messages)

    def fail(self, message: str) -> None:
        """Add ``message``."""
        self._messages.append(message)

    def require(self, holds: bool, message: str) -> None:
        """Add ``message`` unless the rule holds."""
        if not holds:
            self.fail(message)

    def between(self, name: str, value: float, low: float, high: float, unit: str = "") -> None:
        """Add a message unless ``low <= value <= high``; a token passes.

        Args:
            name: The argument, as the caller wrote it.
            value: What was given.
            low: The smallest value that AWS accepts.
            high: The largest value that AWS accepts; ``math.inf`` for no bound.
            unit: The unit of the range, such as ``MiB``.
        """
        if is_unresolved(value) or low <= value <= high:
            return
        bounds = f"{low:.15g}–{high:.15g}"  # noqa: RUF001 - a range is written with an en dash
        if high == math.inf:
            bounds = f"{low:.15g} or more"
        wanted = f"{bounds} {unit}".rstrip()
        self._messages.append(f"`{name}` must be {wanted}, got: {value:.15g}")

    def raise_if_any(self) -> None:
        """Raise what was collected.

        Raises:
            ValueError: With every message, if there is one.
        """
        if not self._messages:
            return
        if len(self._messages) == 1:
            raise ValueError(f"{self._messages[0]} (in {self._path})")
        listed = "\n".join(f"- {message}" for message in self._messages)
        raise ValueError(f"{len(self._messages)} problems in {self._path}:\n{listed}")
