"""What is there, missing or unknown before a first deployment."""

import enum
from dataclasses import dataclass


class State(enum.Enum):
    """How a prerequisite is."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It could not be looked at, for lack of a permission or a connection."""


@dataclass(frozen=True)
class Finding:
    """The state of one prerequisite.

    Attributes:
        name: A stable key, such as ``node`` or ``bootstrap/eu-west-1``.
        state: The state.
        what: What there is, such as ``Node.js 24.11.1``.
        why: Why it matters. Empty if all is well.
        remedy: The command that mends it, or what else to do. Empty if all is well.
    """

    name: str
    state: State
    what: str
    why: str = ""
    remedy: str = ""


def ok(name: str, what: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(name, State.OK, what)


def missing(name: str, what: str, why: str, remedy: str) -> Finding:
    """Return the finding that a deployment would fail."""
    return Finding(name, State.MISSING, what, why, remedy)


def warning(name: str, what: str, why: str, remedy: str) -> Finding:
    """Return the finding that something is not as it should be."""
    return Finding(name, State.WARNING, what, why, remedy)


def unknown(name: str, what: str, reason: str, remedy: str = "") -> Finding:
    """Return the finding that something could not be looked at."""
    return Finding(name, State.UNKNOWN, f"could not look at {what}", reason, remedy)
