"""Limits of Lambda@Edge: "Quotas on Lambda@Edge" and "Restrictions on Lambda@Edge"."""

VIEWER_EVENTS = ("viewer-request", "viewer-response")
VIEWER_MEMORY = 128
"""The memory of functions of viewer events, in MiB."""
_VIEWER_SECONDS = 5
_ORIGIN_SECONDS = 30
RUNTIMES = ("nodejs", "python")
"""How the names of the runtimes begin that the edge has."""


def max_seconds(event: str) -> int:
    """Return the longest time-out of a function.

    Args:
        event: Its event, such as ``viewer-request``.
    """
    return _VIEWER_SECONDS if event in VIEWER_EVENTS else _ORIGIN_SECONDS


def edge_size_problems(event: str, memory: float | None, timeout: float | None) -> list[str]:
    """List what the edge refuses in the memory and the time-out of a function.

    Args:
        event: Its event.
        memory: Its memory in MiB, if it is known.
        timeout: Its time-out in seconds, if it is known.
    """
    problems = []
    if event in VIEWER_EVENTS and memory is not None and memory > VIEWER_MEMORY:
        problems.append(
            f"`memory_size` must be {VIEWER_MEMORY} MiB at the edge for {event}, got: {memory:.15g}"
        )
    if timeout is not None and timeout > max_seconds(event):
        problems.append(
            f"`timeout` must be at most {max_seconds(event)} seconds at the edge for {event}, "
            f"got: {timeout:.15g}"
        )
    return problems
