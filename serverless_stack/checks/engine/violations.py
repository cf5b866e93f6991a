"""Violations of rules, their messages, and the checks that many rules share."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from serverless_stack.checks.engine.problems import span
from serverless_stack.checks.engine.template import Resource

REDACTED: Final = "***"
"""Stands for the value of a secret, in findings and messages."""
MAX_SHOWN: Final = 400
"""The most characters of a value that a message shows."""
MAX_MESSAGE: Final = 4000
"""The most characters of a message."""

_PROPERTY = re.compile(r"`([A-Za-z0-9.-]+)`")
_SECRET_PROPERTIES = ("AuthToken", "Passwords")


class Violation(NamedTuple):
    """A violation of a rule.

    Attributes:
        property: The path of the property; empty for the resource as a whole.
        value: Its value.
        message: The property, the requirement and the value, as `violation` writes them.
        resource: The logical id, if it is not the resource that is checked.
        template: The name of the template, for rules on the templates of an app.
    """

    property: str
    value: object
    message: str
    resource: str = ""
    template: str = ""


def violation(
    property: str, requirement: str, value: object, nearest: object = None, *, resource: str = ""
) -> Violation:
    """Return the violation for a value.

    Args:
        property: The path of the property.
        requirement: What it must do, such as ``be an ARN``.
        value: The value in the template.
        nearest: The nearest value that AWS accepts; Default: leaves it out of the message.
        resource: The logical id, if it is not the resource that is checked.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    message = f"`{property}` must {requirement}, got: {_shown(value)}"
    if nearest is not None:
        message += f" (nearest accepted: {shortened(str(nearest), MAX_SHOWN)})"
    return Violation(property, value, message, resource)


def _shown(value: object) -> str:
    return shortened(repr(value), MAX_SHOWN)


def shortened(text: str, length: int = MAX_MESSAGE) -> str:
    """Return a text, cut off after some characters."""
    return text if len(text) <= length else f"{text[:length]}…"


def check_range(
    resource: Resource, path: str, low: float, high: float, unit: str = ""
) -> Iterator[Violation]:
    """Yield a violation if a number is outside its range."""
    value = resource.number(path)
    if value is not None and not low <= value <= high:
        yield violation(path, f"be {span(low, high, unit)}", value, f"{_clamp(value, low, high)}")


def _clamp(value: float, low: float, high: float) -> str:
    return f"{min(max(value, low), high):.15g}"


def check_count(resource: Resource, path: str, maximum: int, noun: str) -> Iterator[Violation]:
    """Yield a violation if a list has more items than AWS accepts."""
    count = len(resource.items(path))
    if count > maximum:
        yield violation(path, f"have at most {maximum:,} {noun}", count, maximum)


def check_length(
    resource: Resource, path: str, maximum: int, unit: str = "characters"
) -> Iterator[Violation]:
    """Yield a violation if a text has more characters than AWS accepts."""
    text = resource.text(path)
    if text is not None and len(text) > maximum:
        yield violation(path, f"have at most {maximum:,} {unit}", len(text), maximum)


def check_unique(
    resource: Resource, paths: Iterable[str], requirement: str = "be unique"
) -> Iterator[Violation]:
    """Yield a violation for each text that an earlier path already has."""
    texts: set[str] = set()
    for path in paths:
        text = resource.text(path)
        if text is not None and text in texts:
            yield violation(path, requirement, text)
        texts.add(text or "")


def check_text(
    resource: Resource, path: str, check: Callable[[str, str], list[str]]
) -> Iterator[Violation]:
    """Yield what a function of a service's `limits` finds in a text that is known."""
    value = resource.text(path)
    if value is not None:
        for message in check(value, path):
            yield Violation(path, value, message)


def findings_from(
    resource: Resource, messages: Iterable[str], nearest: Mapping[str, object] | None = None
) -> Iterator[Violation]:
    """Yield a violation for each message of a function of `limits`.

    Args:
        resource: The resource.
        messages: The messages, which begin with the path of the property in backquotes.
        nearest: The nearest value that AWS accepts, by path.
    """
    for message in messages:
        match = _PROPERTY.match(message)
        path = match[1] if match else ""
        if nearest and path in nearest:
            message += f" (nearest accepted: {nearest[path]})"
        secret = any(name in path for name in _SECRET_PROPERTIES)
        yield Violation(path, REDACTED if secret else resource.get(path), message)
